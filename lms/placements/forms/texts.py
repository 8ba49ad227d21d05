"""What all questions with a text about care share."""

from lms.core.identifiers import LONGEST, Found, find_identifiers
from lms.web.forms import (
    TextAreaField,
)

CONFIRMED = "I have checked: nobody can be identified from this text"


def finds(field: TextAreaField) -> list[tuple[Found, str]]:
    """What looks like an identifier in a refused text, for showing it to the person who typed it.

    Nothing is looked for in a text that is too long.
    """
    if not field.errors or len(field.data) > (field.max_characters or LONGEST):
        return []
    return [(found, field.data[found.start : found.end]) for found in find_identifiers(field.data)]
