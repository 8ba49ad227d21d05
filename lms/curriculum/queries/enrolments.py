"""Reading cohorts and enrolments, only those the viewer may see."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import aliased

from lms.core.clock import now, today
from lms.core.db import db
from lms.core.errors import NotFound
from lms.curriculum.models import (
    Cohort,
    CohortRequirementSet,
    ContentVersion,
    Enrolment,
    EnrolmentEnd,
    Pause,
    WorkingShare,
)
from lms.curriculum.rules.enrolment import EnrolmentFact
from lms.curriculum.rules.pace import Pause as PauseFact
from lms.curriculum.rules.pace import Share
from lms.identity.models import AccessGrant, Organisation, Person
from lms.identity.queries import SCOPES, in_force, roles_towards, visible_trainees
from lms.identity.rules import OrganisationKind
from lms.policy import Permission, Role, Viewer, allows, roles_with

SCOPES.append(select(Cohort.id, Cohort.name))

Later = aliased(Pause)  # What supersedes a pause.


@dataclass(frozen=True, slots=True)
class CohortRow:
    """A cohort with the names it is shown by and how many people are enrolled now."""

    cohort: Cohort
    university: str
    programme: str
    enrolled: int


@dataclass(frozen=True, slots=True)
class TraineeRow:
    """A trainee of a cohort, their enrolment in it, and the roles in which the viewer may see them."""

    person: Person
    enrolment: EnrolmentFact
    roles: frozenset[Role]

    def may(self, permission: Permission) -> bool:
        """Say whether the viewer may do this to this trainee."""
        return allows(self.roles, permission)


@dataclass(frozen=True, slots=True)
class PinnedSet:
    """A requirement set a cohort is held to."""

    slug: str
    title: str
    version_id: UUID
    recorded_at: datetime


def list_cohorts(viewer: Viewer, permission: Permission = Permission.ENROLMENT_READ) -> list[CohortRow]:
    """The cohorts inside the viewer's scopes, the latest start first."""
    rows = db.session.execute(
        _cohort_rows().where(in_scope(viewer, permission)).order_by(Cohort.starts_on.desc(), Cohort.name)
    )
    return [CohortRow(*row) for row in rows]


def get_cohort(viewer: Viewer, cohort_id: UUID, permission: Permission = Permission.ENROLMENT_READ) -> CohortRow:
    """One cohort, if it lies inside the viewer's scopes; else NotFound."""
    row = db.session.execute(_cohort_rows().where(Cohort.id == cohort_id, in_scope(viewer, permission))).one_or_none()
    if row is None:
        raise NotFound
    return CohortRow(*row)


def may_towards_cohort(viewer: Viewer, cohort_id: UUID, permission: Permission) -> bool:
    """Say whether the viewer may do this to a cohort."""
    wanted = select(Cohort.id).where(Cohort.id == cohort_id, in_scope(viewer, permission))
    return viewer.may(permission) and db.session.scalar(wanted) is not None


def list_cohort_trainees(
    viewer: Viewer, cohort_id: UUID, permission: Permission = Permission.ENROLMENT_READ
) -> list[TraineeRow]:
    """Everybody ever enrolled in a cohort whom the viewer may see, by name."""
    chosen = Enrolment.cohort_id == cohort_id, Enrolment.trainee_id.in_(visible_trainees(viewer, permission))
    facts = {fact.trainee_id: fact for fact in _load(chosen, known_at=now())}
    people = db.session.scalars(
        select(Person).where(Person.id.in_(list(facts))).order_by(func.lower(Person.name), Person.id)
    )
    roles = roles_towards(viewer, facts)
    return [TraineeRow(person, facts[person.id], roles[person.id]) for person in people]


