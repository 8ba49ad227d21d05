"""What pages say of slots that were moved, lists that are cut, and places booked in a pause."""

from datetime import date, timedelta

import pytest

from lms.curriculum.services import pause
from lms.identity.services import viewer_for
from lms.placements.queries import deciding, get_slot
from lms.placements.rules.planning import terms_of
from lms.placements.rules.slots import SignUp
from lms.placements.services.bookings import ask_for_slot
from lms.placements.services.slots import change_slot
from tests.factories.bookings import STARTS, open_slot, prepare

DAY = timedelta(days=1)


@pytest.fixture
def site_id(app, cast):
    with app.app_context():
        return prepare(cast)


def test_a_moved_booking_shows_what_it_was_and_what_the_checks_warned_of(app, cast, sign_in, site_id):
    with app.app_context():
        trainee, nurse = viewer_for(cast.trainee), viewer_for(cast.consultant_nurse)
        ask_for_slot(trainee, open_slot(site_id, starts_at=STARTS - timedelta(hours=14)))
        slot_id = open_slot(site_id, starts_at=STARTS + 5 * DAY)
        ask_for_slot(trainee, slot_id)
        row = get_slot(slot_id)
        change_slot(nurse, slot_id, version=row.version, on=date(2026, 12, 2), terms=terms_of(row.fact))
    for role, url in (("consultant_nurse", f"/bookings/slots/{slot_id}"), ("trainee", f"/placements/slots/{slot_id}")):
        page = sign_in(role).get(url).text
        assert "Kept as the slot was changed" in page
        assert "The slot was on 7 December 2026, 08:30 to 16:00, before." in page
        assert "The checks warned at the new time: 6 h 30 min between" in page
        assert "11 hours of rest before" in page
    page = sign_in("trainee").get("/").text
    assert "is at another time: on 2 December 2026, 08:30 to 16:00. The checks now warn" in page


def test_lists_that_are_cut_say_so(app, cast, sign_in, site_id, monkeypatch):
    monkeypatch.setattr(deciding, "MOST_SHOWN", 1)
    monkeypatch.setattr("lms.placements.queries.offers.MOST_OFFERS", 1)
    with app.app_context():
        for number in (0, 1):
            starts_at = STARTS + number * DAY
            ask_for_slot(viewer_for(cast.trainee), open_slot(site_id, starts_at=starts_at))
            open_slot(site_id, starts_at=starts_at, sign_up=SignUp.ASSIGNED)
            open_slot(site_id, starts_at=starts_at, sign_up=SignUp.ON_REQUEST)
    page = sign_in("consultant_nurse").get("/bookings/waiting").text
    assert "These are the next 1 slots. Later ones follow as these are given." in page
    assert "These are the next 1 slots. Later ones follow as these are over." in page
    assert "ask for a later one by itself" in sign_in("trainee").get("/placements/wishes").text


def test_whoever_records_a_pause_reads_what_is_booked_in_it(app, cast, sign_in, site_id):
    with app.app_context():
        slot_id = open_slot(site_id)
        ask_for_slot(viewer_for(cast.trainee), slot_id)
    administrator = sign_in("administrator")
    answers = {"from_on-day": "1", "from_on-month": "12", "from_on-year": "2026"}
    page = administrator.follow(administrator.post(f"/trainees/{cast.trainee}/pause", answers, 303)).text
    assert "Booked in a pause" in page
    assert "Riverside crisis team, Wednesday 2 December 2026, 08:30 to 16:00" in page
    assert "Both have been told." in page
    url = f"/trainees/{cast.trainee}/enrolment"
    assert f"/placements/slots/{slot_id}" in sign_in("trainee").get(url).text
    assert f"/bookings/slots/{slot_id}" in sign_in("consultant_nurse").get(url).text
    with app.app_context():
        pause(viewer_for(cast.administrator), cast.trainee_b, from_on=date(2026, 12, 1), until_on=None)
    assert "Booked in a pause" not in administrator.get(f"/trainees/{cast.trainee_b}/enrolment").text
