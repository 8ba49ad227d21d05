"""Reading requests for assessments: the trainee's own, those that wait for an assessor, and drafts."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, ScalarSelect, Select, func, or_, select
from sqlalchemy.orm import aliased, joinedload

from lms.audit.models import TextBody
from lms.competencies import rules
from lms.competencies.models import (
    Assessment,
    AssessmentDraft,
    AssessmentReply,
    AssessmentRequest,
    AssessmentRequestStep,
    RequestDraft,
)
from lms.competencies.queries.facts import FormVersion, FrameworkVersion, get_form_version, get_framework_version
from lms.competencies.rules import (
    EXPIRES_AFTER,
    Asked,
    Capability,
    FormKind,
    RequestFact,
    RequestState,
    Step,
    StepKind,
    Way,
)
from lms.core.clock import now
from lms.core.db import db
from lms.core.errors import NotFound
from lms.identity.models import Person
from lms.identity.queries import people_by_id, visible_trainees
from lms.policy import Permission, Viewer

First = aliased(Assessment)
ANSWERS = (First.request_id == AssessmentRequest.id) & First.supersedes_id.is_(None)
ENDED = (StepKind.DECLINED, StepKind.CANCELLED)
ON_THEIR_PHONE, ON_YOUR_PHONE = "Whoever signs on the trainee's phone", "Whoever signs on your phone"


@dataclass(frozen=True, slots=True)
class RequestRow:
    """A request as lists and pages show it, or what an assessor began unasked.

    `assessor_id` is who is to answer now, `first_asked` who was asked first, or began it; None where whoever is there
    signs.
    """

    id: UUID
    trainee_id: UUID
    trainee_name: str
    first_asked: UUID | None
    assessor_id: UUID | None
    assessor_name: str
    way: Way
    is_unasked: bool
    form_kind: FormKind
    setting: str
    seen_on: date
    is_simulated: bool
    codes: tuple[str, ...]
    self_levels: Mapping[str, int | None]
    steps: tuple[Step, ...]
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
        return rules.waits_from(self.steps, self.asked_at) + EXPIRES_AFTER

    @property
    def remind_from(self) -> datetime | None:
        """The moment from which the trainee may remind the assessor; None when they may not again."""
        return rules.remind_from(self.steps, self.asked_at)

    def may_remind(self, at: datetime) -> bool:
        """Whether the trainee may remind the assessor at this moment."""
        return self.state.is_waiting and self.remind_from is not None and self.remind_from <= at

    @property
    def may_reset(self) -> bool:
        """Whether the trainee may still give an expired request more time."""
        return self.state is RequestState.EXPIRED and all(step.kind is not StepKind.RESET for step in self.steps)


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
    def is_unasked(self) -> bool:
        """Whether the assessor began it without being asked."""
        return self.row.is_unasked

    @property
    def capabilities(self) -> tuple[Capability, ...]:
        """The capabilities that are proposed."""
        known = self.version.framework.capabilities
        return tuple(known[code] for code in self.row.codes if code in known)


@dataclass(frozen=True, slots=True)
class WaitingRow:
    """What waits for an assessor, in short: about whom, and since when it was asked or begun unasked."""

    id: UUID
    trainee_name: str
    is_unasked: bool
    recorded_at: datetime


def list_own_requests(viewer: Viewer, *, limit: int = 100) -> list[RequestRow]:
    """What the viewer asked for, and what others wrote unasked, newest first."""
    return _rows(
        AssessmentRequest.trainee_id.in_(visible_trainees(viewer, Permission.ASSESSMENT_ASK)),
        _own(viewer),
        limit=limit,
        whoever=ON_YOUR_PHONE,
    )


def _own(viewer: Viewer) -> ColumnElement[bool]:
    """The condition that a request is the viewer's. What somebody begins unasked is hidden from them until signed."""
    return (AssessmentRequest.trainee_id == viewer.id) & (
        AssessmentRequest.is_unasked.is_(False) | First.id.is_not(None)
    )


def list_waiting(viewer: Viewer) -> list[RequestRow]:
    """The requests that wait for the viewer's answer, oldest first."""
    rows = _rows(_asked_of(viewer), ~_ended(), First.id.is_(None))
    return sorted((row for row in rows if row.state.is_waiting), key=lambda row: (row.asked_at, row.id))


def list_written(viewer: Viewer, *, limit: int = 50) -> list[RequestRow]:
    """The requests the viewer has answered with an assessment, newest first."""
    return _rows(_asked_of(viewer), First.id.is_not(None), limit=limit)


def count_waiting(viewer: Viewer) -> int:
    """How many requests wait for the viewer's answer, with what they began unasked."""
    statement = select(func.count(AssessmentRequest.id)).outerjoin(First, ANSWERS).where(_waits_for(viewer))
    return db.session.scalar(statement) or 0


def list_waiting_in_short(viewer: Viewer) -> list[WaitingRow]:
    """What waits for the viewer's answer, oldest first. One statement."""
    statement = (
        select(AssessmentRequest.id, Person.name, AssessmentRequest.is_unasked, AssessmentRequest.recorded_at)
        .select_from(AssessmentRequest)
        .join(Person, Person.id == AssessmentRequest.trainee_id)
        .outerjoin(First, ANSWERS)
        .where(_waits_for(viewer))
        .order_by(AssessmentRequest.recorded_at, AssessmentRequest.id)
    )
    return [WaitingRow(*row) for row in db.session.execute(statement)]


