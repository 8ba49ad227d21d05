"""The text of a PDF is found wherever a reader would find it, and no file keeps the service busy."""

import io
import time
import zlib
from pathlib import Path
from threading import BoundedSemaphore

import pypdf
import pytest

from lms.core.errors import RuleViolation
from lms.core.identifiers import HoldsNhsNumber
from lms.files import rules
from lms.files.rules import PlacedText, check_texts
from lms.files.services import reading
from lms.files.services.pdf_text import answer
from lms.files.services.reading import read_texts
from tests.factories.pdfs import drawn, pdf, pdf_of, stream

NUMBER = "943 476 5919"


def look(file: bytes) -> list[PlacedText]:
    """What stands in a file; the words of its problem if there is one."""
    found = answer(io.BytesIO(file), rules.MAX_PAGES, rules.MAX_CHARACTERS)
    return [PlacedText(*each) for each in found.get("texts", [(found.get("problem"), "")])]


def written(password: str = "", **details: str) -> bytes:
    """A file of one page as a program would write it, locked against changes or against reading."""
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(pdf(f"Seen as {NUMBER}")))
    writer.add_metadata({f"/{name}": value for name, value in details.items()})
    writer.encrypt(password, owner_password="owner", algorithm="AES-256")
    made = io.BytesIO()
    writer.write(made)
    return made.getvalue()


def in_parts(*parts: bytes) -> bytes:
    """A page whose text is drawn piece by piece."""
    return pdf_of(stream(b"BT /F1 12 Tf 72 700 Td %b ET" % b" ".join(parts)))


def packed(content: bytes) -> bytes:
    return stream(zlib.compress(content, 9), b"/Filter/FlateDecode")


TEXT = b"BT /F1 12 Tf 72 700 Td (Seen as 943 476 5919) Tj ET"
FORM = b"/Type/XObject/Subtype/Form/BBox[0 0 595 842]/Resources<</Font<</F1 3 0 R>>/XObject<</X1 4 0 R>>>>"
COMMENT = b"<</Type/Annot/Subtype/Text/Rect[0 0 9 9]/Contents(Is this 943 476 5919?)>>"
ATTACHED = b"<</Type/Annot/Subtype/FileAttachment/Rect[0 0 9 9]>>"
FIELD = b"<</Type/Annot/Subtype/Widget/FT/Tx/T(who)/V(943 476 5919)/Rect[0 0 9 9]>>"
MARK = b"<</Title(Re 943 476 5919)/Parent 4 0 R/Dest[7 0 R/Fit]>>"


@pytest.mark.parametrize(
    ("file", "place"),
    [
        pytest.param(pdf("A course", f"Seen as {NUMBER}"), "on page 2", id="a line"),
        pytest.param(pdf("Seen as 943\n476 5919"), "on page 1", id="over two lines"),
        pytest.param(in_parts(b"(943) Tj 30 0 Td (476) Tj 30 0 Td (5919) Tj"), "on page 1", id="in three pieces"),
        pytest.param(in_parts(b"[(9)-2(4)-2(3)-2(4)-2(7)-2(6)-2(5)-2(9)-2(1)-2(9)] TJ"), "on page 1", id="spread"),
        pytest.param(in_parts(b"3 Tr (943 476 5919) Tj"), "on page 1", id="laid under a scan"),
        pytest.param(pdf_of(packed(TEXT)), "on page 1", id="packed"),
        pytest.param(pdf_of(stream(b"/X1 Do"), more=[stream(TEXT, FORM)]), "on page 1", id="in a form of a page"),
        pytest.param(pdf("A", page=b"/Annots[4 0 R]", more=[COMMENT]), "in a comment on page 1", id="in a comment"),
        pytest.param(pdf("A", root=b"/AcroForm<</Fields[4 0 R]>>", more=[FIELD]), "in a field", id="in a field"),
        pytest.param(
            pdf("A", root=b"/Outlines 4 0 R", more=[b"<</Type/Outlines/First 5 0 R/Last 5 0 R/Count 1>>", MARK]),
            "in its bookmarks",
            id="in a bookmark",
        ),
        pytest.param(written(), "on page 1", id="locked against changes"),
    ],
)
def test_a_number_is_found_wherever_a_reader_would_find_it(file: bytes, place: str) -> None:
    with pytest.raises(HoldsNhsNumber, match=f"holds an NHS number {place}\\."):
        check_texts(look(file), digest="a", is_about_care=False)


def test_a_title_is_looked_at() -> None:
    assert PlacedText("in its title or other details", "About Mr Hale\n\n\n") in look(written(Title="About Mr Hale"))


@pytest.mark.parametrize("file", [pdf("A course on sleep, 4 April 2025"), pdf_of(stream(b"")), pdf("", "")])
def test_a_file_that_names_nobody_is_taken(file: bytes) -> None:
    check_texts(look(file), digest="a", is_about_care=True)


