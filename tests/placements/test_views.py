from datetime import date, timedelta

import pytest
from sqlalchemy import event, func, select

from lms.core.db import db
from lms.identity.services import viewer_for
from lms.placements import services
from lms.placements.models import Shift, ShiftDecision
from lms.placements.rules.states import Part, Presentation
from tests.factories.encounters import contact
from tests.factories.placements import log, prepare, unlock


@pytest.fixture
def site_id(app, cast):
    with app.app_context():
        return prepare()


@pytest.fixture
def shift_id(app, cast, site_id):
    with app.app_context():
        return log(cast.trainee, site_id, cast.supervisor, note="A calm day").id


def fields(cast, site, /, **changes):
    usual = {
        "site_id": str(site),
        "supervisor_id": str(cast.supervisor),
        "worked_on-day": "16",
        "worked_on-month": "11",
        "worked_on-year": "2026",
        "starts": "19:00",
        "ends": "07:00",
        "break_minutes": "30",
        "is_supernumerary": "yes",
        "note": "",
    }
    return {**usual, **changes}


def count(app, model):
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(model))


def test_a_trainee_logs_a_night_shift_and_reads_it(cast, sign_in, site_id):
    client = sign_in("trainee")
    page = client.follow(client.post("/hours/shifts/new", fields(cast, site_id), 303)).text
    assert "Shift logged" in page
    assert "16 November 2026, 19:00 to 07:00" in page
    assert "12 h, with 30 min of breaks" in page
    assert "Waiting for approval" in page
    again = client.get("/hours/shifts/new").text
    assert f'<option value="{site_id}" selected>' in again
    assert 'value="30"' in again


def test_a_night_of_a_clock_change_says_how_long_it_lasted(app, cast, sign_in, site_id):
    with app.app_context():
        unlock(cast.trainee, cast.supervisor, date(2026, 10, 24))
    client = sign_in("trainee")
    changed = {"worked_on-day": "24", "worked_on-month": "10"}
    page = client.follow(client.post("/hours/shifts/new", fields(cast, site_id, **changed), 303)).text
    assert "The clocks went back during this shift: it lasted 13 h." in page


def test_the_repeated_hour_is_asked_about_only_when_it_matters(app, cast, sign_in, site_id):
    with app.app_context():
        unlock(cast.trainee, cast.supervisor, date(2026, 10, 24))
    client = sign_in("trainee")
    assert "Which of the two times" not in client.get("/hours/shifts/new").text
    answers = fields(cast, site_id, ends="01:30", **{"worked_on-day": "24", "worked_on-month": "10"})
    page = client.post("/hours/shifts/new", answers, 422).text
    assert "01:30 comes twice" in page
    assert "Which of the two times did the shift end?" in page
    page = client.follow(client.post("/hours/shifts/new", {**answers, "ends_repeated": "second"}, 303)).text
    assert "it lasted 7 h 30 min" in page


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"site_id": ""}, "Select a site"),
        ({"supervisor_id": ""}, "Select who supervised you"),
        ({"worked_on-day": "31"}, "Enter a real date"),
        ({"worked_on-day": "20"}, "Log the shift once it has ended"),
        ({"starts": "25:00"}, "Enter a time on the 24-hour clock"),
        ({"ends": ""}, "Enter the time the shift ended"),
        ({"ends": "12:00"}, "The longest that can be logged is 16 hours"),
        ({"break_minutes": "half"}, "Enter a whole number"),
        ({"break_minutes": ""}, "Enter your breaks in minutes, or 0"),
        ({"is_supernumerary": ""}, "Select yes if you were supernumerary"),
        ({"minutes_standby": "700"}, "The activities come to 12 h 10 min and the shift lasted 12 h: take 10 min off"),
        ({"minutes_patient_contact": "60"}, "The activities come to 1 h 30 min and the shift lasted 12 h"),
        ({"note": "x" * 1001}, "Use 1,000 characters or fewer"),
    ],
)
def test_a_refused_shift_keeps_what_was_typed_and_says_why(app, cast, sign_in, site_id, changes, sentence):
    answers = fields(cast, site_id, **{"note": "Typed with care", **changes})
    page = sign_in("trainee").post("/hours/shifts/new", answers, 422).text
    assert sentence in page
    assert answers["note"] in page
    assert count(app, Shift) == 0