def _waits_for(viewer: Viewer) -> ColumnElement[bool]:
    """The condition that a request waits for the viewer's answer; needs the first assessment joined."""
    again = (
        select(func.max(AssessmentRequestStep.recorded_at))
        .where(
            AssessmentRequestStep.request_id == AssessmentRequest.id,
            AssessmentRequestStep.step.in_((StepKind.PASSED_ON, StepKind.RESET)),
        )
        .correlate(AssessmentRequest)
        .scalar_subquery()
    )
    return (
        _asked_of(viewer)
        & ~_ended()
        & First.id.is_(None)
        & (func.coalesce(again, AssessmentRequest.recorded_at) >= now() - EXPIRES_AFTER)
    )


def _ended() -> ColumnElement[bool]:
    """The condition that a request was declined or cancelled."""
    return (
        select(AssessmentRequestStep.id)
        .where(AssessmentRequestStep.request_id == AssessmentRequest.id, AssessmentRequestStep.step.in_(ENDED))
        .correlate(AssessmentRequest)
        .exists()
    )


def _holder() -> ScalarSelect[UUID | None]:
    """Whom a request was last passed on to."""
    return (
        select(AssessmentRequestStep.to_id)
        .where(AssessmentRequestStep.request_id == AssessmentRequest.id, AssessmentRequestStep.to_id.is_not(None))
        .order_by(AssessmentRequestStep.recorded_at.desc(), AssessmentRequestStep.id.desc())
        .limit(1)
        .correlate(AssessmentRequest)
        .scalar_subquery()
    )


def _asked_of(viewer: Viewer) -> ColumnElement[bool]:
    passed = select(AssessmentRequestStep.request_id).where(AssessmentRequestStep.to_id == viewer.id)
    return (
        or_(AssessmentRequest.assessor_id == viewer.id, AssessmentRequest.id.in_(passed))
        & (func.coalesce(_holder(), AssessmentRequest.assessor_id) == viewer.id)
        & AssessmentRequest.trainee_id.in_(visible_trainees(viewer, Permission.ASSESSMENT_COMPLETE))
    )


def find_request_row(*where: ColumnElement[bool], whoever: str = ON_THEIR_PHONE) -> RequestRow:
    """One request; `whoever` is in the place of the assessor where nobody in particular was asked. Raises NotFound."""
    rows = _rows(*where, whoever=whoever)
    if not rows:
        raise NotFound
    return rows[0]


def get_asked_request(viewer: Viewer, request_id: UUID) -> RequestRow:
    """A request that was asked of the viewer, about a trainee in their scope."""
    return find_request_row(AssessmentRequest.id == request_id, _asked_of(viewer))


def get_own_request(viewer: Viewer, request_id: UUID) -> RequestRow:
    """A request the viewer made, or what somebody wrote about them unasked."""
    return find_request_row(AssessmentRequest.id == request_id, _own(viewer), whoever=ON_YOUR_PHONE)


def is_own_request(viewer: Viewer, request_id: UUID) -> bool:
    """Say whether there is such a request and the viewer made it."""
    found = db.session.get(AssessmentRequest, request_id)
    return found is not None and found.trainee_id == viewer.id


def names_of(row: RequestRow) -> dict[UUID, str]:
    """The names of everybody who had to do with a request."""
    ids = {each for step in row.steps for each in (step.by_id, step.to_id) if each}
    people = people_by_id(ids | {row.trainee_id} | ({row.first_asked} if row.first_asked else set()))
    return {key: person.name for key, person in people.items()}


def get_asked_before(viewer: Viewer, request_id: UUID) -> tuple[RequestRow, str]:
    """A request the viewer made and its note, for asking again; the note is empty where there is none."""
    row = get_own_request(viewer, request_id)
    if row.is_unasked:
        raise NotFound
    note = db.session.scalar(
        select(TextBody.text)
        .join(AssessmentRequest, AssessmentRequest.note_id == TextBody.id)
        .where(AssessmentRequest.id == row.id)
    )
    return row, note or ""


def find_asked_guest(person_id: UUID) -> dict[str, str] | None:
    """The name, profession and address of somebody asked by email; None for who has an account by now."""
    person = people_by_id([person_id])[person_id]
    if not person.is_guest:
        return None
    return {"name": person.name, "profession": person.profession, "email": person.email or ""}


def get_request_page(viewer: Viewer, request_id: UUID) -> RequestPage:
    """A request that was asked of the viewer, with its form and draft."""
    return _page(get_asked_request(viewer, request_id))


def get_held_request(request_id: UUID) -> RequestPage:
    """The request a device may answer because it was handed over or opened a link: the form session is the scope."""
    page = _page(find_request_row(AssessmentRequest.id == request_id))
    return replace(page, draft={}, draft_version=0)


