"""What the content checker refuses in a form file."""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Any

from lms.competencies.rules.form_files import (
    EVERYTHING,
    LARGEST_NUMBER,
    LONGEST_TEXT,
    OWN_COLUMNS,
    Asker,
    Completer,
    FieldFile,
    FormFile,
    all_fields,
)
from lms.competencies.rules.words import FormKind
from lms.core.content import load
from lms.core.errors import ContentError, Problem
from lms.core.wording import banned_in, texts_in

_WORDED = ("title", "summary", "completed_by_words", "fields", "raters", "sources")
Place = tuple[str | int, ...]


def check_form(
    path: Path, root: Path, *, capabilities: Collection[str] | None = None
) -> tuple[dict[str, Any], list[Problem]]:
    """Check a form file; the body is empty if it cannot be read. Without `capabilities` none is looked up."""
    try:
        document = load(path, FormFile, root)
    except ContentError as error:
        return {}, list(error.problems)
    form = document.model
    found = [*_names(form, path), *_people(form), *_rated(form, capabilities), *_asked(form), *_raters(form)]
    problems = [document.problem(loc, message) for loc, message in found]
    return document.body, problems + list(banned_in(document, texts_in(document.body, _WORDED)))


def _names(form: FormFile, path: Path) -> Iterator[tuple[Place, str]]:
    if form.slug != path.stem:
        yield ("slug",), f"This must be the name of the file: {path.stem}."
    if form.source not in form.sources:
        yield ("source",), f"There is no source {form.source} in this file."


def _twice(values: Sequence[Any]) -> list[tuple[int, Any]]:
    """The places and values that stand in a list for a second time."""
    seen = Counter[Any]()
    found = []
    for at, value in enumerate(values):
        if seen[value]:
            found.append((at, value))
        seen[value] += 1
    return found


def _people(form: FormFile) -> Iterator[tuple[Place, str]]:
    for name in ("asked_by", "completed_by"):
        for at, value in _twice(getattr(form, name)):
            yield (name, at), f"{value.value} stands here twice."
    if Asker.TRAINEE in form.asked_by:
        at = form.asked_by.index(Asker.TRAINEE)
        if Completer.PATIENT_OR_CARER in form.completed_by:
            yield ("asked_by", at), "A trainee never asks a patient or carer: the supervisor does."
        elif form.raters is not None:
            yield ("asked_by", at), "A trainee does not open a round of feedback."
        elif {Completer.ASSESSOR, Completer.GUEST}.isdisjoint(form.completed_by):
            yield ("asked_by", at), "A trainee can ask only an assessor or a guest: completed_by names neither."


def _rated(form: FormFile, capabilities: Collection[str] | None) -> Iterator[tuple[Place, str]]:
    if EVERYTHING in form.rates and len(form.rates) > 1:
        yield ("rates",), "Where all stands, nothing else does."
    for at, name in _twice(form.rates):
        yield ("rates", at), f"{name} stands here twice."
    if capabilities is not None:
        known = {EVERYTHING, *capabilities, *(code.partition(".")[0] for code in capabilities)}
        for at, name in enumerate(form.rates):
            if name not in known:
                yield ("rates", at), f"There is no capability or domain {name}."
    if form.levels != sorted(set(form.levels)):
        yield ("levels",), "Each level stands once, the lowest first."
    if form.levels and not form.slug.is_rated:
        yield ("levels",), "Patient or carer feedback gives no level: leave the list empty."
    if not form.levels and form.slug.is_rated:
        yield ("levels",), "This kind of form gives a level: name at least one."


def _asked(form: FormFile) -> Iterator[tuple[Place, str]]:
    for group in {loc[:-1] for loc, _ in all_fields(form)}:
        placed = [(loc, field) for loc, field in all_fields(form) if loc[:-1] == group]
        for at, key in _twice([field.key for _, field in placed]):
            yield (*placed[at][0], "key"), f"The key {key} stands here twice."
    for loc, field in all_fields(form):
        for name, message in (*_field_problems(field), *_column_problems(field, of_raters=loc[0] == "raters")):
            yield (*loc, name), message
    for key in ("went_well", "next_time") if form.levels else ():
        if form.field(key) is None:
            yield ("fields",), f"A form that gives levels asks for {key}."


def _column_problems(field: FieldFile, *, of_raters: bool) -> Iterator[tuple[str, str]]:
    if field.key not in OWN_COLUMNS:
        return
    if of_raters:
        yield "key", f"The key {field.key} belongs to the assessment: give raters another."
    elif field.kind != OWN_COLUMNS[field.key]:
        yield "kind", f"The answer to {field.key} is kept as {OWN_COLUMNS[field.key]}: ask for that."


def _field_problems(field: FieldFile) -> Iterator[tuple[str, str]]:
    if (field.kind == "choice") != bool(field.choices):
        yield "choices", "A choice needs choices, other fields none."
    for _, value in _twice([choice.value for choice in field.choices]):
        yield "choices", f"The value {value} stands here twice."
    if field.about_care and field.kind != "text":
        yield "about_care", "Only a text can describe somebody."
    if field.most is not None and field.kind not in ("text", "number"):
        yield "most", "Only a text or a number has a most."
    elif field.most is not None and field.most > (LONGEST_TEXT if field.kind == "text" else LARGEST_NUMBER):
        yield "most", f"Use {LONGEST_TEXT:,} characters or fewer, and numbers up to {LARGEST_NUMBER:,}."


def _raters(form: FormFile) -> Iterator[tuple[Place, str]]:
    if (form.slug is FormKind.MULTI_SOURCE_FEEDBACK) != (form.raters is not None):
        yield ("raters",), "Multi-source feedback says what its raters are asked, and no other form has raters."
    if form.raters is not None:
        for at, value in _twice([each.value for each in form.raters.professions]):
            yield ("raters", "professions", at), f"The profession {value} stands here twice."
