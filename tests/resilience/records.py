"""A service with sign-offs, shifts and written work that wait for somebody's decision."""

from collections import Counter
from dataclasses import dataclass
from datetime import time, timedelta
from itertools import zip_longest
from uuid import UUID

from flask import Flask
from sqlalchemy import select

from lms.audit.services import keep_text, record
from lms.cases.models import CaseAttempt, CaseStep
from lms.cases.queries import case_of
from lms.cases.rules.engine import Mode
from lms.cases.rules.format import Write
from lms.competencies.models import SignOff
from lms.config import ROOT
from lms.content_check import check_content
from lms.core.clock import today
from lms.core.db import db, transaction
from lms.curriculum import services as curriculum
from lms.curriculum.queries import get_content
from lms.curriculum.rules.versions import ContentKind
from lms.grading.models import Mark
from lms.identity.services import create_person, set_password, viewer_for
from lms.placements.models import ShiftDecision
from lms.policy import Permission
from tests.cast import Cast, make_cast
from tests.factories import competencies as assessing
from tests.factories import placements
from tests.resilience.server import Browser, Request, Server

CASE, PROGRAMME = "wasting-your-time", "pgcert-spp-mh"
SEEN = ["D1.1", "D2.1", "D2.2", "D3.1", "D4.1"]  # Three mini-CEX are enough for each of these,
SEEN_ONCE = "D1.5"  # and one for this.
PASSWORD = "a calm road ahead"
ANSWER = "He lost his work in March, and tomorrow is the day on which his brother died. His wife keeps the tablets."
Key = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Prepared:
    """Who decides, and what waits for them."""

    cast: Cast
    sign_offs: list[tuple[UUID, str]]
    shifts: list[UUID]
    works: list[UUID]


@dataclass(frozen=True, slots=True)
class Filled:
    """One form that is filled and not sent: what it will write, and the request as it goes over the wire."""

    key: Key
    request: Request


def prepare(app: Flask, trainees: int, shifts: int, works: int) -> Prepared:
    """Trainees with six capabilities ready to be signed off each, and so many shifts and pieces of work."""
    with app.app_context():
        items = check_content(ROOT / "content").items
        cast = make_cast()
        for name in ("assessor", "supervisor", "educator"):
            set_password(getattr(cast, name), PASSWORD)
        with transaction():
            curriculum.sync_content(None, items)
            second = assessing.another_assessor(cast.trust)
            people = _enrolled(cast, trainees)
            site = placements.add_site().id
            found = Prepared(cast, [], [], [])
            for person in people:
                found.sign_offs.extend(_seen(person, cast.assessor, second))
                found.shifts.extend(_worked(person, site, cast.supervisor, shifts))
                found.works.extend(hand_in(person) for _ in range(works))
        return found


def _enrolled(cast: Cast, count: int) -> list[UUID]:
    actor = viewer_for(cast.administrator, Permission.ENROLMENT_MANAGE)
    starts_on = today() - timedelta(days=60)
    cohort = curriculum.create_cohort(
        actor,
        name="Autumn",
        programme=PROGRAMME,
        university_id=cast.university_a,
        starts_on=starts_on,
        ends_on=starts_on + timedelta(days=365),
    )
    people = []
    for number in range(count):
        person = create_person(
            None, name=f"Trainee {number}", email=f"trainee.{number}@example.org", organisation_id=cast.trust
        )
        curriculum.enrol(actor, cohort.id, trainee_id=person.id)
        people.append(person.id)
    return people


def _seen(trainee: UUID, assessor: UUID, second: UUID) -> list[tuple[UUID, str]]:
    ratings = dict.fromkeys(SEEN, 4)
    assessing.assess(trainee, assessor, ratings, days_ago=5)
    assessing.assess(trainee, assessor, ratings, days_ago=3, setting="crisis-team")
    assessing.assess(trainee, second, ratings, days_ago=1)
    assessing.assess(trainee, assessor, {SEEN_ONCE: 4}, days_ago=2)
    return [(trainee, code) for code in (*SEEN, SEEN_ONCE)]


def _worked(trainee: UUID, site: UUID, supervisor: UUID, count: int) -> list[UUID]:
    days = (today() - timedelta(days=2 + number) for number in range(count))
    return [
        placements.log(trainee, site, supervisor, worked_on=day, starts=time(8), ends=time(16)).id for day in days
    ]


def hand_in(trainee: UUID, text: str = ANSWER) -> UUID:
    """Store the written answer of a graded attempt; returns the id of the work."""
    version = get_content(ContentKind.CASE, CASE)
    case = case_of(version.id)
    scene = next(key for key, each in case.scenes.items() if isinstance(each.decision, Write))
    with transaction() as session:
        attempt = CaseAttempt(
            trainee_id=trainee,
            content_version_id=version.id,
            mode=Mode.GRADED,
            draw={"variant": case.variants[0].key, "order": {}},
        )
        body = keep_text(text)
        session.add(attempt)
        session.flush()
        step = CaseStep(attempt_id=attempt.id, seq=0, scene=scene, choice={}, text_id=body.id)
        session.add(step)
        record(None, "case.step-taken", attempt, step, about=trainee)
    return step.id


def fill_forms(server: Server, prepared: Prepared) -> list[Filled]:
    """Sign in whoever decides, open every form and fill it; the kinds of decision take turns."""
    assessor, supervisor, educator = (Browser(server) for _ in range(3))
    assessor.sign_in("asha.patel@example.org", PASSWORD)
    supervisor.sign_in("sam.okoro@example.org", PASSWORD)
    educator.sign_in("edith.lowe@example.org", PASSWORD)
    kinds = [
        [_sign_off(assessor, trainee, code) for trainee, code in prepared.sign_offs],
        [_approval(supervisor, shift) for shift in prepared.shifts],
        [_mark(educator, work) for work in prepared.works],
    ]
    return [filled for turn in zip_longest(*kinds) for filled in turn if filled is not None]


def _sign_off(browser: Browser, trainee: UUID, code: str) -> Filled:
    path = f"/trainees/{trainee}/capabilities/{code}/sign-off?level=4"
    return Filled(("sign-off", str(trainee), code), browser.filled(path, {"level": "4", "note": "Seen enough."}))


def _approval(browser: Browser, shift: UUID) -> Filled:
    page = f"/hours/shifts/{shift}"
    return Filled(("approval", str(shift), ""), browser.filled(page, {}, action=f"{page}/approval"))


def _mark(browser: Browser, work: UUID) -> Filled:
    page = f"/marking/{work}"
    levels = {name: choices[0] for name, choices in browser.form(page).choices.items() if name.startswith("level_")}
    entered = {**levels, "feedback": "You say why now. Next time, say who knows the plan.", "action": "mark"}
    return Filled(("mark", str(work), ""), browser.filled(page, entered))


def stored() -> Counter[Key]:
    """How often each decision is in the database."""
    db.session.rollback()
    sign_offs = db.session.execute(select(SignOff.trainee_id, SignOff.capability_code))
    found = Counter(("sign-off", str(trainee), code) for trainee, code in sign_offs)
    found.update(("approval", str(shift), "") for shift in db.session.scalars(select(ShiftDecision.shift_id)))
    found.update(("mark", str(work), "") for work in db.session.scalars(select(Mark.work_id)))
    return found
