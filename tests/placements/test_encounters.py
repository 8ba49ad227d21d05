from datetime import time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from lms.audit.services import record
from lms.core.db import transaction
from lms.core.errors import RuleViolation
from lms.identity.models import Person
from lms.identity.services import viewer_for
from lms.placements import queries, services
from lms.placements.models import Encounter, EncounterWithdrawal
from lms.placements.rules.encounters import LegalFramework, check_frameworks, in_order
from lms.placements.rules.states import Part, Presentation
from lms.readiness.rules.contacts import encounters_result
from lms.readiness.rules.format import Encounters
from tests.factories.encounters import contact
from tests.factories.placements import answers, log, prepare
from tests.placements.test_views import count

EVERYBODY = select(Person.id)
ASKED = Encounters(kind="encounters", key="contacts", title="Contacts", count=2)
ONE = {"presentation": "self-harm", "part": "led", "outcome": "referred", "frameworks": ["consent"]}


@pytest.fixture
def shift_id(app, cast):
    with app.app_context():
        return log(cast.trainee, prepare(), cast.supervisor).id


@pytest.mark.parametrize(
    ("frameworks", "is_right"),
    [
        pytest.param((LegalFramework.NONE,), True, id="none stands alone"),
        pytest.param((LegalFramework.CONSENT, LegalFramework.SECTION_136), True, id="several may be present"),
        pytest.param((LegalFramework.NONE, LegalFramework.NONE), True, id="none said twice is none"),
        pytest.param((LegalFramework.NONE, LegalFramework.CONSENT), False, id="none beside another says nothing"),
    ],
)
def test_no_framework_is_said_alone(frameworks, is_right):
    if is_right:
        check_frameworks(frameworks)
        return
    with pytest.raises(RuleViolation) as refusal:
        check_frameworks(frameworks)
    assert refusal.value.field == "frameworks"


@given(st.lists(st.sampled_from(LegalFramework)))
def test_frameworks_are_kept_once_each_in_the_order_of_their_list(frameworks):
    kept = in_order(frameworks)
    assert set(kept) == {each.value for each in frameworks}
    assert kept == [each.value for each in LegalFramework if each.value in kept]


def test_a_contact_is_added_by_taps_and_the_next_is_offered(app, cast, sign_in, shift_id):
    client = sign_in("trainee")
    url = f"/hours/shifts/{shift_id}/encounters/new"
    page = client.get(url).text
    assert 'type="text"' not in page
    assert "<textarea" not in page
    assert client.post(url, {**ONE, "age_band": "not-known", "action": "next"}, 303).location == url
    page = client.get(url).text
    assert "1 added so far" in page
    assert 'value="led" checked' not in page, "that they led is said each time"
    assert 'value="not-known" checked' in page
    assert 'value="self-harm" checked' not in page
    page = client.follow(client.post(url, {**ONE, "age_band": "65-and-over", "safety_plan_made": "y"}, 303)).text
    assert "Self-harm: led" in page
    client.post(url, {**ONE, "part": "assisted", "age_band": "not-known"}, 303)
    assert 'value="assisted" checked' in client.get(url).text
    assert "Outcome: referred. Age: 65 and over. Legal framework: Consent. Safety plan made: yes." in page


def test_what_was_not_tapped_is_asked_and_what_was_is_kept(sign_in, shift_id):
    url = f"/hours/shifts/{shift_id}/encounters/new"
    page = sign_in("trainee").post(url, {"presentation": "self-harm", "frameworks": ["none", "consent"]}, 422).text
    for words in ("Select what you did", "Select what came of it", "Select the age"):
        assert words in page
    assert 'value="self-harm" checked' in page
    page = sign_in("trainee").post(url, {**ONE, "age_band": "not-known", "frameworks": ["none", "consent"]}, 422).text
    assert "Select the legal frameworks that were present, or &#34;None&#34;" in page


def test_what_an_older_entry_does_not_say_is_not_recorded(app, cast, sign_in, shift_id):

    with app.app_context(), transaction() as session:
        row = Encounter(
            shift_id=shift_id, trainee_id=cast.trainee, presentation=Presentation.OVERDOSE, part=Part.LED, frameworks=[]
        )
        session.add(row)
        record(None, "encounter.added", row, about=cast.trainee)
    page = sign_in("trainee").get(f"/hours/shifts/{shift_id}").text
    assert (
        "Outcome: not recorded. Age: not recorded. Legal framework: not recorded. Safety plan made: not recorded."
        in page
    )


def test_a_contact_is_taken_back_once_and_stays_readable(app, cast, sign_in, shift_id):

    with app.app_context():
        made = services.add_encounter(viewer_for(cast.trainee), shift_id, contact=contact())
        url = f"/hours/shifts/{shift_id}/encounters/{made.id}/take-back"
    client = sign_in("trainee")
    assert "It will not count" in client.get(url).text
    page = client.follow(client.post(url, {}, 303)).text
    assert "Taken back" in page
    assert "Low mood: led" in page
    assert "take it back" not in page
    assert "already taken back" in client.post(url, {}, 422).text
    sign_in("trainee_b").get(url, 404)
    assert (count(app, Encounter), count(app, EncounterWithdrawal)) == (1, 1)
    with app.app_context():
        (fact,) = queries.list_encounters(viewer_for(cast.trainee), cast.trainee)
        assert (fact.taken_back, fact.stands) == (True, False)


def test_others_read_no_single_contact(app, cast, sign_in, shift_id):
    with app.app_context():
        services.add_encounter(viewer_for(cast.trainee), shift_id, contact=contact())
    assert "Low mood: led" in sign_in("trainee").get(f"/hours/shifts/{shift_id}").text
    for name in ("educator", "supervisor", "consultant_nurse"):
        assert "Low mood" not in sign_in(name).get(f"/hours/shifts/{shift_id}").text


@pytest.mark.both_databases
def test_a_corrected_shift_keeps_its_contacts_and_what_was_taken_back_counted_until_then(context, cast, clock):
    trainee, site_id = viewer_for(cast.trainee), prepare()
    start = clock.moment

    def counted(hours):
        found = queries.load_encounters(EVERYBODY, known_at=start + timedelta(hours=hours)).get(cast.trainee, [])
        result = encounters_result(ASKED, found, {}, start.date())
        return result.words, [record.why for record in result.not_counted]

    shift = log(cast.trainee, site_id, cast.supervisor)
    first, _ = services.add_encounters(trainee, shift.id, contacts=[contact(), contact(part=Part.ASSISTED)])
    services.approve_shifts(viewer_for(cast.supervisor), [shift.id])
    clock.set(start + timedelta(hours=1))
    services.take_back_encounter(trainee, first.id)
    clock.set(start + timedelta(hours=2))
    earlier = answers(site_id, cast.supervisor, ends=time(14))
    new = services.correct_shift(trainee, shift.id, reason="Left early", **earlier)
    clock.set(start + timedelta(hours=3))
    services.approve_shifts(viewer_for(cast.supervisor), [new.id])
    clock.set(start + timedelta(hours=4))
    services.withdraw_shift(trainee, new.id)
    back = "The trainee took it back."
    assert counted(0) == ("2 of 2", [])
    assert counted(1) == ("1 of 2", [back])
    assert counted(2) == ("0 of 2", [back, "Its shift is not approved yet."])
    assert counted(3) == ("1 of 2", [back])
    assert counted(4) == ("0 of 2", [back, "Its shift: withdrawn."])
