"""Lines about hours for the trainee's home."""

from collections.abc import Iterator, Sequence

from flask import url_for

from lms.core.clock import now, to_london
from lms.core.words import day, number_of
from lms.home.rules import Line, Urgency
from lms.placements.queries import ShiftRow
from lms.placements.rules.planned import Planned
from lms.placements.rules.waiting import wait_of


def hours_lines(drafts: int, to_log: Sequence[Planned]) -> Iterator[Line]:
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
            f"{booking.site_name}, {day(to_london(booking.starts_at).date())}",
            Urgency.NEW,
        )


def shift_line(row: ShiftRow) -> Line:
    """A shift that waits for its supervisor; one that waits long is the supervisor's time, not the trainee's."""
    detail, wait = f"{row.supervisor_name} approves the hours", wait_of(row.fact)
    if wait is not None and wait.is_long(now()):
        detail += ", later than the 7 days they have. It does not count against you"
    url = url_for("placements.show_shift", shift_id=row.fact.id)
    return Line(f"Shift at {row.site_name}", url, detail, since=row.fact.recorded_at)
