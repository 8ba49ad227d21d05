import html
import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from lms.core.db import db
from lms.identity.services import viewer_for
from lms.placements.models import Booking
from lms.placements.rules.checks import CheckKind
from lms.placements.rules.slots import SignUp
from lms.placements.services.bookings import ask_for_slot, cancel_booking
from lms.placements.services.swaps import answer_swap, offer_swap
from tests.client import PageClient
from tests.factories import save
from tests.factories.bookings import STARTS, add_trainees, clear, open_slot, prepare
from tests.factories.placements import shift_row

HIDDEN = "Hidden: somebody said that it may identify somebody"


@pytest.fixture
def site_id(app, cast):
    with app.app_context():
        return prepare(cast)


@pytest.fixture
def made(app):
    """Carry something out in an application context of its own."""

    def make(act, *arguments, **facts):
        with app.app_context():
            return act(*arguments, **facts)

    return make


def ask(person_id, slot_id):
    return ask_for_slot(viewer_for(person_id), slot_id).booking_id


def cancel(person_id, booking_id):
    cancel_booking(viewer_for(person_id), booking_id, reason="I moved house.")


def signed_in(app, person_id):
    client = PageClient(app)
    client.sign_in(person_id)
    return client


def question(client, url):
    """Say of the text of a page that it tells somebody's story."""
    (address,) = re.findall(r'<a class="app-redact" href="([^"]+)">', html.unescape(client.get(url).text))
    client.post(address, {"detail": "story"})


def test_a_trainee_finds_a_slot_books_it_and_cancels(cast, sign_in, made, site_id, clock):
    slot_id = made(open_slot, site_id, cast.supervisor)
    made(open_slot, site_id, starts_at=STARTS + timedelta(days=40))
    client = sign_in("trainee")
    page = client.get("/placements").text
    assert "You have no bookings" in page
    assert "7 h 30 min of your 45 h missing in Crisis resolution" in page
    assert "Proposed next" in page
    assert page.count("1 of 1 free") == 2
    assert "could be asked for until" not in page
    made(open_slot, site_id, starts_at=STARTS + timedelta(days=20), closes_at=clock.moment - timedelta(hours=1))
    page = client.get("/placements").text
    assert page.count("could be asked for until") == 1
    assert page.count("rest not fully known") == 2
    assert client.get("/placements?month=2027-01&setting=crisis-team").text.count("1 of 1 free") == 1
    assert "There are no slots here now" in client.get("/placements?setting=control-room&month=nonsense").text
    page = client.get(f"/placements/slots/{slot_id}").text
    assert "A place is free: you are booked at once." in page
    assert "There is no main rota here." in page
    page = client.follow(client.post(f"/placements/slots/{slot_id}")).text
    assert "You are booked." in page
    (cancel,) = [part.split('"')[0] for part in page.split('href="') if "/cancellation" in part.split('"')[0]]
    assert "Say why the booking is cancelled" in client.post(cancel, {}, 422).text
    page = client.follow(client.post(cancel, {"reason": "I moved house."})).text
    assert "Everybody concerned has been told" in page
    assert "Cancelled" in page
    assert "I moved house." in client.get(f"/placements/slots/{slot_id}").text


def test_a_block_says_what_is_missing_and_who_clears_it(app, cast, made, site_id):
    (person,) = made(add_trainees, cast, 1, cleared=False)
    made(clear, cast, person, without=CheckKind.OCCUPATIONAL_HEALTH)
    slot_id = made(open_slot, site_id)
    client = signed_in(app, person)
    page = client.get(f"/placements/slots/{slot_id}").text
    assert "Occupational health" in page
    assert "The administrator of the trust clears it." in page
    assert "You are booked as soon as everything is cleared, if a place is free then." in page
    page = client.follow(client.post(f"/placements/slots/{slot_id}")).text
    assert "Asked for, not booked yet. Occupational health" in page
    assert "approver decides" not in page


