"""Reading what patients and carers said of a trainee, and whether they are asked."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import aliased

from lms.competencies.models import Assessment, AssessmentRating, PatientFeedbackStart
from lms.competencies.queries.facts import get_form
from lms.competencies.rules import Capability, FormKind, PatientVoice, asker_of
from lms.core.db import db
from lms.identity.models import Person
from lms.identity.queries import acting_towards, get_trainee, visible_trainees
from lms.policy import Permission, Viewer


@dataclass(frozen=True, slots=True)
class PatientPage:
    """One trainee about whom patients and carers are asked: how many answered, never who.

    `starts` has the PatientFeedbackStart of each setting in which they are asked.
    """

    trainee: Person
    starts: Mapping[str, UUID]
    received: int
    may_ask: bool

    @property
    def settings(self) -> tuple[str, ...]:
        """Where they are asked, in the order in which it began."""
        return tuple(self.starts)

    @property
    def voice(self) -> PatientVoice:
        """Whether they are asked, and how many answered."""
        return PatientVoice(bool(self.settings), self.received)


def get_patient_page(viewer: Viewer, trainee_id: UUID) -> PatientPage:
    """Where patients and carers are asked about a trainee whose feedback the viewer collects."""
    trainee = get_trainee(viewer, trainee_id, Permission.FEEDBACK_COLLECT)
    starts: dict[str, UUID] = {}
    for setting, start_id in db.session.execute(
        select(PatientFeedbackStart.setting, PatientFeedbackStart.id)
        .where(PatientFeedbackStart.trainee_id == trainee.id)
        .order_by(PatientFeedbackStart.recorded_at, PatientFeedbackStart.id)
    ):
        starts.setdefault(setting, start_id)
    role = acting_towards(viewer, trainee.id, Permission.FEEDBACK_COLLECT).role_for(Permission.FEEDBACK_COLLECT)
    may_ask = asker_of(role) in get_form(FormKind.PATIENT_FEEDBACK).form.asked_by
    return PatientPage(trainee, starts, _received(trainee.id), may_ask)


def list_voices(viewer: Viewer) -> Mapping[UUID, PatientVoice]:
    """Whether patients and carers are asked, by trainee, where anybody is or answered. Two statements."""
    scope = visible_trainees(viewer, Permission.FEEDBACK_COLLECT)
    asked = set(
        db.session.scalars(select(PatientFeedbackStart.trainee_id).where(PatientFeedbackStart.trainee_id.in_(scope)))
    )
    rows = db.session.execute(_answers(Assessment.trainee_id.in_(scope)).group_by(Assessment.trainee_id))
    received = dict(rows.all())
    return {each: PatientVoice(each in asked, received.get(each, 0)) for each in asked | set(received)}


def find_voice(trainee_id: UUID, capability: Capability) -> PatientVoice | None:
    """What patients and carers say about a capability, where its rule would hear them. Two statements."""
    if not any(FormKind.PATIENT_FEEDBACK in part.kinds for part in capability.rule.advisory):
        return None
    asked = db.session.scalar(
        select(PatientFeedbackStart.id).where(PatientFeedbackStart.trainee_id == trainee_id).limit(1)
    )
    return PatientVoice(asked is not None, _received(trainee_id, capability.code))


def _received(trainee_id: UUID, code: str | None = None) -> int:
    statement = _answers(Assessment.trainee_id == trainee_id)
    if code is not None:
        statement = statement.join(AssessmentRating, AssessmentRating.assessment_id == Assessment.id).where(
            AssessmentRating.capability_code == code
        )
    row = db.session.execute(statement.group_by(Assessment.trainee_id)).one_or_none()
    return row.answers if row else 0


def _answers(where: ColumnElement[bool]) -> Select[UUID, int]:
    """The trainee and the number of answers, those left out that were corrected."""
    later = aliased(Assessment)
    return (
        select(Assessment.trainee_id, func.count(Assessment.id.distinct()).label("answers"))
        .outerjoin(later, later.supersedes_id == Assessment.id)
        .where(where, Assessment.form_kind == FormKind.PATIENT_FEEDBACK, later.id.is_(None))
    )
