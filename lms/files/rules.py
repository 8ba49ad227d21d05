"""Which files are taken, judged by their content and not by their name."""

import enum
import unicodedata
from pathlib import PurePosixPath

from lms.core.errors import RuleViolation

MAX_BYTES = 10 * 1024 * 1024


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