BOMB = zlib.compress(b" " * 100_000_000, 9)
STEPS = b"0 0 Td (x) Tj " * 500_000


@pytest.mark.parametrize(
    ("file", "problem"),
    [
        pytest.param(written(password="secret"), "locked", id="a password"),
        pytest.param(pdf("A", page=b"/Annots[4 0 R]", more=[ATTACHED]), "attached", id="a file pinned to a page"),
        pytest.param(
            pdf(
                "A",
                root=b"/Names<</EmbeddedFiles<</Names[(a) 4 0 R]>>>>",
                more=[b"<</Type/Filespec/F(a)/EF<</F 5 0 R>>>>", stream(b"943 476 5919", b"/Type/EmbeddedFile")],
            ),
            "attached",
            id="a file inside",
        ),
        pytest.param(b"%PDF-1.4 a certificate", "broken", id="no PDF"),
        pytest.param(pdf("A course")[:200], "broken", id="cut off"),
        pytest.param(pdf(), "broken", id="no pages"),
        pytest.param(pdf(*["x"] * (rules.MAX_PAGES + 1)), "too-long", id="too many pages"),
        pytest.param(pdf_of(packed(b"BT /F1 1 Tf (%b) Tj ET" % (b"x" * 600_000))), "too-long", id="too much text"),
        pytest.param(pdf_of(stream(BOMB, b"/Filter/FlateDecode")), "too-much", id="a bomb"),
        pytest.param(
            pdf_of(stream(zlib.compress(BOMB, 9), b"/Filter[/FlateDecode/FlateDecode]")), "too-much", id="a bomb in one"
        ),
        pytest.param(pdf_of(stream(b"/X1 Do"), more=[b"4 0 R"]), "broken", id="an object that is itself"),
        pytest.param(
            pdf_of(stream(b"/X1 Do"), more=[stream(b"/X1 Do", FORM)]), "broken", id="a form that draws itself"
        ),
        pytest.param(pdf_of(stream(b"/X1 Do " * 5_100), more=[stream(b"q Q", FORM)]), "broken", id="forms without end"),
    ],
)
def test_a_file_that_cannot_be_looked_at_is_refused_with_words(file: bytes, problem: str) -> None:
    assert look(file) == [PlacedText(problem, "")]
    assert rules.Unread(problem).refused().field == "proof"


@pytest.mark.parametrize(
    "file",
    [
        pytest.param(pdf_of(*[packed(b"BT /F1 9 Tf %b ET" % STEPS)] * 50), id="steps without end"),
    ],
)
def test_a_file_that_takes_too_long_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, file: bytes) -> None:
    monkeypatch.setattr(rules, "MAX_SECONDS", 2)
    place = tmp_path / "file"
    place.write_bytes(file)
    began = time.monotonic()
    with pytest.raises(RuleViolation, match="too long to check"):
        read_texts("application/pdf", place)
    assert time.monotonic() - began < 10


def test_nobody_waits_long_for_a_turn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "MAX_SECONDS", 0)
    monkeypatch.setattr("lms.files.services.reading._turns", BoundedSemaphore(1))
    with reading._turns, pytest.raises(RuleViolation, match="Other files are being checked"):
        read_texts("application/pdf", tmp_path / "file")


def test_pictures_are_not_read(tmp_path: Path) -> None:
    assert read_texts("image/png", tmp_path / "nothing") == ()


def test_a_long_text_is_looked_at_to_its_end() -> None:
    texts = [PlacedText("on page 1", "word " * 4_998 + f"{NUMBER} " + "word " * 9_000 + "Mr Hale")]
    with pytest.raises(HoldsNhsNumber):
        check_texts(texts, digest="a", is_about_care=True)
    named = [PlacedText("on page 1", texts[0].text.replace(NUMBER, ""))]
    with pytest.raises(RuleViolation, match="“Mr Hale” on page 1. Choose"):
        check_texts(named, digest="a", is_about_care=True, confirmed="b")
    check_texts(named, digest="a", is_about_care=True, confirmed="a")
    check_texts(named, digest="a", is_about_care=False)


def test_no_more_is_named_than_a_reader_can_take_in() -> None:
    texts = [PlacedText(f"on page {page}", "DOB 1/2/85.") for page in range(1, 9)]
    with pytest.raises(RuleViolation, match="on page 5 and 3 more"):
        check_texts(texts, digest="a", is_about_care=True)


def test_drawn_text_is_read_as_it_was_written() -> None:
    assert look(pdf_of(drawn("A (small) course\nin Führung"))) == [
        PlacedText("on page 1", "A (small) course\nin Führung\n")
    ]
