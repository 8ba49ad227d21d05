"""Text as it is read: without the marks of Markdown, and with nothing in it that cannot be seen."""

import functools
import html
import itertools
import re
import unicodedata
from collections.abc import Iterable, Iterator

# One character that may be a mark, and what belongs to it: an escaped sign, the rest of a reference, where a link
# leads, the rest of a tag. No part can be long, so a text of marks takes no longer than another.
_MARK = re.compile(
    r"[\\&\[\]*_`~<>\x80-\U0010ffff]"
    r"(?:(?<=\\)[!-/:-@\[-`{-~]"
    r"|(?<=&)(?:#\d{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});"
    r"|(?<=\])\([^()]{0,300}(?:\([^()]{0,300}\)[^()]{0,300})?\)"
    r"|(?<=_)_+"
    r"|(?<=<)/?[A-Za-z][^<>]{0,200}>)?"
)
_EMPTY = "\u2800\u3164\u115f\u1160\uffa0"  # Letters and signs that show nothing.
_BLOCK = re.compile(r"\s*(?:[-*+]|\d{1,9}[.)]|#{1,6}|\|)(?:\s|$)|\s*\|")


def plain(text: str) -> str:
    """The text as somebody reads it, its spaces and dashes made plain ones."""
    return _MARK.sub(_read, text)


def is_blank(text: str) -> bool:
    """Say whether nothing of a text can be seen."""
    return not any(_character(char).strip() for char in html.unescape(text))


def repeated(texts: Iterable[str]) -> Iterator[int]:
    """The places of the texts that read like one before, in letters of any size."""
    seen: set[str] = set()
    for at, text in enumerate(texts):
        read = " ".join(plain(text).casefold().split())
        if read in seen:
            yield at
        seen.add(read)


def places(text: str) -> list[int]:
    """For each character that is read, its place in the text as it is written."""
    found: list[int] = []
    last = 0
    for match in _MARK.finditer(text):
        found += range(last, match.start())
        found += [match.start()] * len(_read(match))
        last = match.end()
    return [*found, *range(last, len(text))]


def paragraphs(text: str) -> Iterator[tuple[int, str]]:
    """The paragraphs, items, headings and rows of a text, each with the number of lines above it."""
    lines = text.split("\n")
    begins = itertools.accumulate(bool(_BLOCK.match(line)) or not line.strip() for line in lines)
    for _, block in itertools.groupby(zip(begins, enumerate(lines), strict=True), key=lambda line: line[0]):
        told = [line for _, line in block]
        yield told[0][0], "\n".join(line for _, line in told)


def _read(match: re.Match[str]) -> str:
    mark, sign = match[0], match[0][0]
    if sign == "\\":
        return mark[1:]
    if sign == "&":
        told = html.unescape(mark)
        return mark if told == mark else "".join(map(_character, told))
    if sign == "_":
        return " " if _is_inside_a_word(match) else ""
    if sign in "<>":
        return " " if mark != "<" else mark
    return "" if sign in "*`[]~" else _character(sign)


def _is_inside_a_word(match: re.Match[str]) -> bool:
    at = match.start()
    before, after = match.string[max(at - 1, 0) : at], match.string[match.end() : match.end() + 1]
    return before.isalnum() and after.isalnum()


@functools.lru_cache(maxsize=1 << 12)
def _character(char: str) -> str:
    """What a character looks like: a dash is a hyphen, and what has no width is nothing."""
    kind = unicodedata.category(char)
    if kind == "Pd" or char == "\N{MINUS SIGN}":
        return "-"
    if kind in ("Cf", "Mn", "Me"):
        return ""
    return " " if char in _EMPTY else unicodedata.normalize("NFKC", char)
