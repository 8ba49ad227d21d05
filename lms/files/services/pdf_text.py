"""Prints the text of a PDF as JSON: a program of its own, run with `python pdf_text.py PAGES CHARACTERS SECONDS BYTES`.

It reads the file from its standard input. A PDF may be made to keep whoever reads it busy for ever or to fill the
memory, so this is never done in the process that serves pages: here the system itself ends it. It imports nothing of
the service, knows no secret, and writes nowhere but to its standard output.
"""

import contextlib
import io
import json
import logging
import re
import sys
from collections.abc import Iterable, Iterator
from typing import Any

import pypdf
import pypdf.errors

DETAILS = ("/Title", "/Subject", "/Author", "/Keywords")
COMMENTS = ("/Contents", "/T")
TAG = re.compile(r"<[^>]*>")
LARGEST_STREAM = 20_000_000  # Bytes of one part of a file once it is unpacked.
UNPACKED = (
    "array_based_stream_maximum_output_length",
    "lzw_maximum_output_length",
    "maximum_declared_stream_length",
    "run_length_maximum_output_length",
    "zlib_maximum_output_length",
)


class Refused(Exception):
    """The file cannot be looked at; the word says why."""


class Skipped(logging.Handler):
    """Hears when the library leaves out a part of a page that it cannot read, which it says nowhere else."""

    parts = 0

    def emit(self, record: logging.LogRecord) -> None:
        """Count it; what is said may repeat what stands in the file."""
        self.parts += 1


@contextlib.contextmanager
def whole_pages() -> Iterator[None]:
    """Refuse a file of which a part was left out."""
    said, skipped = logging.getLogger("pypdf._page"), Skipped()
    said.propagate = False
    said.addHandler(skipped)
    try:
        yield
    finally:
        said.removeHandler(skipped)
    if skipped.parts:
        raise Refused("broken")


def limit(seconds: int, size: int) -> None:
    """Have the system end this process where it takes too long or too much memory; not every system can."""
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource

        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
        resource.setrlimit(resource.RLIMIT_AS, (size, size))


def read(file: io.BytesIO, most_pages: int, most_characters: int) -> list[tuple[str, str]]:
    """Each text with its place in words. Raises Refused."""
    reader = pypdf.PdfReader(file)
    if reader.is_encrypted and not reader.decrypt(""):
        raise Refused("locked")
    if not 0 < len(reader.pages) <= most_pages:
        raise Refused("too-long" if reader.pages else "broken")
    found, size = [], 0
    for place, text in texts(reader):
        size += len(text)
        if size > most_characters:
            raise Refused("too-long")
        if text.strip():
            found.append((place, text))
    return found


def texts(reader: Any) -> Iterator[tuple[str, str]]:
    """Every text that somebody who opens the file could read, and its place."""
    if any(True for _ in reader.attachment_list):
        raise Refused("attached")
    for number, page in enumerate(reader.pages, start=1):
        yield f"on page {number}", page.extract_text()
        for note in page.get("/Annots") or ():
            comment = note.get_object()
            if comment.get("/Subtype") == "/FileAttachment":
                raise Refused("attached")
            if comment.get("/Subtype") != "/Widget":  # Part of a field.
                yield f"in a comment on page {number}", "\n".join(str(comment.get(name) or "") for name in COMMENTS)
    for field in (reader.get_fields() or {}).values():
        yield "in a field", str(field.get("/V") or "")
    for part in (reader.xfa or {}).values():
        yield "in a field", TAG.sub(" ", part.decode("utf-8", "replace"))
    details = reader.metadata or {}
    yield "in its title or other details", "\n".join(str(details.get(name) or "") for name in DETAILS)
    yield "in its bookmarks", "\n".join(titles(reader.outline))


def titles(outline: Iterable[Any]) -> Iterator[str]:
    """The words of all bookmarks."""
    for each in outline:
        if isinstance(each, list):
            yield from titles(each)
        else:
            yield str(each.title or "")


def answer(file: io.BytesIO, most_pages: int, most_characters: int) -> dict[str, Any]:
    """What was found, or why nothing was."""
    limits: dict[str, Any] = dict.fromkeys(UNPACKED, LARGEST_STREAM)
    try:
        with pypdf.apply_configuration(**limits, jbig2dec_binary=None, disable_legacy_handling=True), whole_pages():
            return {"texts": read(file, most_pages, most_characters)}
    except Refused as problem:
        return {"problem": str(problem)}
    except (MemoryError, RecursionError, pypdf.errors.LimitReachedError):
        return {"problem": "too-much"}
    except Exception:  # A broken file may raise anything, and what it raises may repeat what stands in the file.
        return {"problem": "broken"}


def main() -> None:
    """Read, and say what was found."""
    most_pages, most_characters, seconds, size = map(int, sys.argv[1:])
    limit(seconds, size)
    file = io.BytesIO(sys.stdin.buffer.read())
    json.dump(answer(file, most_pages, most_characters), sys.stdout)


if __name__ == "__main__":
    main()
