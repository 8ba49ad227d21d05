"""The values of a row: what its cells say, and where the file has no column, the framework in force or a default."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from lms.competencies.rules.format import CapabilityFile, DomainFile, FrameworkFile
from lms.interop.rules.columns import (
    CARRIED,
    DESCRIPTION,
    DESCRIPTION_FORMAT,
    EXPORTED_ID,
    RELATED,
    RULE_TYPE,
    SCALE_CONFIGURATION,
    extra_columns,
    extra_fields,
    from_cell,
    heading,
)
from lms.interop.rules.moodle_text import plain
from lms.interop.rules.problems import Place, Remark
from lms.interop.rules.rows import Row, Sheet
from lms.interop.rules.scales import read_configuration, read_values, values_cell

Schema = type[FrameworkFile] | type[DomainFile] | type[CapabilityFile]
TO_NAME = "TO-NAME"
NOT_REVIEWED = "imported, not yet reviewed, not yet clinically approved"
CRITICAL = {"assessors": 2, "settings": 2, "real_patients": 1, "observed": 1, "least_grade": "verified-link"}
OTHER = {"assessors": 1, "settings": 1, "real_patients": 0, "observed": 0, "least_grade": "email-link"}
CRITICAL_MONTHS, OTHER_MONTHS = 12, 24
"""What a capability needs where an imported file does not say: proposals, to be confirmed by the service."""


class Base:
    """The framework in force, from which is taken what an imported file has no column for; it may be empty."""

    def __init__(self, body: Mapping[str, Any]) -> None:
        domains = body.get("domains", ())
        self._found: dict[tuple[Schema, str], Mapping[str, Any]] = {(FrameworkFile, str(body.get("slug"))): body}
        self._found |= {(DomainFile, each["code"]): each for each in domains}
        self._found |= {(CapabilityFile, each["code"]): each for domain in domains for each in domain["capabilities"]}

    def of(self, schema: Schema, code: str) -> Mapping[str, Any]:
        """What stands in force under a slug or code; empty if it is new."""
        return self._found.get((schema, code), {})


class Filling:
    """Reads row after row and keeps the place of each field, the problems, and the notes for people."""

    def __init__(self, sheet: Sheet, base: Base, on: date) -> None:
        self.sheet, self.base, self.on = sheet, base, on
        self.places: dict[str, Place] = {}
        self.problems: list[Remark] = []
        self.notes: list[Remark] = []
        self.framework: Mapping[str, Any] = {}
        self._lacks_maps = False

    def values(self, schema: Schema, row: Row, loc: str) -> dict[str, Any]:
        """The fields of one row but its lists; `loc` is where the row stands in the body. The framework comes first."""
        prefix = f"{loc}." if loc else ""
        self.places[loc] = row.place("ID number")
        found: dict[str, Any] = {}
        for field, column in CARRIED[schema].items():
            self.places[prefix + field] = row.place(column)
            if text := self._carried(row, column):
                found[field] = text
        for name, field in extra_fields(schema).items():
            self.places[prefix + field] = row.place(name) if row.has(name) else row.place("ID number")
            if row.has(name):
                self._read(row, name, field, found)
        self._foreign(schema, row)
        self._fill(schema, row, found)
        self._say_what_is_lost(schema, row, found)
        return found

    def name_what_is_open(self, framework: dict[str, Any]) -> None:
        """Add the map and the source that new capabilities point at until people name the right ones."""
        if self._lacks_maps:
            framework["sources"] = {**framework["sources"], TO_NAME: "To be named"}
            framework["maps"] = {**framework["maps"], TO_NAME: {"title": "To be named", "source": TO_NAME}}

    def _carried(self, row: Row, column: str) -> str:
        if column == DESCRIPTION:
            return plain(row.cells[column], row.cells[DESCRIPTION_FORMAT].strip())
        return row.cells[column]

    def _read(self, row: Row, name: str, field: str, found: dict[str, Any]) -> None:
        text = row.cells[name]
        if not text:
            return
        try:
            found[field] = from_cell(text)
        except (ValueError, RecursionError):
            message = "This is not valid JSON. Put text that begins like this in quotation marks."
            self.problems.append(row.problem(name, message))

    def _foreign(self, schema: Schema, row: Row) -> None:
        own = extra_fields(schema)
        for name in extra_columns():
            if name not in own and row.cells[name]:
                self.problems.append(row.problem(name, f"{_KINDS[schema]} has nothing in this column."))

    def _fill(self, schema: Schema, row: Row, found: dict[str, Any]) -> None:
        """What there is no column for: as it is in force, or a default."""
        in_force = self.base.of(schema, row.id)
        absent = [field for name, field in extra_fields(schema).items() if not row.has(name)]
        kept = [field for field in absent if field in in_force and (schema, field) not in _FROM_SCALE]
        found |= {field: in_force[field] for field in kept}
        defaults = {field: _DEFAULTS[schema, field](self, row) for field in absent if (schema, field) in _DEFAULTS}
        filled = [field for field, value in defaults.items() if field not in kept and value is not None]
        found |= {field: defaults[field] for field in filled}
        self._lacks_maps = self._lacks_maps or found.get("maps") == [TO_NAME]
        if kept:
            self._note(row, f"{_named(kept)}: the file has no such columns, so this stays as it is in force.")
        if schema is FrameworkFile:
            self._follow_scale(row, found)
        if unsaid := [field for field in filled if (schema, field) not in _FROM_SCALE]:
            self._note(row, f"{_named(unsaid)}: the file has no such columns. Fill in what stands there as a default.")

    def _follow_scale(self, row: Row, found: dict[str, Any]) -> None:
        """Take the scale and the levels the award asks from Moodle's columns where the file has no others."""
        if not row.has(heading("scale")) and read_values(values_cell(_titles(found))) != self.sheet.levels:
            found["scale"] = _DEFAULTS[FrameworkFile, "scale"](self, row)
            self._note(row, "Scale: the levels are not those in force. Say what each of them looks like.")
        if not row.has(heading("other")):
            found["other"] = {**found["other"], "award_level": self.award_level(critical=False)}
        some_are_critical = any(self.is_critical(each) for below in self.sheet.capabilities.values() for each in below)
        if not row.has(heading("critical")) and some_are_critical:
            found["critical"] = {**found["critical"], "award_level": self.award_level(critical=True)}

    def _note(self, row: Row, message: str) -> None:
        self.notes.append(Remark(row.place("ID number"), f"{row.id}: {message}"))

    def _say_what_is_lost(self, schema: Schema, row: Row, found: Mapping[str, Any]) -> None:
        lost = [name for name in (RULE_TYPE, RELATED, EXPORTED_ID) if row.cells[name].strip()]
        lost += [DESCRIPTION] if schema is DomainFile and row.cells[DESCRIPTION].strip() else []
        if lost:
            self._note(row, f"{', '.join(lost)}: this is Moodle's own and is not kept.")
        self._compare_scale(schema, row, found)

    def _compare_scale(self, schema: Schema, row: Row, found: Mapping[str, Any]) -> None:
        """Say where the scale configuration and our own column name another level: our own is read."""
        if schema is DomainFile or not row.has(heading("critical")):
            return
        if schema is FrameworkFile:
            self.framework = found
        is_critical = schema is CapabilityFile and bool(found.get("critical"))
        group = self.framework.get("critical" if is_critical else "other")
        asked = group.get("award_level") if isinstance(group, Mapping) else None
        said = self.enough(row)
        if asked is not None and said != asked:
            message = f"the scale configuration says level {said}, our own columns level {asked}: ours is read."
            self._note(row, message)

    def enough(self, row: Row) -> int:
        """What the scale configuration of a row says, or that of the framework where it has none."""
        text = row.cells[SCALE_CONFIGURATION].strip() or self.sheet.framework.cells[SCALE_CONFIGURATION]
        return read_configuration(text, len(self.sheet.levels))

    def award_level(self, *, critical: bool) -> int:
        """The level the award asks, by the configuration of the framework, or of what stands out from it."""
        other = self.enough(self.sheet.framework)
        if not critical:
            return other
        rows = [row for below in self.sheet.capabilities.values() for row in below]
        return max([other, *(self.enough(row) for row in rows)])

    def is_critical(self, row: Row) -> bool:
        """Whether a capability asks more of the scale than the framework does."""
        return self.enough(row) > self.enough(self.sheet.framework)


