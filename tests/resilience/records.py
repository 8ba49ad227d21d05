"""A service with sign-offs, shifts and written work that wait for somebody's decision."""

from collections import Counter
from dataclasses import dataclass
from datetime import time, timedelta
from itertools import zip_longest
from uuid import UUID

from flask import Flask
from sqlalchemy import select

from lms.audit.services import keep_text, record
from lms.cases.models import CaseAttempt, CaseFinish, CaseStep
from lms.cases.queries import case_of
from lms.cases.rules.decisions import Write
from lms.cases.rules.engine import Mode
from lms.competencies.models import Assessment, AssessmentRating, SignOff
from lms.competencies.rules import FormKind, SeenAs
from lms.core.clock import from_london, today
from lms.core.db import Model, db, transaction
from lms.curriculum import services as curriculum
from lms.curriculum.queries import get_content
from lms.curriculum.rules.versions import ContentKind
from lms.grading.models import Mark
from lms.identity.services import create_person, open_grant, set_password, viewer_for
from lms.placements.models import ShiftDecision
from lms.policy import Permission, Role
from lms.signing.rules import IdentityGrade
from tests.cast import Cast, make_cast
from tests.factories import competencies, placements, save
from tests.resilience.server import Browser, Request, Server
from tests.shipped import shipped_items

CASE, PROGRAMME, FRAMEWORK = "wasting-your-time", "pgcert-spp-mh", "specialist-paramedic-mh"
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
        items = shipped_items()
        cast = make_cast()
        for name in ("assessor", "supervisor", "educator"):
            set_password(getattr(cast, name), PASSWORD)
        with transaction():
            curriculum.sync_content(None, items)
            competencies.calibrate(cast.assessor)
            people = _enrolled(cast, trainees)
            site = placements.add_site().id
            found = Prepared(cast, [], [], [])
            for person in people:
                found.sign_offs.extend(_seen(person, cast.assessor, cast.stranger))
                found.shifts.extend(_worked(person, site, cast.supervisor, shifts))
                found.works.extend(_handed_in(person, works))
                for by, role in ((cast.assessor, Role.ASSESSOR), (cast.supervisor, Role.SUPERVISOR)):
                    open_grant(None, person_id=by, scope_id=person, role=role, cause="Works with them", about=person)
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
    """Enough evidence for each capability: by two people, in two settings."""
    pieces = [(assessor, "joint-response-car", 5), (assessor, "crisis-team", 3), (second, "joint-response-car", 1)]
    rows: list[Model] = []
    for by, setting, days_ago in pieces:
        rows += _assessment(trainee, by, setting, days_ago, SEEN)
    rows += _assessment(trainee, assessor, "crisis-team", 2, [SEEN_ONCE])
    save(*rows, about=trainee)
    return [(trainee, code) for code in (*SEEN, SEEN_ONCE)]


def _assessment(trainee: UUID, assessor: UUID, setting: str, days_ago: int, codes: list[str]) -> list[Model]:
    row = Assessment(
        trainee_id=trainee,
        assessor_id=assessor,
        role=Role.ASSESSOR,
        identity_grade=IdentityGrade.ACCOUNT,
        form_kind=FormKind.MINI_CEX,
        form_version_id=get_content(ContentKind.FORM, FormKind.MINI_CEX.value).id,
        framework_version_id=get_content(ContentKind.FRAMEWORK, FRAMEWORK).id,
        setting=setting,
        observed_on=today() - timedelta(days=days_ago),
        is_simulated=False,
        seen_as=SeenAs.LIVE,
    )
    return [row, *(AssessmentRating(assessment_id=row.id, capability_code=code, level=4) for code in codes)]


def _worked(trainee: UUID, site: UUID, supervisor: UUID, count: int) -> list[UUID]:
    rows = []
    for number in range(count):
        started = from_london(today() - timedelta(days=2 + number), time(8))
        ended = started + timedelta(hours=8)
        rows.append(placements.shift_row(trainee, site, supervisor, started_at=started, ended_at=ended))
    save(*rows, about=trainee)
    return [row.id for row in rows]


