"""The fields of the files programmes, modules, readings and knowledge checks are written in."""

from typing import Annotated, Literal

from pydantic import Field

from lms.core.content import Review, Slug, Strict, Text, Title

# Outcomes are stored under the slug of their module.
ModuleSlug = Annotated[Slug, Field(max_length=60)]
Code = Annotated[str, Field(pattern=r"^[A-Z]+[0-9]{1,3}$")]
CapabilityCode = Annotated[str, Field(pattern=r"^D[1-9]\.[1-9]$")]
Sources = Annotated[dict[Code, Text], Field(min_length=1)]
Percent = Annotated[int, Field(ge=0, le=100)]


class Hours(Strict):
    """Notional hours of a module."""

    taught: int = Field(ge=0)
    directed: int = Field(ge=0)
    self_: int = Field(ge=0, alias="self")
    practice: int = Field(ge=0)
    assessment: int = Field(ge=0)

    @property
    def total(self) -> int:
        """All notional hours together."""
        return self.taught + self.directed + self.self_ + self.practice + self.assessment


class Component(Strict):
    """One assignment of a module and its weight in the mark; no weight means passed or not passed."""

    slug: Slug
    title: Text
    weight: Percent
    must_pass: bool = False


class Module(Strict):
    """A module of a programme."""

    format: Literal[1]
    slug: ModuleSlug
    code: Text
    title: Title
    level: int = Field(ge=4, le=8)
    credits: int = Field(ge=0, le=180)
    hours: Hours
    summary: Text
    outcomes: list[Text] = Field(min_length=1)
    readings: list[Slug]
    cases: list[Slug]
    knowledge_check: Slug | None = None
    assignments: list[Component]
    review: Review
    sources: Sources


class Reading(Strict):
    """A reading: front matter and Markdown. `teaches_why_not` are words it names in order to say why not."""

    format: Literal[1]
    slug: Slug
    title: Title
    module: Slug
    minutes: int = Field(ge=1, le=240)
    capabilities: list[CapabilityCode] = Field(min_length=1)
    teaches_why_not: list[Text] = []
    sources: Sources
    review: Review


class Option(Strict):
    """One answer to choose, and why it is the best or not."""

    key: Slug
    text: Text
    best: bool = False
    because: Text


class Question(Strict):
    """A situation, a question about it and the answers to choose from, of which one is the best."""

    key: Slug
    stem: Text
    options: list[Option]
    source: list[Code] = Field(min_length=1)

    @property
    def best(self) -> Option:
        """The best option."""
        return next(option for option in self.options if option.best)

    def option(self, key: str) -> Option:
        """The option of a key."""
        return next(option for option in self.options if option.key == key)


class KnowledgeCheck(Strict):
    """The questions of a module."""

    format: Literal[1]
    slug: Slug
    module: Slug
    title: Title
    minutes: int = Field(ge=1, le=240)
    questions: list[Question]
    sources: Sources
    review: Review

    def question(self, key: str) -> Question | None:
        """The question of a key, if there is one."""
        return next((question for question in self.questions if question.key == key), None)


class Range(Strict):
    """From so many to so many."""

    least: int = Field(ge=0)
    most: int = Field(ge=0)


class Portfolio(Strict):
    """The practice portfolio beside the modules: no credits, passed or not passed."""

    title: Text
    credits: int = Field(ge=0)
    hours: int = Field(ge=0)
    summary: Text
    sources: list[Code] = Field(min_length=1)


class Statement(Strict):
    """One sentence of the regulations with its sources."""

    text: Text
    sources: list[Code] = Field(min_length=1)


class Regulations(Strict):
    """What decides a result: as values for the calculation and as sentences for people."""

    pass_mark: Percent
    component_minimum: Percent
    attempts: int = Field(ge=1, le=5)
    resit_cap: Percent | None
    deferral_capped: bool
    extension_days: int = Field(ge=0)
    feedback_working_days: Range
    statements: list[Statement] = Field(min_length=1)


class Programme(Strict):
    """A programme of study and its regulations."""

    format: Literal[1]
    slug: Slug
    title: Title
    award: Text
    level: int = Field(ge=4, le=8)
    credits: int = Field(ge=0)
    months: int = Field(ge=1)
    mode: Text
    starts: list[Text] = Field(min_length=1)
    cohort_size: Range
    summary: Text
    modules: list[Slug] = Field(min_length=1)
    portfolio: Portfolio
    threads: list[Text] = Field(min_length=1)
    regulations: Regulations
    review: Review
    sources: Sources
