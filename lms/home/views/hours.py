"""Lines about hours for the trainee's home."""

from collections.abc import Iterable, Iterator, Sequence

from flask import url_for

from lms.core.clock import now
from lms.core.days import london_day
from lms.core.words import day, number_of
from lms.home.rules import Line, Urgency
from lms.placements.queries import ShiftRow
from lms.placements.rules.planned import BookedTime
from lms.placements.rules.waiting import WaitsOn, wait_of


def hours_lines(drafts: int, to_log: Sequence[BookedTime]) -> Iterator[Line]:
    """What the trainee has begun to enter and not sent, and which booked shifts are over and not logged."""
    if drafts:
        yield Line(
            f"{number_of(drafts, 'shift')} not sent",
            url_for("placements.show_own_hours"),
            "Go on with what you entered, or throw it away",
            Urgency.UNFINISHED,
        )
    for booking in to_log[:3]:
        yield Line(
            "Log a booked shift",
            url_for("placements.log_shift", booking=booking.booking_id),
            f"{booking.site_name}, {day(london_day(booking.starts_at))}",
            Urgency.NEW,
        )


def shift_lines(rows: Iterable[ShiftRow]) -> Iterator[Line]:
    """The shifts that wait for somebody else; one that waits long is that person's time, not the trainee's."""
    for row in rows:
        wait = wait_of(row.fact)
        if wait is None:
            continue
        if wait.on is WaitsOn.ADMINISTRATOR:
            detail = "An administrator checks who signed. It does not count against you"
        elif wait.said_offline:
            detail = "The supervisor said yes without a signal and confirms it"
        else:
            detail = f"{row.supervisor_name} approves the hours"
        if wait.is_long(now()):
            detail += ", later than the 7 days they have. It does not count against you"
        url = url_for("placements.show_shift", shift_id=row.fact.id)
        yield Line(f"Shift of {day(row.fact.on)} at {row.site_name}", url, detail, since=wait.since)
