"""Reading supervision: who co-ordinates it, the log as far as it is the viewer's to read, and the weeks without it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import aliased

from lms.audit.models import TextBody
from lms.competencies.models import CoordinatingSupervisor, SupervisionAnswer, SupervisionEntry
from lms.competencies.rules.agreeing import AgreementState, agreement_state, waits_for
from lms.competencies.rules.supervision import (
    EntryFact,
    NamedFact,
    Theme,
    WeeksResult,
    coordinating,
    weeks_without,
)
from lms.core.clock import now, today
from lms.core.db import db
from lms.core.errors import NotFound
from lms.curriculum.queries import load_enrolments
from lms.curriculum.rules.enrolment import EnrolmentFact
from lms.identity.models import AccessGrant, Person, ScopeMember
from lms.identity.queries import (
    get_trainee,
    in_force,
    list_people_with_role,
    list_trainees,
    people_by_id,
    roles_towards,
    still_member,
    visible_trainees,
)
from lms.policy import Permission, Role, Viewer, allows

Later = aliased(SupervisionEntry)
Trainee, Supervisor = aliased(Person), aliased(Person)
Action, Declined, Why = aliased(TextBody), aliased(TextBody), aliased(TextBody)
SHOWN = 60


@dataclass(frozen=True, slots=True)
class EntryRow:
    """One entry of the log as a page shows it; a text of None was redacted if it has an id."""

    fact: EntryFact
    trainee_name: str
    supervisor_name: str
    is_corrected: bool
    supersedes_id: UUID | None
    action_id: UUID | None
    action: str | None
    declined_id: UUID | None
    declined: str | None
    reason_id: UUID | None
    reason: str | None

    @property
    def waits_for_id(self) -> UUID:
        """Whose answer the entry needs or had."""
        fact = self.fact
        return waits_for(
            trainee_id=fact.trainee_id, supervisor_id=fact.supervisor_id, recorded_by_id=fact.recorded_by_id
        )

    @property
    def waits_for_name(self) -> str:
        """The name of the one whose answer the entry needs."""
        return self.supervisor_name if self.waits_for_id == self.fact.supervisor_id else self.trainee_name

    def waits_for(self, person_id: UUID) -> bool:
        """Say whether this person still has to answer."""
        return self.fact.state is AgreementState.WAITING and self.waits_for_id == person_id

    def is_of(self, person_id: UUID) -> bool:
        """Say whether this person is one of the two."""
        return person_id in (self.fact.trainee_id, self.fact.supervisor_id)


@dataclass(frozen=True, slots=True)
class NamedRow:
    """Who co-ordinates a trainee's supervision and since when; `is_able` is False once they can no longer act."""

    person_id: UUID
    name: str
    from_on: date
    is_able: bool


@dataclass(frozen=True, slots=True)
class SupervisionPage:
    """A trainee's supervision as far as it is the viewer's to read; `weeks` is None for those who see their part."""

    trainee: Person
    coordinator: NamedRow | None
    enrolment: EnrolmentFact | None
    weeks: WeeksResult | None
    entries: Sequence[EntryRow]
    sees_all: bool


@dataclass(frozen=True, slots=True)
class SupervisionRow:
    """One trainee on the page of everybody; `weeks` is None where the viewer sees only their part, or none began."""

    trainee: Person
    coordinator: NamedRow | None
    weeks: WeeksResult | None
    waiting: int
    sees_all: bool
    may_name: bool


def find_coordinating_supervisor(trainee_id: UUID, *, on: date, known_at: datetime) -> UUID | None:
    """Who co-ordinates a trainee's supervision on a day, as it was known at a moment; None if nobody does."""
    return find_coordinating_supervisors(_one(trainee_id), on=on, known_at=known_at).get(trainee_id)


def find_coordinating_supervisors(trainees: Select[Any], *, on: date, known_at: datetime) -> dict[UUID, UUID]:
    """Who co-ordinates the supervision of each of these trainees; who has nobody is left out. One statement."""
    return {key: fact.person_id for key, fact in _named(trainees, on, known_at).items() if fact.person_id is not None}


def find_coordinator(trainee_id: UUID, *, on: date | None = None, known_at: datetime | None = None) -> NamedRow | None:
    """The co-ordinating supervisor of a trainee by name, for a page that has already decided who may ask."""
    return _coordinators(_one(trainee_id), on or today(), known_at or now()).get(trainee_id)


def find_named(trainee_id: UUID) -> NamedFact | None:
    """The naming that speaks today, for a service that has already decided who may ask."""
    return _named(_one(trainee_id), today(), now()).get(trainee_id)


def list_candidates(trainee_id: UUID) -> list[Person]:
    """Active people who may co-ordinate a trainee's supervision: supervisors and assessors, by name."""
    found = {each.id: each for role in (Role.SUPERVISOR, Role.ASSESSOR) for each in list_people_with_role(role)}
    found.pop(trainee_id, None)
    return sorted(found.values(), key=lambda each: (each.name.lower(), each.id))


