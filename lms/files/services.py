"""Storing files and opening them."""

import hashlib
import os
import tempfile
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


def put_bytes(stream: BinaryIO) -> tuple[str, int, bytes]:
    """Write a stream to the store; returns its SHA-256, its size in bytes and its first 16 bytes.

    The bytes are on disk before any row speaks of them; the same bytes are kept once.
    """
    folder = _folder()
    folder.mkdir(parents=True, exist_ok=True)
    digest, size, start = hashlib.sha256(), 0, b""
    with tempfile.NamedTemporaryFile(dir=folder, delete=False) as new:
        try:
            while chunk := stream.read(65536):
                size += len(chunk)
                if size > rules.MAX_BYTES:
                    raise RuleViolation("The file must be 10 MB or smaller", "file")
                start = start or chunk[:16]
                digest.update(chunk)
                new.write(chunk)
            new.flush()
            os.fsync(new.fileno())
        except BaseException:
            Path(new.name).unlink(missing_ok=True)
            raise
    name = digest.hexdigest()
    target = folder / name[:2] / name[2:]
    target.parent.mkdir(exist_ok=True)
    Path(new.name).replace(target)
    return name, size, start


def add_file(*, owner_id: UUID, name: str, stream: BinaryIO) -> StoredFile:
    """Check a file by its content and store it; the caller writes the ledger entry with its own fact.

    Raises RuleViolation on the field `file` if it is empty, too large or of a kind that is not taken.
    """
    sha256, size, start = put_bytes(stream)
    media_type = rules.media_type_of(start, size)
    with transaction() as session:
        stored = StoredFile(
            owner_id=owner_id, name=rules.safe_name(name), media_type=media_type, size=size, sha256=sha256
        )
        session.add(stored)
    return stored


def path_of(file_id: UUID) -> tuple[StoredFile, Path]:
    """The row and the place of its bytes. Whoever calls has decided that the viewer may have it."""
    stored = db.session.get(StoredFile, file_id)
    if stored is None:
        raise NotFound
    path = _folder() / stored.sha256[:2] / stored.sha256[2:]
    if not path.is_file():
        raise NotFound("The file is missing from the store.")
    return stored, path
