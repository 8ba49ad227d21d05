"""Reading the sampling: the policy, the draw of a quarter, and what second persons said.

The draw covers every assessment of the trust, each in the version that came in first, so that no correction moves it;
what a second person reads is the newest one. What a guest signed comes in once an administrator has accepted the guest:
until then it counts for nothing. Names and texts are shown only of trainees in the viewer's scope.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Row, Select, select
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
from lms.core.clock import end_of_day, start_of_day, today
from lms.core.days import london_day
from lms.core.db import db
from lms.core.errors import NotFound
from lms.identity.models import Person
from lms.identity.queries import visible_trainees
from lms.policy import Permission, Viewer
from lms.signing.queries import GuestHistory, load_guest_history
from lms.signing.rules import NEEDS_CHECK, IdentityGrade


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
    """One assessment for a second person in its newest version, the piece it was drawn as, and what was said of it."""

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


def _pieces() -> Select[UUID, UUID, UUID, FormKind, datetime, IdentityGrade]:
    """Assessments as they came in, corrected since or not; a correction is not one more."""
    return select(
        Assessment.id,
        Assessment.assessor_id,
        Assessment.trainee_id,
        Assessment.form_kind,
        Assessment.recorded_at,
        Assessment.identity_grade,
    ).where(Assessment.supersedes_id.is_(None))


def _as_drawn(row: Row[UUID, UUID, UUID, FormKind, datetime, IdentityGrade], guests: GuestHistory) -> SampledPiece:
    """An assessment with its place in the draw: a guest's has none until an administrator has checked the guest."""
    id_, assessor_id, trainee_id, kind, recorded_at, grade = row
    is_guest = grade in NEEDS_CHECK
    since = guests.since.get(assessor_id) if is_guest else recorded_at
    return SampledPiece(
        id=id_,
        assessor_id=assessor_id,
        trainee_id=trainee_id,
        kind=kind,
        recorded_at=recorded_at,
        drawable_at=max(since, recorded_at) if since else None,
        counts=not is_guest or assessor_id in guests.checked,
    )


def _pieces_of(quarter: Quarter) -> Select[UUID, UUID, UUID, FormKind, datetime, IdentityGrade]:
    return _pieces().where(
        Assessment.recorded_at >= start_of_day(quarter.starts_on),
        Assessment.recorded_at <= end_of_day(quarter.ends_on),
    )


def _corrections() -> dict[UUID, UUID]:
    """Which assessment each corrected one was replaced by. One statement."""
    rows = db.session.execute(
        select(Assessment.supersedes_id, Assessment.id).where(Assessment.supersedes_id.is_not(None))
    )
    return {old_id: new_id for old_id, new_id in rows if old_id is not None}


def _last(assessment_id: UUID, steps: Mapping[UUID, UUID]) -> UUID:
    """Where the steps from one version to another end."""
    while assessment_id in steps:
        assessment_id = steps[assessment_id]
    return assessment_id


def load_sample(quarter: Quarter, policy: PolicyFact) -> Sample:
    """The draw of a quarter over every assessment of the trust but those of unchecked guests. Five statements."""
    guests = load_guest_history()
    pieces = [_as_drawn(row, guests) for row in db.session.execute(_pieces_of(quarter))]
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
    replaced_by = _corrections()
    assessor, trainee = aliased(Person), aliased(Person)
    rows = db.session.execute(
        select(Assessment.id, Assessment.form_kind, Assessment.observed_on, assessor.name, trainee.name)
        .join(assessor, assessor.id == Assessment.assessor_id)
        .join(trainee, trainee.id == Assessment.trainee_id)
        .where(
            Assessment.id.in_([_last(each, replaced_by) for each in ids]),
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
    """One assessment, by any of its versions, of a trainee whose work the viewer may sample; else NotFound."""
    replaced_by = _corrections()
    first_id = _last(assessment_id, {new_id: old_id for old_id, new_id in replaced_by.items()})
    visible = visible_trainees(viewer, Permission.ASSESSMENT_SAMPLE)
    row = db.session.execute(
        _pieces().where(Assessment.id == first_id, Assessment.trainee_id.in_(visible))
    ).one_or_none()
    if row is None:
        raise NotFound
    piece = _as_drawn(row, load_guest_history())
    quarter = Quarter.of(london_day(piece.recorded_at))
    fact = policy_for([each.fact for each in list_policies(viewer)], quarter)
    looks = _look_rows(viewer, SampleLook.assessment_id == piece.id)
    return LookPage(
        assessment=get_assessment(viewer, _last(first_id, replaced_by)),
        piece=piece,
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