def test_what_may_identify_a_patient_is_shown_and_asked_about(app, cast, sign_in, site_id):
    client = sign_in("trainee")
    answers = fields(cast, site_id, note="Spoke to Mr Smith's sister")
    page = client.post("/hours/shifts/new", answers, 422).text
    assert "This text seems to hold a title and surname" in page
    assert "Found: a title and surname “Mr Smith" in page
    assert page.count('name="no_identifiers"') == 1
    client.post("/hours/shifts/new", {**answers, "no_identifiers": "y"}, 303)
    refused = fields(cast, site_id, note="943 476 5919", no_identifiers="y", starts="08:00", ends="10:00")
    page = client.post("/hours/shifts/new", refused, 422).text
    assert "Remove the NHS number" in page
    assert count(app, Shift) == 1


def test_nothing_is_looked_for_in_a_note_that_is_too_long(cast, sign_in, site_id, shift_id, monkeypatch):
    monkeypatch.setattr("lms.core.identifiers.find_identifiers", lambda text: pytest.fail("was looked at"))
    note = "Mr Smith " * 200
    page = sign_in("trainee").post("/hours/shifts/new", fields(cast, site_id, note=note), 422).text
    assert "Use 1,000 characters or fewer" in page
    page = sign_in("supervisor").post(f"/hours/shifts/{shift_id}/query", {"comment": note}, 422).text
    assert "Use 1,000 characters or fewer" in page


def test_the_name_of_a_site_holds_no_nhs_number(sign_in, site_id):
    answers = {"name": "943 476 5919", "setting": "crisis-team"}
    assert "Remove the NHS number" in sign_in("administrator").post("/sites/new", answers, 422).text


def test_hours_are_held_against_what_is_required_and_open_the_rule(app, cast, sign_in, site_id, shift_id):
    with app.app_context():
        services.approve_shifts(viewer_for(cast.supervisor), [shift_id])
        log(cast.trainee, site_id, cast.supervisor, worked_on=date(2026, 11, 15))
        services.add_encounter(viewer_for(cast.trainee), shift_id, contact=contact(Presentation.OVERDOSE, Part.LED))
    client = sign_in("trainee")
    page = client.get("/hours").text
    assert "7 h 30 min of 375 h count so far" in page
    assert "7 h 30 min of 45 h" in page
    assert "0 h of 22 h 30 min, 0 of 2 settings" in page
    assert "120 h and 1 more" not in page
    rule = client.get("/hours/requirements/crisis-team").text
    assert "At least 45 h of approved attended time. Breaks are not taken off." in rule
    assert "Supervised by: Team nurse." in rule
    assert "Still needed: 37 h 30 min." in rule
    assert "The supervisor has not approved it yet." in rule
    client.get("/hours/requirements/no-such-rule", 404)


def test_others_read_the_hours_of_their_trainees_only(cast, sign_in, shift_id):
    for name in ("consultant_nurse", "educator", "supervisor", "trainee"):
        client = sign_in(name)
        assert "Amina Yusuf" in client.get(f"/trainees/{cast.trainee}/hours").text
        client.get(f"/trainees/{cast.trainee}/hours/crisis-team")
        client.get(f"/hours/shifts/{shift_id}")
    for name in ("educator_b", "trainee_b"):
        client = sign_in(name)
        client.get(f"/trainees/{cast.trainee}/hours", 404)
        client.get(f"/trainees/{cast.trainee}/hours/crisis-team", 404)
        client.get(f"/hours/shifts/{shift_id}", 404)


def test_a_supervisor_approves_several_shifts_at_once(app, cast, sign_in, site_id, shift_id):
    with app.app_context():
        second = log(cast.trainee_b, site_id, cast.supervisor).id
    client = sign_in("supervisor")
    page = client.get("/hours/waiting").text
    assert page.count("Week of 16 November 2026") == 2
    assert "Ben Carter" in page
    assert "Select at least one shift" in client.post("/hours/waiting", {}, 422).text
    page = client.follow(client.post("/hours/waiting", {"shifts": [str(shift_id), str(second)]}, 303)).text
    assert "2 shifts of Amina Yusuf and Ben Carter approved: 15 h" in page
    again = client.post("/hours/waiting", {"shifts": [str(shift_id), str(second)]}, 422).text
    assert "A shift you selected no longer waits for you" in again
    assert "Nothing is approved yet" in again
    assert "No hours wait for you" in page


def test_a_supervisor_approves_one_shift_from_its_page(sign_in, shift_id):
    client = sign_in("supervisor")
    assert "Approve shift" in client.get(f"/hours/shifts/{shift_id}").text
    page = client.follow(client.post(f"/hours/shifts/{shift_id}/approval", {}, 303)).text
    assert "Approved</strong> by Sam Okoro, supervisor, 18 November 2026, 10:30" in page
    assert "Approve shift" not in page
    page = client.follow(client.post(f"/hours/shifts/{shift_id}/approval", {}, 303)).text
    assert "already approved" in page


