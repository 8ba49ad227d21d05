"""Who asked for slots in the example service: wishes, a waiting list, an override, swaps and a cancellation."""

from dataclasses import dataclass, field
from datetime import time, timedelta
from functools import partial
from uuid import UUID

from lms.core.clock import start_of_day
from lms.demo.cast import CONSULTANT_NURSE, Cast
from lms.demo.people import SAFETY
from lms.demo.timeline import Timeline
from lms.placements import queries, services
from lms.placements.rules.bookings import Others
from lms.placements.rules.planning import Terms
from lms.placements.rules.series import Pattern
from lms.placements.rules.slots import SignUp
from lms.placements.services.bookings import approve_bookings, ask_by_wishes, ask_for_slot, cancel_booking, give_slot
from lms.placements.services.swaps import answer_swap, approve_swap, offer_swap

MADE, ASKED = 12, 9
GIVEN_AHEAD = 22


@dataclass(frozen=True, slots=True)
class _Place:
    """A slot to be made: in which setting, in how many days, from when to when, and how one comes to it."""

    setting: str
    ahead: int
    starts: time
    ends: time
    sign_up: SignUp = SignUp.FIRST_COME


RECOVERY = _Place("drug-and-alcohol", 18, time(9), time(16, 30))
PERINATAL = _Place("perinatal", 19, time(9), time(16, 30), SignUp.ON_REQUEST)
OLDER_PEOPLE = _Place("older-people", 26, time(8, 30), time(16), SignUp.ON_REQUEST)
EVENING = _Place("child-and-adolescent", 11, time(13), time(20, 30))
MORNING = _Place("learning-disability", 12, time(6, 30), time(14))
SWAPPED = (_Place("perinatal", 22, time(9), time(16, 30)), _Place("older-people", 24, time(9), time(16, 30)))
AGREED = (_Place("perinatal", 33, time(9), time(16, 30)), _Place("older-people", 35, time(9), time(16, 30)))
GIVEN_UP = _Place("drug-and-alcohol", 25, time(9), time(16, 30))
GRANTED = _Place("learning-disability", 43, time(9), time(16, 30), SignUp.ON_REQUEST)
LEFT = _Place("child-and-adolescent", 45, time(9), time(16, 30), SignUp.ON_REQUEST)
PLACES = (RECOVERY, PERINATAL, OLDER_PEOPLE, EVENING, MORNING, *SWAPPED, *AGREED, GIVEN_UP, GRANTED, LEFT)


@dataclass(slots=True)
class _Bookings:
    """The slots that were made and the bookings of them, by place and trainee."""

    line: Timeline
    cast: Cast
    slots: dict[_Place, UUID] = field(default_factory=dict)
    bookings: dict[tuple[_Place, str], UUID] = field(default_factory=dict)

    def make(self, place: _Place) -> None:
        site_id, supervisor = self.cast.sites[place.setting][0]
        (slot,) = services.make_slots(
            self.cast.viewer(CONSULTANT_NURSE),
            site_id,
            pattern=Pattern(self.line.day(-place.ahead)),
            terms=Terms(
                starts=place.starts,
                ends=place.ends,
                capacity=1,
                supervisor_id=self.cast.people[supervisor],
                sign_up=place.sign_up,
            ),
        )
        self.slots[place] = slot.id

    def ask(self, place: _Place, trainee: str) -> None:
        asked = ask_for_slot(self.cast.viewer(trainee), self.slots[place])
        self.bookings[place, trainee] = asked.booking_id

    def wish(self, trainee: str, first: _Place, second: _Place, note: str) -> None:
        ranks = {self.slots[first]: 1, self.slots[second]: 2}
        made = ask_by_wishes(self.cast.viewer(trainee), ranks=ranks, note=note)
        self.bookings.update({(first, trainee): made[0].id, (second, trainee): made[1].id})

    def approve(self, approver: str, place: _Place, trainee: str, *, reason: str) -> None:
        """Book somebody who asked; the reason is kept where the checks warn on the day the example is loaded."""
        approve_bookings(
            self.cast.viewer(approver),
            self.slots[place],
            bookings=[self.bookings[place, trainee]],
            others=Others.KEEP,
            reason=reason,
        )

    def give(self, trainee: str) -> None:
        """A place that trainees do not see, given to somebody who has no induction at the site yet."""
        first = start_of_day(self.line.day(-GIVEN_AHEAD))
        slot, *_ = queries.list_slots(first, first + timedelta(days=14), setting=SAFETY)
        give_slot(
            self.cast.viewer(CONSULTANT_NURSE),
            slot.fact.id,
            trainee_id=self.cast.people[trainee],
            reason="Agreed with her: she has no day in a place of safety yet.",  # On some days her main rota is near.
        )

    def swap(self, places: tuple[_Place, _Place], one: str, other: str, *, approved: bool) -> None:
        offered, wanted = self.bookings[places[0], one], self.bookings[places[1], other]
        swap = offer_swap(self.cast.viewer(one), offered, wanted_id=wanted)
        answer_swap(self.cast.viewer(other), swap.id, agree=True)
        if approved:
            approve_swap(self.cast.viewer(CONSULTANT_NURSE), swap.id)

    def give_up(self) -> None:
        cancel_booking(
            self.cast.viewer("mensah"), self.bookings[GIVEN_UP, "mensah"], reason="My main rota changed that week."
        )


def plan_bookings(line: Timeline, cast: Cast) -> None:
    """Some slots, and what a dozen days made of them."""
    all_of_it = _Bookings(line, cast)
    for number, place in enumerate(PLACES):
        line.on(line.day(MADE), time(15, number), partial(all_of_it.make, place))
    asked = (
        (RECOVERY, "lin"),
        (RECOVERY, "mwangi"),
        (RECOVERY, "bello"),
        (EVENING, "haddad"),
        (MORNING, "haddad"),
        (SWAPPED[0], "yusuf"),
        (SWAPPED[1], "raman"),
        (AGREED[0], "morgan"),
        (AGREED[1], "fraser"),
        (GIVEN_UP, "mensah"),
    )
    for number, (place, trainee) in enumerate(asked):
        line.on(line.day(ASKED), time(19, number), partial(all_of_it.ask, place, trainee))
    wishes = (
        ("raman", PERINATAL, OLDER_PEOPLE, "I have seen no family work yet."),
        ("kelly", OLDER_PEOPLE, PERINATAL, ""),
        ("yusuf", GRANTED, LEFT, ""),
    )
    for number, wish in enumerate(wishes):
        line.on(line.day(8), time(20, number), partial(all_of_it.wish, *wish))
    override = "She asked for both days together, and has the day after off."
    line.on(line.day(7), time(10), partial(all_of_it.approve, "bevan", MORNING, "haddad", reason=override))
    agreed = "Agreed with her for that week."
    line.on(line.day(5), time(15), partial(all_of_it.approve, CONSULTANT_NURSE, GRANTED, "yusuf", reason=agreed))
    line.on(line.day(6), time(18), partial(all_of_it.swap, SWAPPED, "yusuf", "raman", approved=True))
    line.on(line.day(4), time(18), partial(all_of_it.swap, AGREED, "morgan", "fraser", approved=False))
    line.on(line.day(3), time(7, 40), all_of_it.give_up)
    line.on(line.day(2), time(10, 20), partial(all_of_it.give, "kelly"))
