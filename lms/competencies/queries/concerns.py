"""Reading concerns: the consultant nurse all, the university what it may read, the raiser their own, the trainee those
about themselves."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import aliased, joinedload

from lms.competencies.models import Assessment, Concern, ConcernReply, ConcernStep
from lms.competencies.queries.concern_process import Process, Waits, find_process, find_waits
from lms.competencies.queries.facts import concern_facts, find_titles
from lms.competencies.rules import ConcernFact, Rung, may_advise, named
from lms.core.clock import now, today
from lms.core.db import db
from lms.core.errors import NotFound
from lms.identity.models import Person
from lms.identity.queries import list_in_roles, list_seeing, may_towards, people_by_id, visible_trainees
from lms.policy import Permission, Role, Viewer


@dataclass(frozen=True, slots=True)
class ConcernRow:
    """A concern as a list shows it, without its text."""

    fact: ConcernFact
    trainee_name: str
    raised_by_name: str
    on: date
    waits: Waits

    @property
    def rung(self) -> Rung:
        """The rung today."""
        return self.fact.rung(self.on)

    @property
    def is_open(self) -> bool:
        """Whether the concern stands today."""
        return self.fact.is_open(self.on)

    @property
    def closed_on(self) -> date | None:
        """The day it was closed or closed itself."""
        return self.fact.closed_on(self.on)

    @property
    def review_by(self) -> date:
        """The last day of the rung's clock."""
        return self.fact.review_by(self.on)

    @property
    def closes_itself_on(self) -> date | None:
        """The day an open heads-up closes without a decision; None on every other rung."""
        return self.fact.closes_itself_on(self.on)

    @property
    def is_overdue(self) -> bool:
        """Whether the clock has run out on an open concern."""
        return self.is_open and self.review_by < self.on

    @property
    def university_sees(self) -> bool:
        """Whether the trainee's university may read it today."""
        return self.fact.university_sees(self.on)


@dataclass(frozen=True, slots=True)
class ConcernStepRow:
    """One step with its reason; None where it was redacted."""

    rung: Rung | None
    by_name: str
    role: Role
    decided_on: date
    recorded_at: datetime
    reason_id: UUID
    reason: str | None
    replies_seen: int


@dataclass(frozen=True, slots=True)
class ConcernPage:
    """One concern with its text and steps, and what the trainee and others added."""

    row: ConcernRow
    role: Role | None
    capability: str
    text_id: UUID
    text: str | None
    steps: Sequence[ConcernStepRow]
    process: Process


def list_concerns(viewer: Viewer) -> list[ConcernRow]:
    """The concerns the viewer may know of: open ones by their clock, then closed ones by date."""
    return _in_order(_rows(viewer, _reachable(viewer)))


def get_concern(viewer: Viewer, concern_id: UUID) -> ConcernPage:
    """One concern the viewer may know of, with its text."""
    rows = _rows(viewer, _reachable(viewer).where(Concern.id == concern_id))
    if not rows:
        raise NotFound
    return _page(rows[0])


def list_own_concerns(viewer: Viewer) -> list[ConcernRow]:
    """The concerns about the viewer: open ones by their clock, then closed ones by date."""
    return _in_order(_with_names(concern_facts(_own(viewer), known_at=now())))


def get_own_concern(viewer: Viewer, concern_id: UUID) -> ConcernPage:
    """One concern about the viewer, with its text."""
    rows = _with_names(concern_facts(_own(viewer).where(Concern.id == concern_id), known_at=now()))
    if not rows:
        raise NotFound
    return _page(rows[0])


def list_unanswered(viewer: Viewer) -> list[ConcernFact]:
    """The open concerns about the viewer to which they have not replied, without heads-ups, which need no reply.

    One statement.
    """
    unanswered = _own(viewer).where(Concern.id.not_in(select(ConcernReply.concern_id)))
    on = today()
    facts = concern_facts(unanswered, known_at=now())
    return [fact for fact in facts if fact.is_open(on) and fact.rung(on) is not Rung.HEADS_UP]


@dataclass(frozen=True, slots=True)
class UnsafeMoment:
    """That an unsafe moment was marked when an assessment was signed; no concern where the viewer may not read it."""

    concern_id: UUID | None


def find_unsafe_moment(viewer: Viewer, assessment: Assessment) -> UnsafeMoment | None:
    """The unsafe moment that was marked with an assessment, in any of its versions, if the viewer may know of it.

    The trainee and the signer know; others do if they may read the concern it opened. The caller has made sure that
    the viewer may read the assessment. A constant number of statements.
    """
    found = db.session.execute(_opened_with(assessment)).first()
    if found is None:
        return None
    (concern_id,) = found
    if concern_id is not None:
        of_viewer = _own(viewer) if assessment.trainee_id == viewer.id else _reachable(viewer)
        facts = concern_facts(of_viewer.where(Concern.id == concern_id), known_at=now())
        if facts and (assessment.trainee_id == viewer.id or _readable(viewer, facts)):
            return UnsafeMoment(concern_id)
    return UnsafeMoment(None) if viewer.id in (assessment.trainee_id, assessment.assessor_id) else None