def test_a_query_is_answered_with_a_correction(cast, sign_in, site_id, shift_id, clock):
    supervisor, trainee = sign_in("supervisor"), sign_in("trainee")
    url = f"/hours/shifts/{shift_id}/query"
    assert "Say what the trainee should check" in supervisor.post(url, {"comment": ""}, 422).text
    assert "a title and surname" in supervisor.post(url, {"comment": "Was Dr Foster there?"}, 422).text
    supervisor.post(url, {"comment": "Which <b>end</b> time?"}, 303)
    clock.set(clock.moment + timedelta(minutes=5))
    page = trainee.get(f"/hours/shifts/{shift_id}").text
    assert "Which &lt;b&gt;end&lt;/b&gt; time?" in page
    form = trainee.get(f"/hours/shifts/{shift_id}/correction").text
    assert 'value="07:30"' in form
    assert "A calm day" in form
    answers = fields(cast, site_id, starts="07:30", ends="14:00")
    assert "Say why" in trainee.post(f"/hours/shifts/{shift_id}/correction", answers, 422).text
    page = trainee.follow(
        trainee.post(f"/hours/shifts/{shift_id}/correction", {**answers, "reason": "I left early"}, 303)
    ).text
    assert "I left early" in page
    assert "6 h 30 min" in page
    assert "A correction replaced this entry" in trainee.get(f"/hours/shifts/{shift_id}").text
    page = supervisor.follow(supervisor.post(f"/hours/shifts/{shift_id}/approval", {}, 303)).text
    assert "It is replaced by a correction." in page


def test_a_trainee_withdraws_a_shift(app, sign_in, shift_id):
    client = sign_in("trainee")
    client.get(f"/hours/shifts/{shift_id}/withdrawal")
    page = client.follow(client.post(f"/hours/shifts/{shift_id}/withdrawal", {}, 303)).text
    assert "Withdrawn" in page
    client.post(f"/hours/shifts/{shift_id}/withdrawal", {}, 422)
    assert count(app, ShiftDecision) == 1


def test_shifts_of_others_are_out_of_reach(app, sign_in, shift_id):
    other, nurse = sign_in("trainee_b"), sign_in("consultant_nurse")
    for page in ("correction", "withdrawal"):
        other.get(f"/hours/shifts/{shift_id}/{page}", 404)
        other.post(f"/hours/shifts/{shift_id}/{page}", {}, 404)
    other.post(f"/hours/shifts/{shift_id}/encounters", {"presentation": "other", "part": "led"}, 404)
    nurse.post(f"/hours/shifts/{shift_id}/approval", {}, 403)
    nurse.get(f"/hours/shifts/{shift_id}/query", 403)
    assert count(app, ShiftDecision) == 0


def test_the_administrator_keeps_the_sites(sign_in, site_id):
    client = sign_in("administrator")
    assert "Riverside crisis team" in client.get("/sites").text
    page = client.post("/sites/new", {"name": "Riverside crisis team", "setting": "crisis-team"}, 422).text
    assert "There is already a site with this name" in page
    answers = {"name": "<script>alert(1)</script>", "setting": "control-room"}
    page = client.follow(client.post("/sites/new", answers, 303)).text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "999 control room" in page


@pytest.mark.parametrize(
    ("name", "url"), [("trainee", "/hours"), ("supervisor", "/hours/waiting"), ("educator", "/trainees/{}/hours")]
)
def test_pages_send_as_many_statements_for_3_shifts_as_for_30(app, cast, sign_in, site_id, name, url):
    client = sign_in(name)
    sent = []

    def note(*details):
        sent.append(details[2])

    def statements(shifts, first):
        with app.app_context():
            for number in range(shifts):
                on = date(2026, 10, 1) + timedelta(days=first + number)
                shift = log(cast.trainee, site_id, cast.supervisor, worked_on=on)
                if number % 3 == 0:
                    services.query_shift(viewer_for(cast.supervisor), shift.id, comment="Sure?")
        with app.app_context():
            engine = db.engine
        client.get(url.format(cast.trainee))
        sent.clear()
        event.listen(engine, "before_cursor_execute", note)
        client.get(url.format(cast.trainee))
        event.remove(engine, "before_cursor_execute", note)
        return len(sent)

    assert statements(3, 0) == statements(27, 10)


@pytest.mark.parametrize(("who", "may"), [("supervisor", True), ("educator", True), ("trainee", False)])
def test_whoever_may_raise_a_concern_finds_the_way_on_the_shift(cast, sign_in, shift_id, who, may):
    client = sign_in(who)
    address = f"/trainees/{cast.trainee}/concerns/raise"
    assert (f'href="{address}"' in client.get(f"/hours/shifts/{shift_id}").text) is may
    if may:
        client.get(address)
