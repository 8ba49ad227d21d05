"""Fields for a day and for a time of day."""

import re
from collections.abc import Sequence
from datetime import date, time
from typing import Any, ClassVar

from markupsafe import Markup

from lms.web.forms.asked import Asked, clean
from lms.web.forms.text import StringField

MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)


FIRST_YEAR, LAST_YEAR = 1900, 2100


class NHSDateField(Asked):
    """A day from 1900 to 2100 typed in three boxes; a date or None. The month may be typed as a word."""

    PARTS = ("day", "month", "year")
    invalid = "Enter a real date, for example 4 4 2025"

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:
        """Read the three boxes; `raw_data` holds what was typed in them."""
        self.process_errors: list[str] = []
        start = data if isinstance(data, date) else self.default() if callable(self.default) else self.default
        self.data = self.object_data = start if isinstance(start, date) else None
        self.typed = {part: str(getattr(self.data, part)) if self.data else "" for part in self.PARTS}
        self.wrong: frozenset[str] = frozenset()
        if formdata is None:
            return
        self.typed = {part: clean(formdata.get(f"{self.name}-{part}")) for part in self.PARTS}
        self.raw_data = [text for text in self.typed.values() if text]
        self.data = None
        if self.raw_data:
            self._read()

    def _read(self) -> None:
        missing = [part for part in self.PARTS if not self.typed[part]]
        if missing:
            self._refuse(f"The date must include a {' and a '.join(missing)}", missing)
            return
        if not re.fullmatch(r"[0-9]{4}", self.typed["year"]):
            self._refuse("The year must have 4 numbers, for example 2025", ["year"])
            return
        if not FIRST_YEAR <= int(self.typed["year"]) <= LAST_YEAR:
            self._refuse("Check the year", ["year"])
            return
        try:
            self.data = date(int(self.typed["year"]), _month(self.typed["month"]), _number(self.typed["day"]))
        except ValueError:
            self._refuse(self.invalid, self.PARTS)

    def _refuse(self, message: str, parts: Sequence[str]) -> None:
        self.process_errors.append(message)
        self.wrong = frozenset(parts)

    @property
    def first_id(self) -> str:
        """The first box that is wrong."""
        part = next((part for part in self.PARTS if part in self.wrong), "day")
        return f"{self.id}-{part}"

    def as_text(self) -> str:
        """What was typed, in the order of the boxes."""
        return " ".join(text for text in self.typed.values() if text)

    def render(self, options: dict[str, Any]) -> Markup:
        """Three boxes in a fieldset."""
        parts = [
            {
                "name": part,
                "value": self.typed[part],
                "width": 4 if part == "year" else 2,
                "error": bool(self.errors) and (part in self.wrong or not self.wrong),
            }
            for part in self.PARTS
        ]
        return self.macro("date_input", options, parts=parts)


def _number(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,2}", text):
        raise ValueError(text)
    return int(text)


def _month(text: str) -> int:
    word = text.lower().rstrip(".")
    if len(word) >= 3 and word.isalpha():
        return next((number for number, name in enumerate(MONTHS, 1) if name.startswith(word)), 0)
    return _number(text)


class NHSTimeField(StringField):
    """A time of day on a 24-hour clock, in one box; a time or None."""

    invalid = "Enter a time on the 24-hour clock, for example 07:30 or 19:30"
    defaults: ClassVar[dict[str, Any]] = {"width": 5, "inputmode": "numeric"}

    def process_data(self, value: Any) -> None:
        """Start from a time or None."""
        self.data = value

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        """Read 7:30, 07:30, 07.30 or 0730."""
        super().process_formdata(valuelist)
        typed, self.data = self.data, None
        if typed:
            match = re.fullmatch(r"([01]?[0-9]|2[0-3])[:.]?([0-5][0-9])", typed)
            if match is None:
                raise ValueError(self.invalid)
            self.data = time(int(match[1]), int(match[2]))

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return f"{self.data:%H:%M}" if isinstance(self.data, time) else ""
