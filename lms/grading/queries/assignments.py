"""Versions of assignments with their rubrics."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from lms.core.content import from_body
from lms.curriculum.queries import content_versions_by_id, list_content, made_from
from lms.curriculum.rules.versions import ContentKind
from lms.grading.rules.format import Assignment, rubric_of
from lms.grading.rules.marks import Rubric


@dataclass(frozen=True, slots=True)
class Paper:
    """One exact version of an assignment: what was asked and how it is marked."""

    id: UUID
    assignment: Assignment
    rubric: Rubric


def papers_by_id(ids: Collection[UUID]) -> dict[UUID, Paper]:
    """Exact versions of assignments by id, in one statement."""
    found: dict[UUID, Paper] = {}
    for version_id, version in content_versions_by_id(ids).items():
        assignment, rubric = made_from(version, _assignment)
        found[version_id] = Paper(version_id, assignment, rubric)
    return found


def feedback_within() -> dict[str, int]:
    """By module, the most working days to the feedback that a current programme with it promises; one statement."""
    found: dict[str, int] = {}
    for version in list_content(ContentKind.PROGRAMME):
        most = version.body["regulations"]["feedback_working_days"]["most"]
        for module in version.body["modules"]:
            found[module] = min(most, found.get(module, most))
    return found


def _assignment(body: dict[str, Any]) -> tuple[Assignment, Rubric]:
    assignment = from_body(body, Assignment)
    return assignment, rubric_of(assignment)
