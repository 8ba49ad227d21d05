"""Fields of text, numbers and files, and the single box to tick."""

import re
from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from flask_wtf.file import FileField as UploadField
from markupsafe import Markup
from werkzeug.datastructures import FileStorage

from lms.web.forms.asked import Asked, clean, take
from lms.web.forms.checks import MaxCharacters, MaxWords


class StringField(Asked):
    """One line of text, its words one space apart; never None."""

    input_type = "text"
    defaults: ClassVar[dict[str, Any]] = {}

    def __init__(self, label: str = "", validators: Sequence[Callable[..., None]] | None = None, **kwargs: Any) -> None:
        super().__init__(label, validators, **{**self.defaults, **kwargs})

    def process_data(self, value: Any) -> None:
        """Start from a value of the program; none is no text."""
        self.data: Any = "" if value is None else str(value)

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        """Take what was typed on one line; spaces alone are no answer."""
        self.data = " ".join(clean(valuelist[0]).split()) if valuelist else ""
        self.raw_data = [self.data]

    def _value(self) -> str:
        return "" if self.data is None else str(self.data)

    def render(self, options: dict[str, Any]) -> Markup:
        """A box for one line."""
        settings = take(options, "width", "suffix", "inputmode", "autocomplete", "spellcheck")
        return self.macro("input", options, value=self._value(), type=self.input_type, **settings)


class EmailField(StringField):
    """One email address."""

    input_type = "email"
    defaults: ClassVar[dict[str, Any]] = {"autocomplete": "email", "spellcheck": False}


class PasswordField(StringField):
    """A password: taken as typed, never shown again."""

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        """Take what was typed, spaces included."""
        self.data = valuelist[0] if valuelist else ""

    def as_text(self) -> str:
        """Nothing: a password is never shown."""
        return ""

    def render(self, options: dict[str, Any]) -> Markup:
        """A password box with a button to show what is typed."""
        return self.macro("password", options, **take(options, "autocomplete"))


class TextAreaField(StringField):
    """Several lines of text, stripped; `max_characters` or `max_words` limits it and shows what is left."""

    def __init__(
        self,
        label: str = "",
        validators: Sequence[Callable[..., None]] | None = None,
        *,
        max_characters: int | None = None,
        max_words: int | None = None,
        **kwargs: Any,
    ) -> None:
        limits: list[Callable[..., None]] = []
        if max_characters:
            limits.append(MaxCharacters(max_characters))
        if max_words:
            limits.append(MaxWords(max_words))
        super().__init__(label, [*(validators or ()), *limits], **kwargs)
        self.max_characters = max_characters
        self.max_words = max_words

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        """Take what was typed with its lines; spaces alone are no answer."""
        self.data = clean(valuelist[0]) if valuelist else ""
        self.raw_data = [self.data]

    def render(self, options: dict[str, Any]) -> Markup:
        """A box for several lines."""
        settings = {"value": self._value(), **take(options, "rows")}
        if self.max_characters or self.max_words:
            return self.macro(
                "character_count", options, characters=self.max_characters, words=self.max_words, **settings
            )
        return self.macro("textarea", options, **settings)


class NumberField(StringField):
    """A number typed in a plain box: scrolling cannot change it, and a refused one stays as it was typed."""

    def process_data(self, value: Any) -> None:
        """Start from a number or None."""
        self.data = value

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        """Read what was typed; commas between thousands are fine."""
        super().process_formdata(valuelist)
        typed, self.data = self.data, None
        if typed:
            self.data = self.parse(typed.replace(",", ""))

    def parse(self, text: str) -> Any:
        """The number, or ValueError with a sentence."""
        raise NotImplementedError

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else str(self.data)


class IntegerField(NumberField):
    """A whole number or None."""

    invalid = "Enter a whole number, for example 30"
    defaults: ClassVar[dict[str, Any]] = {"inputmode": "numeric", "width": 5}

    def parse(self, text: str) -> int:
        """Read a whole number of at most nine figures."""
        if not re.fullmatch(r"-?[0-9]{1,9}", text):
            raise ValueError(self.invalid)
        return int(text)


class BooleanField(Asked):
    """One box to tick; its label is a statement that is true when ticked."""

    def process_data(self, value: Any) -> None:
        """Start from a value of the program."""
        self.data = bool(value)

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        """Ticked when anything was sent."""
        self.data = bool(valuelist and valuelist[0])

    def as_text(self) -> str:
        """Yes or no."""
        return "Yes" if self.data else "No"

    def render(self, options: dict[str, Any]) -> Markup:
        """A single checkbox."""
        return self.macro("checkbox", options, checked=bool(self.data))


CHOOSE_AGAIN = "Choose the file again: a browser does not keep it."


class FileField(Asked, UploadField):  # type: ignore[misc]
    """One file; None when none was chosen. A browser does not keep it, so a refused form asks for it again."""

    description: str

    def as_text(self) -> str:
        """The name of the file."""
        return str(self.data.filename) if isinstance(self.data, FileStorage) else ""

    def render(self, options: dict[str, Any]) -> Markup:
        """A file input; where another answer was refused, it says that the file has to be chosen again."""
        if isinstance(self.data, FileStorage) and not self.errors:
            self.description = f"{CHOOSE_AGAIN} {self.description}".strip()
        return self.macro("file_upload", options, **take(options, "accept"))
