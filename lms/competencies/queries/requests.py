"""Reading requests for assessments: the trainee's own, those that wait for an assessor, and drafts."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, func, select
from sqlalchemy.orm import aliased, joinedload

from lms.audit.models import TextBody
from lms.competencies import rules
from lms.competencies.models import Assessment, AssessmentDraft, AssessmentRequest, AssessmentRequestStep
from lms.competencies.queries.facts import FormVersion, FrameworkVersion, get_form_version, get_framework_version
from lms.competencies.rules import EXPIRES_AFTER, Asked, Capability, FormKind, RequestFact, RequestState, Step, StepKind
from lms.core.clock import now
from lms.core.db import db
from lms.core.errors import NotFound
from lms.identity.models import Person
from lms.identity.queries import visible_trainees
from lms.policy import Permission, Viewer

Assessor, Trainee = aliased(Person), aliased(Person)
Opened, Declined, Cancelled = (aliased(AssessmentRequestStep) for _ in range(3))
First = aliased(Assessment)


@dataclass(frozen=True, slots=True)
class RequestRow:
    """A request as lists and pages show it."""

    id: UUID
    trainee_id: UUID
    trainee_name: str
    assessor_id: UUID
    assessor_name: str
    form_kind: FormKind
    setting: str
    seen_on: date
    is_simulated: bool
    codes: tuple[str, ...]
    state: RequestState
    asked_at: datetime
    assessment_id: UUID | None
    declined_because: str | None
    declined_because_id: UUID | None

    @property
    def asked(self) -> Asked:
        """What it asks, for comparing it with another request."""
        return Asked(self.assessor_id, self.form_kind, self.seen_on, self.codes)

    @property
    def fact(self) -> RequestFact:
        """The request as the rules about what to ask next take it."""
        return RequestFact(self.id, self.state, self.codes, self.expires_at)

    @property
    def expires_at(self) -> datetime:
        """The moment after which the assessor can no longer answer."""
        return self.asked_at + EXPIRES_AFTER


@dataclass(frozen=True, slots=True)
class RequestPage:
    """One request with everything its form needs, and the draft if there is one."""

    row: RequestRow
    note_id: UUID | None
    note: str | None
    form: FormVersion
    version: FrameworkVersion
    draft: Mapping[str, Any]
    draft_version: int

    @property
    def capabilities(self) -> tuple[Capability, ...]:
        """The capabilities the trainee proposes."""
        known = self.version.framework.capabilities
        return tuple(known[code] for code in self.row.codes if code in known)


def list_own_requests(viewer: Viewer, *, limit: int = 100) -> list[RequestRow]:
    """What the viewer asked for, newest first."""
    return _rows(
        AssessmentRequest.trainee_id.in_(visible_trainees(viewer, Permission.ASSESSMENT_ASK)),
        AssessmentRequest.trainee_id == viewer.id,
        limit=limit,
    )


def list_waiting(viewer: Viewer) -> list[RequestRow]:
    """The requests that wait for the viewer's answer, oldest first."""
    rows = _rows(_asked_of(viewer), Declined.id.is_(None), Cancelled.id.is_(None), First.id.is_(None))
    return sorted((row for row in rows if row.state.is_waiting), key=lambda row: (row.asked_at, row.id))


def list_written(viewer: Viewer, *, limit: int = 50) -> list[RequestRow]:
    """The requests the viewer has answered with an assessment, newest first."""
    return _rows(_asked_of(viewer), First.id.is_not(None), limit=limit)


def count_waiting(viewer: Viewer) -> int:
    """How many requests wait for the viewer's answer."""
    statement = (
        select(func.count(AssessmentRequest.id))
        .outerjoin(AssessmentRequestStep, _ended(AssessmentRequestStep))
        .outerjoin(Assessment, Assessment.request_id == AssessmentRequest.id)
        .where(
            _asked_of(viewer),
            AssessmentRequestStep.id.is_(None),
            Assessment.id.is_(None),
            AssessmentRequest.recorded_at >= now() - EXPIRES_AFTER,
        )
    )
    return db.session.scalar(statement) or 0


def _ended(step: type[AssessmentRequestStep]) -> ColumnElement[bool]:
    return (step.request_id == AssessmentRequest.id) & step.step.in_([StepKind.DECLINED, StepKind.CANCELLED])


def _asked_of(viewer: Viewer) -> ColumnElement[bool]:
    return (AssessmentRequest.assessor_id == viewer.id) & AssessmentRequest.trainee_id.in_(
        visible_trainees(viewer, Permission.ASSESSMENT_COMPLETE)
    )


def find_request_row(*where: ColumnElement[bool]) -> RequestRow:
    """One request. Raises NotFound."""
    rows = _rows(*where)
    if not rows:
        raise NotFound
    return rows[0]


def get_asked_request(viewer: Viewer, request_id: UUID) -> RequestRow:
    """A request that was asked of the viewer, about a trainee in their scope."""
    return find_request_row(AssessmentRequest.id == request_id, _asked_of(viewer))


