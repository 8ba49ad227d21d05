"""Versions of assignments with their rubrics."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from lms.core.content import from_body
from lms.curriculum.queries import content_versions_by_id
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
        assignment = from_body(version.body, Assignment)
        found[version_id] = Paper(version_id, assignment, rubric_of(assignment))
    return found
