"""Pages of calibration, sampling and an assessor's own work: wording and errors."""

import re
from datetime import timedelta
from urllib.parse import unquote
from uuid import UUID

import pytest

from lms.competencies.queries.calibration import get_calibration
from lms.competencies.queries.sampling import get_sampling
from lms.competencies.rules import FormKind
from lms.competencies.rules.sampling import LookOutcome, Quarter
from lms.core.clock import today
from lms.identity.services import create_person, give_role, viewer_for
from lms.policy import Permission, Role
from tests.client import PageClient
from tests.factories import competencies as make
from tests.factories import quality
from tests.factories.sign_offs import claim


@pytest.fixture
def content(app, cast) -> None:
    with app.app_context():
        make.load_framework()


@pytest.fixture
def newcomer(app, cast, content) -> UUID:
    """An assessor who has answered nothing."""
    with app.app_context():
        person = create_person(None, name="Nina Roe", email="nina.roe@example.org", organisation_id=cast.trust)
        give_role(None, person_id=person.id, role=Role.ASSESSOR, scope_id=cast.trust, cause="Test cast")
        return person.id


@pytest.fixture
def met(app, cast, newcomer) -> str:
    """The address of a sign-off whose rule is met."""
    with app.app_context():
        make.meet_enquiry(cast.trainee, newcomer, cast.assessor)
    return f"/trainees/{cast.trainee}/capabilities/D3.1/sign-off"


def as_newcomer(app, newcomer) -> PageClient:
    client = PageClient(app)
    client.sign_in(newcomer)
    return client


def vignettes(app, person_id: UUID) -> list[UUID]:
    with app.app_context():
        return [row.id for row in get_calibration(viewer_for(person_id, Permission.CAPABILITY_SIGN_OFF)).rows]


def test_a_sign_off_leads_to_the_vignettes_and_back(app, newcomer, met) -> None:
    client = as_newcomer(app, newcomer)
    page = client.get(met).text
    assert "Answer two short vignettes first" in page
    assert 'name="level"' not in page
    assert "Answer two short vignettes first" in client.post(met, {"level": "4"}, 422).text
    [(version, onward)] = re.findall(r'href="/calibration\?framework=([^"]+?)&amp;onward=([^"]+)"', page)
    assert unquote(onward) == f"{met}?level=4"
    way = f"?framework={version}&onward={onward}"
    listed = client.get(f"/calibration{way}").text
    assert listed.count("Not answered yet") == 2
    for number, key in enumerate(vignettes(app, newcomer)):
        asked = client.get(f"/calibration/{key}{way}").text
        assert "The panel" not in asked
        answer = client.post(f"/calibration/{key}{way}", {"level": "3", "reason": "One prompt was needed."})
        shown = client.follow(answer).text
        assert "no pass and no fail" in shown
        assert "Why the panel chose so" in shown
        assert ("Next vignette" in shown, "Back to the sign-off" in shown) == (number == 0, number == 1)
    client.post(met, {"level": "4"})


def test_a_claim_of_prior_learning_leads_to_the_vignettes_too(app, cast, newcomer) -> None:
    with app.app_context():
        made = claim(cast.trainee, newcomer).id
    client = as_newcomer(app, newcomer)
    page = client.get(f"/prior-learning/{made}/decide").text
    assert "Answer two short vignettes first" in page
    assert f"&amp;onward=/prior-learning/{made}/decide" in page
    with app.app_context():
        make.calibrate(newcomer)
    assert "vignettes" not in client.get(f"/prior-learning/{made}/decide").text


def test_a_vignette_asks_for_a_level_and_a_reason(app, newcomer) -> None:
    client = as_newcomer(app, newcomer)
    [key, _] = vignettes(app, newcomer)
    refused = client.post(f"/calibration/{key}", {}, 422).text
    assert "Select the level you would give" in refused
    assert "Say why you chose this level" in refused
    client.post(f"/calibration/{key}", {"level": "2", "reason": "Two prompts."})
    assert "stays as you gave it" in client.post(f"/calibration/{key}", {"level": "5", "reason": "Or so."}, 422).text


