"""Reading the sampling: the policy, the draw of a quarter, and what second persons said.

The draw covers every assessment of the trust; names and texts are shown only of trainees in the viewer's scope.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import aliased, joinedload

from lms.competencies.models import Assessment, SampleLook, SamplingPolicy
from lms.competencies.queries.assessments import AssessmentPage, get_assessment
from lms.competencies.rules import FormKind
from lms.competencies.rules.sampling import (
    LookOutcome,
    PolicyFact,
    Quarter,
    Sample,
    SampledPiece,
    draw,
    may_look,
    policy_for,
)
from lms.core.clock import end_of_day, london_day, start_of_day, today
from lms.core.db import db
from lms.core.errors import NotFound
from lms.identity.models import Person
from lms.identity.queries import visible_trainees
from lms.policy import Permission, Viewer


@dataclass(frozen=True, slots=True)
class PolicyRow:
    """A sampling policy with who set it, when and why; a reason of None was redacted."""

    fact: PolicyFact
    set_by: str
    reason_id: UUID
    reason: str | None


@dataclass(frozen=True, slots=True)
class DueRow:
    """A drawn assessment that waits for a second person."""

    id: UUID
    form_kind: FormKind
    observed_on: date
    assessor: str
    trainee: str


@dataclass(frozen=True, slots=True)
class LookRow:
    """What a second person said of an assessment; a note of None was redacted if it has an id."""

    assessment_id: UUID
    form_kind: FormKind
    observed_on: date
    trainee: str
    by: str
    outcome: LookOutcome
    note_id: UUID | None
    note: str | None
    looked_at: datetime


@dataclass(frozen=True, slots=True)
class SamplingPage:
    """The draw of one quarter as one viewer sees it; `for_others` counts what is due and not theirs to look at."""

    quarter: Quarter
    is_current: bool
    policy: PolicyRow | None
    coming: PolicyRow | None
    sample: Sample | None
    due: Sequence[DueRow]
    for_others: int
    looks: Sequence[LookRow]


@dataclass(frozen=True, slots=True)
class LookPage:
    """One assessment for a second person, whether it was drawn, and what was said of it already."""

    assessment: AssessmentPage
    piece: SampledPiece
    quarter: Quarter
    policy: PolicyFact | None
    sample: Sample | None
    look: LookRow | None

    @property
    def is_drawn(self) -> bool:
        """Whether the draw of its quarter names this assessment."""
        return self.sample is not None and self.piece in self.sample.drawn


def list_policies(viewer: Viewer) -> list[PolicyRow]:
    """Every sampling policy that was ever set, newest first."""
    rows = db.session.execute(
        select(SamplingPolicy, Person.name)
        .join(Person, Person.id == SamplingPolicy.set_by_id)
        .options(joinedload(SamplingPolicy.reason))
        .order_by(SamplingPolicy.from_on.desc(), SamplingPolicy.recorded_at.desc(), SamplingPolicy.id.desc())
    )
    return [PolicyRow(_fact(row), name, row.reason_id, row.reason.text) for row, name in rows]


def _fact(row: SamplingPolicy) -> PolicyFact:
    return PolicyFact(row.id, row.from_on, row.assessors_share, row.trainees_share, row.forms_share, row.recorded_at)


def _pieces_of(quarter: Quarter) -> Select[UUID, UUID, UUID, FormKind, datetime]:
    """The assessments recorded in a quarter that no correction replaces."""
    later = aliased(Assessment)
    return (
        select(
            Assessment.id,
            Assessment.assessor_id,
            Assessment.trainee_id,
            Assessment.form_kind,
            Assessment.recorded_at,
        )
        .outerjoin(later, later.supersedes_id == Assessment.id)
        .where(
            Assessment.recorded_at >= start_of_day(quarter.starts_on),
            Assessment.recorded_at <= end_of_day(quarter.ends_on),
            later.id.is_(None),
        )
    )


def load_sample(quarter: Quarter, policy: PolicyFact) -> Sample:
    """The draw of a quarter over every assessment of the trust. Two statements."""
    pieces = [SampledPiece(*row) for row in db.session.execute(_pieces_of(quarter))]
    return draw(pieces, policy, quarter, _looked_at(quarter))


def _looked_at(quarter: Quarter) -> frozenset[UUID]:
    ids = _pieces_of(quarter).with_only_columns(Assessment.id)
    return frozenset(db.session.scalars(select(SampleLook.assessment_id).where(SampleLook.assessment_id.in_(ids))))


def get_sampling(viewer: Viewer, quarter: Quarter) -> SamplingPage:
    """The draw of a quarter: how far each share is reached, and what this viewer may look at."""
    policies = list_policies(viewer)
    by_id = {each.fact.id: each for each in policies}
    fact = policy_for([each.fact for each in policies], quarter)
    following = policy_for([each.fact for each in policies], quarter.after)
    sample = load_sample(quarter, fact) if fact else None
    due = _due_rows(viewer, sample.due if sample else ())
    current = Quarter.of(today())
    return SamplingPage(
        quarter=quarter,
        is_current=quarter == current,
        policy=by_id[fact.id] if fact else None,
        coming=by_id[following.id] if following and following != fact and quarter == current else None,
        sample=sample,
        due=due,
        for_others=len(sample.due) - len(due) if sample else 0,
        looks=_look_rows(viewer, SampleLook.quarter == quarter.name),
    )


def count_to_look_at(viewer: Viewer) -> int:
    """How many drawn assessments of this quarter wait for the viewer as a second person."""
    quarter = Quarter.of(today())
    fact = policy_for([each.fact for each in list_policies(viewer)], quarter)
    return len(_due_rows(viewer, load_sample(quarter, fact).due)) if fact else 0


def _due_rows(viewer: Viewer, pieces: Iterable[SampledPiece]) -> list[DueRow]:
    ids = [piece.id for piece in pieces if may_look(piece, viewer.id)]
    if not ids:
        return []
    assessor, trainee = aliased(Person), aliased(Person)
    rows = db.session.execute(
        select(Assessment.id, Assessment.form_kind, Assessment.observed_on, assessor.name, trainee.name)
        .join(assessor, assessor.id == Assessment.assessor_id)
        .join(trainee, trainee.id == Assessment.trainee_id)
        .where(
            Assessment.id.in_(ids),
            Assessment.trainee_id.in_(visible_trainees(viewer, Permission.ASSESSMENT_SAMPLE)),
        )
        .order_by(Assessment.observed_on, Assessment.id)
    )
    return [DueRow(*row) for row in rows]


def _look_rows(viewer: Viewer, *where: object) -> list[LookRow]:
    return _looks(*where, SampleLook.trainee_id.in_(visible_trainees(viewer, Permission.ASSESSMENT_SAMPLE)))


def _looks(*where: object) -> list[LookRow]:
    trainee, by = aliased(Person), aliased(Person)
    rows = db.session.execute(
        select(SampleLook, Assessment.form_kind, Assessment.observed_on, trainee.name, by.name)
        .join(Assessment, Assessment.id == SampleLook.assessment_id)
        .join(trainee, trainee.id == SampleLook.trainee_id)
        .join(by, by.id == SampleLook.by_id)
        .where(*where)  # type: ignore[arg-type]
        .options(joinedload(SampleLook.note))
        .order_by(SampleLook.recorded_at.desc(), SampleLook.id.desc())
    )
    return [
        LookRow(
            assessment_id=look.assessment_id,
            form_kind=kind,
            observed_on=observed_on,
            trainee=name,
            by=by_name,
            outcome=look.outcome,
            note_id=look.note_id,
            note=look.note.text if look.note else None,
            looked_at=look.recorded_at,
        )
        for look, kind, observed_on, name, by_name in rows
    ]


def get_look_page(viewer: Viewer, assessment_id: UUID) -> LookPage:
    """One assessment of a trainee whose work the viewer may sample. Raises NotFound for any other."""
    visible = visible_trainees(viewer, Permission.ASSESSMENT_SAMPLE)
    if (
        db.session.scalar(
            select(Assessment.id).where(Assessment.id == assessment_id, Assessment.trainee_id.in_(visible))
        )
        is None
    ):
        raise NotFound
    page = get_assessment(viewer, assessment_id)
    row = page.row
    quarter = Quarter.of(london_day(row.recorded_at))
    fact = policy_for([each.fact for each in list_policies(viewer)], quarter)
    looks = _look_rows(viewer, SampleLook.assessment_id == row.id)
    return LookPage(
        assessment=page,
        piece=SampledPiece(row.id, row.assessor_id, row.trainee_id, row.form_kind, row.recorded_at),
        quarter=quarter,
        policy=fact,
        sample=load_sample(quarter, fact) if fact else None,
        look=looks[0] if looks else None,
    )


@dataclass(frozen=True, slots=True)
class OwnLookRow:
    """What a second person said of the viewer's own work; the trainee is named while the viewer may see them."""

    look: LookRow
    trainee: str | None


def list_looks_at_own(viewer: Viewer, *, limit: int = 50) -> list[OwnLookRow]:
    """What second persons said of assessments the viewer wrote, newest first."""
    rows = _looks(SampleLook.assessor_id == viewer.id)[:limit]
    seen = _still_visible(viewer, [row.assessment_id for row in rows])
    return [OwnLookRow(row, row.trainee if row.assessment_id in seen else None) for row in rows]


def _still_visible(viewer: Viewer, ids: Collection[UUID]) -> set[UUID]:
    visible = visible_trainees(viewer, Permission.ASSESSMENT_READ)
    return set(
        db.session.scalars(select(Assessment.id).where(Assessment.id.in_(ids), Assessment.trainee_id.in_(visible)))
    )
