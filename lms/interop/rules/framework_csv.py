"""A competency framework as CSV in the layout of Moodle's import and export, and back to an equal one."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from lms.competencies.rules.format import CapabilityFile, DomainFile, FrameworkFile
from lms.interop.rules.checking import check_framework_body
from lms.interop.rules.columns import (
    CARRIED,
    DESCRIPTION_FORMAT,
    IS_FRAMEWORK,
    MOODLE_COLUMNS,
    PARENT,
    RULE_CONFIG,
    SCALE_CONFIGURATION,
    SCALE_VALUES,
    TAXONOMY,
    as_cell,
    extra_columns,
    extra_fields,
)
from lms.interop.rules.filling import Base, Filling
from lms.interop.rules.moodle_text import PLAIN
from lms.interop.rules.problems import Reading, Refused
from lms.interop.rules.rows import Row, Sheet, read_sheet
from lms.interop.rules.scales import configuration_cell, values_cell
from lms.interop.rules.tables import read_table, write_table

Schema = type[FrameworkFile] | type[DomainFile] | type[CapabilityFile]
TAXONOMIES = "domain,competency,competency,competency"


def write_csv(body: Mapping[str, Any]) -> str:
    """The framework as CSV: one row for itself, then each domain followed by its capabilities."""
    return write_table((*MOODLE_COLUMNS, *extra_columns()), [_line(row) for row in _rows(body)])


def read_csv(data: bytes, *, on: date, base: Mapping[str, Any] | None = None) -> Reading:
    """The framework a CSV file holds, or every problem by row and column.

    What the file has no column for, as one written by Moodle, is taken from `base` where the code is the same, else
    from named defaults that are seen from the day `on`; each is told as a note.
    """
    try:
        sheet = read_sheet(read_table(data, (*MOODLE_COLUMNS, *extra_columns())))
        filling = Filling(sheet, Base(base or {}), on)
        body = _body(sheet, filling)
        if filling.problems:
            raise Refused(*filling.problems)
        check_framework_body(body, filling.places)
    except Refused as refused:
        return Reading(problems=refused.problems)
    return Reading(body=body, notes=tuple(filling.notes))


def _rows(body: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    titles = [anchor["title"] for anchor in body["scale"]]
    scale = {
        SCALE_VALUES: values_cell(titles),
        SCALE_CONFIGURATION: configuration_cell(len(titles), body["other"]["award_level"]),
    }
    critical = scale | {SCALE_CONFIGURATION: configuration_cell(len(titles), body["critical"]["award_level"])}
    yield _row(FrameworkFile, body) | scale | {IS_FRAMEWORK: "1", TAXONOMY: TAXONOMIES}
    for domain in body["domains"]:
        yield _row(DomainFile, domain) | {RULE_CONFIG: "null"}
        for each in domain["capabilities"]:
            own_scale = critical if each.get("critical") else {}
            yield _row(CapabilityFile, each) | own_scale | {PARENT: domain["code"], RULE_CONFIG: "null"}


def _row(schema: Schema, values: Mapping[str, Any]) -> dict[str, str]:
    cells = {column: str(values[field]) for field, column in CARRIED[schema].items()}
    cells |= {name: as_cell(values[field]) for name, field in extra_fields(schema).items() if field in values}
    return cells | {DESCRIPTION_FORMAT: PLAIN}


def _line(row: Mapping[str, str]) -> list[str]:
    return [row.get(column, "") for column in (*MOODLE_COLUMNS, *extra_columns())]


def _body(sheet: Sheet, filling: Filling) -> dict[str, Any]:
    """The body in the order of its schema: what the rows say, filled where a column is missing."""
    whole = filling.values(FrameworkFile, sheet.framework, "")
    whole["domains"] = [_domain(row, sheet, filling, f"domains.{at}") for at, row in enumerate(sheet.domains)]
    filling.name_what_is_open(whole)
    return _in_order(FrameworkFile, whole)


def _domain(row: Row, sheet: Sheet, filling: Filling, loc: str) -> dict[str, Any]:
    found = filling.values(DomainFile, row, loc)
    found["capabilities"] = [
        _in_order(CapabilityFile, filling.values(CapabilityFile, each, f"{loc}.capabilities.{at}"))
        for at, each in enumerate(sheet.capabilities[row.id])
    ]
    return _in_order(DomainFile, found)


def _in_order(schema: Schema, values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: values[name] for name in schema.model_fields if name in values}
