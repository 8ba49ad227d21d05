"""Calibration vignettes as people write them: schema, checks, and the value read from a stored body."""

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field

from lms.competencies.rules.calibration import PanelReason, Vignette
from lms.competencies.rules.format import Code, Level
from lms.core.content import Document, Review, Slug, Strict, Text, Title, from_body, load
from lms.core.errors import ContentError, Problem
from lms.core.wording import banned_in, texts_in


class ReasonFile(Strict):
    """Why one member of the panel chose a level."""

    level: Level
    because: Text
    source: Text


class PanelFile(Strict):
    """The range of levels a panel chose, and its reasons."""

    least: Level
    most: Level
    reasons: Annotated[list[ReasonFile], Field(min_length=1)]


class VignetteFile(Strict):
    """A short fictional account of work to be rated on one capability."""

    format: Literal[1]
    slug: Slug
    title: Title
    framework: Slug
    capability: Code
    review: Review
    sources: dict[str, Text]
    source: Text
    text: Text
    panel: PanelFile


def check_vignette(
    path: Path, root: Path, *, frameworks: Mapping[str, Collection[str]]
) -> tuple[dict[str, Any], list[Problem]]:
    """Check a vignette file against the capabilities of each framework; the body is empty if it cannot be read."""
    try:
        document = load(path, VignetteFile, root)
    except ContentError as error:
        return {}, list(error.problems)
    problems = [*_names(document, path, frameworks), *_panel(document)]
    problems += banned_in(document, texts_in(document.body, ("title", "text", "panel", "sources")))
    return document.body, problems


def vignette_from(body: Mapping[str, Any]) -> Vignette:
    """Read a vignette from the body of its content version."""
    file = from_body(body, VignetteFile)
    return Vignette(
        slug=file.slug,
        title=file.title,
        status=file.review.status,
        framework=file.framework,
        code=file.capability,
        text=file.text,
        least=file.panel.least,
        most=file.panel.most,
        reasons=tuple(PanelReason(each.level, each.because, file.sources[each.source]) for each in file.panel.reasons),
    )


def _names(
    document: Document[VignetteFile], path: Path, frameworks: Mapping[str, Collection[str]]
) -> Iterator[Problem]:
    file = document.model
    if file.slug != path.stem:
        yield document.problem(("slug",), f"This must be the name of the file: {path.stem}.")
    if file.framework not in frameworks:
        yield document.problem(("framework",), f"There is no framework {file.framework}.")
    elif file.capability not in frameworks[file.framework]:
        yield document.problem(("capability",), f"There is no capability {file.capability} in {file.framework}.")


def _panel(document: Document[VignetteFile]) -> Iterator[Problem]:
    file = document.model
    panel = file.panel
    if panel.least > panel.most:
        yield document.problem(("panel", "most"), "The range ends below its beginning.")
    named: list[tuple[tuple[str | int, ...], str]] = [(("source",), file.source)]
    named += [(("panel", "reasons", at, "source"), each.source) for at, each in enumerate(panel.reasons)]
    for loc, source in named:
        if source not in file.sources:
            yield document.problem(loc, f"There is no source {source} in this file.")
    for at, each in enumerate(panel.reasons):
        if not panel.least <= each.level <= panel.most:
            yield document.problem(("panel", "reasons", at, "level"), "This level lies outside the panel's range.")
    for level in sorted({panel.least, panel.most} - {each.level for each in panel.reasons}):
        yield document.problem(("panel", "reasons"), f"Nobody says why level {level} was chosen.")