def list_pinned_sets(viewer: Viewer, cohort_id: UUID) -> list[PinnedSet]:
    """The requirement sets a cohort the viewer may see is held to now, by title."""
    rows = db.session.execute(
        select(CohortRequirementSet, ContentVersion.title)
        .join(ContentVersion, ContentVersion.id == CohortRequirementSet.content_version_id)
        .join(Cohort, Cohort.id == CohortRequirementSet.cohort_id)
        .where(Cohort.id == cohort_id, in_scope(viewer, Permission.ENROLMENT_READ))
        .order_by(CohortRequirementSet.recorded_at, CohortRequirementSet.id)
    )
    last = {row.slug: PinnedSet(row.slug, title, row.content_version_id, row.recorded_at) for row, title in rows}
    return sorted(last.values(), key=lambda pinned: pinned.title)


def load_enrolments(trainees: Select[Any], *, known_at: datetime) -> dict[UUID, EnrolmentFact]:
    """The last enrolment of each trainee as it was known at a moment, in a constant number of statements."""
    return {fact.trainee_id: fact for fact in _load((Enrolment.trainee_id.in_(trainees),), known_at=known_at)}


def find_own_enrolment(viewer: Viewer) -> EnrolmentFact | None:
    """The viewer's own last enrolment, or None."""
    found = _load((Enrolment.trainee_id == viewer.id,), known_at=now())
    return found[-1] if found else None


def get_enrolment(
    viewer: Viewer, trainee_id: UUID, permission: Permission = Permission.ENROLMENT_READ
) -> EnrolmentFact:
    """The last enrolment of a trainee the viewer may see; else NotFound."""
    chosen = Enrolment.trainee_id == trainee_id, Enrolment.trainee_id.in_(visible_trainees(viewer, permission))
    found = _load(chosen, known_at=now())
    if not found:
        raise NotFound
    return found[-1]


def last_enrolment(trainee_id: UUID) -> EnrolmentFact | None:
    """The last enrolment of a person, for a service that has already decided who may ask."""
    found = _load((Enrolment.trainee_id == trainee_id,), known_at=now())
    return found[-1] if found else None


def has_own_grant(trainee_id: UUID) -> bool:
    """Say whether a trainee already holds a lasting grant on their own record."""
    found = db.session.scalar(
        select(AccessGrant.id)
        .where(
            AccessGrant.person_id == trainee_id,
            AccessGrant.scope_id == trainee_id,
            AccessGrant.role == Role.TRAINEE,
            AccessGrant.until_on.is_(None),
            in_force(),
        )
        .limit(1)
    )
    return found is not None


def find_open_pause(enrolment_id: UUID) -> Pause | None:
    """The recorded pause that covers today or lies ahead, the earliest first; for ending it."""
    return db.session.scalar(
        select(Pause)
        .outerjoin(Later, Later.supersedes_id == Pause.id)
        .where(
            Pause.enrolment_id == enrolment_id,
            Later.id.is_(None),
            or_(Pause.until_on.is_(None), and_(Pause.until_on > today(), Pause.until_on > Pause.from_on)),
        )
        .order_by(Pause.from_on, Pause.id)
        .limit(1)
    )


def _cohort_rows() -> Select[Any]:
    enrolled = (
        select(func.count(Enrolment.id))
        .outerjoin(EnrolmentEnd, EnrolmentEnd.enrolment_id == Enrolment.id)
        .where(Enrolment.cohort_id == Cohort.id, or_(EnrolmentEnd.id.is_(None), EnrolmentEnd.ended_on >= today()))
        .correlate(Cohort)
        .scalar_subquery()
    )
    return (
        select(Cohort, Organisation.name, ContentVersion.title, enrolled)
        .join(Organisation, Organisation.id == Cohort.university_id)
        .join(ContentVersion, ContentVersion.id == Cohort.programme_version_id)
    )


