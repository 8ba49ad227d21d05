"""The text of a file, read before it is kept: one function for each kind of file that holds text."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from threading import BoundedSemaphore

from lms.files import rules
from lms.files.rules import PlacedText, Unread

_PROGRAM = Path(__file__).with_name("pdf_text.py")
_NEEDED = ("LD_LIBRARY_PATH", "PYTHONPATH")  # Where the libraries are; no secret is handed on.
_turns = BoundedSemaphore(rules.READ_AT_ONCE)


def read_texts(media_type: str, path: Path) -> Sequence[PlacedText]:
    """The texts of a file with their places; none where files of its kind hold no text that can be read.

    Raises RuleViolation on the field `proof` if the file cannot be looked at.
    """
    read = READERS.get(media_type)
    return read(path) if read else ()


def read_pdf(path: Path) -> Sequence[PlacedText]:
    """The texts of a PDF, read in a process of its own that is ended where it takes too long or too much memory."""
    if not _turns.acquire(timeout=rules.MAX_SECONDS):  # Files must not keep everybody waiting for a page.
        raise Unread.BUSY.refused()
    try:
        done = _run(path)
    except subprocess.TimeoutExpired:
        raise Unread.TOO_MUCH.refused() from None
    finally:
        _turns.release()
    if done.returncode < 0:  # The system ended it.
        raise Unread.TOO_MUCH.refused()
    done.check_returncode()
    found = json.loads(done.stdout)
    if problem := found.get("problem"):
        raise Unread(problem).refused()
    return [PlacedText(place, text) for place, text in found["texts"]]


def _run(path: Path) -> subprocess.CompletedProcess[bytes]:
    limits = (rules.MAX_PAGES, rules.MAX_CHARACTERS, rules.MAX_SECONDS, rules.MAX_MEMORY)
    with path.open("rb") as file:
        return subprocess.run(
            [sys.executable, "-P", str(_PROGRAM), *map(str, limits)],
            stdin=file,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # What a reader complains of may be what stands in the file.
            env={name: os.environ[name] for name in _NEEDED if name in os.environ},
            timeout=2 * rules.MAX_SECONDS,
        )


READERS: Mapping[str, Callable[[Path], Sequence[PlacedText]]] = {"application/pdf": read_pdf}