def test_wishes_are_ranked_on_one_page(cast, sign_in, made, site_id):
    slots = [
        made(open_slot, site_id, sign_up=SignUp.ON_REQUEST, starts_at=STARTS + timedelta(days=each))
        for each in range(3)
    ]
    client = sign_in("trainee")
    page = client.get("/placements/wishes").text
    assert page.count("Rank of Riverside crisis team") == 3
    assert "Rank at least one slot" in client.post("/placements/wishes", {}, 422).text
    wrong = {f"rank-{slots[0]}": "1", f"rank-{slots[1]}": "3"}
    page = client.post("/placements/wishes", wrong, 422).text
    assert f'<a href="#rank-{slots[1]}">Use each number from 1 to 2 once' in page
    assert page.count("nhsuk-input--error") == 1
    page = client.post("/placements/wishes", {**wrong, f"rank-{slots[1]}": "1"}, 422).text
    assert page.count("nhsuk-input--error") == 2
    right = {f"rank-{slots[2]}": "1", f"rank-{slots[1]}": "2", "note": "I can do nights."}
    page = client.follow(client.post("/placements/wishes", right)).text
    assert "2 wishes sent" in page
    assert "Wish 1" in page
    page = sign_in("consultant_nurse").get(f"/bookings/slots/{slots[2]}").text
    assert "Asked, wish 1" in page
    assert "Closes 7 h 30 min of 45 h missing in" in page
    assert "I can do nights." in page
    educator = sign_in("educator")
    assert "I can do nights." in educator.get(f"/bookings/slots/{slots[2]}").text
    question(client, f"/placements/slots/{slots[2]}")
    page = educator.get(f"/bookings/slots/{slots[2]}").text
    assert "I can do nights." not in page
    assert HIDDEN in page


def test_an_approver_sees_what_holds_somebody_up_and_says_why(cast, sign_in, made, site_id):
    made(ask, cast.trainee, made(open_slot, site_id))
    slot_id = made(open_slot, site_id, cast.supervisor, starts_at=STARTS + timedelta(hours=12))
    booking = made(ask, cast.trainee, slot_id)
    client = sign_in("educator")
    assert "1 asked. 1 of 1 places free" in client.get("/bookings/waiting").text
    assert "Decide about 1 booking or swap" in client.get("/").text
    page = client.get(f"/bookings/slots/{slot_id}").text
    assert "11 hours of rest before: 4 h 30 min" in page
    page = client.post(f"/bookings/slots/{slot_id}", {"others": "keep"}, 422).text
    assert "Select at least one trainee" in page
    page = client.post(f"/bookings/slots/{slot_id}", {"bookings": str(booking), "others": "keep"}, 422).text
    assert "Say why Amina Yusuf is booked despite the warnings." in page
    answers = {"bookings": str(booking), "others": "keep", "reason": "Rest follows."}
    page = client.follow(client.post(f"/bookings/slots/{slot_id}", answers)).text
    assert "Nothing waits for you" in page
    page = sign_in("trainee").get(f"/placements/slots/{slot_id}").text
    assert "Booked despite: 4 h 30 min" in page
    page = sign_in("supervisor").get("/placements/coming").text
    assert "Amina Yusuf" in page
    made(cancel, cast.trainee, booking)
    page = sign_in("consultant_nurse").get(f"/bookings/slots/{slot_id}").text
    assert "Booked despite: 4 h 30 min" in page
    assert "Rest follows." in page
    assert "I moved house." in page


def test_an_approver_gives_and_declines_and_cancels(cast, sign_in, made, site_id):
    given = made(open_slot, site_id, sign_up=SignUp.ASSIGNED)
    asked = made(open_slot, site_id, sign_up=SignUp.ON_REQUEST, starts_at=STARTS + timedelta(hours=9))
    booking = made(ask, cast.trainee, asked)
    client = sign_in("consultant_nurse")
    assert "Slots to give" in client.get("/bookings/waiting").text
    page = client.get(f"/bookings/slots/{given}/gift").text
    assert "Ben Carter" in page
    assert "Select a trainee" in client.post(f"/bookings/slots/{given}/gift", {}, 422).text
    client.post(f"/bookings/slots/{given}/gift", {"trainee_id": str(cast.trainee)})
    page = client.post(f"/bookings/slots/{asked}", {"bookings": str(booking), "others": "keep"}, 422).text
    assert "1 h 30 min" in page
    assert "Say why you decline" in client.post(f"/bookings/{booking}/decline", {}, 422).text
    page = client.follow(client.post(f"/bookings/{booking}/decline", {"reason": "Too near."})).text
    assert "Nobody waits for this slot." in page
    page = client.get(f"/bookings/slots/{given}").text
    (cancel,) = [part.split('"')[0] for part in page.split('href="') if "/cancellation" in part.split('"')[0]]
    client.post(cancel, {"reason": "Given to somebody else."})
    page = sign_in("trainee").get(f"/placements/slots/{given}").text
    assert "Given to somebody else." in page


