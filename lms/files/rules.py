"""Which files are taken, judged by their content and not by their name."""

import enum
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from lms.core.errors import RuleViolation
from lms.core.identifiers import LONGEST, FileMayIdentify, Found, HoldsNhsNumber, IdentifierKind, find_identifiers
from lms.core.words import join_words

MAX_BYTES = 10 * 1024 * 1024
# Proposals, to be confirmed by the service: a certificate or report has a few pages, and is read in less than a second.
MAX_PAGES = 100
MAX_CHARACTERS = 500_000
MAX_SECONDS = 10
MAX_MEMORY = 512 * 1024 * 1024
READ_AT_ONCE = 2  # In each process that serves pages.
MOST_NAMED = 5
OVERLAP = 200  # Longer than anything that is looked for.


class Unread(enum.StrEnum):
    """Why the text of a file cannot be looked at. Such a file is refused: it may hold anything."""

    ATTACHED = "attached"
    BROKEN = "broken"
    BUSY = "busy"
    LOCKED = "locked"
    TOO_LONG = "too-long"
    TOO_MUCH = "too-much"

    def refused(self) -> RuleViolation:
        """What to do, said beside the field `proof`."""
        return RuleViolation(_UNREAD[self], "proof")


_UNREAD = {
    Unread.ATTACHED: "The file carries other files, which cannot be checked. Choose a PDF without attachments",
    Unread.BROKEN: "The file is damaged, so its text cannot be checked. Save or print it as a PDF again",
    Unread.BUSY: "Other files are being checked just now. Choose the file again and send the form once more",
    Unread.LOCKED: "The file needs a password, so its text cannot be checked. Save it without a password",
    Unread.TOO_LONG: f"The file must have no more than {MAX_PAGES} pages and {MAX_CHARACTERS:,} characters of text."
    " Choose one with the pages that are needed",
    Unread.TOO_MUCH: "The text of the file takes too long to check. Print the pages that are needed as a new PDF",
}


class ScanState(enum.StrEnum):
    """What is known of a file's safety. Without a scanner a file stays `not-scanned` and is only ever downloaded."""

    NOT_SCANNED = "not-scanned"


SIGNATURES = {
    "application/pdf": b"%PDF-",
    "image/png": b"\x89PNG\r\n\x1a\n",
    "image/jpeg": b"\xff\xd8\xff",
}
WORDS = {"application/pdf": "PDF", "image/png": "PNG", "image/jpeg": "JPEG"}


def media_type_of(start: bytes, size: int, allowed: frozenset[str] = frozenset(SIGNATURES)) -> str:
    """The media type a file's first bytes prove. Raises RuleViolation with the reason it is refused."""
    if size == 0:
        raise RuleViolation("The file is empty", "proof")
    if size > MAX_BYTES:
        raise RuleViolation("The file must be 10 MB or smaller", "proof")
    for media_type, signature in SIGNATURES.items():
        if media_type in allowed and start.startswith(signature):
            return media_type
    kinds = ", ".join(sorted(WORDS[kind] for kind in allowed))
    raise RuleViolation(f"The file must be one of: {kinds}", "proof")


ENDINGS = {"application/pdf": ".pdf", "image/png": ".png", "image/jpeg": ".jpg"}


def safe_name(name: str, media_type: str) -> str:
    """A file name fit to be offered for download: no folders or control characters, the ending its content has.

    At most 100 characters.
    """
    last = PurePosixPath(name.replace("\\", "/")).name
    kept = "".join(char for char in unicodedata.normalize("NFC", last) if char.isprintable() and char not in '<>:"/|?*')
    stem = kept.partition(".")[0].strip()[:90] or "file"
    return f"{stem}{ENDINGS[media_type]}"


@dataclass(frozen=True, slots=True)
class PlacedText:
    """A text of a file, and where it stands in words, such as “on page 2”."""

    place: str
    text: str


def check_texts(texts: Iterable[PlacedText], *, digest: str, is_about_care: bool, confirmed: str = "") -> None:
    """Refuse a file whose text holds an NHS number, or what else may identify somebody and was not confirmed.

    `confirmed` is the digest of the file its sender has looked at: it says nothing about another one. In a file that is
    not about care a colleague may be named. Raises RuleViolation on the field `proof`.
    """
    found = [(each.place, *item) for each in texts for item in _finds(each.text)]
    numbers = [place for place, kind, _ in found if kind is IdentifierKind.NHS_NUMBER]
    if numbers:
        places = join_words(list(dict.fromkeys(numbers))[:MOST_NAMED])
        raise HoldsNhsNumber(
            f"The file holds an NHS number {places}. It is never stored here, and nothing has been saved. Take it"
            " out of the file and choose it again.",
            "proof",
        )
    if found and is_about_care and confirmed != digest:
        named = list(dict.fromkeys(f"{kind.label} “{words}” {place}" for place, kind, words in found))
        more = [f"{len(named) - MOST_NAMED} more"] if len(named) > MOST_NAMED else []
        raise FileMayIdentify(
            f"The file seems to hold {join_words([*named[:MOST_NAMED], *more])}. Choose another file, or confirm below"
            " that no patient can be identified and choose this one again: a browser does not keep it.",
            "proof",
            digest,
        )


def _finds(text: str) -> Iterator[tuple[IdentifierKind, str]]:
    """What was found in a text of any length, with its words."""
    for start in range(0, max(len(text), 1), LONGEST - OVERLAP):
        part = text[start : start + LONGEST]
        yield from ((each.kind, _words(part, each)) for each in find_identifiers(part))


def _words(text: str, found: Found, most: int = 60) -> str:
    words = " ".join(text[found.start : found.end].split())
    return words if len(words) <= most else f"{words[: most - 1]}…"
