"""Work to be marked: a small programme that is taught, enrolled trainees, written steps of graded cases."""

from datetime import date, datetime
from uuid import UUID

import yaml

from lms.audit.services import keep_text, record
from lms.cases.models import CaseAttempt, CaseFinish, CaseStep
from lms.cases.rules.engine import Mode
from lms.core.clock import now
from lms.core.db import transaction
from lms.curriculum.models import Cohort, Enrolment
from lms.curriculum.queries import get_content
from lms.curriculum.rules.versions import ContentItem, ContentKind
from lms.curriculum.services import sync_content
from tests.factories import save
from tests.factories.cases import GOOD_CASE

ASSIGNMENT = """\
format: 1
slug: case-formulation
title: Formulation
module: mhp703
brief: |
  Write a formulation of **one** person.
word_limit: 500
pass_mark: 50
rubric:
  criteria:
    - key: needs
      title: Needs
      weight: 60
      levels:
        - {points: 100, label: Strong, descriptor: The reader hears the person.}
        - {points: 50, label: Sound, descriptor: What is happening is clear.}
        - {points: 0, label: Not shown, descriptor: Events are listed.}
    - key: safe-plan
      title: Safe plan
      weight: 40
      must_pass: true
      levels:
        - {points: 100, label: Met, descriptor: Who does what by when.}
        - {points: 0, label: Not met, descriptor: A promise stands in for a plan.}
sources:
  S44: "Staying safe from suicide, NHS England, April 2025"
review: {status: "example content, not yet clinically approved", by: 2027-05-01}
"""

BEST = {"needs": 100, "safe-plan": 100}
SOUND = {"needs": 50, "safe-plan": 100}


def teach(assignment: str = ASSIGNMENT, *, promised: int = 20) -> None:
    """Publish a programme of one module with one case and its written task."""
    sync_content(None, taught_items(assignment, promised=promised))


def taught_items(assignment: str = ASSIGNMENT, *, promised: int = 20) -> list[ContentItem]:
    """The content of that programme."""
    case, task = yaml.safe_load(GOOD_CASE), yaml.safe_load(assignment)
    module = {
        "slug": "mhp703",
        "code": "MHP703",
        "title": "Suicide safety",
        "readings": [],
        "cases": [case["slug"]],
        "assignments": [{"slug": task["slug"]}],
    }
    programme = {
        "slug": "pgcert",
        "title": "Specialist paramedic practice",
        "modules": ["mhp703"],
        "regulations": {"feedback_working_days": {"least": 10, "most": promised}},
    }
    bodies = {
        ContentKind.ASSIGNMENT: task,
        ContentKind.CASE: case,
        ContentKind.MODULE: module,
        ContentKind.PROGRAMME: programme,
    }
    return [ContentItem(kind, str(body["slug"]), _plain(body)) for kind, body in bodies.items()]


def enrol(trainee_id: UUID, university_id: UUID, cohort: str = "September") -> None:
    """Enrol a trainee in a cohort of the small programme."""
    row = Cohort(
        name=f"{cohort} {trainee_id}",
        programme="pgcert",
        programme_version_id=get_content(ContentKind.PROGRAMME, "pgcert").id,
        university_id=university_id,
        starts_on=date(2026, 9, 1),
        ends_on=date(2027, 8, 31),
    )
    save(row)
    save(Enrolment(trainee_id=trainee_id, cohort_id=row.id, from_on=date(2026, 9, 1)), about=trainee_id)


def hand_in(
    trainee_id: UUID,
    text: str = "He lost his work, and tomorrow is the anniversary.",
    at: datetime | None = None,
    mode: Mode = Mode.GRADED,
) -> UUID:
    """Store the written step of a finished attempt; returns the id of the work."""
    with transaction() as session:
        attempt = CaseAttempt(
            trainee_id=trainee_id,
            content_version_id=get_content(ContentKind.CASE, "small-case").id,
            mode=mode,
            draw={"variant": "martin", "order": {}},
            recorded_at=at or now(),
        )
        body = keep_text(text)
        session.add(attempt)
        session.flush()
        step = CaseStep(
            attempt_id=attempt.id,
            seq=0,
            scene="writing",
            choice={},
            confidence=None,
            text_id=body.id,
            recorded_at=at or now(),
        )
        finish = CaseFinish(
            attempt_id=attempt.id,
            points=2,
            points_available=6,
            facts_found=0,
            facts_available=2,
            critical_errors=0,
            recorded_at=at or now(),
        )
        session.add_all([step, finish])
        session.flush()
        record(None, "case.step-taken", attempt, step, finish, about=trainee_id)
        return step.id


def _plain(value: object) -> object:
    """The value as JSON could hold it."""
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value.isoformat() if isinstance(value, date) else value