def test_a_swap_is_offered_without_names_and_decided_with_what_the_checks_say(app, cast, sign_in, made, site_id):
    one, two = made(add_trainees, cast, 2)
    slots = [made(open_slot, site_id), made(open_slot, site_id, starts_at=STARTS + timedelta(days=7))]
    mine, theirs = (made(ask, person, slot_id) for person, slot_id in zip((one, two), slots, strict=True))
    client = signed_in(app, one)
    page = client.get(f"/placements/bookings/{mine}/swap").text
    assert "Wednesday 9 December 2026" in page
    assert "Trainee 1" not in page
    assert "Select a place" in client.post(f"/placements/bookings/{mine}/swap", {}, 422).text
    offered = client.post(f"/placements/bookings/{mine}/swap", {"wanted_id": str(theirs)})
    where = offered.headers["Location"]
    assert "Offered, waits for the other trainee" in client.get(where).text
    other = signed_in(app, two)
    assert "Answer an offer to swap" in other.get("/").text
    page = other.follow(other.post(where, {"answer": "yes"})).text
    assert "Both agree, waits for an approver" in page
    nurse = sign_in("consultant_nurse")
    assert "Swap of Trainee 0 and Trainee 1" in nurse.get("/bookings/waiting").text
    decide = where.replace("/placements/", "/bookings/")
    page = nurse.get(decide).text
    assert "Trainee 0 would have" in page
    assert "Say why you decline" in nurse.post(f"{decide}/decline", {}, 422).text
    nurse.post(decide)
    assert "Approved" in client.get(where).text
    with app.app_context():
        fresh = db.session.scalars(select(Booking).where(Booking.replaces_id == mine)).one()
        back = offer_swap(viewer_for(one), fresh.id, wanted_id=_booking_of(two)).id
        answer_swap(viewer_for(two), back, agree=True)
    nurse.post(f"/bookings/swaps/{back}/decline", {"reason": "Once is enough."})
    assert "Once is enough." in client.get(f"/placements/swaps/{back}").text
    question(client, f"/placements/swaps/{back}")
    page = other.get(f"/placements/swaps/{back}").text
    assert "Once is enough." not in page
    assert HIDDEN in page


def _booking_of(person):
    return db.session.scalars(
        select(Booking.id).where(Booking.trainee_id == person).order_by(Booking.recorded_at.desc(), Booking.id.desc())
    ).first()


def test_an_offer_is_taken_back(app, cast, made, site_id):
    one, two = made(add_trainees, cast, 2)
    mine = made(ask, one, made(open_slot, site_id))
    theirs = made(ask, two, made(open_slot, site_id, starts_at=STARTS + timedelta(days=7)))
    with app.app_context():
        swap = offer_swap(viewer_for(one), mine, wanted_id=theirs).id
    client = signed_in(app, one)
    page = client.follow(client.post(f"/placements/swaps/{swap}/end")).text
    assert "Taken back" in page
    page = client.follow(client.post(f"/placements/swaps/{swap}/end")).text
    assert "This offer cannot be taken back. It is: taken back." in page


def test_what_was_logged_with_a_cancelled_booking_stays_and_the_page_says_so(cast, sign_in, made, site_id, clock):
    slot_id = made(open_slot, site_id, cast.supervisor)
    booking = made(ask, cast.trainee, slot_id)
    clock.set(STARTS + timedelta(hours=10))

    def log():
        row = shift_row(
            cast.trainee,
            site_id,
            cast.supervisor,
            booking_id=booking,
            started_at=STARTS,
            ended_at=STARTS + timedelta(hours=7),
        )
        save(row, about=cast.trainee)
        cancel_booking(viewer_for(cast.consultant_nurse), booking, reason="Entered for the wrong day.")
        return row.id

    shift_id = made(log)
    client = sign_in("trainee")
    page = client.get(f"/placements/slots/{slot_id}").text
    assert "What was logged with it stays" in page
    assert f"/hours/shifts/{shift_id}" in page
    page = client.get(f"/hours/shifts/{shift_id}").text
    assert (
        "Its booking was cancelled on 2 December 2026. The shift, its contacts and assessments stay and count" in page
    )
    sign_in("supervisor").post(f"/hours/shifts/{shift_id}/approval")
    assert "7 h of 45 h" in client.get("/hours").text


def test_nobody_reaches_what_is_not_theirs(cast, sign_in, made, site_id):
    slot_id = made(open_slot, site_id)
    booking = made(ask, cast.trainee, slot_id)
    other, elsewhere = sign_in("trainee_b"), sign_in("educator_b")
    other.get(f"/placements/bookings/{booking}/cancellation", 404)
    other.get(f"/placements/bookings/{booking}/swap", 404)
    elsewhere.get(f"/bookings/{booking}/decline", 404)
    elsewhere.get(f"/bookings/{booking}/cancellation", 404)
    page = elsewhere.get(f"/bookings/slots/{slot_id}").text
    assert "Amina Yusuf" not in page
    assert "1 trainee whom you do not see is booked or waiting here as well." in page
    other.get(f"/placements/slots/{made(open_slot, site_id, sign_up=SignUp.ASSIGNED)}", 404)