def test_the_way_on_never_leads_to_another_site(app, newcomer) -> None:
    client = as_newcomer(app, newcomer)
    assert "evil.example" not in client.get("/calibration?onward=https://evil.example/").text


def test_the_consultant_nurse_sets_the_policy_and_sees_who_is_calibrated(app, newcomer, sign_in) -> None:
    nurse = sign_in("consultant_nurse")
    empty = nurse.get("/sampling").text
    assert "No sampling policy holds in this quarter" in empty
    assert "Nina Roe" in empty
    assert "Not yet" in empty
    assert "Done on 18 November 2026" in empty
    form = nurse.get("/sampling/policy").text
    assert 'value="2026-10-01"' in form
    assert 'value="50"' in form
    refused = nurse.post("/sampling/policy", {"assessors_share": "0"}, 422).text
    for words in ("Enter a number from 1 to 100", "Select from which quarter", "Say why the shares are set this way"):
        assert words in refused
    sent = {
        "from_on": "2026-10-01",
        "assessors_share": "50",
        "trainees_share": "50",
        "forms_share": "10",
        "reason": "A start.",
    }
    page = nurse.follow(nurse.post("/sampling/policy", sent)).text
    assert "Compliant" in page
    assert "10 in 100 forms of each kind" in page


def test_an_educator_looks_at_samples_and_does_not_set_the_policy(cast, content, sign_in) -> None:
    educator = sign_in("educator")
    page = educator.get("/sampling").text
    assert "The consultant nurse sets it." in page
    assert "Calibration of assessors" not in page
    educator.get("/sampling/policy", 403)
    for name in ("assessor", "trainee", "supervisor", "administrator"):
        sign_in(name).get("/sampling", 403)


@pytest.fixture
def drawn(app, cast, content) -> UUID:
    with app.app_context():
        quality.set_policy(cast.consultant_nurse)
        made = make.assess(cast.trainee, cast.assessor, {"D3.1": 4}, went_well="Asked directly and waited.").id
        assert get_sampling(viewer_for(cast.consultant_nurse), Quarter.of(today())).due
        return made


def test_a_second_person_asks_for_a_talk_and_the_assessor_reads_the_note(cast, drawn, sign_in) -> None:
    educator, url = sign_in("educator"), f"/sampling/assessments/{drawn}"
    page = educator.get("/sampling").text
    assert "Not yet compliant" in page
    assert "Still to look at: 1 assessor, 1 trainee and 1 mini-CEX." in page
    assert "per cent" not in page
    assert "%" not in page.partition("<main")[2]
    page = educator.get(url).text
    assert "Asked directly and waited." in page
    assert "Average" in page
    assert "Select what you say" in educator.post(url, {}, 422).text
    assert "Say what you want to talk about" in educator.post(url, {"outcome": "talk"}, 422).text
    note = "The action cannot be seen on a shift."
    page = educator.follow(educator.post(url, {"outcome": "talk", "note": note})).text
    assert "Everything the policy asks for in this quarter was looked at." in page
    assert "already looked" in educator.post(url, {"outcome": "accepted"}, 422).text
    assessor = sign_in("assessor")
    assert "Edith Lowe would like to talk about an assessment you wrote" in assessor.get("/").text
    assert note in assessor.get("/assessments/looked-at").text
    assert note not in sign_in("trainee").get(f"/assessments/{drawn}").text


def test_a_second_person_reads_every_answer(app, cast, content, sign_in) -> None:
    said = {"law": "The Mental Capacity Act, and how it was used.", "equality": "The interpreter was on the phone."}
    kind = FormKind.CASE_BASED_DISCUSSION
    with app.app_context():
        made = make.assess(
            cast.trainee, cast.assessor, {"D3.1": 4}, form_kind=kind, what_seen="Means.", answers=said
        ).id
    page = sign_in("educator").get(f"/sampling/assessments/{made}").text
    assert [text for text in said.values() if text not in page] == []