def _handed_in(trainee: UUID, count: int) -> list[UUID]:
    """The written answers of finished graded attempts."""
    version = get_content(ContentKind.CASE, CASE)
    case = case_of(version.id)
    scene = next(key for key, each in case.scenes.items() if isinstance(each.decision, Write))
    draw = {"variant": case.variants[0].key, "order": {}}
    works: list[UUID] = []
    rows: list[Model] = []
    with transaction() as session:
        for _ in range(count):
            body = keep_text(ANSWER)
            attempt = CaseAttempt(trainee_id=trainee, content_version_id=version.id, mode=Mode.GRADED, draw=draw)
            session.add(attempt)
            session.flush()
            step = CaseStep(attempt_id=attempt.id, seq=0, scene=scene, choice={}, text_id=body.id)
            score = {"points": 0, "points_available": 2, "facts_found": 0, "facts_available": 1, "critical_errors": 0}
            finish = CaseFinish(attempt_id=attempt.id, **score)
            session.add_all([step, finish])
            rows += [attempt, step, finish]
            works.append(step.id)
        record(None, "case.step-taken", *rows, about=trainee)
    return works


def fill_forms(server: Server, prepared: Prepared) -> list[Filled]:
    """Sign in whoever decides and fill a form for everything that waits; the kinds of decision take turns."""
    assessor, supervisor, educator = (Browser(server) for _ in range(3))
    assessor.sign_in("asha.patel@example.org", PASSWORD)
    supervisor.sign_in("sam.okoro@example.org", PASSWORD)
    educator.sign_in("edith.lowe@example.org", PASSWORD)
    kinds = [
        _sign_offs(assessor, prepared.sign_offs),
        _approvals(supervisor, prepared.shifts),
        _marks(educator, prepared.works),
    ]
    return [filled for turn in zip_longest(*kinds) for filled in turn if filled is not None]


def _sign_offs(browser: Browser, wanted: list[tuple[UUID, str]]) -> list[Filled]:
    if not wanted:
        return []
    paths = [f"/trainees/{trainee}/capabilities/{code}/sign-off?level=4" for trainee, code in wanted]
    form = browser.form(paths[0]).fields
    return [
        Filled(("sign-off", str(trainee), code), browser.filled(path, {**form, "level": "4", "note": "Seen enough."}))
        for (trainee, code), path in zip(wanted, paths, strict=True)
    ]


def _approvals(browser: Browser, shifts: list[UUID]) -> list[Filled]:
    if not shifts:
        return []
    page = f"/hours/shifts/{shifts[0]}"
    form = browser.form(page, action=f"{page}/approval").fields
    return [
        Filled(("approval", str(shift), ""), browser.filled(f"/hours/shifts/{shift}/approval", form))
        for shift in shifts
    ]


def _marks(browser: Browser, works: list[UUID]) -> list[Filled]:
    form = browser.form(f"/marking/{works[0]}")
    levels = {name: choices[0] for name, choices in form.choices.items() if name.startswith("level_")}
    said = {"feedback": "You say why now. Next time, say who knows the plan.", "action": "mark"}
    return [
        Filled(("mark", str(work), ""), browser.filled(f"/marking/{work}", {**form.fields, **levels, **said}))
        for work in works
    ]


def stored() -> Counter[Key]:
    """How often each decision is in the database."""
    db.session.rollback()
    sign_offs = db.session.execute(select(SignOff.trainee_id, SignOff.capability_code))
    found = Counter(("sign-off", str(trainee), code) for trainee, code in sign_offs)
    found.update(("approval", str(shift), "") for shift in db.session.scalars(select(ShiftDecision.shift_id)))
    found.update(("mark", str(work), "") for work in db.session.scalars(select(Mark.work_id)))
    return found
