import pytest

from lms.core.plain import is_blank, paragraphs, places, plain


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("**high** and __low__", "high and low"),
        ("hi**gh**", "high"),
        ("a snake_case__name", "a snake case name"),
        ("[words](https://a.example/(b) 'c') after", "words after"),
        ("as in [S44]", "as in S44"),
        ("&amp; &#104;&#x69;&shy; &nope; &", "& hi &nope; &"),
        (r"\*not bold\* and\ so", "*not bold* and so"),
        ("<b>bold</b> 1 < 2", " bold  1 < 2"),
        ("5\N{EN DASH}6\N{EM DASH}7\N{MINUS SIGN}8", "5-6-7-8"),
        ("a\N{NO-BREAK SPACE}b\N{SOFT HYPHEN}c\N{ZERO WIDTH JOINER}d", "a bcd"),
        ("\N{FULLWIDTH LATIN SMALL LETTER H}igh", "high"),
        ("caf\N{LATIN SMALL LETTER E WITH ACUTE} “so”", "caf\N{LATIN SMALL LETTER E WITH ACUTE} “so”"),
    ],
)
def test_a_text_is_plain_as_it_is_read(text, read):
    assert plain(text) == read
    assert len(places(text)) == len(read)


def test_each_character_that_is_read_has_its_place_in_what_is_written():
    text = "So **h&#105;gh** it is"
    at = plain(text).index("high")
    assert text[places(text)[at] : places(text)[at + 3] + 1] == "h&#105;gh"


@pytest.mark.parametrize("text", ["", " \n", "\N{ZERO WIDTH SPACE}", "&nbsp;", "\N{HANGUL FILLER}"])
def test_what_cannot_be_seen_is_blank(text):
    assert is_blank(text)
    assert not is_blank(f"{text}.")


def test_paragraphs_items_headings_and_rows_stand_apart():
    text = "## A\n\nb\nc\n\n- d\n  e\n1. f\n\n| g | h |\n|---|---|\n"
    found = [(above, block) for above, block in paragraphs(text) if block.strip()]
    assert found == [(0, "## A"), (1, "\nb\nc"), (5, "- d\n  e"), (7, "1. f"), (9, "| g | h |"), (10, "|---|---|")]
