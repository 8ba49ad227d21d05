"""A competency framework as JSON: the whole body of its content file, and back to an equal one."""

import json
import re
from collections.abc import Mapping
from json.decoder import scanstring  # type: ignore[attr-defined]
from typing import Any

from lms.core.content import DEEPEST
from lms.interop.rules.checking import check_framework_body
from lms.interop.rules.problems import Place, Reading, Refused, Remark
from lms.interop.rules.tables import LARGEST_FILE

_SPACE = re.compile(r"[ \t\r\n]*")
_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?")
_WORDS = {"true": True, "false": False, "null": None}


def write_json(body: Mapping[str, Any]) -> str:
    """The framework as JSON, as people can read it."""
    return json.dumps(body, indent=2, ensure_ascii=False) + "\n"


def read_json(data: bytes) -> Reading:
    """The framework a JSON file holds, or every problem by line and column."""
    try:
        text = _decoded(data)
        scanner = Scanner(text)
        body = scanner.whole()
        if not isinstance(body, dict):
            raise Refused(Remark(_place(text, 0), "This file must hold one group of fields in braces."))
        places = {loc: _place(text, at) for loc, at in scanner.starts.items()}
        check_framework_body(body, places)
    except Refused as refused:
        return Reading(problems=refused.problems)
    return Reading(body=body)


def _decoded(data: bytes) -> str:
    if len(data) > LARGEST_FILE:
        raise Refused(Remark(Place(1, 1, is_text=True), "This file is larger than 2 MB, which no framework is."))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8", errors="replace")
        raise Refused(Remark(_place(before, len(before)), "This is not valid UTF-8 text.")) from error
    if not text.strip():
        raise Refused(Remark(Place(1, 1, is_text=True), "This file is empty."))
    return text


def _place(text: str, at: int) -> Place:
    line_start = text.rfind("\n", 0, at) + 1
    return Place(text.count("\n", 0, at) + 1, at - line_start + 1, is_text=True)


class Scanner:
    """Reads JSON and keeps where each value stands, which the standard library's reader does not say."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.starts: dict[str, int] = {}

    def whole(self) -> Any:
        """The one value of the text."""
        value, at = self._value(self._skip(0), (), 0)
        at = self._skip(at)
        if at < len(self.text):
            raise self._wrong(at, "Nothing may follow the closing brace.")
        return value

    def _skip(self, at: int) -> int:
        found = _SPACE.match(self.text, at)
        return found.end() if found else at

    def _wrong(self, at: int, message: str) -> Refused:
        return Refused(Remark(_place(self.text, at), message))

    def _value(self, at: int, loc: tuple[str, ...], depth: int) -> tuple[Any, int]:
        self.starts[".".join(loc)] = at
        if depth > DEEPEST:
            raise self._wrong(at, f"More than {DEEPEST} lists and groups stand inside each other.")
        start = self.text[at : at + 1]
        if start == "{":
            return self._group(at, loc, depth)
        if start == "[":
            return self._list(at, loc, depth)
        if start == '"':
            return self._string(at)
        word = next((each for each in _WORDS if self.text.startswith(each, at)), "")
        if word:
            return _WORDS[word], at + len(word)
        return self._number(at)

    def _number(self, at: int) -> tuple[Any, int]:
        found = _NUMBER.match(self.text, at)
        if found is None or len(found[0]) > 20:
            raise self._wrong(at, "This is not valid JSON: a value should stand here.")
        return json.loads(found[0]), found.end()

    def _string(self, at: int) -> tuple[str, int]:
        try:
            value, end = scanstring(self.text, at + 1, True)
        except ValueError as error:
            raise self._wrong(getattr(error, "pos", at), "This is not valid JSON: this text is not right.") from error
        if any("\ud800" <= char <= "\udfff" for char in value):
            raise self._wrong(at, "This text holds half of a character.")
        return value, end

    def _group(self, at: int, loc: tuple[str, ...], depth: int) -> tuple[dict[str, Any], int]:
        found: dict[str, Any] = {}
        at = self._skip(at + 1)
        if self.text[at : at + 1] == "}":
            return found, at + 1
        while True:
            if self.text[at : at + 1] != '"':
                raise self._wrong(at, "This is not valid JSON: a name in quotation marks should stand here.")
            key_at = at
            key, at = self._string(at)
            if key in found:
                raise self._wrong(key_at, f"The name {json.dumps(key[:60], ensure_ascii=False)} stands here twice.")
            at = self._skip(at)
            if self.text[at : at + 1] != ":":
                raise self._wrong(at, "This is not valid JSON: a colon should stand here.")
            found[key], at = self._value(self._skip(at + 1), (*loc, key), depth + 1)
            at, is_over = self._next(at, "}")
            if is_over:
                return found, at

    def _list(self, at: int, loc: tuple[str, ...], depth: int) -> tuple[list[Any], int]:
        found: list[Any] = []
        at = self._skip(at + 1)
        if self.text[at : at + 1] == "]":
            return found, at + 1
        while True:
            value, at = self._value(at, (*loc, str(len(found))), depth + 1)
            found.append(value)
            at, is_over = self._next(at, "]")
            if is_over:
                return found, at

    def _next(self, at: int, end: str) -> tuple[int, bool]:
        """The start of the next item, or the place behind the end."""
        at = self._skip(at)
        sign = self.text[at : at + 1]
        if sign == end:
            return at + 1, True
        if sign != ",":
            raise self._wrong(at, f"This is not valid JSON: a comma or {end} should stand here.")
        return self._skip(at + 1), False
