"""The rows of a framework file in Moodle's layout: one framework, its domains, and the capabilities below each."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from lms.interop.rules.columns import (
    DESCRIPTION_FORMAT,
    ID,
    IS_FRAMEWORK,
    MOODLE_COLUMNS,
    NAME,
    PARENT,
    RELATED,
    RULE_CONFIG,
    SCALE_CONFIGURATION,
    SCALE_VALUES,
    extra_columns,
)
from lms.interop.rules.moodle_text import AS_HTML, AS_IT_IS
from lms.interop.rules.problems import Place, Refused, Remark
from lms.interop.rules.scales import read_configuration, read_values
from lms.interop.rules.tables import Table

_YES, _NO = frozenset({"1", "true", "yes"}), frozenset({"", "0", "false", "no"})


@dataclass(frozen=True, slots=True)
class Row:
    """One row with the places of its cells; a column the file does not have is an empty cell."""

    number: int
    cells: Mapping[str, str]
    columns: Mapping[str, int]

    @property
    def id(self) -> str:
        """The ID number, by which other rows name this one."""
        return self.cells[ID].strip()

    @property
    def parent(self) -> str:
        """The ID number of the row above this one in the tree; empty at the top."""
        return self.cells[PARENT].strip()

    @property
    def is_framework(self) -> bool:
        """Whether the row is the framework itself."""
        return self.cells[IS_FRAMEWORK].strip().lower() in _YES

    def has(self, heading: str) -> bool:
        """Whether the file has this column at all."""
        return heading in self.columns

    def place(self, heading: str) -> Place:
        """Where the cell under a heading stands; the row's first cell if there is no such column."""
        return Place(self.number, self.columns[heading], heading) if self.has(heading) else Place(self.number, 1)

    def problem(self, heading: str, message: str) -> Remark:
        """Say what is wrong with a cell."""
        return Remark(self.place(heading), message)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A framework's rows as a tree of two levels, in the order of the file."""

    framework: Row
    domains: tuple[Row, ...]
    capabilities: Mapping[str, tuple[Row, ...]]

    @property
    def levels(self) -> list[str]:
        """The levels of the scale, lowest first."""
        return read_values(self.framework.cells[SCALE_VALUES])


def read_sheet(table: Table) -> Sheet:
    """The rows of a table as a framework. Raises Refused with every problem of its headings, or of its rows."""
    columns = _columns(table.headings)
    rows = [
        Row(number, {name: cells[columns[name] - 1] if name in columns else "" for name in _known()}, columns)
        for number, cells in table.rows
    ]
    problems = [*_frameworks(rows), *_tree(rows), *(problem for row in rows for problem in _cells(row, rows))]
    if problems:
        raise Refused(*problems)
    framework = next(row for row in rows if row.is_framework)
    domains = tuple(row for row in rows if not row.is_framework and not row.parent)
    below = {domain.id: tuple(row for row in rows if row.parent == domain.id) for domain in domains}
    return Sheet(framework, domains, below)


def _known() -> tuple[str, ...]:
    return (*MOODLE_COLUMNS, *extra_columns())


def _columns(headings: Iterable[str]) -> dict[str, int]:
    """The number of each column by its heading, from 1."""
    known = {name.casefold(): name for name in _known()}
    found: dict[str, int] = {}
    problems = []
    for number, given in enumerate(headings, start=1):
        name = known.get(given.casefold())
        if name is None:
            problems.append(Remark(Place(1, number), f"There is no column called “{given[:60]}”."))
        elif name in found:
            problems.append(Remark(Place(1, number, name), "This heading stands here twice."))
        else:
            found[name] = number
    missing = [name for name in MOODLE_COLUMNS if name not in found]
    if missing:
        problems.append(Remark(Place(1, 1), f"The first row must name these columns: {', '.join(missing)}."))
    if problems:
        raise Refused(*problems)
    return found


def _frameworks(rows: list[Row]) -> Iterator[Remark]:
    frameworks = [row for row in rows if row.is_framework]
    if not frameworks:
        message = "No row is the framework itself: one must have 1 here."
        place = rows[0].place(IS_FRAMEWORK) if rows else Place(1, 1)
        yield Remark(place, message)
    for row in frameworks[1:]:
        yield row.problem(IS_FRAMEWORK, f"Row {frameworks[0].number} is the framework already: a file holds one.")
    if frameworks and frameworks[0].parent:
        yield frameworks[0].problem(PARENT, "The framework itself has no parent.")


def _tree(rows: list[Row]) -> Iterator[Remark]:
    by_id: dict[str, Row] = {}
    for row in rows:
        if not row.id:
            yield row.problem(ID, "This row has no ID number.")
        elif row.id in by_id:
            yield row.problem(ID, f"The ID number {row.id} already stands in row {by_id[row.id].number}.")
        else:
            by_id[row.id] = row
    for row in rows:
        if row.is_framework or not row.parent:
            continue
        above = by_id.get(row.parent)
        if above is None or above is row or above.is_framework:
            message = f"No other row is a domain with the ID number {row.parent}."
            yield row.problem(PARENT, message)
        elif above.parent:
            message = f"{row.parent} is a capability itself: a framework has domains and capabilities, no third level."
            yield row.problem(PARENT, message)
    parents = {row.parent for row in rows}
    for row in rows:
        if row.id and not row.is_framework and not row.parent and row.id not in parents:
            yield row.problem(ID, "This domain has no capability.")


def _cells(row: Row, rows: list[Row]) -> Iterator[Remark]:
    """What is wrong in Moodle's own columns, apart from where the row hangs."""
    if row.cells[IS_FRAMEWORK].strip().lower() not in _YES | _NO:
        yield row.problem(IS_FRAMEWORK, "This must be 1 for the framework itself, and 0 or empty for all else.")
    if not row.cells[NAME].strip():
        yield row.problem(NAME, "This row has no short name.")
    if row.cells[DESCRIPTION_FORMAT].strip() not in AS_HTML + AS_IT_IS:
        yield row.problem(DESCRIPTION_FORMAT, "This must be 0, 1, 2 or 4.")
    if not _is_json(row.cells[RULE_CONFIG]):
        yield row.problem(RULE_CONFIG, "This is not valid JSON.")
    ids = {each.id for each in rows}
    for related in filter(None, row.cells[RELATED].split(",")):
        if related.strip().replace("%2C", ",") not in ids:
            yield row.problem(RELATED, f"There is no row with the ID number {related.strip()[:60]}.")
    yield from _scale(row, rows)


def _is_json(text: str) -> bool:
    try:
        json.loads(text or "null")
    except (ValueError, RecursionError):
        return False
    return True


def _scale(row: Row, rows: list[Row]) -> Iterator[Remark]:
    values = read_values(row.cells[SCALE_VALUES])
    configuration = row.cells[SCALE_CONFIGURATION].strip()
    if row.is_framework and not values:
        yield row.problem(SCALE_VALUES, "Name the levels of the scale, lowest first, with commas between.")
    if not all(values):
        yield row.problem(SCALE_VALUES, "A level of the scale has no name.")
    whole = next((read_values(each.cells[SCALE_VALUES]) for each in rows if each.is_framework), [])
    if values and not row.is_framework and values != whole:
        yield row.problem(SCALE_VALUES, "A framework has one scale: this is another than that of the framework.")
    if (values or configuration or row.is_framework) and (values or whole):
        try:
            read_configuration(configuration, len(values or whole))
        except ValueError as error:
            yield row.problem(SCALE_CONFIGURATION, str(error))
