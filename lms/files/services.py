"""Storing files and opening them."""

import hashlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

from flask import current_app

from lms.core.db import db, transaction
from lms.core.errors import NotFound, RuleViolation
from lms.files import rules
from lms.files.models import StoredFile


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


def receive(name: str, stream: BinaryIO) -> Received:
    """Check a file by its content and put its bytes into the store; the same bytes are kept once.

    Called before a transaction, which must stay short. Raises RuleViolation on the field `proof` if the file is
    empty, too large or of a kind that is not taken.
    """
    sha256, size, start = _put_bytes(stream)
    try:
        media_type = rules.media_type_of(start, size)
    except RuleViolation:
        _place(sha256).unlink(missing_ok=True)
        raise
    return Received(rules.safe_name(name, media_type), media_type, size, sha256)


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


def _put_bytes(stream: BinaryIO) -> tuple[str, int, bytes]:
    folder = _folder()
    folder.mkdir(parents=True, exist_ok=True)
    digest, size, start = hashlib.sha256(), 0, b""
    with tempfile.NamedTemporaryFile(dir=folder, delete=False) as new:
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
        except BaseException:
            Path(new.name).unlink(missing_ok=True)
            raise
    target = _place(digest.hexdigest())
    target.parent.mkdir(exist_ok=True)
    Path(new.name).replace(target)
    return digest.hexdigest(), size, start


def path_of(file_id: UUID) -> tuple[StoredFile, Path]:
    """The row and the place of its bytes. Whoever calls has decided that the viewer may have it."""
    stored = db.session.get(StoredFile, file_id)
    if stored is None:
        raise NotFound
    path = _place(stored.sha256)
    if not path.is_file():
        raise NotFound("The file is missing from the store.")
    return stored, path
