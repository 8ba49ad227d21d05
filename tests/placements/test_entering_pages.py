import re
from datetime import date, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from lms.core.db import db
from lms.core.ids import new_id
from lms.identity.services import create_person, give_role, viewer_for
from lms.placements import services
from lms.placements.models import DebriefRequest, LateEntryUnlock, Shift, ShiftActivity, ShiftDraft
from lms.placements.rules.states import Activity
from lms.policy import Role
from tests.factories.placements import STARTED, add_site, book, log, prepare
from tests.placements.test_views import count, fields


@pytest.fixture
def site_id(app, cast):
    with app.app_context():
        return prepare()


def test_the_main_activity_is_filled_by_the_server_and_operational_duty_said_to_be_nobodys_fault(
    app, cast, sign_in, site_id
):
    client = sign_in("trainee")
    answers = fields(cast, site_id, minutes_operational_duty="90", minutes_standby="60", main_activity="teaching")
    page = client.follow(client.post("/hours/shifts/new", answers, 303)).text
    assert "Teaching: 9 h" in page
    assert "1 h 30 min of this shift does not count. Pulled to operational duty" in page
    assert "nobody&#39;s fault" in page
    assert "Supernumerary" in page
    with app.app_context():
        rows = dict(db.session.execute(select(ShiftActivity.activity, ShiftActivity.minutes)).all())
    assert rows == {
        Activity.TEACHING: 540,
        Activity.STANDBY: 60,
        Activity.BREAK: 30,
        Activity.OPERATIONAL_DUTY: 90,
    }
    again = client.get("/hours/shifts/new").text
    assert '<option value="teaching" selected>' in again
    assert 'value="yes" checked' in again


def test_a_booking_fills_the_form_and_the_shift_shows_planned_and_actual(app, cast, sign_in, site_id):
    with app.app_context():
        booking = book(cast.trainee, site_id, STARTED, hours=9, supervisor_id=cast.supervisor)
    client = sign_in("trainee")
    assert f"/hours/shifts/new?booking={booking}" in client.get("/hours").text
    assert f"/hours/shifts/new?booking={booking}" in client.get("/").text
    page = client.get(f"/hours/shifts/new?booking={booking}").text
    assert "Planned: 16 November 2026, 07:00 to 16 November 2026, 16:00, Riverside crisis team" in page
    assert "This shift lasted 9 h." in page
    answers = fields(cast, site_id, booking_id=str(booking), starts="07:00", ends="15:00")
    page = client.follow(client.post("/hours/shifts/new", answers, 303)).text
    assert "16 November 2026, 07:00 to 16:00, 9 h, Riverside crisis team" in page
    assert "1 h shorter than planned" in page


def test_a_draft_is_saved_without_javascript_listed_and_sent(app, cast, sign_in, site_id):
    client = sign_in("trainee")
    answers = fields(cast, site_id, starts="19:0", action="keep", draft_id=str(new_id()), version="0")
    address = client.post("/hours/shifts/new", answers, 303)
    page = client.follow(address).text
    assert "Draft saved. Nothing has been sent." in page
    assert 'value="19:0"' in page
    assert "Go on with 16 November 2026" in client.get("/hours").text
    assert "1 shift not sent" in client.get("/").text
    with app.app_context():
        draft = db.session.scalars(select(ShiftDraft)).one()
        place, version = f"/hours/drafts/{draft.id}", draft.version
    sign_in("trainee_b").get(place, 404)
    sent = fields(cast, site_id, draft_id=str(draft.id), version=str(version))
    assert "Shift logged" in client.follow(client.post(place, sent, 303)).text
    assert count(app, Shift) == 1
    assert "not sent" not in client.get("/").text
    client.get(place, 302)


def test_a_draft_saved_elsewhere_is_shown_beside_what_was_typed(cast, sign_in, site_id):
    client = sign_in("trainee")
    first = fields(cast, site_id, action="keep", draft_id=str(new_id()), version="0", note="The first words")
    client.post("/hours/shifts/new", first, 303)
    page = client.post(f"/hours/drafts/{first['draft_id']}", {**first, "note": "Other words"}, 409).text
    assert "The first words" in page
    assert "Other words" in page


def test_the_page_keeps_a_draft_while_it_is_typed(app, sign_in, site_id):
    client, draft_id = sign_in("trainee"), new_id()
    url = f"/hours/drafts/save?draft={draft_id}"

    def send(expected, **typed):
        answer = client.client.post(url, json={"version": 0, **typed})
        assert answer.status_code == expected, answer.text
        return answer.json

    days = {"worked_on-day": "24", "worked_on-month": "10", "worked_on-year": "2026"}
    said = send(200, **days, starts="19:00", ends="07:00", minutes_standby="60", break_minutes="30")
    assert said["said"] == [
        "The clocks went back during this shift: it lasted 13 h.",
        "Patient contact: 11 h 30 min, the rest of the shift.",
    ]
    assert (said["version"], said["page"]) == (1, f"/hours/drafts/{draft_id}")
    assert "NHS number" in send(422, version=1, note="943 476 5919")["error"]
    assert "title and surname" in send(422, version=1, note="Mr Smith")["error"]
    assert send(409, version=0, note="A calm night")
    assert send(400, version="soon")
    assert client.client.post("/hours/drafts/save", json={"version": 0}).status_code == 400
    assert sign_in("trainee_b").client.post(url, json={"version": 0}).status_code == 404
    send(200, version=1, note="A calm night")
    send(200, version=2, starts="20:00")
    with app.app_context():
        body = db.session.get_one(ShiftDraft, draft_id).body
    assert (body["note"], body["starts"], body["ends"]) == ("A calm night", "20:00", "07:00")


