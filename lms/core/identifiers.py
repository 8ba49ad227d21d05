"""Finds what could say who a patient is in a free text. Pure: it reads a text and returns places, never values."""

import enum
from dataclasses import dataclass

from lms.core import identifier_patterns as patterns
from lms.core.errors import RuleViolation
from lms.core.words import join_words

LONGEST = 25_000  # characters; nothing longer is kept as free text, so nothing longer is looked at


NEVER_STORED = "Remove the NHS number. It is never stored here, and nothing has been saved."


class IdentifierKind(enum.StrEnum):
    """What a found piece of text looks like."""

    NHS_NUMBER = "nhs-number"
    EMAIL = "email"
    PHONE = "phone"
    DATE_OF_BIRTH = "date-of-birth"
    INCIDENT_NUMBER = "incident-number"
    POSTCODE = "postcode"
    NAME = "name"

    @property
    def label(self) -> str:
        """The kind in words, as it stands in a sentence."""
        return KIND_WORDS[self]


KIND_WORDS = {
    IdentifierKind.NHS_NUMBER: "an NHS number",
    IdentifierKind.EMAIL: "an email address",
    IdentifierKind.PHONE: "a phone number",
    IdentifierKind.DATE_OF_BIRTH: "a date of birth",
    IdentifierKind.INCIDENT_NUMBER: "an incident number",
    IdentifierKind.POSTCODE: "a postcode",
    IdentifierKind.NAME: "a title and surname",
}


@dataclass(frozen=True, slots=True)
class Found:
    """One piece of a text that may identify somebody: `text[start:end]`."""

    kind: IdentifierKind
    start: int
    end: int


def is_nhs_number(digits: str) -> bool:
    """Say whether ten digits carry the right check digit of an NHS number."""
    return patterns.is_nhs_number(digits)


# In order of weight: where two finds overlap, the earlier kind is kept.
FINDERS = (
    (IdentifierKind.NHS_NUMBER, patterns.nhs_numbers),
    (IdentifierKind.EMAIL, patterns.emails),
    (IdentifierKind.PHONE, patterns.phones),
    (IdentifierKind.DATE_OF_BIRTH, patterns.dates_of_birth),
    (IdentifierKind.INCIDENT_NUMBER, patterns.incident_numbers),
    (IdentifierKind.POSTCODE, patterns.postcodes),
    (IdentifierKind.NAME, patterns.names),
)


def find_identifiers(text: str) -> list[Found]:
    """Every place of the text that looks like an identifier, in reading order and without overlaps.

    A find may be wrong, and no find proves nothing. Only the first 25,000 characters are looked at. What a browser
    finds with lms/static/identifiers.js is the same: a change here is made there as well.
    """
    plain = patterns.plain(text[:LONGEST])
    kept: list[Found] = []
    for kind, finder in FINDERS:
        for start, end in finder(plain):
            if all(end <= other.start or start >= other.end for other in kept):
                kept.append(Found(kind, start, end))
    return sorted(kept, key=lambda found: found.start)


def describe_finds(text: str, most: int = 5) -> str:
    """What was found and where, in a sentence for the person who wrote the text and for nobody else; empty if nothing.

    It repeats what was typed, so it belongs beside the text it is about and never in a log or a message.
    """
    found = find_identifiers(text)
    places = [f"{item.kind.label} “{_excerpt(text[item.start : item.end])}”{_line(text, item)}" for item in found]
    more = [f"{len(places) - most} more"] if len(places) > most else []
    return f"Found: {join_words([*places[:most], *more])}." if places else ""


def _excerpt(text: str, most: int = 60) -> str:
    words = " ".join(text.split())
    return words if len(words) <= most else f"{words[: most - 1]}…"


def _line(text: str, found: Found) -> str:
    return f" in line {text.count(chr(10), 0, found.start) + 1}" if "\n" in text else ""


def holds_nhs_number(text: str) -> bool:
    """Say whether a valid NHS number stands in the part of a text that is looked at."""
    return any(True for _ in patterns.nhs_numbers(patterns.plain(text[:LONGEST])))


def adds_identifiers(before: str, after: str) -> bool:
    """Say whether a text may identify somebody by anything the text before it did not hold."""
    named = [{text[found.start : found.end] for found in find_identifiers(text)} for text in (before, after)]
    return not named[1] <= named[0]


class MayIdentify(RuleViolation):
    """A text seems to hold what identifies somebody; its writer may confirm that it does not."""


class FileMayIdentify(RuleViolation):
    """The text of a file seems to hold what identifies somebody; its sender may confirm the file with this digest.

    The message names what was found, so it belongs beside the field and never in a log or a message.
    """

    def __init__(self, message: str, field: str, digest: str) -> None:
        super().__init__(message, field)
        self.digest = digest


class HoldsNhsNumber(RuleViolation):
    """A text holds a valid NHS number, which nobody may confirm."""


def check_free_text(text: str, *, no_identifiers: bool, field: str) -> None:
    """Refuse a text about care that may identify somebody; the message names kinds, never what was written.

    Raises RuleViolation for a valid NHS number or an over-long text always, MayIdentify for anything else until the
    writer has confirmed.
    """
    if len(text) > LONGEST:
        raise RuleViolation(f"Use {LONGEST:,} characters or fewer.", field)
    found = find_identifiers(text)
    kinds = list(dict.fromkeys(item.kind for item in found))
    if IdentifierKind.NHS_NUMBER in kinds:
        raise HoldsNhsNumber(NEVER_STORED, field)
    if kinds and not no_identifiers:
        words = join_words([kind.label for kind in kinds])
        raise MayIdentify(
            f"This text seems to hold {words}. Take it out, or confirm that nobody can be identified.", field
        )
