"""The lines of a calendar file: events with the properties that say when, each with its line. All else is dropped here.

Titles, places and descriptions never get any further, nor do the time zones a file defines itself.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, tzinfo
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from icalendar.parser import Contentline
from icalendar.prop import vDDDTypes
from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from lms.core import words
from lms.core.days import LONDON
from lms.interop.rules.problems import MOST_PROBLEMS, Place, Refused, Remark
from lms.interop.rules.rota import LARGEST_ROTA

KEPT = frozenset(
    {
        "DTEND",
        "DTSTART",
        "DURATION",
        "EXDATE",
        "RDATE",
        "RECURRENCE-ID",
        "RRULE",
        "STATUS",
        "TRANSP",
        "UID",
    }
)
MOST_EVENTS = 5000
LONGEST_LINE = 5000
LONGEST_RULE = 200
"""Characters of a property, and of the rule by which an event repeats: a daily or weekly one needs half of it."""
MOST_TEXT = 1_500_000
"""Characters that all properties of a file may have together, so that no file keeps the service busy."""
FIRST_YEAR, LAST_YEAR = 2000, 2100


@dataclass(frozen=True, slots=True)
class Property:
    """One property of an event: its name, parameters and value as text, and its line in the file."""

    name: str
    parameters: Mapping[str, str]
    value: str
    line: int

    def problem(self, message: str) -> Refused:
        """Say what is wrong with it."""
        return Refused(Remark(Place(self.line, 1, self.name, is_text=True), message))


@dataclass(frozen=True, slots=True)
class EventLines:
    """One event as it stands in the file: the line it begins on and what it says about when."""

    line: int
    properties: list[Property] = field(default_factory=list)

    def find(self, name: str) -> Property | None:
        """The first property of this name, or None."""
        return next((each for each in self.properties if each.name == name), None)

    def all(self, name: str) -> list[Property]:
        """Every property of this name."""
        return [each for each in self.properties if each.name == name]

    def text(self, name: str) -> str:
        """The value of a property in capitals; empty where there is none."""
        found = self.find(name)
        return found.value.strip().upper() if found else ""

    def problem(self, message: str, name: str = "VEVENT") -> Refused:
        """Say what is wrong with the event."""
        return Refused(Remark(Place(self.line, 1, name, is_text=True), message))


def read_events(data: bytes) -> tuple[list[EventLines], list[Remark]]:
    """The events of a calendar file, and the lines that cannot be read; an event with such a line is left out.

    Raises Refused for what is no calendar.
    """
    events: list[EventLines] = []
    problems: list[Remark] = []
    broken: set[int] = set()
    inside: list[str] = []
    text = 0
    for number, line in _unfolded(_decoded(data)):
        name = line.partition(":")[0].partition(";")[0].strip().upper()
        if name == "BEGIN":
            inside.append(line.partition(":")[2].strip().upper())
            if inside == ["VCALENDAR", "VEVENT"]:
                events.append(EventLines(number))
        elif name == "END":
            _close(inside, line, number)
        elif inside == ["VCALENDAR", "VEVENT"] and name in KEPT:
            text += len(line)
            try:
                events[-1].properties.append(_property(line, number, name))
            except Refused as problem:
                problems.extend(problem.problems)
                broken.add(events[-1].line)
        if len(problems) >= MOST_PROBLEMS:
            raise Refused(*problems)
        _check_size(len(events), text, number)
    if inside:
        raise _whole(1, f"This calendar breaks off: {inside[-1]} is not ended.")
    return [event for event in events if event.line not in broken], problems


def _check_size(events: int, text: int, number: int) -> None:
    if text > MOST_TEXT:
        raise _whole(number, "This calendar says too much about when. Export fewer events.")
    if events > MOST_EVENTS:
        raise _whole(number, f"This calendar has more than {MOST_EVENTS:,} events. Export fewer of them.")


def _close(inside: list[str], line: str, number: int) -> None:
    if not inside or inside.pop() != line.partition(":")[2].strip().upper():
        raise _whole(number, "This ends something that was not begun.")


def _property(line: str, number: int, name: str) -> Property:
    if len(line) > (LONGEST_RULE if name == "RRULE" else LONGEST_LINE):
        raise Refused(Remark(Place(number, 1, name, is_text=True), "This line is too long."))
    try:
        given, parameters, value = Contentline(line).parts()
    except ValueError as error:
        raise Refused(Remark(Place(number, 1, name, is_text=True), "This line cannot be read.")) from error
    texts = {str(key).upper(): str(each) for key, each in parameters.items()}
    return Property(str(given).upper(), texts, str(value), number)


def _decoded(data: bytes) -> str:
    if len(data) > LARGEST_ROTA:
        raise _whole(1, f"This file is larger than {LARGEST_ROTA // 1024**2} MB.")
    try:
        text = data.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise _whole(line, "This is not valid UTF-8 text.") from error
    if not text.lstrip().upper().startswith("BEGIN:VCALENDAR"):
        raise _whole(1, "This is no calendar file: its first line must be BEGIN:VCALENDAR.")
    return text


def _unfolded(text: str) -> Iterator[tuple[int, str]]:
    """Each line with its number, those that were folded joined. What is longer than any property may be is cut."""
    number, begun = 0, ""
    for at, line in enumerate(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"), start=1):
        if line[:1] in (" ", "\t") and number:
            if len(begun) <= LONGEST_LINE:
                begun += line[1:]
            continue
        if begun:
            yield number, begun
        number, begun = at, line
    if begun:
        yield number, begun


def _whole(line: int, message: str) -> Refused:
    return Refused(Remark(Place(line, 1, is_text=True), message))


@dataclass(frozen=True, slots=True)
class When:
    """What a clock in a zone shows, or a whole day by its midnight. `zone` is None for a time without one: London."""

    local: datetime
    zone: tzinfo | None
    is_day: bool = False

    @property
    def clock(self) -> tzinfo:
        """The zone whose clocks show it."""
        return self.zone or LONDON


def read_when(found: Property) -> list[When]:
    """The days or times a property lists. Raises Refused for what is none, or an unknown time zone."""
    zone = _zone(found)
    values = []
    for text in found.value.split(","):
        try:
            value = vDDDTypes.from_ical(text.strip())
        except (ValueError, OverflowError) as error:
            raise found.problem("This is no date or time.") from error
        if isinstance(value, datetime):
            is_utc = value.tzinfo is not None
            values.append(When(value.replace(tzinfo=None), UTC if is_utc else zone))
        elif isinstance(value, date):
            values.append(When(datetime.combine(value, time.min), zone, is_day=True))
        else:
            raise found.problem("This is no date or time.")
        if not values[-1].is_day and not FIRST_YEAR <= values[-1].local.year <= LAST_YEAR:
            raise found.problem("Check the year.")
    return values


def _zone(found: Property) -> tzinfo | None:
    """The zone a property names. Its definition in the file is not looked at: the name must be a known one."""
    name = found.parameters.get("TZID")
    if name is None:
        return None
    given = name.strip().strip('"')
    known = _known_zones()
    for each in (given, WINDOWS_TO_OLSON.get(given, ""), "/".join(given.split("/")[-2:])):
        if each in known:
            return ZoneInfo(each)
    raise found.problem("The time zone this names is not known. Use one such as Europe/London.")


@cache
def _known_zones() -> frozenset[str]:
    return frozenset(available_timezones())


def moments(local: datetime, zone: tzinfo) -> list[datetime]:
    """The UTC moments at which the clocks of a zone show this time: none, one, or two where it comes twice."""
    found = {local.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)}
    return sorted(each for each in found if each.astimezone(zone).replace(tzinfo=None, fold=0) == local)


def one_moment(when: When, found: Property, local: datetime | None = None) -> datetime:
    """The moment of a time; the first of two, as calendars mean it. Raises Refused for one that never was."""
    shown = when.local if local is None else local
    try:
        readings = moments(shown, when.clock)
    except (OverflowError, ValueError) as error:
        raise found.problem("Check the year.") from error
    if not readings:
        raise found.problem(
            f"The clocks go forward on {words.day(shown.date())}: there is no {shown:%H:%M}. Check this event."
        )
    return readings[0]
