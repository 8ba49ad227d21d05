"""Reading concerns: the consultant nurse all, the university from the action plan up, the raiser their own."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import aliased, joinedload

from lms.competencies.models import Concern, ConcernStep
from lms.competencies.queries.facts import concern_facts, find_titles
from lms.competencies.rules import ConcernFact, Rung, named
from lms.core.clock import now, today
from lms.core.db import db
from lms.core.errors import NotFound
from lms.identity.models import AccessGrant, Person, ScopeMember
from lms.identity.queries import in_force, people_by_id, still_member, visible_trainees
from lms.policy import Permission, Role, Viewer, roles_with


@dataclass(frozen=True, slots=True)
class ConcernRow:
    """A concern as a list shows it, without its text."""

    fact: ConcernFact
    trainee_name: str
    raised_by_name: str
    on: date

    @property
    def rung(self) -> Rung:
        """The rung today."""
        return self.fact.rung(self.on)

    @property
    def is_open(self) -> bool:
        """Whether the concern stands today."""
        return self.fact.is_open(self.on)

    @property
    def review_by(self) -> date:
        """The last day of the rung's clock."""
        return self.fact.review_by(self.on)

    @property
    def is_overdue(self) -> bool:
        """Whether the clock has run out on an open concern."""
        return self.is_open and self.review_by < self.on


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


@dataclass(frozen=True, slots=True)
class ConcernPage:
    """One concern with its text and steps."""

    row: ConcernRow
    capability: str
    text_id: UUID
    text: str | None
    steps: Sequence[ConcernStepRow]


def list_concerns(viewer: Viewer) -> list[ConcernRow]:
    """The concerns the viewer may know of: open ones by their clock, then closed ones by date."""
    rows = _rows(viewer, _reachable(viewer))
    return sorted(rows, key=lambda row: (not row.is_open, row.review_by, row.fact.id))


def get_concern(viewer: Viewer, concern_id: UUID) -> ConcernPage:
    """One concern the viewer may know of, with its text."""
    rows = _rows(viewer, _reachable(viewer).where(Concern.id == concern_id))
    if not rows:
        raise NotFound
    concern = db.session.scalars(
        select(Concern).where(Concern.id == concern_id).options(joinedload(Concern.text))
    ).one()
    steps = db.session.execute(
        select(ConcernStep, Person.name)
        .join(Person, Person.id == ConcernStep.by_id)
        .where(ConcernStep.concern_id == concern_id)
        .options(joinedload(ConcernStep.reason))
        .order_by(ConcernStep.recorded_at, ConcernStep.id)
    )
    return ConcernPage(
        row=rows[0],
        capability=named([concern.capability_code], find_titles()) if concern.capability_code else "",
        text_id=concern.text_id,
        text=concern.text.text,
        steps=[
            ConcernStepRow(
                step.rung, name, step.role, step.decided_on, step.recorded_at, step.reason_id, step.reason.text
            )
            for step, name in steps
        ],
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
    on = today()
    facts = concern_facts(ids, known_at=now())
    managed = aliased(Person)
    all_rungs = set(
        db.session.scalars(
            select(managed.id).where(
                managed.id.in_({fact.trainee_id for fact in facts}),
                managed.id.in_(visible_trainees(viewer, Permission.CONCERN_MANAGE)),
            )
        )
    )
    people = people_by_id({each for fact in facts for each in (fact.trainee_id, fact.raised_by_id)})
    return [
        ConcernRow(fact, people[fact.trainee_id].name, people[fact.raised_by_id].name, on)
        for fact in facts
        if fact.trainee_id in all_rungs or fact.raised_by_id == viewer.id or fact.rung(on).blocks
    ]


def list_managers(trainee_id: UUID) -> list[UUID]:
    """Ids of the people who manage concerns about this trainee today."""
    return list(
        db.session.scalars(
            select(AccessGrant.person_id)
            .join(ScopeMember, ScopeMember.scope_id == AccessGrant.scope_id)
            .where(
                ScopeMember.trainee_id == trainee_id,
                AccessGrant.role.in_(roles_with(Permission.CONCERN_MANAGE)),
                in_force(),
                still_member(),
            )
            .distinct()
        )
    )
