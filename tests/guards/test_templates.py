"""Templates: each is used, none brings its own style or script, none imports what it does not use."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
TEMPLATES = sorted(path for path in (ROOT / "templates").rglob("*") if path.is_file())
HTML = [path for path in TEMPLATES if path.suffix == ".html"]
CODE = "\n".join(path.read_text() for path in (ROOT / "lms").rglob("*.py"))
MARKUP = {path: path.read_text() for path in TEMPLATES}


def name(path: Path) -> str:
    return path.relative_to(ROOT / "templates").as_posix()


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_every_template_is_used(path: Path) -> None:
    if name(path).startswith(("email/", "errors/")):
        word = name(path).split("/")[1].removesuffix(".html")
        assert f'"{word}"' in CODE, f"nothing names {name(path)}"
        return
    elsewhere = "\n".join(text for other, text in MARKUP.items() if other != path)
    assert f'"{name(path)}"' in CODE or f'"{name(path)}"' in elsewhere or _by_name(path), f"nothing uses {name(path)}"


def _by_name(path: Path) -> bool:
    """Home pages are chosen by the name of the role."""
    return name(path).startswith("home/") and f'"{path.stem}"' in CODE


@pytest.mark.parametrize("path", HTML, ids=name)
def test_no_template_has_inline_style_or_script(path: Path) -> None:
    text = MARKUP[path]
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=\"|javascript:", text)
    assert not re.search(r"<script(?![^>]*\ssrc=)", text)


@pytest.mark.parametrize("path", HTML, ids=name)
def test_no_template_turns_escaping_off(path: Path) -> None:
    assert not re.search(r"\|\s*safe\b|autoescape false", MARKUP[path])


@pytest.mark.parametrize("path", HTML, ids=name)
def test_no_caption_puts_a_name_into_the_title_of_the_window(path: Path) -> None:
    caption = r"set page_caption = [^%]*\b(?:person|trainee)"
    assert not re.search(caption, MARKUP[path]), "say in page_about whom the page is about"


@pytest.mark.parametrize("path", HTML, ids=name)
def test_no_template_imports_what_it_does_not_use(path: Path) -> None:
    text = MARKUP[path]
    for names in re.findall(r"\{% from \"[^\"]+\" import ([^%]+?) %\}", text):
        for imported in re.split(r",\s*", names.replace("with context", "")):
            used = imported.split(" as ")[-1].strip()
            assert len(re.findall(rf"\b{used}\b", text)) > 1, f"{used} is imported and not used"


# What stands in the class of kept texts without redactable(), and why.
SHOWN_BARE = {
    "home/decide_redaction.html": "it is the text that is asked about",
    "placements/show_site_feedback.html": "the id of a text would tell a site when it was written",
}


def test_texts_of_the_record_are_shown_by_the_one_macro_that_lets_a_reader_question_them() -> None:
    bare = {
        name(path)
        for path in HTML
        if name(path) != "macros/texts.html"
        and any("redactable(" not in line for line in MARKUP[path].splitlines() if "app-text" in line)
    }
    assert bare == set(SHOWN_BARE), "Show the text with redactable() of macros/texts.html, or say in SHOWN_BARE why not"
