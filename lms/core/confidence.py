"""How sure somebody was of an answer when they committed to it."""

import enum


class Confidence(enum.StrEnum):
    """How sure somebody was when they committed."""

    NOT_SURE = "not-sure"
    FAIRLY_SURE = "fairly-sure"
    CERTAIN = "certain"

    @property
    def label(self) -> str:
        """The confidence in words."""
        return self.value.replace("-", " ").capitalize()