def test_a_shift_hears_everything_that_is_wrong_at_once(app, cast, sign_in, site_id):
    with app.app_context():
        other = add_site("Hillview team", "control-room").id
        quinn = create_person(None, name="Nora Quinn", email="nora.quinn@example.org", organisation_id=cast.trust).id
        give_role(None, person_id=quinn, role=Role.SUPERVISOR, scope_id=other, cause="Supervises there")
    client = sign_in("trainee")
    wrong = fields(cast, other, **{"worked_on-day": "1"}, break_minutes="600", note="Mr Smith")
    page = client.post("/hours/shifts/new", wrong, 422).text
    for sentence in (
        "Choose somebody who supervises at Hillview team",
        "This shift could be logged until 16 November 2026",
        "Enter breaks from 0 to 480 minutes",
        "a title and surname",
    ):
        assert sentence in page
    assert '<a href="/hours/late-entries?day=2026-11-01">Why a day is locked</a>' in page
    assert client.get("/hours/late-entries?day=2026-11-01").text.count('value="2026"') == 1
    offered = re.findall(r'<option value="([^"]+)"', page[page.index('id="supervisor_id"') :])
    assert offered[0] == str(quinn)
    assert f"{{&#34;{other}&#34;: [&#34;{quinn}&#34;]}}" in page
    page = client.post("/hours/shifts/new", fields(cast, site_id, **{"worked_on-day": "30"}), 422).text
    assert "Log the shift once it has ended" in page
    wrong = fields(cast, other, **{"worked_on-day": "1"}, starts="07:00", ends="08:00", break_minutes="60")
    page = client.post("/hours/shifts/new", wrong, 422).text
    assert "Breaks must be shorter than the shift" in page
    assert "Its day is locked now" in page
    assert "Choose somebody who supervises at Hillview team" in page


def test_a_draft_is_thrown_away_and_brought_back(sign_in, cast, site_id):
    client, draft_id = sign_in("trainee"), new_id()
    client.post("/hours/shifts/new", fields(cast, site_id, action="keep", draft_id=str(draft_id), version="0"), 303)
    page = client.follow(client.post(f"/hours/drafts/{draft_id}/throw-away", {}, 303)).text
    assert "16 November 2026, thrown away." in page
    assert "not sent" not in client.get("/").text
    page = client.follow(client.post(f"/hours/drafts/{draft_id}/bring-back", {}, 303)).text
    assert "Go on with 16 November 2026" in page
    sign_in("trainee_b").post(f"/hours/drafts/{draft_id}/throw-away", {}, 404)


def test_a_late_shift_says_why_it_is_locked_and_who_opens_it(app, cast, sign_in, site_id):
    client, late = sign_in("trainee"), {"worked_on-day": "1"}
    page = client.post("/hours/shifts/new", fields(cast, site_id, **late), 422).text
    assert "This shift could be logged until 16 November 2026. Its day is locked now" in page
    page = client.get("/hours/late-entries").text
    assert "Connie Njoroge" in page
    assert "No days have been unlocked." in page
    assert "Enter the day the shift began" in client.post("/hours/late-entries", {}, 422).text
    wanted = {f"worked_on-{part}": text for part, text in DAY.items()}
    assert "They have been told" in client.follow(client.post("/hours/late-entries", wanted, 303)).text
    educator = sign_in("educator")
    place = f"/trainees/{cast.trainee}/late-entries"
    asked = re.search(rf'href="({place}\?day=[^"]+)"', educator.get("/").text)
    assert educator.get(asked[1]).text.count(f'value="{DAY["day"]}"') == 2
    assert educator.get(f"{place}?day=nonsense").text.count(f'value="{DAY["day"]}"') == 0
    assert f'href="{place}"' in educator.get(f"/trainees/{cast.trainee}/hours").text
    assert "Say why the days are unlocked" in educator.post(place, {}, 422).text
    opened = {f"{name}-{part}": text for name in ("from_on", "until_on") for part, text in DAY.items()}
    opened |= {"open_until-day": "20", "open_until-month": "11", "open_until-year": "2026", "reason": "A lost phone"}
    assert "A lost phone" in educator.follow(educator.post(place, opened, 303)).text
    assert count(app, LateEntryUnlock) == 1
    client.post("/hours/shifts/new", fields(cast, site_id, **late), 303)
    sign_in("educator_b").get(place, 404)
    sign_in("supervisor").get(place, 403)


