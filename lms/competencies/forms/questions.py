"""The questions of a form's content as fields, whatever form asks them."""

from collections.abc import Iterable
from typing import Any

from lms.competencies.rules import answer_name
from lms.competencies.rules.form_files import OWN_COLUMNS, FieldFile
from lms.web.forms import (
    InputRequired,
    IntegerField,
    NumberRange,
    Optional,
    RadioField,
    SelectChoice,
    TextAreaField,
    YesNoField,
)

FEW = 3  # Choices that fit beside each other.


def question_name(key: str) -> str:
    """The name of a question's field: a free key has one that no other field of the form can have."""
    return key if key in OWN_COLUMNS else answer_name(key)


def question_fields(fields: Iterable[FieldFile]) -> dict[str, Any]:
    """The fields of these questions, by name, in their order."""
    return {question_name(each.key): _question(each) for each in fields}


def _question(field: FieldFile) -> Any:
    checks: list[Any] = [InputRequired(f"Answer: {field.label}")] if field.required else [Optional()]
    settings: dict[str, Any] = {"description": field.hint, "about_care": field.about_care}
    if field.kind == "choice":
        choices = [SelectChoice(each.value, each.text) for each in field.choices]
        return RadioField(field.label, checks, choices=choices, inline=len(choices) <= FEW, **settings)
    if field.kind == "yes-no":
        return YesNoField(field.label, checks, **settings)
    if field.kind == "number":
        limits = NumberRange(min=0, max=field.limit, message=f"Enter a number from 0 to {field.limit:,}")
        return IntegerField(field.label, [*checks, limits], **settings)
    return TextAreaField(field.label, checks, max_characters=field.limit, rows=4, **settings)