def test_what_was_not_drawn_can_be_read_and_not_judged(app, cast, content, sign_in) -> None:
    with app.app_context():
        made = make.assess(cast.trainee, cast.assessor, {"D3.1": 4}).id
    page = sign_in("educator").get(f"/sampling/assessments/{made}").text
    assert "This assessment was not drawn." in page
    assert 'name="outcome"' not in page
    sign_in("educator_b").get(f"/sampling/assessments/{made}", 404)


@pytest.mark.parametrize("quarter", ["2027-q1", "2026-q5", "autumn", "9999-q4"])
def test_a_quarter_that_is_none_or_to_come_is_not_found(content, sign_in, quarter: str) -> None:
    sign_in("consultant_nurse").get(f"/sampling?quarter={quarter}", 404)


def test_an_earlier_quarter_is_shown(app, cast, drawn, sign_in, clock) -> None:
    clock.set(clock() + timedelta(days=60))
    page = sign_in("consultant_nurse").get("/sampling?quarter=2026-q4").text
    assert "Mini-CEX of 18 November 2026" in page
    assert "This quarter" in page


def test_the_certificate_counts_by_month_and_names_no_trainee(app, cast, content, sign_in) -> None:
    assert "You wrote no assessments in this period" in sign_in("assessor").get("/assessments/certificate").text
    with app.app_context():
        make.assess(cast.trainee, cast.assessor, {"D3.1": 4}, minutes=30)
        make.assess(cast.trainee_b, cast.assessor, {"D3.1": 4}, minutes=None)
    page = sign_in("assessor").get("/assessments/certificate?period=3-months").text
    for words in ("Asha Patel", "1 September 2026 to 18 November 2026", "November 2026", "30 min", "30 minutes to one"):
        assert words in page
    assert "1 assessment gives no minutes" in page
    assert "Amina Yusuf" not in page
    assert "Ben Carter" not in page
    assert "You wrote no assessments" in sign_in("stranger").get("/assessments/certificate").text
    sign_in("assessor").get("/assessments/certificate?period=ever", 404)
    sign_in("administrator").get("/assessments/certificate", 403)


def test_nothing_looked_at_is_said_in_words(content, sign_in) -> None:
    assert "Nothing you wrote was drawn so far" in sign_in("assessor").get("/assessments/looked-at").text


# --- The assessor's home ---


def test_the_home_says_what_waits_and_what_to_look_for(app, cast, content, sign_in) -> None:
    with app.app_context():
        make.assess(cast.trainee, cast.assessor, {"D3.1": 4}, days_ago=1, next_time="Read the plan back.")
        make.ask(cast.trainee, cast.assessor)
    page = sign_in("assessor").get("/").text
    assert "Amina Yusuf: D3.1 Suicide enquiry" in page
    assert "Please answer by 2 December 2026" in page
    assert "What to look for today" in page
    assert page.count("(critical)") == 3
    assert "from 17 November 2026: Read the plan back." in page
    assert "answer two short vignettes" not in page


@pytest.mark.parametrize(
    ("button", "sentence"),
    [
        ("No time", "I have no time to answer this well."),
        ("Did not see it", "I did not see this encounter."),
        ("Not my field", "This is not my field."),
    ],
)
def test_a_request_is_declined_in_one_tap(app, cast, content, sign_in, button: str, sentence: str) -> None:
    with app.app_context():
        asked = make.ask(cast.trainee, cast.assessor).id
    client = sign_in("assessor")
    page = client.get("/").text
    assert f">{button}" in page
    assert f'name="reason" value="{sentence}"' in page
    client.post(f"/assessments/requests/{asked}/decline", {"reason": sentence})
    assert sentence in sign_in("trainee").get("/").text
    assert "Nobody waits for an assessment from you" in client.get("/").text


def test_what_a_second_person_said_is_not_shown_to_other_assessors(app, cast, drawn, sign_in) -> None:
    with app.app_context():
        quality.look(cast.consultant_nurse, drawn, outcome=LookOutcome.TALK, note="Let us talk about the action.")
    assert "Let us talk about the action." not in sign_in("stranger").get("/assessments/looked-at").text