def get_own_request(viewer: Viewer, request_id: UUID) -> RequestRow:
    """A request the viewer made."""
    return find_request_row(AssessmentRequest.id == request_id, AssessmentRequest.trainee_id == viewer.id)


def get_asked_before(viewer: Viewer, request_id: UUID) -> tuple[RequestRow, str]:
    """A request the viewer made and its note, for asking again; the note is empty where there is none."""
    row = get_own_request(viewer, request_id)
    note = db.session.scalar(
        select(TextBody.text)
        .join(AssessmentRequest, AssessmentRequest.note_id == TextBody.id)
        .where(AssessmentRequest.id == row.id)
    )
    return row, note or ""


def get_request_page(viewer: Viewer, request_id: UUID) -> RequestPage:
    """A request that was asked of the viewer, with its form and draft."""
    row = get_asked_request(viewer, request_id)
    request = db.session.scalars(
        select(AssessmentRequest).where(AssessmentRequest.id == row.id).options(joinedload(AssessmentRequest.note))
    ).one()
    draft = find_draft(row.id)
    return RequestPage(
        row=row,
        note_id=request.note_id,
        note=request.note.text if request.note else None,
        form=get_form_version(request.form_version_id),
        version=get_framework_version(request.framework_version_id),
        draft=draft.body if draft else {},
        draft_version=draft.version if draft else 0,
    )


def find_draft(request_id: UUID) -> AssessmentDraft | None:
    """What the assessor has entered so far, if anything."""
    return db.session.scalar(select(AssessmentDraft).where(AssessmentDraft.request_id == request_id))


def request_states(trainee_id: UUID, code: str) -> Iterator[RequestState]:
    """What became of the trainee's requests that named this capability."""
    for row in _rows(AssessmentRequest.trainee_id == trainee_id):
        if code in row.codes:
            yield row.state


def _rows(*where: ColumnElement[bool], limit: int | None = None) -> list[RequestRow]:
    statement = _statement().where(*where).order_by(AssessmentRequest.recorded_at.desc(), AssessmentRequest.id.desc())
    at = now()
    return [_row(found, at) for found in db.session.execute(statement.limit(limit))]


def _statement() -> Select[Any]:
    return (
        select(
            AssessmentRequest.id,
            AssessmentRequest.trainee_id,
            Trainee.name.label("trainee_name"),
            AssessmentRequest.assessor_id,
            Assessor.name.label("assessor_name"),
            AssessmentRequest.form_kind,
            AssessmentRequest.setting,
            AssessmentRequest.seen_on,
            AssessmentRequest.is_simulated,
            AssessmentRequest.codes,
            AssessmentRequest.recorded_at,
            First.id.label("assessment_id"),
            Opened.recorded_at.label("opened_at"),
            Declined.recorded_at.label("declined_at"),
            Cancelled.recorded_at.label("cancelled_at"),
            TextBody.text.label("declined_because"),
            TextBody.id.label("declined_because_id"),
        )
        .join(Trainee, Trainee.id == AssessmentRequest.trainee_id)
        .join(Assessor, Assessor.id == AssessmentRequest.assessor_id)
        .outerjoin(First, (First.request_id == AssessmentRequest.id) & First.supersedes_id.is_(None))
        .outerjoin(Opened, (Opened.request_id == AssessmentRequest.id) & (Opened.step == StepKind.OPENED))
        .outerjoin(Declined, (Declined.request_id == AssessmentRequest.id) & (Declined.step == StepKind.DECLINED))
        .outerjoin(Cancelled, (Cancelled.request_id == AssessmentRequest.id) & (Cancelled.step == StepKind.CANCELLED))
        .outerjoin(TextBody, TextBody.id == Declined.reason_id)
    )


def _row(found: Row[Any], at: datetime) -> RequestRow:
    moments: Sequence[tuple[StepKind, datetime | None]] = (
        (StepKind.OPENED, found.opened_at),
        (StepKind.DECLINED, found.declined_at),
        (StepKind.CANCELLED, found.cancelled_at),
    )
    steps = [Step(kind, moment) for kind, moment in moments if moment is not None]
    return RequestRow(
        id=found.id,
        trainee_id=found.trainee_id,
        trainee_name=found.trainee_name,
        assessor_id=found.assessor_id,
        assessor_name=found.assessor_name,
        form_kind=found.form_kind,
        setting=found.setting,
        seen_on=found.seen_on,
        is_simulated=found.is_simulated,
        codes=tuple(found.codes),
        state=rules.state_of(steps, asked_at=found.recorded_at, is_completed=found.assessment_id is not None, now=at),
        asked_at=found.recorded_at,
        assessment_id=found.assessment_id,
        declined_because=found.declined_because,
        declined_because_id=found.declined_because_id,
    )


def has_other_ties(trainee_id: UUID, assessor_id: UUID, *, except_id: UUID) -> bool:
    """Whether another request between the two waits or was answered, so that access has a reason to stay."""
    rows = _rows(
        AssessmentRequest.trainee_id == trainee_id,
        AssessmentRequest.assessor_id == assessor_id,
        AssessmentRequest.id != except_id,
    )
    return any(row.state.is_waiting or row.state is RequestState.COMPLETED for row in rows)
