"""Storing files and opening them. The bytes of a file come to their place only once all of it was looked at."""

import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

from flask import current_app

from lms.core.db import db, transaction
from lms.core.errors import NotFound, RuleViolation
from lms.files import rules
from lms.files.models import StoredFile
from lms.files.services.reading import read_texts


def _folder() -> Path:
    folder: Path = current_app.config["SETTINGS"].instance_dir / "files"
    return folder


@dataclass(frozen=True, slots=True)
class Received:
    """A file whose bytes are checked and on disk, before any row speaks of it; `size` in bytes."""

    name: str
    media_type: str
    size: int
    sha256: str


def receive(name: str, stream: BinaryIO, *, is_about_care: bool, confirmed: str = "") -> Received:
    """Check a file by its content and its text, and put its bytes into the store; the same bytes are kept once.

    The text of a file that `is_about_care` must identify nobody, unless its sender has looked at this very file and
    says so: `confirmed` is its digest. An NHS number is refused in every file, and pictures are not read. Called before
    a transaction, which must stay short. Raises RuleViolation on the field `proof` if the file is empty, too large, of
    a kind that is not taken or cannot be looked at, or for what stands in it; nothing of it is kept then.
    """
    with _written(stream) as written:
        media_type = rules.media_type_of(written.start, written.size)
        texts = read_texts(media_type, written.path)
        rules.check_texts(texts, digest=written.sha256, is_about_care=is_about_care, confirmed=confirmed)
        target = _place(written.sha256)
        target.parent.mkdir(exist_ok=True)
        written.path.replace(target)
    return Received(rules.safe_name(name, media_type), media_type, written.size, written.sha256)


def add_file(received: Received, *, owner_id: UUID) -> StoredFile:
    """Add the row of a received file; the caller names it in the ledger with its own fact."""
    with transaction() as session:
        stored = StoredFile(
            owner_id=owner_id,
            name=received.name,
            media_type=received.media_type,
            size=received.size,
            sha256=received.sha256,
        )
        session.add(stored)
    return stored


def _place(sha256: str) -> Path:
    return _folder() / sha256[:2] / sha256[2:]


@dataclass(frozen=True, slots=True)
class _Written:
    """Bytes on disk under a name of no meaning, with their digest, how many there are and how they begin."""

    path: Path
    sha256: str
    size: int
    start: bytes


@contextmanager
def _written(stream: BinaryIO) -> Iterator[_Written]:
    """Write the bytes to disk; whatever is not moved to its place is gone afterwards."""
    folder = _folder()
    folder.mkdir(parents=True, exist_ok=True)
    digest, size, start = hashlib.sha256(), 0, b""
    with tempfile.NamedTemporaryFile(dir=folder, delete=False) as new:
        path = Path(new.name)
        try:
            while chunk := stream.read(65536):
                size += len(chunk)
                if size > rules.MAX_BYTES:
                    raise RuleViolation("The file must be 10 MB or smaller", "proof")
                start = (start + chunk)[:16]
                digest.update(chunk)
                new.write(chunk)
            new.flush()
            os.fsync(new.fileno())
            yield _Written(path, digest.hexdigest(), size, start)
        finally:
            path.unlink(missing_ok=True)


def path_of(file_id: UUID) -> tuple[StoredFile, Path]:
    """The row and the place of its bytes. Whoever calls has decided that the viewer may have it."""
    stored = db.session.get(StoredFile, file_id)
    if stored is None:
        raise NotFound
    path = _place(stored.sha256)
    if not path.is_file():
        raise NotFound("The file is missing from the store.")
    return stored, path
