"""Looks in the texts of a file for NHS numbers: a framework is about everybody's work and about nobody."""

from collections.abc import Iterator, Mapping
from typing import Any

from lms.core.errors import RuleViolation
from lms.core.identifiers import holds_nhs_number


def check_texts(body: Mapping[str, Any]) -> None:
    """Refuse a body with a valid NHS number in any text; the message says in which, and never what it says.

    Raises RuleViolation.
    """
    for where, text in _texts(body):
        if holds_nhs_number(text):
            raise RuleViolation(
                f"The file holds an NHS number ({where}). Take it out: it is never stored here.", "file"
            )


def _texts(value: Any, where: str = "") -> Iterator[tuple[str, str]]:
    """Every text of a body with the names that lead to it."""
    if isinstance(value, str):
        yield where, value
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _texts(inner, f"{where}, {name}" if where else str(name))
    elif isinstance(value, list | tuple):
        for number, inner in enumerate(value, 1):
            yield from _texts(inner, f"{where} {number}")
