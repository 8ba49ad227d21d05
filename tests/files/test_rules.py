import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.core.errors import RuleViolation
from lms.files.rules import MAX_BYTES, media_type_of, safe_name

PDF, PNG, JPEG = b"%PDF-1.7\n%", b"\x89PNG\r\n\x1a\n\x00\x00", b"\xff\xd8\xff\xe0\x00\x10JFIF"


@pytest.mark.parametrize(("start", "kind"), [(PDF, "application/pdf"), (PNG, "image/png"), (JPEG, "image/jpeg")])
def test_the_first_bytes_say_what_a_file_is(start: bytes, kind: str) -> None:
    assert media_type_of(start, 2000) == kind


@pytest.mark.parametrize(
    "start",
    [
        pytest.param(b"<!DOCTYPE html><scr", id="a web page"),
        pytest.param(b"<svg xmlns=", id="a drawing that can run code"),
        pytest.param(b"MZ\x90\x00\x03\x00", id="a program"),
        pytest.param(b"#!/bin/sh\nrm -rf", id="a script"),
        pytest.param(b"PK\x03\x04\x14\x00", id="an archive or an office file"),
        pytest.param(b" %PDF-1.7", id="almost a PDF"),
        pytest.param(b"GIF89a", id="a picture of a kind that is not taken"),
        pytest.param(b"%PDF", id="too short to say"),
    ],
)
def test_anything_else_is_refused_whatever_its_name(start: bytes) -> None:
    with pytest.raises(RuleViolation, match="must be one of: JPEG, PDF, PNG"):
        media_type_of(start, 2000)


def test_a_kind_that_is_not_wanted_here_is_refused() -> None:
    with pytest.raises(RuleViolation, match="must be one of: PDF"):
        media_type_of(PNG, 2000, frozenset({"application/pdf"}))


@pytest.mark.parametrize(("size", "words"), [(0, "empty"), (MAX_BYTES + 1, "10 MB or smaller")])
def test_empty_and_large_files_are_refused(size: int, words: str) -> None:
    with pytest.raises(RuleViolation, match=words):
        media_type_of(PDF, size)


def test_a_file_of_exactly_ten_megabytes_is_taken() -> None:
    assert media_type_of(PDF, MAX_BYTES) == "application/pdf"


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("certificate.pdf", "certificate.pdf"),
        ("certificate", "certificate.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("..\\..\\windows\\system32\\cmd.exe", "cmd.pdf"),
        ("C:\\Users\\amina\\letter.pdf", "letter.pdf"),
        ("/absolute/letter.pdf", "letter.pdf"),
        ("letter.pdf.exe", "letter.pdf"),
        ("letter.html", "letter.pdf"),
        (".htaccess", "file.pdf"),
        ("..", "file.pdf"),
        ("", "file.pdf"),
        ("a\r\nSet-Cookie: b=1.pdf", "aSet-Cookie b=1.pdf"),
        ('a"; filename="b.html', "a; filename=b.pdf"),
        ("null\x00byte.pdf", "nullbyte.pdf"),
        ("\u202efdp.exe", "fdp.pdf"),
        ("<img src=x onerror=alert(1)>.png", "img src=x onerror=alert(1).pdf"),
        ("Führungszeugnis für Zoë.pdf", "Führungszeugnis für Zoë.pdf"),
        (unicodedata.normalize("NFD", "Zoë.pdf"), "Zoë.pdf"),
    ],
)
def test_a_hostile_name_becomes_a_harmless_one(name: str, safe: str) -> None:
    assert safe_name(name, "application/pdf") == safe


@pytest.mark.parametrize(
    ("kind", "ending"), [("application/pdf", ".pdf"), ("image/png", ".png"), ("image/jpeg", ".jpg")]
)
def test_a_name_has_the_ending_of_what_the_file_is(kind: str, ending: str) -> None:
    assert safe_name("photo.exe", kind) == f"photo{ending}"


def test_a_long_name_is_cut_and_keeps_its_ending() -> None:
    found = safe_name("x" * 300 + ".pdf", "application/pdf")
    assert len(found) <= 100
    assert found.endswith("x.pdf")


@given(st.text(max_size=300))
def test_no_name_leads_out_of_its_folder_or_breaks_a_header(name: str) -> None:
    found = safe_name(name, "application/pdf")
    assert found.endswith(".pdf")
    assert found.removesuffix(".pdf").strip(". ")
    assert len(found) <= 100
    assert found.isprintable()
    assert not set(found) & set('/\\<>:"|?*')
    assert safe_name(found, "application/pdf") == found
