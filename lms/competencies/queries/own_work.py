"""Reading an assessor's own work, and what they could look for today."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import aliased

from lms.audit.models import TextBody
from lms.competencies import rules
from lms.competencies.models import Assessment, AssessmentReply
from lms.competencies.queries.facts import find_framework
from lms.competencies.queries.records import load_held
from lms.competencies.rules.looking import LookFor, what_to_look_for
from lms.competencies.rules.own_hours import OwnWork, Period, Written, own_work
from lms.core.clock import now, today
from lms.core.db import db
from lms.identity.models import Person
from lms.identity.queries import visible_trainees
from lms.policy import Permission, Viewer


def get_own_work(viewer: Viewer, period: Period) -> OwnWork:
    """The viewer's own assessments over a period, a corrected one counted once. One statement."""
    later = aliased(Assessment)
    since, until = period.starts_on(today()), today()
    rows = db.session.execute(
        select(Assessment.observed_on, Assessment.minutes)
        .outerjoin(later, later.supersedes_id == Assessment.id)
        .where(
            Assessment.assessor_id == viewer.id,
            Assessment.observed_on >= since,
            Assessment.observed_on <= until,
            later.id.is_(None),
        )
    )
    return own_work([Written(*row) for row in rows], since=since, until=until)


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


def list_today(viewer: Viewer, trainees: Iterable[Person]) -> list[TraineeToday]:
    """What the viewer could look for today in each of these trainees. A constant number of statements."""
    current, on, known_at = find_framework(), today(), now()
    if current is None:
        return []
    scope = visible_trainees(viewer, Permission.ASSESSMENT_COMPLETE)
    records, actions = load_held(scope, current, known_at=known_at), load_last_actions(scope)
    found = []
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
        .where(Assessment.trainee_id.in_(trainees), later.id.is_(None), TextBody.text.is_not(None))
        .subquery()
    )
    rows = db.session.execute(
        select(latest.c.trainee_id, latest.c.text, latest.c.observed_on).where(latest.c.place == 1)
    )
    return {trainee_id: Action(text, observed_on) for trainee_id, text, observed_on in rows}
