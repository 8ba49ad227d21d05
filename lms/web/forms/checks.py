"""Checks of shape that WTForms does not have."""

import re
from typing import Any

from wtforms.validators import Length, StopValidation, ValidationError

PART = r"[^@\s,;:<>()\[\]\"\\]"


class EmailAddress:
    """The text looks like one email address."""

    def __init__(self, message: str = "Enter an email address in the correct format, like name@example.com") -> None:
        self.message = message

    def __call__(self, form: Any, field: Any) -> None:
        """Refuse anything without exactly one @ between a name and a domain with a dot, and what is quoted in it."""
        if len(field.data) > 254 or not re.fullmatch(rf"{PART}+@{PART}+\.{PART}+(?<!\.)", field.data):
            raise ValidationError(self.message)


class MaxCharacters(Length):  # type: ignore[misc]
    """The text has at most so many characters."""

    def __init__(self, characters: int) -> None:
        super().__init__(max=characters, message=f"Use {characters:,} characters or fewer")


class RequiredWhen:
    """An answer is needed where another question has this answer; elsewhere none is looked at."""

    def __init__(self, other: str, answer: Any, message: str) -> None:
        self.other = other
        self.answer = answer
        self.message = message

    def __call__(self, form: Any, field: Any) -> None:
        """Refuse no answer where one is needed, and ask nothing more of none where it is not."""
        if not any(field.raw_data or ()):
            raise StopValidation(self.message if form[self.other].data == self.answer else "")


class MaxWords:
    """The text has at most so many words."""

    def __init__(self, words: int) -> None:
        self.words = words

    def __call__(self, form: Any, field: Any) -> None:
        """Refuse longer text, saying how long it is."""
        count = len(field.data.split())
        if count > self.words:
            raise ValidationError(f"Use {self.words:,} words or fewer. You have used {count:,}")