def list_supervisors_of(trainee_id: UUID) -> list[Person]:
    """Active supervisors who may see the trainee today: the co-ordinating one first, then by name."""
    granted = db.session.scalars(
        select(Person)
        .join(AccessGrant, AccessGrant.person_id == Person.id)
        .join(ScopeMember, ScopeMember.scope_id == AccessGrant.scope_id)
        .where(
            ScopeMember.trainee_id == trainee_id,
            AccessGrant.role == Role.SUPERVISOR,
            Person.id != trainee_id,
            Person.id.in_([each.id for each in list_people_with_role(Role.SUPERVISOR)]),
            in_force(),
            still_member(),
        )
    )
    first = find_coordinating_supervisor(trainee_id, on=today(), known_at=now())
    return sorted({each.id: each for each in granted}.values(), key=lambda each: (each.id != first, each.name.lower()))


def load_supervision(trainees: Select[Any], *, known_at: datetime) -> dict[UUID, list[EntryFact]]:
    """The entries of these trainees as they were known at a moment, without what was corrected by then."""
    found: dict[UUID, list[EntryFact]] = {}
    rows = db.session.execute(
        select(SupervisionEntry, SupervisionAnswer)
        .outerjoin(Later, and_(Later.supersedes_id == SupervisionEntry.id, Later.recorded_at <= known_at))
        .outerjoin(
            SupervisionAnswer,
            and_(SupervisionAnswer.entry_id == SupervisionEntry.id, SupervisionAnswer.recorded_at <= known_at),
        )
        .where(SupervisionEntry.trainee_id.in_(trainees), SupervisionEntry.recorded_at <= known_at, Later.id.is_(None))
        .order_by(SupervisionEntry.held_on, SupervisionEntry.id)
    )
    for entry, answer in rows:
        found.setdefault(entry.trainee_id, []).append(_fact(entry, answer))
    return found


def get_supervision(viewer: Viewer, trainee_id: UUID) -> SupervisionPage:
    """A trainee's supervision: all of it, or for a supervisor who does not co-ordinate it what names them.

    Raises NotFound outside the viewer's scope.
    """
    trainee = get_trainee(viewer, trainee_id, Permission.SUPERVISION_READ)
    on, known_at, scope = today(), now(), _one(trainee_id)
    coordinator = _coordinators(scope, on, known_at).get(trainee_id)
    sees_all = _sees_all(viewer, trainee_id, roles_towards(viewer, [trainee_id])[trainee_id], coordinator)
    mine = SupervisionEntry.supervisor_id == viewer.id
    rows = _rows(SupervisionEntry.trainee_id == trainee_id, *(() if sees_all else (mine,)), limit=SHOWN)
    enrolment = load_enrolments(scope, known_at=known_at).get(trainee_id)
    entries = load_supervision(scope, known_at=known_at).get(trainee_id, [])
    return SupervisionPage(
        trainee=trainee,
        coordinator=coordinator,
        enrolment=enrolment,
        weeks=_weeks(enrolment, entries, on) if sees_all else None,
        entries=rows,
        sees_all=sees_all,
    )


def list_supervision(viewer: Viewer) -> list[SupervisionRow]:
    """Everybody whose supervision the viewer may see, by name and never by how they do; a few statements for all.

    Those of whom the viewer sees only their part come last.
    """
    trainees = list_trainees(viewer, Permission.SUPERVISION_READ)
    on, known_at = today(), now()
    scope = visible_trainees(viewer, Permission.SUPERVISION_READ)
    coordinators = _coordinators(scope, on, known_at)
    enrolments = load_enrolments(scope, known_at=known_at)
    entries = load_supervision(scope, known_at=known_at)
    roles = roles_towards(viewer, [each.id for each in trainees])
    found = []
    for trainee in trainees:
        coordinator, log = coordinators.get(trainee.id), entries.get(trainee.id, [])
        sees_all = _sees_all(viewer, trainee.id, roles[trainee.id], coordinator)
        waiting = sum(each.state is AgreementState.WAITING for each in log)
        weeks = _weeks(enrolments.get(trainee.id), log, on) if sees_all else None
        may_name = trainee.id != viewer.id and allows(roles[trainee.id], Permission.SUPERVISION_APPOINT)
        found.append(SupervisionRow(trainee, coordinator, weeks, waiting if sees_all else 0, sees_all, may_name))
    return sorted(found, key=lambda row: not row.sees_all)


def list_entries_waiting(viewer: Viewer) -> list[EntryRow]:
    """The entries the viewer has to confirm, oldest first. One statement."""
    others = SupervisionEntry.recorded_by_id != viewer.id
    of_two = or_(SupervisionEntry.supervisor_id == viewer.id, SupervisionEntry.trainee_id == viewer.id)
    return _rows(others, of_two, _recordable(viewer), SupervisionAnswer.id.is_(None))[::-1]


def get_entry(viewer: Viewer, entry_id: UUID) -> EntryRow:
    """One entry of which the viewer is one of the two; NotFound for anybody else's."""
    rows = _rows(SupervisionEntry.id == entry_id, _recordable(viewer), with_corrected=True)
    if not rows or not rows[0].is_of(viewer.id):
        raise NotFound
    return rows[0]


