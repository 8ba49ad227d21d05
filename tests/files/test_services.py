import hashlib
import io
from pathlib import Path
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from lms.audit.services import record
from lms.core.db import db, transaction
from lms.core.errors import NotFound, RuleViolation
from lms.core.ids import new_id
from lms.files import services
from lms.files.models import StoredFile
from lms.files.rules import MAX_BYTES, ScanState
from tests.cast import Cast
from tests.factories.pdfs import pdf

pytestmark = pytest.mark.usefixtures("context")

PNG = b"\x89PNG\r\n\x1a\n" + b"a picture of a course\n" * 40
NAMED = pdf("With Mr Hale at SE29 4XQ")


@pytest.fixture
def folder(app: Flask) -> Path:
    found: Path = app.config["SETTINGS"].instance_dir / "files"
    return found


def store(owner_id: UUID, content: bytes = PNG, name: str = "certificate.png", confirmed: str = "") -> StoredFile:
    received = services.receive(name, io.BytesIO(content), is_about_care=True, confirmed=confirmed)
    with transaction():
        stored = services.add_file(received, owner_id=owner_id)
        record(None, "check.recorded", stored, about=owner_id)
    return stored


def bytes_in(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def test_a_file_comes_back_byte_for_byte(cast: Cast, folder: Path) -> None:
    stored = store(cast.trainee)
    row, path = services.path_of(stored.id)
    assert path.read_bytes() == PNG
    assert path.is_relative_to(folder)
    assert row.sha256 == hashlib.sha256(PNG).hexdigest()
    assert (row.size, row.media_type, row.name) == (len(PNG), "image/png", "certificate.png")
    assert row.scan_state is ScanState.NOT_SCANNED


def test_the_same_bytes_are_kept_once_under_each_owner_s_name(cast: Cast, folder: Path) -> None:
    first = store(cast.trainee, name="mine.png")
    second = store(cast.trainee_b, name="also mine.png")
    assert first.id != second.id
    assert first.sha256 == second.sha256
    assert len(bytes_in(folder)) == 1
    assert {row.name for row in db.session.scalars(select(StoredFile))} == {"mine.png", "also mine.png"}


def test_where_the_bytes_lie_says_nothing_of_the_name(cast: Cast, folder: Path) -> None:
    store(cast.trainee, name="../../../outside.png")
    (path,) = bytes_in(folder)
    assert "outside" not in str(path)
    assert not list(folder.parent.glob("outside*"))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        pytest.param(b"", "empty", id="empty"),
        pytest.param(b"<html><script>alert(1)</script></html>", "must be one of", id="a web page called PDF"),
        pytest.param(b"%PDF-" + b"x" * MAX_BYTES, "10 MB or smaller", id="too large"),
        pytest.param(b"%PDF-1.4 a certificate", "is damaged", id="no PDF after all"),
        pytest.param(pdf("One", "Seen as 943\n476 5919"), "an NHS number on page 2", id="an NHS number"),
        pytest.param(NAMED, "“Mr Hale” on page 1 and a postcode “SE29 4XQ” on page 1", id="a name and a postcode"),
    ],
)
def test_a_refused_file_leaves_nothing_behind(cast: Cast, folder: Path, content: bytes, words: str) -> None:
    with pytest.raises(RuleViolation, match=words):
        store(cast.trainee, content)
    assert bytes_in(folder) == []
    assert db.session.scalars(select(StoredFile)).all() == []


def test_a_confirmed_file_is_kept_and_stays_when_somebody_else_is_refused_the_same(cast: Cast, folder: Path) -> None:
    store(cast.trainee, NAMED, confirmed=hashlib.sha256(NAMED).hexdigest())
    with pytest.raises(RuleViolation, match="confirm below that no patient"):
        store(cast.trainee_b, NAMED, confirmed=hashlib.sha256(PNG).hexdigest())
    assert [path.read_bytes() for path in bytes_in(folder)] == [NAMED]


def test_a_file_that_arrives_in_small_pieces_is_known_by_its_first_bytes(cast: Cast) -> None:
    class Slow(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            return super().read(min(size or 1, 3) if size and size > 0 else size)

    received = services.receive("slow.png", Slow(PNG), is_about_care=True)
    assert received.media_type == "image/png"
    assert received.size == len(PNG)


def test_a_file_whose_fact_failed_has_no_row(cast: Cast) -> None:
    received = services.receive("certificate.png", io.BytesIO(PNG), is_about_care=True)

    def work() -> None:
        with transaction():
            services.add_file(received, owner_id=cast.trainee)
            raise RuleViolation("The check was refused")

    with pytest.raises(RuleViolation):
        work()
    assert db.session.scalars(select(StoredFile)).all() == []


def test_a_file_without_a_ledger_entry_is_refused(cast: Cast) -> None:
    received = services.receive("certificate.png", io.BytesIO(PNG), is_about_care=True)
    with pytest.raises(RuntimeError, match="without a ledger entry: StoredFile"):
        services.add_file(received, owner_id=cast.trainee)


def test_what_is_not_there_is_not_found(cast: Cast, folder: Path) -> None:
    with pytest.raises(NotFound):
        services.path_of(new_id())
    stored = store(cast.trainee)
    bytes_in(folder)[0].unlink()
    with pytest.raises(NotFound, match="missing from the store"):
        services.path_of(stored.id)
