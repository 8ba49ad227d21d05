"""Reading calibration: an assessor's own vignettes and answers, and who is done."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import joinedload

from lms.competencies.models import CalibrationAnswer
from lms.competencies.queries.facts import FrameworkVersion, find_framework, get_framework, get_framework_version
from lms.competencies.queries.versions import get_framework_body
from lms.competencies.rules.calibration import (
    VIGNETTES_NEEDED,
    CalibrationFact,
    Vignette,
    done_at,
    to_answer,
)
from lms.competencies.rules.calibration_format import vignette_from
from lms.core.db import db
from lms.core.errors import NotFound
from lms.curriculum.queries import content_versions_by_id, list_content, made_from
from lms.curriculum.rules.versions import ContentKind
from lms.identity.queries import list_people_with_role
from lms.policy import Role, Viewer


@dataclass(frozen=True, slots=True)
class OwnAnswer:
    """What an assessor committed; a reason of None was redacted."""

    level: int
    reason_id: UUID
    reason: str | None
    answered_at: datetime


@dataclass(frozen=True, slots=True)
class VignetteRow:
    """A vignette drawn for an assessor, in the version it is or was answered in, with the answer if there is one."""

    id: UUID
    vignette: Vignette
    capability: str
    answer: OwnAnswer | None


@dataclass(frozen=True, slots=True)
class Calibration:
    """The vignettes of one assessor for one version of the framework, what was answered first."""

    version: FrameworkVersion
    rows: Sequence[VignetteRow]
    done_at: datetime | None

    @property
    def next_row(self) -> VignetteRow | None:
        """The first vignette without an answer."""
        return next((row for row in self.rows if row.answer is None), None)


def load_answers(assessor_id: UUID, framework_id: UUID) -> list[CalibrationFact]:
    """What one person answered under one version of the framework. One statement."""
    return _facts(CalibrationAnswer.assessor_id == assessor_id, CalibrationAnswer.framework_version_id == framework_id)


def _facts(*where: ColumnElement[bool]) -> list[CalibrationFact]:
    rows = db.session.execute(
        select(
            CalibrationAnswer.assessor_id,
            CalibrationAnswer.framework_version_id,
            CalibrationAnswer.slug,
            CalibrationAnswer.recorded_at,
        ).where(*where)
    )
    return [CalibrationFact(*row) for row in rows]


def count_vignettes_left(viewer: Viewer, framework_id: UUID) -> int:
    """How many vignettes the viewer still has to answer before signing off under a version of the framework."""
    return max(0, VIGNETTES_NEEDED - len(load_answers(viewer.id, framework_id)))


def get_calibration(viewer: Viewer, framework_id: UUID | None = None) -> Calibration:
    """The viewer's own vignettes for a version of the framework, or for the one in force.

    Raises NotFound for what is no version of it, NotReady before any content was loaded.
    """
    version = get_framework() if framework_id is None else get_framework_version(get_framework_body(framework_id).id)
    answers = list(
        db.session.scalars(
            select(CalibrationAnswer)
            .where(CalibrationAnswer.assessor_id == viewer.id, CalibrationAnswer.framework_version_id == version.id)
            .options(joinedload(CalibrationAnswer.reason))
        )
    )
    return _calibration(viewer, version, {each.slug: each for each in answers})


def _calibration(viewer: Viewer, version: FrameworkVersion, answers: dict[str, CalibrationAnswer]) -> Calibration:
    offered = {
        each.slug: (each.id, made_from(each, vignette_from))
        for each in list_content(ContentKind.CALIBRATION)
        if each.body["framework"] == version.framework.slug
    }
    answered = content_versions_by_id([each.vignette_version_id for each in answers.values()])
    for slug, answer in answers.items():
        kept = answered[answer.vignette_version_id]
        offered[slug] = (kept.id, made_from(kept, vignette_from))
    drawn = to_answer(offered, assessor_id=viewer.id, framework_id=version.id, answered=answers.keys())
    facts = [CalibrationFact(viewer.id, version.id, slug, each.recorded_at) for slug, each in answers.items()]
    return Calibration(
        version=version,
        rows=[_row(version, *offered[slug], answers.get(slug)) for slug in drawn],
        done_at=done_at(facts),
    )


def _row(version: FrameworkVersion, key: UUID, vignette: Vignette, answer: CalibrationAnswer | None) -> VignetteRow:
    capability = version.framework.capabilities.get(vignette.code)
    own = OwnAnswer(answer.level, answer.reason_id, answer.reason.text, answer.recorded_at) if answer else None
    return VignetteRow(key, vignette, capability.name if capability else vignette.code, own)


def get_own_vignette(
    viewer: Viewer, vignette_id: UUID, framework_id: UUID | None = None
) -> tuple[Calibration, VignetteRow]:
    """One vignette drawn for the viewer, with the others. Raises NotFound for any other."""
    page = get_calibration(viewer, framework_id)
    row = next((each for each in page.rows if each.id == vignette_id), None)
    if row is None:
        raise NotFound
    return page, row


@dataclass(frozen=True, slots=True)
class CalibratedRow:
    """An assessor and the moment at which they had answered both vignettes; None if they have not."""

    name: str
    done_at: datetime | None


def list_calibrated(viewer: Viewer) -> list[CalibratedRow]:
    """Every assessor by name with the day they were done for the framework in force, and nothing of their answers."""
    version = find_framework()
    if version is None:
        return []
    facts: dict[UUID, list[CalibrationFact]] = {}
    for fact in _facts(CalibrationAnswer.framework_version_id == version.id):
        facts.setdefault(fact.assessor_id, []).append(fact)
    return [
        CalibratedRow(person.name, done_at(facts.get(person.id, ()))) for person in list_people_with_role(Role.ASSESSOR)
    ]