def _page(row: RequestRow) -> RequestPage:
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
    for row in _rows(AssessmentRequest.trainee_id == trainee_id, AssessmentRequest.is_unasked.is_(False)):
        if code in row.codes:
            yield row.state


def _rows(*where: ColumnElement[bool], limit: int | None = None, whoever: str = ON_THEIR_PHONE) -> list[RequestRow]:
    """Requests with everything that happened to them, newest first, in a constant number of statements."""
    statement = _statement().where(*where).order_by(AssessmentRequest.recorded_at.desc(), AssessmentRequest.id.desc())
    found = db.session.execute(statement.limit(limit)).all()
    steps = _steps([row.id for row in found])
    holders = {row.id: rules.holder_of([step for step, _ in steps.get(row.id, ())], row.assessor_id) for row in found}
    people = people_by_id({row.trainee_id for row in found} | {each for each in holders.values() if each})
    at = now()
    return [_row(row, steps.get(row.id, []), holders[row.id], people, at, whoever) for row in found]


def _steps(ids: Iterable[UUID]) -> dict[UUID, list[tuple[Step, TextBody | None]]]:
    rows = db.session.scalars(
        select(AssessmentRequestStep)
        .where(AssessmentRequestStep.request_id.in_(list(ids)))
        .options(joinedload(AssessmentRequestStep.reason))
        .order_by(AssessmentRequestStep.recorded_at, AssessmentRequestStep.id)
    )
    found: dict[UUID, list[tuple[Step, TextBody | None]]] = {}
    for row in rows:
        found.setdefault(row.request_id, []).append((Step(row.step, row.recorded_at, row.by_id, row.to_id), row.reason))
    return found


def _statement() -> Select[Any]:
    return (
        select(
            AssessmentRequest.id,
            AssessmentRequest.trainee_id,
            AssessmentRequest.assessor_id,
            AssessmentRequest.way,
            AssessmentRequest.is_unasked,
            AssessmentRequest.form_kind,
            AssessmentRequest.setting,
            AssessmentRequest.seen_on,
            AssessmentRequest.is_simulated,
            AssessmentRequest.codes,
            AssessmentRequest.self_levels,
            AssessmentRequest.recorded_at,
            First.id.label("assessment_id"),
            AssessmentReply.id.label("reply_id"),
        )
        .select_from(AssessmentRequest)
        .outerjoin(First, ANSWERS)
        .outerjoin(AssessmentReply, AssessmentReply.assessment_id == First.id)
    )


def _row(
    found: Row[Any],
    happened: Sequence[tuple[Step, TextBody | None]],
    holder: UUID | None,
    people: Mapping[UUID, Person],
    at: datetime,
    whoever: str,
) -> RequestRow:
    steps = tuple(step for step, _ in happened)
    declined = next((reason for step, reason in happened if step.kind is StepKind.DECLINED), None)
    return RequestRow(
        id=found.id,
        trainee_id=found.trainee_id,
        trainee_name=people[found.trainee_id].name,
        first_asked=found.assessor_id,
        assessor_id=holder,
        assessor_name=people[holder].name if holder else whoever,
        way=found.way,
        is_unasked=found.is_unasked,
        form_kind=found.form_kind,
        setting=found.setting,
        seen_on=found.seen_on,
        is_simulated=found.is_simulated,
        codes=tuple(found.codes),
        self_levels=found.self_levels,
        steps=steps,
        state=rules.state_of(
            steps,
            asked_at=found.recorded_at,
            is_completed=found.assessment_id is not None,
            is_replied=found.reply_id is not None,
            now=at,
        ),
        asked_at=found.recorded_at,
        assessment_id=found.assessment_id,
        declined_because=declined.text if declined else None,
        declined_because_id=declined.id if declined else None,
    )


def has_other_ties(trainee_id: UUID, assessor_id: UUID, *, except_id: UUID) -> bool:
    """Whether another request between the two waits or was answered, so that access has a reason to stay."""
    passed = select(AssessmentRequestStep.request_id).where(AssessmentRequestStep.to_id == assessor_id)
    rows = _rows(
        AssessmentRequest.trainee_id == trainee_id,
        or_(AssessmentRequest.assessor_id == assessor_id, AssessmentRequest.id.in_(passed)),
        AssessmentRequest.id != except_id,
    )
    return any(row.assessor_id == assessor_id and (row.state.is_waiting or row.state.is_answered) for row in rows)


def list_request_drafts(viewer: Viewer) -> list[RequestDraft]:
    """What the viewer prepared and has not asked yet, newest first."""
    rows = db.session.scalars(
        select(RequestDraft)
        .where(RequestDraft.trainee_id == viewer.id, RequestDraft.request_id.is_(None))
        .order_by(RequestDraft.updated_at.desc(), RequestDraft.id.desc())
    )
    return [row for row in rows if row.body]


def get_request_draft(viewer: Viewer, draft_id: UUID) -> RequestDraft:
    """What the viewer prepared and has not asked yet. Raises NotFound."""
    row = db.session.scalar(
        select(RequestDraft).where(RequestDraft.id == draft_id, RequestDraft.trainee_id == viewer.id)
    )
    if row is None or not row.body:
        raise NotFound
    return row
