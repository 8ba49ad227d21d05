"""Reading taught days: of a cohort for educators, and of many trainees at once."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, or_, select

from lms.core.clock import now
from lms.core.days import london_day
from lms.core.db import db
from lms.core.errors import NotFound
from lms.curriculum.models import Cohort, Enrolment, EnrolmentEnd, TaughtDay
from lms.curriculum.queries.content import current_titles
from lms.curriculum.queries.enrolments import get_cohort, in_scope
from lms.curriculum.rules.taught_days import TaughtDayFact
from lms.curriculum.rules.versions import ContentKind
from lms.identity.models import Person
from lms.policy import Permission, Viewer

MANAGE = Permission.TAUGHT_DAY_MANAGE


@dataclass(frozen=True, slots=True)
class TaughtDayRow:
    """One taught day as a list shows it, with the title of its module."""

    day: TaughtDay
    module: str


def load_taught_days(
    trainees: Select[Any], *, from_at: datetime, until_at: datetime, known_at: datetime
) -> dict[UUID, list[TaughtDayFact]]:
    """The taught days of these trainees that touch a time, while each is enrolled, by time. One statement.

    A day that was cancelled is left out from its cancellation on.
    """
    rows = db.session.execute(
        select(Enrolment.trainee_id, Enrolment.from_on, EnrolmentEnd.ended_on, TaughtDay)
        .join(TaughtDay, TaughtDay.cohort_id == Enrolment.cohort_id)
        .outerjoin(EnrolmentEnd, and_(EnrolmentEnd.enrolment_id == Enrolment.id, EnrolmentEnd.recorded_at <= known_at))
        .where(
            Enrolment.trainee_id.in_(trainees),
            Enrolment.recorded_at <= known_at,
            TaughtDay.created_at <= known_at,
            or_(TaughtDay.cancelled_at.is_(None), TaughtDay.cancelled_at > known_at),
            TaughtDay.starts_at < until_at,
            TaughtDay.ends_at > from_at,
        )
        .order_by(TaughtDay.starts_at, TaughtDay.id)
    )
    found: dict[UUID, list[TaughtDayFact]] = {}
    for trainee_id, from_on, ended_on, row in rows:
        on = london_day(row.starts_at)
        if from_on <= on and (ended_on is None or on <= ended_on):
            fact = TaughtDayFact(row.id, row.cohort_id, row.module, row.title, row.starts_at, row.ends_at)
            found.setdefault(trainee_id, []).append(fact)
    return found


def list_own_taught_days(viewer: Viewer, until_at: datetime) -> list[TaughtDayFact]:
    """The viewer's own taught days from now until a moment."""
    own = select(Person.id).where(Person.id == viewer.id)
    moment = now()
    return load_taught_days(own, from_at=moment, until_at=until_at, known_at=moment).get(viewer.id, [])


def list_taught_days(viewer: Viewer, cohort_id: UUID) -> list[TaughtDayRow]:
    """Every taught day of a cohort the viewer may see, cancelled ones too, by time."""
    rows = db.session.scalars(
        select(TaughtDay)
        .join(Cohort, Cohort.id == TaughtDay.cohort_id)
        .where(Cohort.id == cohort_id, in_scope(viewer, Permission.ENROLMENT_READ))
        .order_by(TaughtDay.starts_at, TaughtDay.id)
    ).all()
    titles = module_titles() if rows else {}
    return [TaughtDayRow(row, titles.get(row.module, row.module)) for row in rows]


def get_taught_day(viewer: Viewer, day_id: UUID) -> tuple[TaughtDay, Cohort]:
    """One taught day of a cohort the viewer teaches; else NotFound."""
    row = db.session.get(TaughtDay, day_id)
    if row is None:
        raise NotFound
    return row, get_cohort(viewer, row.cohort_id, MANAGE).cohort


def list_enrolled_now(cohort_id: UUID) -> list[UUID]:
    """Ids of those enrolled in a cohort whose enrolment has not ended."""
    return list(
        db.session.scalars(
            select(Enrolment.trainee_id)
            .outerjoin(EnrolmentEnd, EnrolmentEnd.enrolment_id == Enrolment.id)
            .where(Enrolment.cohort_id == cohort_id, EnrolmentEnd.id.is_(None))
            .order_by(Enrolment.recorded_at, Enrolment.id)
        )
    )


def module_titles() -> Mapping[str, str]:
    """The titles of the modules that are taught now, by slug."""
    titles = current_titles(ContentKind.MODULE)
    return {slug: title for (_, slug), title in sorted(titles.items(), key=lambda pair: pair[1])}
