"""A main rota as a table: date, start and end in each row as a London clock shows them; for many people by email."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, time

from lms.core import words
from lms.core.days import LONDON
from lms.core.errors import RuleViolation
from lms.interop.rules.problems import Place, Refused, Remark
from lms.interop.rules.rota import LARGEST_ROTA, MOST_SHIFTS, Days, RotaReading, RotaRow, refused, settle
from lms.interop.rules.tables import Table, read_table
from lms.placements.rules.rota import RotaSource
from lms.placements.rules.times import Repeated, Span, resolve_span

DATE, STARTS, ENDS, EMAIL = "Date", "Starts", "Ends", "Email"
NAMES = {
    DATE: ("date", "shift date", "start date", "day"),
    STARTS: ("starts", "start", "start time", "from"),
    ENDS: ("ends", "end", "end time", "finish", "until", "to"),
    EMAIL: ("email", "e-mail", "email address"),
}
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_DAY_FIRST = re.compile(r"(\d{1,2})[/.](\d{1,2})[/.](\d{4})")
_TIME = re.compile(r"(\d{1,2}):?(\d{2})(?::00)?(?:\s*(bst|gmt))?", re.IGNORECASE)
WHICH = {"": None, "BST": Repeated.FIRST, "GMT": Repeated.SECOND}
Clock = tuple[time, str]  # A time and, where it was said, which clock time of the year.
HOW_TO_SAY = "Write BST after the time for the first, GMT for the second."
MIDNIGHT_LATE = re.compile(r"24:?00(?::00)?")


def read_rota_csv(data: bytes, days: Days, *, many: bool = False) -> RotaReading:
    """The rota a CSV file holds, or every problem by row and column. With `many`, each row says whose it is.

    Only times are kept: other columns are left out. A row without times says that nothing is worked on its day.
    """
    wanted = (*((EMAIL,) if many else ()), DATE, STARTS, ENDS)
    try:
        known = [name for heading in wanted for name in NAMES[heading]]
        table = read_table(data, known, needed=wanted, largest=LARGEST_ROTA, most_rows=MOST_SHIFTS)
        columns = _columns(table, wanted)
    except Refused as problem:
        return refused(RotaSource.CSV, problem)
    rows: list[RotaRow] = []
    problems: list[Remark] = []
    named: dict[str, Place] = {}
    for number, cells in table.rows:
        row = _Row(number, cells, columns)
        if not any(row.cell(heading) for heading in wanted):
            continue
        if row.cell(EMAIL):
            named.setdefault(row.cell(EMAIL).lower(), row.place(EMAIL))
        try:
            rows.append(_read(row))
        except Refused as problem:
            problems.extend(problem.problems)
    reading = settle(RotaSource.CSV, rows, days, problems=problems, notes=_notes(table, columns, rows))
    # Where a row is wrong, whose it is can still be looked up: everything wrong is told in one round.
    return replace(reading, places=named) if reading.problems else reading


@dataclass(frozen=True, slots=True)
class _Row:
    number: int
    cells: tuple[str, ...]
    columns: Mapping[str, int]

    def cell(self, heading: str) -> str:
        return self.cells[self.columns[heading]].strip() if heading in self.columns else ""

    def place(self, heading: str) -> Place:
        return Place(self.number, self.columns[heading] + 1, heading)

    def problem(self, heading: str, message: str) -> Refused:
        return Refused(Remark(self.place(heading), message))


def _columns(table: Table, wanted: tuple[str, ...]) -> dict[str, int]:
    found: dict[str, int] = {}
    for number, given in enumerate(table.headings):
        heading = next((each for each in wanted if given.casefold() in NAMES[each]), None)
        if heading is None:
            continue
        if heading in found:
            raise Refused(Remark(Place(1, number + 1), f"Another column is the {heading.lower()} already."))
        found[heading] = number
    missing = [heading for heading in wanted if heading not in found]
    if missing:
        all_of_them = f"The first row must name these columns: {', '.join(wanted)}."
        raise Refused(Remark(Place(1, 1), f"{all_of_them} Not found: {', '.join(missing)}."))
    return found


def _notes(table: Table, columns: Mapping[str, int], rows: list[RotaRow]) -> Iterator[str]:
    others = len([heading for heading in table.headings if heading]) - len(columns)
    if others:
        yield f"Only times are kept: {words.number_of(others, 'other column', 'other columns')} will be left out."
    free = sum(row.span is None for row in rows)
    if free:
        yield f"{words.number_of(free, 'row has', 'rows have')} no times and will be taken as days without work."


def _read(row: _Row) -> RotaRow:
    """One row. Raises Refused with all that is wrong in it."""
    is_free = not row.cell(STARTS) and not row.cell(ENDS)
    problems = [*_wrong_cells(row, is_free=is_free)]
    if problems:
        raise Refused(*problems)
    whose = row.cell(EMAIL).lower()
    named = row.place(EMAIL) if EMAIL in row.columns else None
    day = _day(row)
    if is_free:
        return RotaRow(row.place(DATE), day, None, whose, named)
    start, end = _time(row, STARTS), _time(row, ENDS)
    if start == end:
        raise row.problem(ENDS, "The shift ends at the time it starts. Check both.")
    return RotaRow(row.place(STARTS), day, _span(row, day, start, end), whose, named)


def _wrong_cells(row: _Row, *, is_free: bool) -> Iterator[Remark]:
    """What is wrong in single cells of a row, so that a row is not put right a cell a round."""
    if EMAIL in row.columns and not row.cell(EMAIL):
        message = "Enter the email address of the person whose shift this is."
        yield Remark(row.place(EMAIL), message)
    reads: list[Callable[[], object]] = [lambda: _day(row)]
    if not is_free:
        reads += [lambda: _time(row, STARTS), lambda: _time(row, ENDS)]
    for read in reads:
        try:
            read()
        except Refused as problem:
            yield from problem.problems


def _span(row: _Row, day: date, start: Clock, end: Clock) -> Span:
    try:
        span = resolve_span(day, start[0], end[0], starts_repeated=WHICH[start[1]], ends_repeated=WHICH[end[1]])
    except RuleViolation as problem:
        field = (problem.field or "").removesuffix("_repeated")
        heading = {"starts": STARTS, "ends": ENDS}.get(field, DATE)
        is_twice = (problem.field or "").endswith("_repeated")
        message = problem.message.replace("Say which one you mean.", HOW_TO_SAY) if is_twice else problem.message
        raise row.problem(heading, message) from problem
    for heading, moment, which in ((STARTS, span.started_at, start[1]), (ENDS, span.ended_at, end[1])):
        shown = moment.astimezone(LONDON).tzname()
        if which and shown != which:
            raise row.problem(heading, f"London clocks showed {shown} then. Leave {which} out.")
    return span


def _day(row: _Row) -> date:
    text = row.cell(DATE)
    iso, day_first = _ISO.fullmatch(text), _DAY_FIRST.fullmatch(text)
    try:
        if iso:
            return date(*(int(part) for part in iso.groups()))
        if day_first:
            day, month, year = (int(part) for part in day_first.groups())
            return date(year, month, day)
    except ValueError as error:
        raise row.problem(DATE, f"{text} is no date.") from error
    raise row.problem(DATE, "Enter the date as 2026-11-16 or 16/11/2026.")


def _time(row: _Row, heading: str) -> Clock:
    text = row.cell(heading)
    if MIDNIGHT_LATE.fullmatch(text) and heading == ENDS:
        return time(), ""
    found = _TIME.fullmatch(text)
    try:
        if found:
            return time(int(found[1]), int(found[2])), (found[3] or "").upper()
    except ValueError as error:
        raise row.problem(heading, f"{text} is no time of day.") from error
    raise row.problem(heading, "Enter the time on the 24-hour clock, such as 07:00 or 19:00.")