DAY = {"day": "1", "month": "11", "year": "2026"}


def test_a_long_wait_is_the_supervisors_time(app, cast, sign_in, site_id, clock):
    with app.app_context():
        shift = log(cast.trainee, site_id, cast.supervisor)
    clock.set(clock.moment + timedelta(days=9))
    client = sign_in("trainee")
    for page in ("/hours", f"/hours/shifts/{shift.id}", "/"):
        assert "does not count against" in client.get(page).text
    assert "Waiting for 9 days" in sign_in("supervisor").get("/hours/waiting").text


def test_time_pulled_is_totalled_without_names(app, cast, sign_in, site_id):
    with app.app_context():
        log(cast.trainee, site_id, cast.supervisor, activities={Activity.OPERATIONAL_DUTY: 90, Activity.TEACHING: 360})
    page = sign_in("consultant_nurse").get("/hours/pulled").text
    assert "1 h 30 min" in page
    assert "fewer than 5" in page
    assert "They total the shifts of the trainees you see" in page
    assert "Amina" not in page
    assert "sites you are named for" in sign_in("supervisor").get("/hours/pulled").text
    assert "No shift of your trainees" in sign_in("educator_b").get("/hours/pulled").text
    sign_in("trainee").get("/hours/pulled", 403)


def test_whom_a_shift_opens_to_its_supervisor_stands_with_why_and_until_when(app, cast, sign_in, site_id, clock):
    with app.app_context():
        log(cast.trainee, site_id, cast.supervisor)
    page = sign_in("supervisor").get("/placements/coming").text
    for said in ("Amina Yusuf", "Named as supervisor of the shift on 16 November 2026", "16 December 2026"):
        assert said in page
    assert f'href="/trainees/{cast.trainee}/hours"' in page
    clock.set(clock.moment + timedelta(days=29))
    assert "Amina Yusuf" not in sign_in("supervisor").get("/placements/coming").text


def test_support_stands_by_after_a_shift_and_a_debrief_is_asked_in_one_form(app, cast, sign_in, site_id):
    with app.app_context():
        shift = log(cast.trainee, site_id, cast.supervisor)
    client = sign_in("trainee")
    assert f"/hours/support?shift={shift.id}" in client.get(f"/hours/shifts/{shift.id}").text
    page = client.get(f"/hours/support?shift={shift.id}").text
    assert "0300 373 0898" in page
    assert page.index("Sam Okoro") < page.index("Connie Njoroge")
    assert count(app, DebriefRequest) == 0
    assert "Select who should hold it" in client.post("/hours/support", {}, 422).text
    page = client.follow(client.post("/hours/support", {"asked_of_id": str(cast.supervisor)}, 303)).text
    assert "You asked Sam Okoro on 18 November 2026." in page
    sign_in("trainee_b").get(f"/hours/support?shift={shift.id}", 404)
    supervisor = sign_in("supervisor")
    assert "Amina Yusuf asks you for a debrief" in supervisor.get("/").text
    assert "asks you for a debrief" not in sign_in("consultant_nurse").get("/").text
    request = _request(app)
    page = supervisor.get(f"/debriefs/{request}/pass-on").text
    assert "Connie Njoroge" in page
    supervisor.follow(supervisor.post(f"/debriefs/{request}/pass-on", {"to_id": str(cast.consultant_nurse)}, 303))
    nurse = sign_in("consultant_nurse")
    assert "Amina Yusuf" in nurse.get("/debriefs").text
    assert "Marked as held" in nurse.follow(nurse.post(f"/debriefs/{_request(app)}/held", {}, 303)).text
    supervisor.post(f"/debriefs/{_request(app)}/held", {}, 404)


def test_a_trainee_takes_a_request_back(app, cast, sign_in, site_id):
    with app.app_context():
        log(cast.trainee, site_id, cast.supervisor)
        services.ask_debrief(viewer_for(cast.trainee), asked_of_id=cast.supervisor)
    client = sign_in("trainee")
    page = client.follow(client.post(f"/debriefs/{_request(app)}/take-back", {}, 303)).text
    assert "Your request is taken back" in page
    assert "You asked" not in page


def _request(app) -> UUID:
    with app.app_context():
        return db.session.scalars(select(DebriefRequest.id).order_by(DebriefRequest.id.desc())).first()


def test_an_approved_shift_says_that_a_correction_opens_it_again(app, cast, sign_in, site_id):
    with app.app_context():
        shift = log(cast.trainee, site_id, cast.supervisor, worked_on=date(2026, 11, 16))
        services.approve_shifts(viewer_for(cast.supervisor), [shift.id])
    client = sign_in("trainee")
    assert "A correction opens the shift again" in client.get(f"/hours/shifts/{shift.id}").text
    assert "a correction opens it again" in client.get(f"/hours/shifts/{shift.id}/correction").text
