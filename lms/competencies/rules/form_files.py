"""The form file as people write it: schema, and the form read from a stored body, whatever format it was written in."""

import enum
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal

from pydantic import Field

from lms.competencies.rules.words import LEVELS, FormKind
from lms.core.content import Review, Slug, Strict, Text, Title, from_body

EVERYTHING = "all"
LONGEST_TEXT = 4000  # Characters, whatever a form allows.
LARGEST_NUMBER = 100_000
OWN_COLUMNS: Mapping[str, str] = {
    "complexity": "choice",
    "minutes": "number",
    "what_seen": "text",
    "went_well": "text",
    "next_time": "text",
}
"""Questions whose answers have a place of their own in an assessment, with the kind of each."""

Level = Annotated[int, Field(ge=1, le=5)]


class Completer(enum.StrEnum):
    """Who may complete a form: somebody in a role, a guest without an account, or a patient or carer."""

    ASSESSOR = "assessor"
    SUPERVISOR = "supervisor"
    EDUCATOR = "educator"
    CONSULTANT_NURSE = "consultant-nurse"
    GUEST = "guest"
    PATIENT_OR_CARER = "patient-or-carer"


class Asker(enum.StrEnum):
    """Who asks for a form to be completed."""

    TRAINEE = "trainee"
    SUPERVISOR = "supervisor"
    CONSULTANT_NURSE = "consultant-nurse"


class ChoiceFile(Strict):
    """One answer that can be chosen."""

    value: Annotated[Slug, Field(max_length=40)]
    text: Text


class FieldFile(Strict):
    """One question of a form."""

    key: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=40)]
    kind: Literal["choice", "number", "text", "yes-no"]
    label: Text
    hint: str = ""
    required: bool = False
    about_care: bool = False
    most: Annotated[int, Field(ge=1)] | None = None
    choices: list[ChoiceFile] = []

    @property
    def limit(self) -> int:
        """The most characters of a text, or the largest number."""
        return self.most or (LONGEST_TEXT // 2 if self.kind == "text" else LARGEST_NUMBER)

    def in_words(self, value: str) -> str:
        """A kept answer as a person reads it."""
        if self.kind == "yes-no":
            return {"yes": "Yes", "no": "No"}.get(value, value)
        return next((choice.text for choice in self.choices if choice.value == value), value)


class RatersFile(Strict):
    """What a round of feedback asks of its raters, and how many it needs before anybody reads an answer."""

    at_least: Annotated[int, Field(ge=8)]
    professions_at_least: Annotated[int, Field(ge=3)]
    professions: Annotated[list[ChoiceFile], Field(min_length=3)]
    fields: Annotated[list[FieldFile], Field(min_length=1)]


class FormFile(Strict):
    """A workplace form: who asks for it, who completes it, what it rates and at which levels, what it asks."""

    format: Literal[2]
    slug: FormKind
    title: Title
    summary: Text
    review: Review
    sources: dict[str, Text]
    source: Text
    asked_by: Annotated[list[Asker], Field(min_length=1)]
    completed_by: Annotated[list[Completer], Field(min_length=1)]
    completed_by_words: Text
    rates: Annotated[list[Annotated[str, Field(pattern=r"^(all|D[1-9](\.[1-9])?)$")]], Field(min_length=1)]
    rates_at_most: Annotated[int, Field(ge=1, le=5)]
    levels: list[Level]
    fields: Annotated[list[FieldFile], Field(min_length=1)]
    raters: RatersFile | None = None

    def field(self, key: str) -> FieldFile | None:
        """The question with this key, if the form asks it."""
        return next((each for each in self.fields if each.key == key), None)

    @property
    def free_fields(self) -> tuple[FieldFile, ...]:
        """The questions whose answers have no column of their own."""
        return tuple(each for each in self.fields if each.key not in OWN_COLUMNS)

    def covers(self, code: str) -> bool:
        """Whether the form may rate this capability."""
        return not {EVERYTHING, code, code.partition(".")[0]}.isdisjoint(self.rates)

    @property
    def completed_by_told(self) -> str:
        """Who completes it, in words to the trainee."""
        return self.completed_by_words.replace("the trainee", "you")

    @property
    def is_for_trainees(self) -> bool:
        """Whether a trainee may ask somebody with an account to complete it."""
        return Asker.TRAINEE in self.asked_by and Completer.ASSESSOR in self.completed_by


class _FirstFieldFile(Strict):
    """One question of a form in the first format."""

    key: Literal["complexity", "minutes", "what_seen", "went_well", "next_time"]
    kind: Literal["choice", "number", "text"]
    label: Text
    hint: str = ""
    required: bool = False
    about_care: bool = False
    most: Annotated[int, Field(ge=1)] | None = None
    choices: list[ChoiceFile] = []


class FirstFormFile(Strict):
    """A form in the first format, as bodies stored before still have it."""

    format: Literal[1]
    slug: FormKind
    title: Title
    summary: Text
    review: Review
    sources: dict[str, Text]
    source: Text
    completed_by: Annotated[list[Text], Field(min_length=1)]
    rates_at_most: Annotated[int, Field(ge=1, le=5)]
    fields: Annotated[list[_FirstFieldFile], Field(min_length=1)]


def form_from(body: Mapping[str, Any]) -> FormFile:
    """Read a form from the body of its content version; an older format means what it meant then."""
    if body.get("format") == 1:
        return _second_format(from_body(body, FirstFormFile))
    return from_body(body, FormFile)


def _second_format(old: FirstFormFile) -> FormFile:
    """A trainee asked an assessor for any such form, about any capability, at any level."""
    kept = {name: getattr(old, name) for name in ("slug", "title", "summary", "review", "sources", "source")}
    return FormFile(
        format=2,
        **kept,
        asked_by=[Asker.TRAINEE],
        completed_by=[Completer.ASSESSOR],
        completed_by_words=", ".join(old.completed_by).capitalize(),
        rates=[EVERYTHING],
        rates_at_most=old.rates_at_most,
        levels=list(LEVELS) if old.slug.is_rated else [],
        fields=[FieldFile(**dict(each)) for each in old.fields],
    )


def all_fields(form: FormFile) -> Iterator[tuple[tuple[str | int, ...], FieldFile]]:
    """Every question of a form with the place where it stands in the file."""
    for at, field in enumerate(form.fields):
        yield ("fields", at), field
    for at, field in enumerate(form.raters.fields if form.raters else ()):
        yield ("raters", "fields", at), field
