"""What pages say of clearances that wait, of places given before all is cleared, and of wishes beside a granted one."""

from datetime import timedelta

import pytest

from lms.identity.services import give_role, viewer_for
from lms.placements import services
from lms.placements.rules.slots import ClearedBy, SignUp
from lms.placements.services.bookings import approve_bookings, ask_by_wishes, give_slot
from lms.policy import Permission, Role
from tests.factories.bookings import STARTS, open_slot, prepare


@pytest.fixture
def made(app):
    """Carry something out in an application context of its own."""

    def make(act, *arguments, **facts):
        with app.app_context():
            return act(*arguments, **facts)

    return make


@pytest.fixture
def site_id(cast, made):
    site_id = made(prepare, cast)
    made(give_role, None, person_id=cast.supervisor, role=Role.SUPERVISOR, scope_id=site_id, cause="Here")
    return site_id


@pytest.fixture
def induction(cast, made, site_id):
    def add():
        keeper = viewer_for(cast.consultant_nurse, Permission.SLOT_MANAGE)
        return services.add_requirement(keeper, site_id, title="Site induction", cleared_by=ClearedBy.SITE).id

    return made(add)


@pytest.fixture
def nurse(cast, made, site_id):
    return made(viewer_for, cast.consultant_nurse, Permission.BOOKING_DECIDE)


BLOCKED = "Site induction: nothing is recorded. A supervisor of the site clears it."


def test_a_slot_is_given_to_somebody_whom_something_blocks_and_cleared_by_the_supervisor(
    cast, sign_in, made, site_id, induction
):
    slot_id = made(open_slot, site_id, cast.supervisor, sign_up=SignUp.ASSIGNED)
    approver = sign_in("consultant_nurse")
    page = approver.get(f"/bookings/slots/{slot_id}/gift").text
    assert "Closes 7 h 30 min of 45 h missing in" in page
    assert "Has led no contact in this setting yet. Blocked: Site induction." in page
    page = approver.post(f"/bookings/slots/{slot_id}/gift", {}, 422).text
    assert "Select a trainee" in page
    answer = approver.post(f"/bookings/slots/{slot_id}/gift", {"trainee_id": str(cast.trainee)}, 303)
    page = approver.follow(answer).text
    assert "Given: booked as soon as everything is cleared." in page
    assert f"Given, waits for: {BLOCKED}" in page
    assert "Whoever clears it has been told. The place is kept." in page
    assert "Missing when it was given: Site induction" in page
    assert "given, booked once everything is cleared" in approver.get(f"/slots/{slot_id}").text
    trainee = sign_in("trainee")
    assert "Given to you, booked once this is cleared: Site induction" in trainee.get("/").text
    page = trainee.get("/placements").text
    assert "Given, not cleared yet" in page
    assert f"Given, waits for: {BLOCKED}" in page
    page = trainee.get(f"/placements/slots/{slot_id}").text
    assert "Given to you on" in page
    assert "Trainees may ask" not in page
    assert "An approver gave you this place, and it is kept for you." in page
    assert "You are booked as soon as everything is cleared." in page

    supervisor = sign_in("supervisor")
    page = supervisor.get("/").text
    assert "Clearances that block a booking" in page
    assert "Site induction: Amina Yusuf" in page
    assert "You clear what is missing: Site induction" in page
    page = supervisor.get("/clearances").text
    assert "2 December 2026 (given, booked once everything is cleared): nothing is recorded" in page
    form = f"/trainees/{cast.trainee}/clearances/{induction}"
    assert form in page
    assert form in supervisor.get(f"/clearances/ahead/{induction}").text
    today = {"issued_on-day": 18, "issued_on-month": 11, "issued_on-year": 2026}
    page = supervisor.follow(supervisor.post(form, today, 303)).text
    assert "Nothing waits for you." in page
    assert "Amina Yusuf" in supervisor.get("/placements/coming").text
    assert "Cleared" in supervisor.get(f"/clearances/ahead/{induction}").text
    page = trainee.get(f"/placements/slots/{slot_id}").text
    assert "as everything was cleared" in page
    assert "You are booked as soon" not in page


def test_the_administrator_sees_requirements_of_sites_that_wait_and_records_them_ahead(
    cast, sign_in, made, site_id, nurse
):
    def add():
        keeper = viewer_for(cast.consultant_nurse, Permission.SLOT_MANAGE)
        asked = services.add_requirement(keeper, site_id, title="Honorary contract", cleared_by=ClearedBy.TRUST)
        give_slot(nurse, open_slot(site_id, sign_up=SignUp.ASSIGNED), trainee_id=cast.trainee)
        return asked.id

    client = sign_in("administrator")
    assert "Clearances that block a booking" not in client.get("/").text
    contract = made(add)
    page = client.get("/").text
    assert "Honorary contract: Amina Yusuf" in page
    assert 'href="/clearances"' in page
    assert f"/clearances/ahead/{contract}" in client.get(f"/sites/{site_id}").text
    page = client.get(f"/clearances/ahead/{contract}").text
    assert page.index("Amina Yusuf") < page.index("Ben Carter")
    assert f"/clearances/ahead/{contract}" not in sign_in("consultant_nurse").get(f"/sites/{site_id}").text
    assert sign_in("supervisor").get(f"/clearances/ahead/{contract}", 404)


def test_a_granted_wish_is_said_to_approver_and_trainee_who_end_the_others_in_one_step(
    cast, sign_in, made, site_id, nurse
):
    slots = [
        made(open_slot, site_id, sign_up=SignUp.ON_REQUEST, starts_at=STARTS + timedelta(days=3 * n)) for n in range(4)
    ]

    def wish(first, second):
        wishes = ask_by_wishes(viewer_for(cast.trainee), ranks={first: 1, second: 2})
        approve_bookings(nurse, first, bookings=[wishes[0].id])
        return [each.id for each in wishes]

    granted, left = made(wish, slots[0], slots[1])
    words = "Wish 1 is booked: 2 December 2026, Riverside crisis team."
    approver = sign_in("consultant_nurse")
    page = approver.get(f"/bookings/slots/{slots[1]}").text
    assert words in page
    assert f"/bookings/{left}/other-wishes" in page
    assert "1 wish of the same asking still waits" in approver.get(f"/bookings/slots/{slots[0]}").text
    page = approver.get(f"/bookings/{granted}/other-wishes").text
    assert "Another of your wishes is booked." in page
    assert "Say why you decline" in approver.post(f"/bookings/{granted}/other-wishes", {"reason": ""}, 422).text
    answer = approver.post(f"/bookings/{granted}/other-wishes", {"reason": "One is enough."}, 303)
    assert "1 wish declined. The trainee has been told." in approver.follow(answer).text

    granted, left = made(wish, slots[2], slots[3])
    trainee = sign_in("trainee")
    page = trainee.get("/placements").text
    assert "Wish 1 is booked: 8 December 2026, Riverside crisis team." in page
    assert f"/placements/bookings/{left}/other-wishes" in page
    assert "1 more of your wishes still waits." in trainee.get(f"/placements/slots/{slots[2]}").text
    answer = trainee.post(f"/placements/bookings/{left}/other-wishes", {"reason": "One is enough."}, 303)
    assert "1 wish withdrawn." in trainee.follow(answer).text
    page = trainee.post(f"/placements/bookings/{left}/other-wishes", {"reason": "Again."}, 422).text
    assert "None of these wishes waits any more" in page