def _recordable(viewer: Viewer) -> ColumnElement[bool]:
    return SupervisionEntry.trainee_id.in_(visible_trainees(viewer, Permission.SUPERVISION_RECORD))


def _sees_all(viewer: Viewer, trainee_id: UUID, roles: frozenset[Role], coordinator: NamedRow | None) -> bool:
    """Whether the whole log is the viewer's to read: not for a placement supervisor who does not co-ordinate it."""
    if viewer.id == trainee_id or (coordinator is not None and coordinator.person_id == viewer.id):
        return True
    return allows(roles - {Role.SUPERVISOR}, Permission.SUPERVISION_READ)


def _weeks(enrolment: EnrolmentFact | None, entries: Sequence[EntryFact], on: date) -> WeeksResult | None:
    if enrolment is None or on < enrolment.starts_on:
        return None
    return weeks_without(
        [each.held_on for each in entries if each.state is AgreementState.CONFIRMED],
        starts_on=enrolment.starts_on,
        on=on,
        pauses=enrolment.pauses,
        ended_on=enrolment.ended_on,
    )


def _one(trainee_id: UUID) -> Select[Any]:
    return select(Person.id).where(Person.id == trainee_id)


def _named(trainees: Select[Any], on: date, known_at: datetime) -> dict[UUID, NamedFact]:
    rows = db.session.execute(
        select(
            CoordinatingSupervisor.trainee_id,
            CoordinatingSupervisor.id,
            CoordinatingSupervisor.person_id,
            CoordinatingSupervisor.from_on,
            CoordinatingSupervisor.recorded_at,
        ).where(CoordinatingSupervisor.trainee_id.in_(trainees), CoordinatingSupervisor.recorded_at <= known_at)
    )
    facts: dict[UUID, list[NamedFact]] = {}
    for trainee_id, fact_id, person_id, from_on, recorded_at in rows:
        facts.setdefault(trainee_id, []).append(NamedFact(fact_id, person_id, from_on, recorded_at))
    found = {trainee_id: coordinating(named, on) for trainee_id, named in facts.items()}
    return {trainee_id: fact for trainee_id, fact in found.items() if fact is not None}


def _coordinators(trainees: Select[Any], on: date, known_at: datetime) -> dict[UUID, NamedRow]:
    named = {key: fact for key, fact in _named(trainees, on, known_at).items() if fact.person_id is not None}
    people = people_by_id(fact.person_id for fact in named.values() if fact.person_id is not None)
    able = {each.id for each in list_people_with_role(Role.SUPERVISOR)} if named else set()
    return {
        key: NamedRow(fact.person_id, people[fact.person_id].name, fact.from_on, fact.person_id in able)
        for key, fact in named.items()
        if fact.person_id is not None
    }


def _fact(entry: SupervisionEntry, answer: SupervisionAnswer | None) -> EntryFact:
    return EntryFact(
        id=entry.id,
        trainee_id=entry.trainee_id,
        supervisor_id=entry.supervisor_id,
        recorded_by_id=entry.recorded_by_id,
        held_on=entry.held_on,
        minutes=entry.minutes,
        themes=tuple(Theme(each) for each in entry.themes),
        state=agreement_state(answer.agreement if answer else None),
        recorded_at=entry.recorded_at,
    )


def _rows(*conditions: ColumnElement[bool], with_corrected: bool = False, limit: int | None = None) -> list[EntryRow]:
    """Standing entries with names and texts, newest first. One statement."""
    statement = (
        select(
            SupervisionEntry,
            SupervisionAnswer,
            Trainee.name,
            Supervisor.name,
            Later.id,
            Action.text,
            Declined.text,
            Why.text,
        )
        .join(Trainee, Trainee.id == SupervisionEntry.trainee_id)
        .join(Supervisor, Supervisor.id == SupervisionEntry.supervisor_id)
        .outerjoin(Later, Later.supersedes_id == SupervisionEntry.id)
        .outerjoin(SupervisionAnswer, SupervisionAnswer.entry_id == SupervisionEntry.id)
        .outerjoin(Action, Action.id == SupervisionEntry.action_id)
        .outerjoin(Declined, Declined.id == SupervisionAnswer.reason_id)
        .outerjoin(Why, Why.id == SupervisionEntry.reason_id)
        .where(*conditions, *(() if with_corrected else (Later.id.is_(None),)))
        .order_by(SupervisionEntry.held_on.desc(), SupervisionEntry.recorded_at.desc(), SupervisionEntry.id.desc())
        .limit(limit)
    )
    return [
        EntryRow(
            fact=_fact(entry, answer),
            trainee_name=trainee,
            supervisor_name=supervisor,
            is_corrected=later_id is not None,
            supersedes_id=entry.supersedes_id,
            action_id=entry.action_id,
            action=action,
            declined_id=answer.reason_id if answer else None,
            declined=declined,
            reason_id=entry.reason_id,
            reason=why,
        )
        for entry, answer, trainee, supervisor, later_id, action, declined, why in db.session.execute(statement)
    ]
