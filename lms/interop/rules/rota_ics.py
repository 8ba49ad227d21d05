"""A main rota as a calendar file: the timed events that block time, and of them nothing but when they are."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from icalendar.prop import vDuration

from lms.core import words
from lms.core.days import london_day
from lms.interop.rules.problems import Place, Refused, Remark
from lms.interop.rules.rota import MOST_SHIFTS, Days, RotaReading, RotaRow, refused, settle
from lms.interop.rules.rota_lines import EventLines, Property, When, one_moment, read_events, read_when
from lms.interop.rules.rota_repeats import Budget, read_repeats, starts_of
from lms.placements.rules.duties import LONGEST_DUTY, moment_words
from lms.placements.rules.rota import RotaSource
from lms.placements.rules.times import Span

ALL_DAY, CANCELLED, FREE = "all-day", "cancelled", "free"
LEFT_OUT = {
    ALL_DAY: ("all-day event", "all-day events"),
    CANCELLED: ("cancelled event", "cancelled events"),
    FREE: ("event shown as free", "events shown as free"),
}


@dataclass
class _Reading:
    """What has been read so far."""

    days: Days
    rows: list[RotaRow] = field(default_factory=list)
    problems: list[Remark] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)
    budget: Budget = field(default_factory=Budget)
    moved: set[tuple[str, datetime]] = field(default_factory=set)
    floating: bool = False
    twice: list[datetime] = field(default_factory=list)

    def notes(self) -> Iterator[str]:
        yield "Only times are kept: titles, places and descriptions will be left out."
        for kind, count in sorted(self.left_out.items()):
            yield f"{words.number_of(count, *LEFT_OUT[kind])} will be left out."
        if self.floating:
            yield "Times without a time zone are read as London time."
        for moment in self.twice:
            yield f"The clocks showed this time twice, and it is read as the first: {moment_words(moment)}."


def read_rota_ics(data: bytes, days: Days) -> RotaReading:
    """The rota a calendar file holds, or every problem by line and field."""
    try:
        events, problems = read_events(data)
    except Refused as problem:
        return refused(RotaSource.ICS, problem)
    reading = _Reading(days, problems=problems)
    _note_moved(events, reading)
    for event in events:
        try:
            for row in _rows(event, reading):
                reading.rows.append(row)
                if len(reading.rows) > MOST_SHIFTS:
                    raise event.problem(f"This file holds more than {MOST_SHIFTS:,} shifts. Choose fewer days.")
        except Refused as problem:
            reading.problems.extend(problem.problems)
            if len(reading.rows) > MOST_SHIFTS:
                break
    return settle(RotaSource.ICS, reading.rows, days, problems=reading.problems, notes=reading.notes())


def _note_moved(events: list[EventLines], reading: _Reading) -> None:
    """Which occurrences of repeating events stand in the file again, changed or cancelled."""
    for event in events:
        found = event.find("RECURRENCE-ID")
        if found is None:
            continue
        try:
            if "RANGE" in found.parameters:
                raise found.problem("A change of all that follows is not read. Export the shifts one by one.")
            for when in read_when(found):
                if not when.is_day:
                    reading.moved.add((event.text("UID"), one_moment(when, found)))
        except Refused as problem:
            reading.problems.extend(problem.problems)


def _rows(event: EventLines, reading: _Reading) -> Iterator[RotaRow]:
    """The shifts of one event. Raises Refused with what is wrong in it."""
    kind = _why_left_out(event)
    if kind is not None:
        reading.left_out[kind] += 1
        return
    found, start = _start(event)
    if start.is_day:
        reading.left_out[ALL_DAY] += 1
        return
    reading.floating = reading.floating or start.zone is None
    if event.find("RDATE"):
        raise event.all("RDATE")[0].problem("Extra dates of an event are not read. Export the shifts one by one.")
    rule = event.find("RRULE")
    if rule is None:
        yield _row(event, found, start, start.local, reading)
        return
    dropped = _dropped(event)
    for local in starts_of(start, read_repeats(rule, start), reading.days, reading.budget):
        begins = one_moment(start, found, local)
        is_moved = (event.text("UID"), begins) in reading.moved
        if not is_moved and begins not in dropped and local.date() not in dropped:
            yield _row(event, found, start, local, reading)


def _why_left_out(event: EventLines) -> str | None:
    if event.text("STATUS") == "CANCELLED":
        return CANCELLED
    return FREE if event.text("TRANSP") == "TRANSPARENT" else None


def _start(event: EventLines) -> tuple[Property, When]:
    found = event.find("DTSTART")
    if found is None:
        raise event.problem("This event has no start.", "DTSTART")
    return found, _single(found)


def _single(found: Property) -> When:
    values = read_when(found)
    if len(values) != 1:
        raise found.problem("Only one time may stand here.")
    return values[0]


def _dropped(event: EventLines) -> set[object]:
    """Occurrences that are taken out, as moments, or as days where a day is named."""
    return {
        when.local.date() if when.is_day else one_moment(when, found)
        for found in event.all("EXDATE")
        for when in read_when(found)
    }


def _row(event: EventLines, found: Property, start: When, local: datetime, reading: _Reading) -> RotaRow:
    begins = one_moment(start, found, local)
    ends = _end(event, found, start, local, begins)
    place = Place(found.line, 1, found.name, is_text=True)
    if not timedelta() < ends - begins <= LONGEST_DUTY and not reading.days.leaves_out(london_day(begins)):
        raise event.problem("This event must end after it starts, and within 24 h.", "DTEND")
    _note_twice(start, local, begins, reading)
    return RotaRow(place, london_day(begins), Span(begins, ends))


def _note_twice(start: When, local: datetime, begins: datetime, reading: _Reading) -> None:
    later = local.replace(tzinfo=start.clock, fold=1).astimezone(UTC)
    if later > begins and not reading.days.leaves_out(london_day(begins)):
        reading.twice.append(begins)


def _end(event: EventLines, found: Property, start: When, local: datetime, begins: datetime) -> datetime:
    """When an occurrence ends: as the clock shows it, also in the night of a clock change; or after a set time."""
    end = event.find("DTEND")
    if end is not None:
        when = _single(end)
        if when.is_day:
            raise end.problem("This must be a time of day, as the start is.")
        return one_moment(when, end, when.local + (local - start.local))
    lasts = event.find("DURATION")
    if lasts is None:
        raise event.problem("This event has no end.", "DTEND")
    try:
        length: timedelta = vDuration.from_ical(lasts.value)
        return begins + length
    except (ValueError, OverflowError) as error:
        raise lasts.problem("This is no length of time.") from error
