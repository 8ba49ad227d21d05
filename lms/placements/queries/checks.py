"""Reading the checks of people: one person's for the administrator, and everybody's in bulk."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import aliased, joinedload

from lms.core.clock import now, today
from lms.core.db import db
from lms.core.errors import NotFound
from lms.identity.models import Person
from lms.identity.queries import get_person, list_people_with_role, trainee_ids
from lms.placements.models import Check
from lms.placements.rules.checks import CheckFact, CheckGap, check_gaps
from lms.policy import Role, Viewer

Newer = aliased(Check)  # What supersedes a check.


def load_checks(trainees: Select[Any], *, known_at: datetime) -> dict[UUID, list[CheckFact]]:
    """The checks known at a moment; a correction hides what it supersedes from its own recording on. One statement."""
    rows = db.session.scalars(
        select(Check)
        .outerjoin(Newer, (Newer.supersedes_id == Check.id) & (Newer.recorded_at <= known_at))
        .where(Check.person_id.in_(trainees), Check.recorded_at <= known_at, Newer.id.is_(None))
        .order_by(Check.recorded_at, Check.id)
    )
    found: dict[UUID, list[CheckFact]] = {}
    for row in rows:
        fact = CheckFact(row.id, row.check_kind, row.issued_on, row.valid_until, row.recorded_at)
        found.setdefault(row.person_id, []).append(fact)
    return found


@dataclass(frozen=True, slots=True)
class CheckRow:
    """One check as the administrator sees it; `replaced` says that a correction stands in its place."""

    check: Check
    replaced: bool
    in_date: bool


def list_checks(viewer: Viewer, person_id: UUID) -> tuple[Person, list[CheckRow]]:
    """A person and every check ever recorded about them, newest first; for the administrator."""
    person = get_person(viewer, person_id)
    rows = db.session.execute(
        select(Check, Newer.id)
        .outerjoin(Newer, Newer.supersedes_id == Check.id)
        .where(Check.person_id == person_id)
        .options(joinedload(Check.recorded_by), joinedload(Check.reference), joinedload(Check.reason))
        .order_by(Check.recorded_at.desc(), Check.id.desc())
    )
    day = today()
    return person, [
        CheckRow(row, later is not None, later is None and row.issued_on <= day <= row.valid_until)
        for row, later in rows
    ]


def get_proof_id(viewer: Viewer, person_id: UUID, check_id: UUID) -> UUID:
    """The stored file of a check, replaced or not; NotFound if it has none."""
    _, rows = list_checks(viewer, person_id)
    proof_id = next((row.check.proof_id for row in rows if row.check.id == check_id), None)
    if proof_id is None:
        raise NotFound("No file was kept with this check.")
    return proof_id


def get_check(viewer: Viewer, person_id: UUID, check_id: UUID) -> Check:
    """One standing check of a person, to be corrected; for the administrator."""
    _, rows = list_checks(viewer, person_id)
    found = next((row.check for row in rows if row.check.id == check_id and not row.replaced), None)
    if found is None:
        raise NotFound
    return found


@dataclass(frozen=True, slots=True)
class GapRow:
    """One person with the checks that are missing, have run out or soon will."""

    person: Person
    gaps: tuple[CheckGap, ...]

    @property
    def has_lapsed(self) -> bool:
        """Say whether a check is missing or out of date today."""
        return any(gap.has_lapsed for gap in self.gaps)


def list_check_gaps(viewer: Viewer) -> list[GapRow]:
    """The trainees whose checks need work, those who cannot be authorised first; in three statements."""
    day = today()
    checks = load_checks(trainee_ids(viewer), known_at=now())
    rows = [
        GapRow(person, tuple(check_gaps(checks.get(person.id, ()), day)))
        for person in list_people_with_role(Role.TRAINEE)
    ]
    return sorted((row for row in rows if row.gaps), key=lambda row: not row.has_lapsed)