def in_scope(viewer: Viewer, permission: Permission) -> ColumnElement[bool]:
    """Cohorts on which, on whose university or on whose trust the viewer holds a grant that carries the permission."""
    scopes = select(AccessGrant.scope_id).where(
        AccessGrant.person_id == viewer.id, AccessGrant.role.in_(viewer.roles & roles_with(permission)), in_force()
    )
    trust = select(Organisation.id).where(
        Organisation.organisation_kind == OrganisationKind.TRUST, Organisation.id.in_(scopes)
    )
    return or_(Cohort.id.in_(scopes), Cohort.university_id.in_(scopes), trust.exists())


def _load(chosen: Sequence[ColumnElement[bool]], *, known_at: datetime) -> list[EnrolmentFact]:
    """The chosen enrolments in the order they were recorded, as known at a moment: four statements."""
    rows = db.session.execute(
        select(Enrolment, Cohort, EnrolmentEnd)
        .join(Cohort, Cohort.id == Enrolment.cohort_id)
        .outerjoin(EnrolmentEnd, (EnrolmentEnd.enrolment_id == Enrolment.id) & (EnrolmentEnd.recorded_at <= known_at))
        .where(*chosen, Enrolment.recorded_at <= known_at)
        .order_by(Enrolment.recorded_at, Enrolment.id)
    ).all()
    ids = select(Enrolment.id).where(*chosen)
    shares = _shares(ids, known_at)
    pauses = _pauses(ids, known_at)
    sets = _requirement_sets(select(Enrolment.cohort_id).where(*chosen), known_at)
    return [
        EnrolmentFact(
            id=enrolment.id,
            trainee_id=enrolment.trainee_id,
            cohort_id=cohort.id,
            cohort_name=cohort.name,
            university_id=cohort.university_id,
            programme=cohort.programme,
            programme_version_id=cohort.programme_version_id,
            cohort_starts_on=cohort.starts_on,
            cohort_ends_on=cohort.ends_on,
            from_on=enrolment.from_on,
            shares=tuple(shares.get(enrolment.id, {}).values()),
            pauses=tuple(pauses.get(enrolment.id, ())),
            ended_on=end.ended_on if end else None,
            outcome=end.outcome if end else None,
            requirement_sets=sets.get(cohort.id, {}),
        )
        for enrolment, cohort, end in rows
    ]


def _shares(enrolments: Select[Any], known_at: datetime) -> dict[UUID, dict[Any, Share]]:
    rows = db.session.scalars(
        select(WorkingShare)
        .where(WorkingShare.enrolment_id.in_(enrolments), WorkingShare.recorded_at <= known_at)
        .order_by(WorkingShare.recorded_at, WorkingShare.id)
    )
    found: dict[UUID, dict[Any, Share]] = {}
    for row in rows:
        found.setdefault(row.enrolment_id, {})[row.from_on] = Share(row.from_on, row.percent)
    return found


def _pauses(enrolments: Select[Any], known_at: datetime) -> dict[UUID, list[PauseFact]]:
    rows = db.session.scalars(
        select(Pause)
        .outerjoin(Later, (Later.supersedes_id == Pause.id) & (Later.recorded_at <= known_at))
        .where(Pause.enrolment_id.in_(enrolments), Pause.recorded_at <= known_at, Later.id.is_(None))
        .order_by(Pause.from_on, Pause.id)
    )
    found: dict[UUID, list[PauseFact]] = {}
    for row in rows:
        found.setdefault(row.enrolment_id, []).append(PauseFact(row.from_on, row.until_on))
    return found


def _requirement_sets(cohorts: Select[Any], known_at: datetime) -> dict[UUID, dict[str, UUID]]:
    rows = db.session.scalars(
        select(CohortRequirementSet)
        .where(CohortRequirementSet.cohort_id.in_(cohorts), CohortRequirementSet.recorded_at <= known_at)
        .order_by(CohortRequirementSet.recorded_at, CohortRequirementSet.id)
    )
    found: dict[UUID, dict[str, UUID]] = {}
    for row in rows:
        found.setdefault(row.cohort_id, {})[row.slug] = row.content_version_id
    return found
