"""Keeping the taught days of a cohort, of which its members are told: one transaction each, with its ledger entries."""

from collections.abc import Callable, Collection
from datetime import date, time
from uuid import UUID

from lms.audit.services import record
from lms.core.clock import from_london, now, to_london
from lms.core.days import london_day
from lms.core.db import db, transaction
from lms.core.errors import RuleViolation, Stale
from lms.core.identifiers import check_free_text
from lms.core.words import day
from lms.curriculum import queries
from lms.curriculum.models import Cohort, TaughtDay
from lms.curriculum.rules.taught_days import check_takes_place, check_taught_day
from lms.notifications.services import tell
from lms.policy import Permission, Viewer

MANAGE = Permission.TAUGHT_DAY_MANAGE
WHERE = "/modules"


DayNotice = Callable[[Collection[UUID], date], object]
_notices: list[DayNotice] = []


def use_day_notice(notice: DayNotice) -> None:
    """Let somebody else tell these trainees what else they have on a taught day. The application calls this."""
    _notices[:] = [notice]


def add_taught_day(
    actor: Viewer, cohort_id: UUID, *, module: str, title: str, on: date, starts: time, ends: time
) -> TaughtDay:
    """Put a taught or simulation day of a module into the plan of a cohort, and tell its members.

    Raises NotFound for a cohort the actor does not teach, RuleViolation for a day that cannot be.
    """
    check_free_text(title, no_identifiers=True, field="title")
    with transaction() as session:
        cohort = queries.get_cohort(actor, cohort_id, MANAGE).cohort
        _check(cohort, module=module, title=title, on=on, starts=starts, ends=ends)
        row = TaughtDay(
            cohort_id=cohort_id,
            module=module,
            title=title.strip(),
            starts_at=from_london(on, starts),
            ends_at=from_london(on, ends),
        )
        session.add(row)
        record(actor, "taught-day.changed", row, under=MANAGE)
        _tell(cohort, f"Taught day on {day(on)}, {starts:%H:%M} to {ends:%H:%M}: {title.strip()}", on=on)
    return row


def change_taught_day(
    actor: Viewer, day_id: UUID, *, version: int, module: str, title: str, on: date, starts: time, ends: time
) -> TaughtDay:
    """Change a taught day and tell the members of the cohort.

    Raises NotFound as `add_taught_day` does, Stale if somebody saved it since `version`, RuleViolation if it is
    cancelled or cannot be.
    """
    check_free_text(title, no_identifiers=True, field="title")
    with transaction():
        row, cohort = _held(actor, day_id)
        if row.version != version:
            raise Stale(_as_texts(row), row.version)
        check_takes_place(row.cancelled_at)
        _check(cohort, module=module, title=title, on=on, starts=starts, ends=ends)
        before = to_london(row.starts_at)
        row.module, row.title = module, title.strip()
        row.starts_at, row.ends_at = from_london(on, starts), from_london(on, ends)
        row.updated_at = now()
        record(actor, "taught-day.changed", row, under=MANAGE)
        moved = "" if before.date() == on else f" (it was on {day(before.date())})"
        text = f"Changed: {row.title}, {day(on)}, {starts:%H:%M} to {ends:%H:%M}{moved}"
        _tell(cohort, text, on=on if moved else None)
    return row


def cancel_taught_day(actor: Viewer, day_id: UUID) -> TaughtDay:
    """Say that a taught day does not take place, and tell the members of the cohort.

    Raises NotFound as `add_taught_day` does, RuleViolation if it is cancelled already.
    """
    with transaction():
        row, cohort = _held(actor, day_id)
        check_takes_place(row.cancelled_at)
        row.cancelled_at = row.updated_at = now()
        record(actor, "taught-day.changed", row, under=MANAGE)
        _tell(cohort, f"Cancelled: {row.title} on {day(london_day(row.starts_at))}")
    return row


def _held(actor: Viewer, day_id: UUID) -> tuple[TaughtDay, Cohort]:
    db.session.get(TaughtDay, day_id, with_for_update=True)
    return queries.get_taught_day(actor, day_id)


def _check(cohort: Cohort, *, module: str, title: str, on: date, starts: time, ends: time) -> None:
    if module not in queries.module_titles():
        raise RuleViolation("Select a module that is taught now", "module")
    check_taught_day(title=title, on=on, starts=starts, ends=ends, first=cohort.starts_on, last=cohort.ends_on)


def _tell(cohort: Cohort, text: str, *, on: date | None = None) -> None:
    """Tell the members, and let them be told what else they have on a day that is new."""
    members = queries.list_enrolled_now(cohort.id)
    for trainee_id in members:
        tell(trainee_id, text, WHERE)
    if on is not None:
        for notice in _notices:
            notice(members, on)


def _as_texts(row: TaughtDay) -> dict[str, str]:
    """What is stored, as the form shows it."""
    starts, ends = to_london(row.starts_at), to_london(row.ends_at)
    return {
        "module": queries.module_titles().get(row.module, row.module),
        "title": row.title,
        "on": f"{starts.day} {starts.month} {starts.year}",
        "starts": f"{starts:%H:%M}",
        "ends": f"{ends:%H:%M}",
    }
