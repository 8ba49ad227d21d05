"""Reading frameworks as they leave, and what a file would change if it came in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from lms.competencies.queries import find_framework, get_framework, get_framework_body
from lms.competencies.rules import Capability
from lms.competencies.rules.differences import Difference, difference
from lms.competencies.rules.format import framework_from
from lms.competencies.rules.mappings import to_map
from lms.core.clock import today
from lms.core.days import london_day
from lms.interop.rules import FileFormat, Reading, check_texts, read_framework, write_framework


@dataclass(frozen=True, slots=True)
class Download:
    """A file that leaves: its name and its text."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Checked:
    """What a file says, and what would change in the framework in force; no difference where there is none yet.

    `to_map` are the capabilities in force whose signatures would wait for a mapping.
    """

    reading: Reading
    difference: Difference | None = None
    to_map: Sequence[Capability] = ()

    @property
    def waits(self) -> str:
        """What would follow for what was signed, as a sentence; empty where nothing would."""
        if not self.to_map:
            return ""
        names = ", ".join(each.name for each in self.to_map)
        return f"What was signed under these would not count until a mapping is reviewed: {names}."


def export_framework(shape: FileFormat, version_id: UUID | None = None) -> Download:
    """One version of the framework as a file, or the one in force.

    Raises NotFound for what is no version of a framework, NotReady before any content was loaded.
    """
    version = get_framework_body(version_id or get_framework().id)
    day = london_day(version.published_at)
    return Download(f"{version.slug}-{day.isoformat()}.{shape.value}", write_framework(version.body, shape))


def check_file(data: bytes, shape: FileFormat, *, slug: str | None = None) -> Checked:
    """Hold a file against the framework in force. Nothing is stored.

    Raises RuleViolation if a text in it holds a valid NHS number.
    """
    current = find_framework()
    base: Mapping[str, Any] = get_framework_body(current.id).body if current else {}
    reading = read_framework(data, shape, on=today(), base=base, slug=slug)
    check_texts(reading.body)
    if not reading.is_right or current is None:
        return Checked(reading)
    new = framework_from(reading.body)
    return Checked(reading, difference(current.framework, new), to_map(current.framework, new))
