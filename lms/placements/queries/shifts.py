"""Reading shifts for pages: one's own, those of visible trainees, and those that name the viewer as supervisor."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import aliased, joinedload

from lms.core.clock import now
from lms.core.db import db
from lms.core.errors import NotFound
from lms.identity.models import Person
from lms.identity.queries import may_towards, visible_trainees
from lms.placements.models import Encounter, Shift, ShiftDecision, Site
from lms.placements.queries.loaders import LATER, load_encounters, shift_fact, standing_shifts
from lms.placements.rules.hours import ShiftFact
from lms.placements.rules.states import EncounterFact, Part, Presentation, Status, Verdict, check_standing
from lms.policy import Permission, Role, Viewer

RECENT = timedelta(days=28)


@dataclass(frozen=True, slots=True)
class ShiftRow:
    """A shift as a list shows it."""

    fact: ShiftFact
    trainee_id: UUID
    trainee_name: str
    supervisor_name: str
    site_name: str


@dataclass(frozen=True, slots=True)
class DecisionRow:
    """One decision on a shift as its page shows it; a comment of None was redacted if it has an id."""

    verdict: Verdict
    by_name: str
    role: Role
    recorded_at: datetime
    comment_id: UUID | None
    comment: str | None


@dataclass(frozen=True, slots=True)
class EncounterRow:
    """One encounter as a list shows it."""

    id: UUID
    presentation: Presentation
    part: Part


@dataclass(frozen=True, slots=True)
class ShiftPage:
    """One shift with everything that belongs to it; a text of None was redacted if it has an id.

    The encounters are there for the trainee alone: others see them summed up.
    """

    row: ShiftRow
    first_id: UUID
    site_id: UUID
    supersedes_id: UUID | None
    replaced_by_id: UUID | None
    note_id: UUID | None
    note: str | None
    reason_id: UUID | None
    reason: str | None
    decisions: tuple[DecisionRow, ...]
    encounters: tuple[EncounterRow, ...]


def list_shifts(viewer: Viewer, trainee_id: UUID) -> list[ShiftRow]:
    """A trainee's standing shifts, newest first: the viewer's own, or those of somebody they may see."""
    return _rows(Shift.trainee_id == trainee_id, _visible(viewer))


def list_waiting(viewer: Viewer) -> list[ShiftRow]:
    """Shifts that name the viewer as supervisor and wait for a decision, oldest first."""
    return _rows(_names(viewer), _undecided())[::-1]


def list_supervised(viewer: Viewer) -> list[ShiftRow]:
    """Shifts that name the viewer as supervisor, decided, and not older than 28 days; newest first."""
    rows = _rows(_names(viewer), Shift.started_at >= now() - RECENT)
    return [row for row in rows if row.fact.status is not Status.SUBMITTED]


def count_waiting(viewer: Viewer) -> int:
    """How many shifts wait for the viewer as supervisor."""
    replaced = select(LATER.id).where(LATER.supersedes_id == Shift.id).correlate(Shift).exists()
    statement = select(func.count()).select_from(Shift).where(_names(viewer), _undecided(), ~replaced)
    return db.session.scalar(statement) or 0


def get_shift(viewer: Viewer, shift_id: UUID) -> ShiftPage:
    """One shift with its decisions and encounters; NotFound if it is not the viewer's to see."""
    shift = db.session.scalar(
        select(Shift)
        .where(Shift.id == shift_id, or_(_visible(viewer), _names(viewer)))
        .options(
            joinedload(Shift.site),
            joinedload(Shift.trainee),
            joinedload(Shift.supervisor),
            joinedload(Shift.note),
            joinedload(Shift.reason),
        )
    )
    if shift is None:
        raise NotFound
    decisions = db.session.scalars(
        select(ShiftDecision)
        .where(ShiftDecision.shift_id == shift.id)
        .order_by(ShiftDecision.recorded_at, ShiftDecision.id)
        .options(joinedload(ShiftDecision.by), joinedload(ShiftDecision.comment))
    ).all()
    later_id = db.session.scalar(select(Shift.id).where(Shift.supersedes_id == shift.id))
    encounters = db.session.execute(
        select(Encounter.id, Encounter.presentation, Encounter.part)
        .where(Encounter.shift_id == shift.first_id, Encounter.trainee_id == viewer.id)
        .order_by(Encounter.recorded_at, Encounter.id)
    )
    fact = shift_fact(shift, decisions, corrected=later_id is not None)
    return ShiftPage(
        row=ShiftRow(fact, shift.trainee_id, shift.trainee.name, shift.supervisor.name, shift.site.name),
        first_id=shift.first_id,
        site_id=shift.site_id,
        supersedes_id=shift.supersedes_id,
        replaced_by_id=later_id,
        note_id=shift.note_id,
        note=shift.note.text if shift.note else None,
        reason_id=shift.reason_id,
        reason=shift.reason.text if shift.reason else None,
        decisions=tuple(_decision_row(each) for each in decisions),
        encounters=tuple(EncounterRow(*row) for row in encounters),
    )


