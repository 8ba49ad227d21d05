"""Reading shifts for pages: one's own, those of visible trainees, and those that name the viewer as supervisor."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import aliased, joinedload

from lms.core.clock import now
from lms.core.db import db
from lms.core.errors import NotFound
from lms.identity.models import Person
from lms.identity.queries import visible_trainees
from lms.placements.models import Shift, ShiftDecision, Site
from lms.placements.queries.doubts import load_doubts
from lms.placements.queries.encounters import EncounterRow, list_own_encounters
from lms.placements.queries.loaders import (
    load_activities,
    load_statuses,
    said_offline_at,
    shift_fact,
    standing_shifts,
)
from lms.placements.queries.planned import load_planned
from lms.placements.rules.hours import ShiftFact
from lms.placements.rules.planned import BookedTime, Comparison
from lms.placements.rules.states import Doubt, Verdict, check_standing
from lms.placements.rules.times import Span
from lms.placements.rules.waiting import Wait, WaitsOn, wait_of, waits_on
from lms.placements.rules.weeks import Totals, monday_of, totals_of
from lms.policy import Permission, Role, Viewer
from lms.signing.queries import barred_records
from lms.signing.rules import NEEDS_CHECK, IdentityGrade

RECENT = timedelta(days=28)


@dataclass(frozen=True, slots=True)
class ShiftRow:
    """A shift as a list shows it; `planned` is there if it was logged from a booking, `has_note` if it has a note."""

    fact: ShiftFact
    trainee_id: UUID
    trainee_name: str
    supervisor_name: str
    site_name: str
    planned: BookedTime | None = None
    has_note: bool = False

    @property
    def comparison(self) -> Comparison | None:
        """The planned time beside the attended time, if it was planned here."""
        return Comparison(self.planned.span.minutes, self.fact.minutes) if self.planned else None


@dataclass(frozen=True, slots=True)
class WaitingWeek:
    """Shifts of one trainee in one week, from Monday on, that wait for the same supervisor."""

    monday: date
    rows: tuple[ShiftRow, ...]

    @property
    def totals(self) -> Totals:
        """What they come to together."""
        return totals_of((row.fact, row.planned) for row in self.rows)


@dataclass(frozen=True, slots=True)
class DecisionRow:
    """One decision on a shift as its page shows it; a comment of None was redacted if it has an id.

    `role` is none where a guest decided, of the profession they gave; `drawing_id` is the file of a drawn signature.
    """

    id: UUID
    verdict: Verdict
    by_name: str
    role: Role | None
    profession: str
    grade: IdentityGrade | None
    doubt: Doubt | None
    recorded_at: datetime
    comment_id: UUID | None
    comment: str | None
    drawing_id: UUID | None


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


def first_span(first_id: UUID) -> Span:
    """The time of the first version of a shift, which was entered in time, whatever corrections say since."""
    row = db.session.get_one(Shift, first_id)
    return Span(row.started_at, row.ended_at)


def list_shifts(viewer: Viewer, trainee_id: UUID) -> list[ShiftRow]:
    """A trainee's standing shifts, newest first: the viewer's own, or those of somebody they may see."""
    return list_rows(Shift.trainee_id == trainee_id, _visible(viewer))


def list_open(viewer: Viewer) -> dict[WaitsOn, list[ShiftRow]]:
    """Shifts that name the viewer as supervisor and wait for them, or for who signed to be checked; oldest first."""
    found: dict[WaitsOn, list[ShiftRow]] = {WaitsOn.SUPERVISOR: [], WaitsOn.ADMINISTRATOR: []}
    for row in list_rows(_names(viewer), _may_wait())[::-1]:
        on = waits_on(row.fact)
        if on in found:
            found[on].append(row)
    return found


def list_waiting(viewer: Viewer) -> list[ShiftRow]:
    """Shifts that name the viewer as supervisor and wait for them, oldest first."""
    return list_open(viewer)[WaitsOn.SUPERVISOR]


def by_week(rows: Iterable[ShiftRow]) -> list[WaitingWeek]:
    """Shifts by trainee and week, in the order in which each week comes first."""
    weeks: dict[tuple[UUID, date], list[ShiftRow]] = {}
    for row in rows:
        weeks.setdefault((row.trainee_id, monday_of(row.fact.on)), []).append(row)
    return [WaitingWeek(monday, tuple(rows)) for (_, monday), rows in weeks.items()]


def list_supervised(viewer: Viewer) -> list[ShiftRow]:
    """Shifts that name the viewer as supervisor, decided, and not older than 28 days; newest first."""
    rows = list_rows(_names(viewer), Shift.started_at >= now() - RECENT)
    return [row for row in rows if waits_on(row.fact) in (None, WaitsOn.TRAINEE)]


def count_waiting(viewer: Viewer) -> int:
    """How many shifts wait for the viewer as supervisor."""
    return len(_waits_for(viewer))


def count_waiting_long(viewer: Viewer) -> int:
    """How many of them have waited for longer than a supervisor has to confirm a shift."""
    return sum(wait.is_long(now()) for wait in _waits_for(viewer))


def _waits_for(viewer: Viewer) -> list[Wait]:
    """The waits of the shifts that wait for the viewer as supervisor."""
    waits = [wait_of(fact) for fact in load_statuses(and_(_names(viewer), _may_wait()))]
    return [wait for wait in waits if wait is not None and wait.on is WaitsOn.SUPERVISOR]


def get_shift(viewer: Viewer, shift_id: UUID) -> ShiftPage:
    """One shift with its decisions and encounters; NotFound if it is not the viewer's to see."""
    found = db.session.execute(
        select(Shift, said_offline_at(now()))
        .where(Shift.id == shift_id, or_(_visible(viewer), _names(viewer)))
        .options(
            joinedload(Shift.site),
            joinedload(Shift.trainee),
            joinedload(Shift.supervisor),
            joinedload(Shift.note),
            joinedload(Shift.reason),
        )
    ).one_or_none()
    if found is None:
        raise NotFound
    shift, said_at = found
    decisions = db.session.scalars(
        select(ShiftDecision)
        .where(ShiftDecision.shift_id == shift.id)
        .order_by(ShiftDecision.recorded_at, ShiftDecision.id)
        .options(joinedload(ShiftDecision.by), joinedload(ShiftDecision.comment))
    ).all()
    later_id = db.session.scalar(
        select(Shift.id).where(Shift.first_id == shift.first_id, Shift.supersedes_id == shift.id)
    )
    doubts = load_doubts(decisions, known_at=now())
    spent = load_activities(Shift.id == shift.id).get(shift.id)
    fact = shift_fact(shift, decisions, spent, corrected=later_id is not None, doubts=doubts, said_at=said_at)
    planned = load_planned({shift.booking_id}).get(shift.booking_id) if shift.booking_id else None
    return ShiftPage(
        row=ShiftRow(fact, shift.trainee_id, shift.trainee.name, shift.supervisor.name, shift.site.name, planned),
        first_id=shift.first_id,
        site_id=shift.site_id,
        supersedes_id=shift.supersedes_id,
        replaced_by_id=later_id,
        note_id=shift.note_id,
        note=shift.note.text if shift.note else None,
        reason_id=shift.reason_id,
        reason=shift.reason.text if shift.reason else None,
        decisions=tuple(_decision_row(each, doubts.about(each)) for each in decisions),
        encounters=tuple(list_own_encounters(viewer, shift.first_id)),
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
    rows = list_rows(_names(viewer), Shift.id.in_(shift_ids))[::-1]
    for shift_id in set(shift_ids) - {row.fact.id for row in rows}:
        check_standing(get_supervised_shift(viewer, shift_id).row.fact.status)
    return rows


def may_decide(viewer: Viewer, page: ShiftPage) -> bool:
    """Say whether the viewer is the supervisor this shift names and may approve hours."""
    if page.row.fact.supervisor_id != viewer.id or not viewer.may(Permission.HOURS_APPROVE):
        return False
    seen = visible_trainees(viewer, Permission.HOURS_APPROVE)
    found = db.session.scalar(select(Person.id).where(Person.id == page.row.trainee_id, Person.id.in_(seen)))
    return found is not None


def _decision_row(decision: ShiftDecision, doubt: Doubt | None) -> DecisionRow:
    return DecisionRow(
        id=decision.id,
        verdict=decision.verdict,
        by_name=decision.by.name,
        role=decision.role,
        profession=decision.profession,
        grade=decision.identity_grade,
        doubt=doubt,
        recorded_at=decision.recorded_at,
        comment_id=decision.comment_id,
        comment=decision.comment.text if decision.comment else None,
        drawing_id=decision.signature_id,
    )


def list_rows(*conditions: ColumnElement[bool]) -> list[ShiftRow]:
    """Standing shifts with names, activities and what was planned, newest first, whoever asks.

    The caller says whose they may be.
    """
    trainee, supervisor = aliased(Person), aliased(Person)
    statement = (
        standing_shifts(and_(*conditions), now())
        .add_columns(trainee.name, supervisor.name, Site.name, said_offline_at(now()))
        .join(trainee, trainee.id == Shift.trainee_id)
        .join(supervisor, supervisor.id == Shift.supervisor_id)
        .join(Site, Site.id == Shift.site_id)
    )
    found: dict[UUID, tuple[Shift, list[ShiftDecision], tuple[str, str, str], datetime | None]] = {}
    loaded = db.session.execute(statement).all()
    doubts = load_doubts((decision for _, decision, *_ in loaded), known_at=now())
    for shift, decision, *names, said_at in loaded:
        decisions = found.setdefault(shift.id, (shift, [], (names[0], names[1], names[2]), said_at))[1]
        if decision is not None:
            decisions.append(decision)
    spent = load_activities(and_(*conditions))
    planned = load_planned({shift.booking_id for shift, *_ in found.values() if shift.booking_id})
    rows = [
        ShiftRow(
            shift_fact(shift, decisions, spent.get(shift.id), doubts=doubts, said_at=said_at),
            shift.trainee_id,
            *names,
            planned.get(shift.booking_id) if shift.booking_id else None,
            shift.note_id is not None,
        )
        for shift, decisions, names, said_at in found.values()
    ]
    return rows[::-1]


def _visible(viewer: Viewer) -> ColumnElement[bool]:
    return or_(Shift.trainee_id == viewer.id, Shift.trainee_id.in_(visible_trainees(viewer, Permission.HOURS_READ)))


def _names(viewer: Viewer) -> ColumnElement[bool]:
    return and_(
        Shift.supervisor_id == viewer.id,
        Shift.trainee_id.in_(visible_trainees(viewer, Permission.HOURS_APPROVE)),
    )


def _may_wait() -> ColumnElement[bool]:
    """Nobody with an account has decided, or only somebody who says that it was not them.

    Few are left, and the rules say which of them wait for whom.
    """
    decided = select(ShiftDecision.id).where(
        ShiftDecision.shift_id == Shift.id,
        or_(ShiftDecision.request_id.is_(None), ShiftDecision.request_id.not_in(barred_records())),
        or_(ShiftDecision.identity_grade.is_(None), ShiftDecision.identity_grade.not_in(NEEDS_CHECK)),
    )
    return ~decided.correlate(Shift).exists()
