"""The assignment as people write it: a YAML file with its rubric, checked without a database."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field

from lms.core.content import Document, Loc, Review, Slug, Strict, Text, Title, load
from lms.core.errors import ContentError, Problem
from lms.core.wording import banned_in, texts_in
from lms.grading.rules.marks import Criterion, Level, Rubric

KIND = "assignment"
SUFFIX = ".assignment.yaml"

Key = Annotated[str, Field(pattern=r"^[a-z0-9]+([-_][a-z0-9]+)*$", max_length=40)]


class RubricLevel(Strict):
    """One step of a criterion; its points stand against the most points of the criterion."""

    points: Annotated[int, Field(ge=0, le=100)]
    label: Text
    descriptor: Text


class RubricCriterion(Strict):
    """One thing the work is judged on, with its weight in per cent of the mark."""

    key: Key
    title: Text
    weight: Annotated[int, Field(ge=1, le=100)]
    must_pass: bool = False
    source: list[str] = []
    levels: Annotated[list[RubricLevel], Field(min_length=2, max_length=8)]


class RubricBody(Strict):
    """The criteria, in the order the marker sees them."""

    criteria: Annotated[list[RubricCriterion], Field(min_length=1, max_length=12)]


class Assignment(Strict):
    """A piece of work that is marked: what is asked, how long it may be, and the rubric."""

    format: Literal[1]
    slug: Slug
    title: Title
    module: Slug
    brief: Text
    word_limit: Annotated[int, Field(ge=1)]
    pass_mark: Annotated[int, Field(ge=1, le=100)]
    rubric: RubricBody
    sources: Annotated[dict[str, Text], Field(min_length=1)]
    review: Review


def rubric_of(assignment: Assignment) -> Rubric:
    """The rubric the calculation works with, each criterion's levels best first."""
    return Rubric(assignment.pass_mark, tuple(_criterion(item) for item in assignment.rubric.criteria))


def _criterion(item: RubricCriterion) -> Criterion:
    levels = sorted(item.levels, key=lambda level: -level.points)
    return Criterion(
        item.key,
        item.title,
        item.weight,
        tuple(Level(level.points, level.label, level.descriptor) for level in levels),
        item.must_pass,
    )


def check_assignment(path: Path, root: Path) -> tuple[dict[str, Any], list[Problem]]:
    """The body of an assignment file and what is wrong with it; the body is empty if the file cannot be read."""
    try:
        document = load(path, Assignment, root)
    except ContentError as error:
        return {}, list(error.problems)
    return document.body, [
        *_place(document, path),
        *_weights(document),
        *_levels(document),
        *_sources(document),
        *_wording(document),
    ]


def _place(document: Document[Assignment], path: Path) -> Iterator[Problem]:
    model = document.model
    if path.name != f"{model.slug}{SUFFIX}":
        yield document.problem(("slug",), f"This must be the name of the file: {path.name.removesuffix(SUFFIX)}.")
    if path.parent.name != model.module:
        yield document.problem(("module",), f"This must be the name of the folder: {path.parent.name}.")


def _weights(document: Document[Assignment]) -> Iterator[Problem]:
    criteria = document.model.rubric.criteria
    total = sum(item.weight for item in criteria)
    if total != 100:
        yield document.problem(("rubric", "criteria"), f"The weights add up to {total}, they must add up to 100.")
    yield from _repeated(document, [(("rubric", "criteria", at, "key"), item.key) for at, item in enumerate(criteria)])


def _levels(document: Document[Assignment]) -> Iterator[Problem]:
    for at, item in enumerate(document.model.rubric.criteria):
        loc = ("rubric", "criteria", at, "levels")
        yield from _repeated(document, [((*loc, n, "points"), level.points) for n, level in enumerate(item.levels)])
        yield from _repeated(document, [((*loc, n, "label"), level.label) for n, level in enumerate(item.levels)])
        if item.must_pass and not _divides(item, document.model.pass_mark):
            yield document.problem(
                loc, "A criterion that must be passed needs a level below the pass mark and one at or above it."
            )


def _divides(item: RubricCriterion, pass_mark: int) -> bool:
    most = max(level.points for level in item.levels)
    reached = {100 * level.points >= pass_mark * most for level in item.levels}
    return reached == {True, False}


def _repeated(document: Document[Assignment], values: list[tuple[Loc, str | int]]) -> Iterator[Problem]:
    seen: set[str | int] = set()
    for loc, value in values:
        if value in seen:
            yield document.problem(loc, f"{value} stands here twice.")
        seen.add(value)


def _sources(document: Document[Assignment]) -> Iterator[Problem]:
    for at, item in enumerate(document.model.rubric.criteria):
        for n, code in enumerate(item.source):
            if code not in document.model.sources:
                loc = ("rubric", "criteria", at, "source", n)
                yield document.problem(loc, f"There is no source {code} in this file.")


def _wording(document: Document[Assignment]) -> Iterator[Problem]:
    yield from banned_in(document, texts_in(document.body, ("title", "brief", "rubric", "sources")))