def get_own_shift(viewer: Viewer, shift_id: UUID) -> ShiftPage:
    """One shift the viewer worked; NotFound for anybody else's."""
    page = get_shift(viewer, shift_id)
    if page.row.trainee_id != viewer.id:
        raise NotFound
    return page


def get_supervised_shift(viewer: Viewer, shift_id: UUID) -> ShiftPage:
    """One shift that names the viewer as supervisor, of a trainee whose hours they may approve; else NotFound."""
    page = get_shift(viewer, shift_id)
    if not may_decide(viewer, page):
        raise NotFound
    return page


def list_named(viewer: Viewer, shift_ids: Collection[UUID]) -> list[ShiftRow]:
    """The standing shifts of these that name the viewer as supervisor, oldest first.

    Raises NotFound for one that is not the viewer's to decide on, RuleViolation for one a correction has replaced.
    """
    rows = _rows(_names(viewer), Shift.id.in_(shift_ids))[::-1]
    for shift_id in set(shift_ids) - {row.fact.id for row in rows}:
        check_standing(get_supervised_shift(viewer, shift_id).row.fact.status)
    return rows


def list_encounters(viewer: Viewer, trainee_id: UUID) -> list[EncounterFact]:
    """A trainee's encounters, if the viewer may see them: the trainee, and whoever reads capabilities."""
    if not may_see_encounters(viewer, trainee_id):
        return []
    trainees = select(Person.id).where(Person.id == trainee_id)
    return load_encounters(trainees, known_at=now()).get(trainee_id, [])


def find_own_encounter(viewer: Viewer, encounter_id: UUID) -> EncounterFact | None:
    """One of the viewer's own encounters, or None."""
    ours = list_encounters(viewer, viewer.id)
    return next((each for each in ours if each.id == encounter_id), None)


def may_see_encounters(viewer: Viewer, trainee_id: UUID) -> bool:
    """Say whether the viewer reads this trainee's encounters; placement supervisors see hours only."""
    return viewer.id == trainee_id or may_towards(viewer, trainee_id, Permission.CAPABILITY_READ)


def may_decide(viewer: Viewer, page: ShiftPage) -> bool:
    """Say whether the viewer is the supervisor this shift names and may approve hours."""
    if page.row.fact.supervisor_id != viewer.id or not viewer.may(Permission.HOURS_APPROVE):
        return False
    seen = visible_trainees(viewer, Permission.HOURS_APPROVE)
    found = db.session.scalar(select(Person.id).where(Person.id == page.row.trainee_id, Person.id.in_(seen)))
    return found is not None


def _decision_row(decision: ShiftDecision) -> DecisionRow:
    return DecisionRow(
        verdict=decision.verdict,
        by_name=decision.by.name,
        role=decision.role,
        recorded_at=decision.recorded_at,
        comment_id=decision.comment_id,
        comment=decision.comment.text if decision.comment else None,
    )


def _rows(*conditions: ColumnElement[bool]) -> list[ShiftRow]:
    """Standing shifts with names, newest first. One statement."""
    trainee, supervisor = aliased(Person), aliased(Person)
    statement = (
        standing_shifts(and_(*conditions), now())
        .add_columns(trainee.name, supervisor.name, Site.name)
        .join(trainee, trainee.id == Shift.trainee_id)
        .join(supervisor, supervisor.id == Shift.supervisor_id)
        .join(Site, Site.id == Shift.site_id)
    )
    found: dict[UUID, tuple[Shift, list[ShiftDecision], tuple[str, str, str]]] = {}
    for shift, decision, *names in db.session.execute(statement):
        decisions = found.setdefault(shift.id, (shift, [], (names[0], names[1], names[2])))[1]
        if decision is not None:
            decisions.append(decision)
    rows = [
        ShiftRow(shift_fact(shift, decisions), shift.trainee_id, *names) for shift, decisions, names in found.values()
    ]
    return rows[::-1]


def _visible(viewer: Viewer) -> ColumnElement[bool]:
    return or_(Shift.trainee_id == viewer.id, Shift.trainee_id.in_(visible_trainees(viewer, Permission.HOURS_READ)))


def _names(viewer: Viewer) -> ColumnElement[bool]:
    return and_(
        Shift.supervisor_id == viewer.id,
        Shift.trainee_id.in_(visible_trainees(viewer, Permission.HOURS_APPROVE)),
    )


def _undecided() -> ColumnElement[bool]:
    return ~select(ShiftDecision.id).where(ShiftDecision.shift_id == Shift.id).correlate(Shift).exists()