def _opened_with(assessment: Assessment) -> Select[UUID | None]:
    """The concern an unsafe moment opened: the signer's first one from the moment of signing, as both are one write."""
    return (
        select(Concern.id)
        .select_from(Assessment)
        .outerjoin(
            Concern,
            (Concern.trainee_id == Assessment.trainee_id)
            & (Concern.raised_by_id == Assessment.assessor_id)
            & (Concern.rung == Rung.RECORDED)
            & (Concern.recorded_at >= Assessment.recorded_at),
        )
        .where(Assessment.request_id == assessment.request_id, Assessment.is_unsafe)
        .order_by(Concern.recorded_at, Concern.id)
        .limit(1)
    )


def may_give_opinion(viewer: Viewer, page: ConcernPage) -> bool:
    """Say whether a second opinion waits on this concern and the viewer is somebody who may give it."""
    return (
        page.process.waiting_opinion is not None
        and may_advise(page.row.fact, page.process.hands, viewer.id)
        and may_towards(viewer, page.row.fact.trainee_id, Permission.CONCERN_ADVISE)
    )


def _in_order(rows: Sequence[ConcernRow]) -> list[ConcernRow]:
    return sorted(rows, key=lambda row: (not row.is_open, row.review_by, row.fact.id))


def _page(row: ConcernRow) -> ConcernPage:
    concern_id = row.fact.id
    concern = db.session.scalars(
        select(Concern).where(Concern.id == concern_id).options(joinedload(Concern.text))
    ).one()
    steps = db.session.execute(
        select(ConcernStep, Person.name)
        .join(Person, Person.id == ConcernStep.by_id)
        .where(ConcernStep.concern_id == concern_id)
        .options(joinedload(ConcernStep.reason))
        .order_by(ConcernStep.recorded_at, ConcernStep.id)
    ).all()
    process = find_process(concern_id, deciders={step.by_id for step, _ in steps})
    return ConcernPage(
        row=row,
        role=concern.role,
        capability=named([concern.capability_code], find_titles()) if concern.capability_code else "",
        text_id=concern.text_id,
        text=concern.text.text,
        steps=[
            ConcernStepRow(
                step.rung,
                name,
                step.role,
                step.decided_on,
                step.recorded_at,
                step.reason_id,
                step.reason.text,
                process.replies_seen.get(step.id, 0),
            )
            for step, name in steps
        ],
        process=process,
    )


def _own(viewer: Viewer) -> Select[UUID]:
    return select(Concern.id).where(
        Concern.trainee_id == viewer.id, Concern.trainee_id.in_(visible_trainees(viewer, Permission.CONCERN_ANSWER))
    )


def _reachable(viewer: Viewer) -> Select[UUID]:
    """Ids of the concerns that may be the viewer's to know; the rung is judged afterwards. Never about themselves."""
    return select(Concern.id).where(
        Concern.trainee_id != viewer.id,
        or_(
            Concern.trainee_id.in_(visible_trainees(viewer, Permission.CONCERN_MANAGE)),
            Concern.trainee_id.in_(visible_trainees(_as_educator(viewer), Permission.CONCERN_RAISE)),
            (Concern.raised_by_id == viewer.id) if viewer.may(Permission.CONCERN_RAISE) else Concern.id.is_(None),
        ),
    )


def _as_educator(viewer: Viewer) -> Viewer:
    """The viewer with nothing but the educator's rights, if they have those."""
    return replace(viewer, roles=viewer.roles & {Role.EDUCATOR}, acting=Role.EDUCATOR)


def _rows(viewer: Viewer, ids: Select[UUID]) -> list[ConcernRow]:
    return _with_names(_readable(viewer, concern_facts(ids, known_at=now())))


def _readable(viewer: Viewer, facts: Sequence[ConcernFact]) -> list[ConcernFact]:
    """Those the viewer may read today of concerns they may reach. One statement."""
    on, managed = today(), aliased(Person)
    all_rungs = set(
        db.session.scalars(
            select(managed.id).where(
                managed.id.in_({fact.trainee_id for fact in facts}),
                managed.id.in_(visible_trainees(viewer, Permission.CONCERN_MANAGE)),
            )
        )
    )
    return [
        fact
        for fact in facts
        if fact.trainee_id in all_rungs or fact.raised_by_id == viewer.id or fact.university_sees(on)
    ]


def _with_names(facts: Sequence[ConcernFact]) -> list[ConcernRow]:
    people = people_by_id({each for fact in facts for each in (fact.trainee_id, fact.raised_by_id)})
    waits = find_waits([fact.id for fact in facts])
    return [
        ConcernRow(
            fact,
            people[fact.trainee_id].name,
            people[fact.raised_by_id].name,
            today(),
            waits.get(fact.id, Waits()),
        )
        for fact in facts
    ]


def list_managers(trainee_id: UUID) -> list[UUID]:
    """Ids of the people who manage concerns about this trainee today."""
    return list_seeing(trainee_id, Permission.CONCERN_MANAGE)


def list_educators(trainee_id: UUID) -> list[UUID]:
    """Ids of the educators of this trainee's university today."""
    return list_in_roles(trainee_id, frozenset({Role.EDUCATOR}))


def load_all_concerns() -> Sequence[ConcernFact]:
    """Every concern there is, for the daily look at clocks; nobody sees it."""
    return concern_facts(select(Concern.id), known_at=now())
