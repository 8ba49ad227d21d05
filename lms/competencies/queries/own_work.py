"""Reading an assessor's own work, and what they could look for today."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import aliased

from lms.audit.models import TextBody
from lms.competencies import rules
from lms.competencies.models import Assessment, AssessmentReply
from lms.competencies.queries.records import HeldRecords
from lms.competencies.queries.requests import RequestRow
from lms.competencies.queries.supervision import find_coordinating_supervisors
from lms.competencies.rules import FormKind, RequestState, had_it
from lms.competencies.rules.looking import LookFor, what_to_look_for
from lms.competencies.rules.own_hours import OwnPiece, OwnWork, Period, own_work
from lms.core.clock import now, today
from lms.core.db import db
from lms.identity.models import Person
from lms.identity.queries import ids_with_roles, visible_trainees
from lms.policy import Permission, Role, Viewer
from lms.signing.queries import barred_records


def get_own_work(viewer: Viewer, period: Period) -> OwnWork:
    """The viewer's own assessments over a period, a corrected one counted once. One statement.

    What patients and carers say is not the work of whoever asked them; what was suspended or struck out is nobody's.
    """
    later = aliased(Assessment)
    since, until = period.starts_on(today()), today()
    rows = db.session.execute(
        select(Assessment.observed_on, Assessment.minutes)
        .outerjoin(later, later.supersedes_id == Assessment.id)
        .where(
            Assessment.assessor_id == viewer.id,
            Assessment.observed_on >= since,
            Assessment.observed_on <= until,
            *_own_words(),
            later.id.is_(None),
        )
    )
    return own_work([OwnPiece(*row) for row in rows], since=since, until=until)


def _own_words() -> tuple[ColumnElement[bool], ...]:
    """The conditions that an assessment is its assessor's own words, and that it still counts."""
    return Assessment.form_kind != FormKind.PATIENT_FEEDBACK, Assessment.id.not_in(barred_records())


@dataclass(frozen=True, slots=True)
class Action:
    """The one action that was last set for a trainee, and the day of the encounter it came from."""

    text: str
    set_on: date


@dataclass(frozen=True, slots=True)
class TraineeToday:
    """A trainee the viewer may assess: what to look for, and the action that was set last, if there is one."""

    trainee: Person
    look_for: Sequence[LookFor]
    action: Action | None


def list_today(viewer: Viewer, trainees: Iterable[Person], records: HeldRecords | None) -> list[TraineeToday]:
    """What the viewer could look for today in each of these trainees. One statement.

    `trainees` are those the viewer signs for, and `records` what load_to_sign gives.
    """
    if records is None:
        return []
    found, on, actions = [], today(), load_last_actions(visible_trainees(viewer, Permission.ASSESSMENT_COMPLETE))
    for person in trainees:
        if person.id == viewer.id:
            continue
        framework, read = records.version(person.id).framework, records.of(person.id)
        standings = rules.standings_of(
            framework.capabilities.values(),
            read.assessments,
            read.sign_offs,
            levels={code: framework.award_level(each) for code, each in framework.capabilities.items()},
            on=on,
        )
        found.append(TraineeToday(person, what_to_look_for(standings.values(), viewer.id), actions.get(person.id)))
    return found


def load_last_actions(trainees: Select[UUID]) -> Mapping[UUID, Action]:
    """What each trainee said they will do after their latest encounter, else what was asked. One statement."""
    later, answer = aliased(Assessment), aliased(TextBody)
    place = func.row_number().over(
        partition_by=Assessment.trainee_id,
        order_by=(Assessment.observed_on.desc(), Assessment.recorded_at.desc(), Assessment.id.desc()),
    )
    latest = (
        select(
            Assessment.trainee_id,
            Assessment.observed_on,
            func.coalesce(answer.text, TextBody.text).label("text"),
            place.label("place"),
        )
        .join(TextBody, TextBody.id == Assessment.next_time_id)
        .outerjoin(AssessmentReply, AssessmentReply.assessment_id == Assessment.id)
        .outerjoin(answer, answer.id == AssessmentReply.action_id)
        .outerjoin(later, later.supersedes_id == Assessment.id)
        .where(Assessment.trainee_id.in_(trainees), *_own_words(), later.id.is_(None), TextBody.text.is_not(None))
        .subquery()
    )
    rows = db.session.execute(
        select(latest.c.trainee_id, latest.c.text, latest.c.observed_on).where(latest.c.place == 1)
    )
    return {trainee_id: Action(text, observed_on) for trainee_id, text, observed_on in rows}


OFFERED = 2
"""How many people a request can be passed on to in one tap."""


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody a request can be passed on to."""

    id: UUID
    name: str


def list_pass_on_to(viewer: Viewer, rows: Iterable[RequestRow]) -> Mapping[UUID, Sequence[Colleague]]:
    """For each of the viewer's requests the assessors who saw the trainee work last, of those it may be passed on to.

    Not who co-ordinates the trainee's supervision, and nobody for a request that was opened: what was entered would be
    lost without a word. Two statements for all of them.
    """
    asked = [row for row in rows if not row.is_unasked and row.state is not RequestState.OPENED]
    if not asked:
        return {}
    trainees = select(Person.id).where(Person.id.in_({row.trainee_id for row in asked}))
    coordinating = find_coordinating_supervisors(trainees, on=today(), known_at=now())
    seen: dict[UUID, list[Colleague]] = {}
    for trainee_id, person_id, name in db.session.execute(_who_assessed(trainees)):
        seen.setdefault(trainee_id, []).append(Colleague(person_id, name))
    found = {}
    for row in asked:
        others = had_it(row.steps, row.first_asked) | {viewer.id, row.trainee_id, coordinating.get(row.trainee_id)}
        found[row.id] = [each for each in seen.get(row.trainee_id, ()) if each.id not in others][:OFFERED]
    return found


def _who_assessed(trainees: Select[UUID]) -> Select[UUID, UUID, str]:
    """Who assesses today and has assessed each trainee, whoever saw them last first."""
    return (
        select(Assessment.trainee_id, Person.id, Person.name)
        .join(Person, Person.id == Assessment.assessor_id)
        .where(
            Assessment.trainee_id.in_(trainees),
            Assessment.request_id.is_not(None),
            Person.id.in_(ids_with_roles({Role.ASSESSOR})),
            Person.deactivated_at.is_(None),
        )
        .group_by(Assessment.trainee_id, Person.id, Person.name)
        .order_by(func.max(Assessment.observed_on).desc(), func.max(Assessment.recorded_at).desc(), Person.id)
    )