def _titles(found: Mapping[str, Any]) -> list[str]:
    return [anchor["title"] for anchor in found["scale"]]


def _named(fields: list[str]) -> str:
    return ", ".join(heading(field) for field in fields)


_KINDS: Mapping[Schema, str] = {
    FrameworkFile: "The framework itself",
    DomainFile: "A domain",
    CapabilityFile: "A capability",
}
Default = Callable[[Filling, Row], Any]
_DEFAULTS: Mapping[tuple[Schema, str], Default] = {
    (FrameworkFile, "format"): lambda filling, row: 1,
    (FrameworkFile, "review"): lambda filling, row: {"status": NOT_REVIEWED, "by": filling.on.isoformat()},
    (FrameworkFile, "sources"): lambda filling, row: {TO_NAME: "To be named"},
    (FrameworkFile, "source"): lambda filling, row: TO_NAME,
    (FrameworkFile, "maps"): lambda filling, row: {TO_NAME: {"title": "To be named", "source": TO_NAME}},
    (FrameworkFile, "scale"): lambda filling, row: [
        {"level": level, "title": title, "text": title} for level, title in enumerate(filling.sheet.levels, start=1)
    ],
    (FrameworkFile, "scale_source"): lambda filling, row: TO_NAME,
    (FrameworkFile, "critical"): lambda filling, row: {
        **CRITICAL,
        "review_months": CRITICAL_MONTHS,
        "award_level": filling.award_level(critical=True),
    },
    (FrameworkFile, "other"): lambda filling, row: {
        **OTHER,
        "review_months": OTHER_MONTHS,
        "award_level": filling.award_level(critical=False),
    },
    (CapabilityFile, "pillars"): lambda filling, row: ["clinical"],
    (CapabilityFile, "maps"): lambda filling, row: [TO_NAME],
    (CapabilityFile, "critical"): lambda filling, row: True if filling.is_critical(row) else None,
    (CapabilityFile, "evidence"): lambda filling, row: [{"at_least": 1, "forms": ["mini-cex"]}],
}
_FROM_SCALE = frozenset({(CapabilityFile, "critical")})
