"""A reading as a trainee meets it: its sections, its sources, and how far somebody has come."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from lms.curriculum.rules.checks import CITATION


@dataclass(frozen=True, slots=True)
class Section:
    """One section of a reading: its place, its anchor, its heading and the Markdown under it."""

    number: int
    anchor: str
    heading: str
    text: str


@dataclass(frozen=True, slots=True)
class Progress:
    """How far one person has come in one reading; `section` is the furthest section seen, 0 for none."""

    section: int = 0
    is_finished: bool = False
    has_changed: bool = False

    @property
    def short_label(self) -> str:
        """The progress in one or two words."""
        return "Read" if self.is_finished else "Started" if self.section else "Not started"

    def label(self, sections: int) -> str:
        """The progress in words."""
        if self.is_finished:
            return "Read"
        if self.section:
            return f"Started: section {min(self.section, sections)} of {sections}"
        return "Not started"


NOT_STARTED = Progress()


def split_sections(text: str) -> tuple[str, tuple[Section, ...]]:
    """The words before the first heading and the sections, each begun by a line `## Heading`.

    Headings inside a section move up one step, because the section's own heading is set by the page.
    """
    opening: list[str] = []
    found: list[tuple[str, list[str]]] = []
    for line in text.splitlines():
        if line.startswith("## "):
            found.append((line[3:].strip(), []))
        else:
            (found[-1][1] if found else opening).append(re.sub(r"^##(#+ )", r"#\1", line))
    sections = tuple(
        Section(number, f"section-{number}", heading, "\n".join(lines).strip())
        for number, (heading, lines) in enumerate(found, start=1)
    )
    return "\n".join(opening).strip(), sections


def link_sources(text: str) -> str:
    """Turn source codes in square brackets into links to the list of sources at the end of the page."""

    def linked(match: re.Match[str]) -> str:
        codes = re.split(r"\s*,\s*", match[1])
        return ", ".join(f"[\\[{code}\\]](#source-{code})" for code in codes)

    return CITATION.sub(linked, text)


def without_sources(text: str) -> str:
    """The text without its source codes, for lists that do not show sources."""
    return re.sub(r"\s*" + CITATION.pattern, "", text)


def read_count(progress: Sequence[Progress]) -> str:
    """How many of the readings are read, in words."""
    if not progress:
        return "No readings"
    return f"{sum(one.is_finished for one in progress)} of {len(progress)} readings read"


def next_slug(slugs: Sequence[str], slug: str) -> str | None:
    """The reading after this one in its module, if there is one."""
    if slug not in slugs:
        return None
    following = slugs[slugs.index(slug) + 1 :]
    return following[0] if following else None
