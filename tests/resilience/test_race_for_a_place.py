"""Many people decide about one place in the same moment: one booking, clear answers for the others, none lost."""

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import timedelta
from uuid import UUID

import pytest
from flask import Flask

from lms.core.clock import now, today
from lms.core.errors import RuleViolation
from lms.identity.queries import list_people_with_role
from lms.identity.services import viewer_for
from lms.placements.queries.bookings import bookings_of_slots
from lms.placements.rules.bookings import BookingStatus, waiting_list
from lms.placements.rules.slots import ClearedBy, SignUp
from lms.placements.services import add_requirement, record_clearance
from lms.placements.services.bookings import approve_bookings, ask_for_slot, cancel_booking, give_slot
from lms.placements.services.swaps import answer_swap, approve_swap, offer_swap
from lms.policy import Permission, Role, Viewer
from tests.cast import make_cast
from tests.factories.bookings import add_trainees, open_slot, prepare

ROUNDS, RACERS = 10, 12
Act = Callable[[], object]


def released_together(app: Flask, rounds: Sequence[Sequence[Act]]) -> list[list[object]]:
    """Carry out the acts of each round in the same moment, each in a thread of its own; what each gave or raised."""
    racers = len(rounds[0])
    barrier = threading.Barrier(racers)
    results: list[list[object]] = [[None] * racers for _ in rounds]

    def run(racer: int) -> None:
        for number, acts in enumerate(rounds):
            barrier.wait()
            with app.app_context():
                try:
                    results[number][racer] = acts[racer]()
                except Exception as problem:
                    results[number][racer] = problem

    threads = [threading.Thread(target=run, args=[racer]) for racer in range(racers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def in_weeks(number: int) -> dict[str, object]:
    """A slot so many weeks ahead, so that no booking of another round is near it."""
    return {"starts_at": now() + timedelta(weeks=1 + number)}


@pytest.fixture
def scene(app: Flask) -> tuple[UUID, UUID, list[UUID]]:
    with app.app_context():
        cast = make_cast()
        site_id = prepare(cast)
        starts_on = today() - timedelta(days=30)
        people = add_trainees(cast, RACERS, starts_on=starts_on, ends_on=starts_on + timedelta(days=365))
        return cast.consultant_nurse, site_id, people


@pytest.mark.both_databases
def test_twelve_trainees_race_for_one_place_ten_times(app: Flask, scene: tuple[UUID, UUID, list[UUID]]) -> None:
    _, site_id, people = scene
    with app.app_context():
        slots = [open_slot(site_id, **in_weeks(number)) for number in range(ROUNDS)]
        actors = [viewer_for(person) for person in people]
    acts = [
        [lambda actor=actor, slot_id=slot_id: ask_for_slot(actor, slot_id) for actor in actors] for slot_id in slots
    ]
    for answers in released_together(app, acts):
        assert all(not isinstance(answer, Exception) for answer in answers), answers
        assert Counter(answer.status for answer in answers) == {
            BookingStatus.BOOKED: 1,
            BookingStatus.WAITING_LIST: RACERS - 1,
        }
        places = sorted(answer.place for answer in answers if answer.place)
        assert places == list(range(1, RACERS))
        assert sorted(answer.words for answer in answers) == sorted(
            [
                "You are booked.",
                *(f"All places are taken. You are number {place} on the waiting list." for place in places),
            ]
        )
    with app.app_context():
        for slot_id, ours in bookings_of_slots(slots).items():
            assert {each.trainee_id for each in ours} == set(people), slot_id
            assert len(waiting_list(ours)) == RACERS - 1


@pytest.mark.both_databases
def test_what_is_decided_twice_at_once_about_one_place_is_decided_once(
    app: Flask, scene: tuple[UUID, UUID, list[UUID]]
) -> None:
    """Two approvers approve two people for the last place; then one is cancelled while the other is approved."""
    nurse, site_id, people = scene
    with app.app_context():
        by = viewer_for(nurse, Permission.BOOKING_DECIDE)
        first, second = (viewer_for(person) for person in people[:2])
        slots = [open_slot(site_id, sign_up=SignUp.ON_REQUEST, **in_weeks(number)) for number in range(2 * ROUNDS)]
        pairs = [(ask_for_slot(first, each).booking_id, ask_for_slot(second, each).booking_id) for each in slots]
        for slot_id, (booked, _) in list(zip(slots, pairs, strict=True))[ROUNDS:]:
            approve_bookings(by, slot_id, bookings=[booked])

    def approve(slot_id: UUID, booking_id: UUID) -> Act:
        return lambda: approve_bookings(by, slot_id, bookings=[booking_id])

    def cancel(booking_id: UUID) -> Act:
        return lambda: cancel_booking(first, booking_id, reason="I cannot come.")

    asked = list(zip(slots, pairs, strict=True))
    both = [[approve(slot_id, pair[0]), approve(slot_id, pair[1])] for slot_id, pair in asked[:ROUNDS]]
    crossed = [[cancel(pair[0]), approve(slot_id, pair[1])] for slot_id, pair in asked[ROUNDS:]]
    results = released_together(app, [*both, *crossed])
    for answers in results[:ROUNDS]:
        (refused,) = (answer for answer in answers if isinstance(answer, Exception))
        assert isinstance(refused, RuleViolation)
        assert refused.message == "You chose 1 and no place is free"
    for cancelled, approved in results[ROUNDS:]:
        assert not isinstance(cancelled, Exception)
        assert not isinstance(approved, Exception) or isinstance(approved, RuleViolation)
    with app.app_context():
        stored = bookings_of_slots(slots)
        for number, (slot_id, (one, two)) in enumerate(asked):
            found = {each.id: each.status for each in stored[slot_id]}
            if number < ROUNDS:
                assert sorted(found.values()) == [BookingStatus.ASKED, BookingStatus.BOOKED]
            else:
                assert found[one] is BookingStatus.CANCELLED
                was_approved = not isinstance(results[number][1], Exception)
                assert found[two] is (BookingStatus.BOOKED if was_approved else BookingStatus.ASKED)


@pytest.mark.both_databases
def test_a_swap_approved_twice_at_once_is_carried_out_once(app: Flask, scene: tuple[UUID, UUID, list[UUID]]) -> None:
    nurse, site_id, people = scene
    with app.app_context():
        by = viewer_for(nurse, Permission.BOOKING_DECIDE)
        first, second = (viewer_for(person) for person in people[:2])
        slots = [open_slot(site_id, **in_weeks(number)) for number in range(8)]
        swaps = []
        for mine, theirs in zip(slots[::2], slots[1::2], strict=True):
            bookings = (ask_for_slot(first, mine).booking_id, ask_for_slot(second, theirs).booking_id)
            swaps.append(offer_swap(first, bookings[0], wanted_id=bookings[1]).id)
            answer_swap(second, swaps[-1], agree=True)
    acts = [[lambda swap_id=swap_id: approve_swap(by, swap_id)] * 2 for swap_id in swaps]
    for answers in released_together(app, acts):
        (refused,) = (answer for answer in answers if isinstance(answer, Exception))
        assert isinstance(refused, RuleViolation)
        assert refused.message == "This swap cannot be decided. It is: approved."
    with app.app_context():
        stored = bookings_of_slots(slots)
        booked = [
            [each.trainee_id for each in stored[slot_id] if each.status is BookingStatus.BOOKED] for slot_id in slots
        ]
    assert booked == [[second.id], [first.id]] * 4


@pytest.mark.both_databases
def test_whoever_asks_or_is_given_a_place_as_all_is_cleared_is_booked(
    app: Flask, scene: tuple[UUID, UUID, list[UUID]]
) -> None:
    """A clearance is recorded while its trainee asks for one slot and is given another: nothing is left waiting."""
    nurse, site_id, people = scene
    with app.app_context():
        by = viewer_for(nurse, Permission.BOOKING_DECIDE)
        keeper = viewer_for(nurse, Permission.SLOT_MANAGE)
        contract = add_requirement(keeper, site_id, title="Honorary contract", cleared_by=ClearedBy.TRUST).id
        administrator = viewer_for(list_people_with_role(Role.ADMINISTRATOR)[0].id)
        rounds, slots = [], []
        for person in people[:ROUNDS]:
            first, second, third = (open_slot(site_id, starts_at=now() + timedelta(days=n)) for n in (7, 14, 21))
            actor = viewer_for(person)
            ask_for_slot(actor, first)
            slots.extend([first, second, third])
            rounds.append(_at_once(actor, administrator, by, contract, second, third))
    for answers in released_together(app, rounds):
        assert all(not isinstance(answer, Exception) for answer in answers), answers
    with app.app_context():
        for slot_id, ours in bookings_of_slots(slots).items():
            assert [each.status for each in ours] == [BookingStatus.BOOKED], slot_id


def _at_once(
    trainee: Viewer, administrator: Viewer, approver: Viewer, contract: UUID, asked: UUID, given: UUID
) -> list[Act]:
    return [
        lambda: ask_for_slot(trainee, asked),
        lambda: record_clearance(administrator, trainee.id, contract, issued_on=today()),
        lambda: give_slot(approver, given, trainee_id=trainee.id),
    ]
