"""The columns of a framework as CSV: Moodle's own, and to the right of them one for each field Moodle does not have."""

import json
import re
from collections.abc import Mapping
from typing import Any

import pydantic

from lms.competencies.rules.format import CapabilityFile, DomainFile, FrameworkFile

PARENT, ID, NAME, DESCRIPTION = "Parent ID number", "ID number", "Short name", "Description"
DESCRIPTION_FORMAT = "Description format"
SCALE_VALUES, SCALE_CONFIGURATION = "Scale values", "Scale configuration"
RULE_TYPE, RULE_OUTCOME, RULE_CONFIG = "Rule type (optional)", "Rule outcome (optional)", "Rule config (optional)"
RELATED, EXPORTED_ID = "Cross-referenced competency ID numbers", "Exported ID (optional)"
IS_FRAMEWORK, TAXONOMY = "Is framework", "Taxonomy"
MOODLE_COLUMNS = (
    PARENT,
    ID,
    NAME,
    DESCRIPTION,
    DESCRIPTION_FORMAT,
    SCALE_VALUES,
    SCALE_CONFIGURATION,
    RULE_TYPE,
    RULE_OUTCOME,
    RULE_CONFIG,
    RELATED,
    EXPORTED_ID,
    IS_FRAMEWORK,
    TAXONOMY,
)

# The fields Moodle's columns carry, by the column; the lists inside are rows of their own.
CARRIED: Mapping[type[pydantic.BaseModel], Mapping[str, str]] = {
    FrameworkFile: {"slug": ID, "title": NAME, "summary": DESCRIPTION},
    DomainFile: {"code": ID, "title": NAME},
    CapabilityFile: {"code": ID, "title": NAME, "indicator": DESCRIPTION},
}
ROWS = frozenset({"domains", "capabilities"})
_SCALAR = re.compile(r"-?\d|[\"\[{]|(?:true|false|null)\Z", re.IGNORECASE)


def heading(field: str) -> str:
    """The heading of the column that carries a field: its name as words."""
    return field.replace("_", " ").capitalize()


def extra_fields(schema: type[pydantic.BaseModel]) -> dict[str, str]:
    """The fields of one kind of row that have a column of their own, by their heading, in the order of the schema."""
    return {heading(name): name for name in schema.model_fields if name not in CARRIED[schema] and name not in ROWS}


def extra_columns() -> tuple[str, ...]:
    """The columns to the right of Moodle's: a new field of the content file is a new column without further work."""
    return tuple(dict.fromkeys(name for schema in CARRIED for name in extra_fields(schema)))


def as_cell(value: Any) -> str:
    """A value as a cell: text as it is, anything else, and text that would be read as something else, as JSON."""
    if isinstance(value, str) and value and not _SCALAR.match(value):
        return value
    return json.dumps(value, ensure_ascii=False)


def from_cell(text: str) -> Any:
    """The value a cell stands for; TRUE and FALSE as spreadsheets write them are taken. Raises ValueError."""
    if not _SCALAR.match(text):
        return text
    lowered = text.lower()
    return json.loads(lowered if lowered in ("true", "false", "null") else text, parse_constant=_refuse)


def _refuse(constant: str) -> None:
    raise ValueError(constant)
