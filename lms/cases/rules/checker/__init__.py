"""Says everything that makes a case file unfit to be played, each with its line."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from lms.cases.rules.checker.conditions import flags, meanings
from lms.cases.rules.checker.course import course
from lms.cases.rules.checker.drawings import images
from lms.cases.rules.checker.found import Found
from lms.cases.rules.checker.others import NO_OTHERS, OtherFiles, other_files
from lms.cases.rules.checker.passages import passages
from lms.cases.rules.checker.structure import (
    capabilities,
    debriefed,
    facts,
    numbers,
    observations,
    process,
    references,
    sizes,
    sources,
)
from lms.cases.rules.checker.texts import hints, lengths, names, repeats, standing_out, titles, wording
from lms.cases.rules.format import Case
from lms.core.content import Document, load
from lms.core.errors import ContentError, Problem

__all__ = ["OtherFiles", "check_case", "check_file"]

_CHECKS: tuple[Callable[[Case], Iterator[Found]], ...] = (
    flags,
    facts,
    passages,
    meanings,
    titles,
    repeats,
    capabilities,
    process,
    sources,
    numbers,
    observations,
    images,
    wording,
    names,
    lengths,
    standing_out,
    hints,
)
_WALKS: tuple[Callable[[Case], Iterator[Found]], ...] = (debriefed, course)


def check_file(path: Path, root: Path, others: OtherFiles = NO_OTHERS) -> tuple[dict[str, Any] | None, list[Problem]]:
    """Read and check one case file: its body when it is fit to be played, and everything that is wrong with it."""
    try:
        document = load(path, Case, root)
    except ContentError as error:
        return None, list(error.problems)
    problems = check_case(document, others)
    if document.model.slug != path.stem:
        problems.append(
            document.problem(["slug"], f"The file is named `{path.stem}`, so its slug must be `{path.stem}`.")
        )
    refused = any(not problem.is_warning for problem in problems)
    return (None if refused else document.body), problems


def check_case(document: Document[Case], others: OtherFiles = NO_OTHERS) -> list[Problem]:
    """Everything wrong with a case, by line; what `others` does not say is left unchecked."""
    case = document.model
    # Answers are tried in all their combinations only when they are known to be few.
    broken = [*references(case), *sizes(case)]
    found = [*broken, *(problem for check in _CHECKS for problem in check(case)), *other_files(case, others)]
    if not broken:
        found += [problem for walk in _WALKS for problem in walk(case)]
    problems = [
        document.problem(one.loc, one.message, one.part, is_warning=one.is_warning) for one in dict.fromkeys(found)
    ]
    return sorted(problems, key=lambda problem: problem.line)
