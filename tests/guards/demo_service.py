"""The example service for the guards: completed once per test process in a file of its own, copied for each test."""

import hashlib
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, time, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from lms.app import create_app
from lms.audit.services import ask_redaction
from lms.cases import services as cases
from lms.cases.rules.discussions import Ended
from lms.cases.rules.engine import Mode
from lms.competencies import services as competencies
from lms.competencies.queries import list_open_actions
from lms.competencies.rules import FormKind, Prepared, Rung, Way
from lms.competencies.rules.meetings import MeetingActionOutcome, MeetingKind, NewAction
from lms.competencies.rules.supervision import Theme
from lms.core import clock
from lms.core.db import Kind, Model, db, transaction
from lms.core.ids import new_id
from lms.demo.people import STAFF, TRUST, email_of
from lms.demo.stories import STORIES
from lms.identity import queries, services
from lms.identity.models import Person
from lms.placements import queries as placements_queries
from lms.placements import services as placements
from lms.placements.models import Shift
from lms.placements.rules.evaluations import SafeguardingOutcome
from lms.placements.rules.states import Activity, ApprovalWay
from lms.policy import Permission, Role, Viewer
from lms.readiness import services as readiness
from lms.readiness.rules import CheckKind, Decision
from lms.signing.rules import Channel, Method, Purpose
from lms.signing.services import Proof, deny_own
from tests.client import PageClient
from tests.conftest import MOMENT, fresh_copy, make_settings
from tests.example import settle
from tests.factories.drawings import drawing

KEYS = {email_of(staff.name, staff.organisation): staff.key for staff in STAFF}
KEYS |= {email_of(story.name, TRUST): story.key for story in STORIES}
CASE, DISCUSSED = "wasting-your-time", "the-flat-upstairs"
UNIVERSITY_OF = {"yusuf": "northmere", "morgan": "wexcombe"}  # Two trainees with a record of every kind.


@dataclass(frozen=True)
class Demo:
    """The example service on a database file that a test may change: the next test gets a fresh copy."""

    app: Flask
    path: Path
    people: dict[str, UUID]
    organisations: dict[str, UUID]

    def sign_in(self, person_id: UUID, acting: Role | None = None) -> PageClient:
        """A browser in which this person is signed in, in one of their roles."""
        client = PageClient(self.app)
        client.sign_in(person_id)
        if acting is not None:
            client.post("/account/role", {"role": acting.value}, status=303)
        return client

    def add_person(self, name: str, *roles: tuple[Role, UUID]) -> UUID:
        """Somebody who was not there before, with roles and the scope of each."""
        with self.app.app_context(), transaction():
            address = f"{name.lower().replace(' ', '.')}@extra.example"
            person = services.create_person(
                None, name=name, email=address, organisation_id=self.organisations[TRUST], is_example=True
            )
            for role, scope_id in roles:
                services.give_role(None, person_id=person.id, role=role, scope_id=scope_id, cause="Added for a guard")
            return person.id

    def give_role(self, person_id: UUID, role: Role, scope_id: UUID, **dates: date | None) -> None:
        """One more role, from one day to another."""
        with self.app.app_context(), transaction():
            services.give_role(
                None, person_id=person_id, role=role, scope_id=scope_id, cause="Added for a guard", **dates
            )

    def let_see(self, person_id: UUID, trainee: str, role: Role, **dates: date | None) -> None:
        """Open access to one trainee, as asking for an assessment or naming a supervisor does."""
        about = self.people[trainee]
        with self.app.app_context(), transaction():
            services.open_grant(
                None, person_id=person_id, scope_id=about, role=role, cause="Added for a guard", about=about, **dates
            )

    def sql(self, statement: str, *values: object) -> list[tuple[object, ...]]:
        """Rows of a statement that only reads; ids are text of 32 digits."""
        with sqlite3.connect(f"file:{self.path}?mode=ro", uri=True) as connection:
            return connection.execute(statement, values).fetchall()

    def digests(self) -> dict[str, str]:
        """What each table of facts and state holds."""
        classes = [mapper.class_ for mapper in Model.registry.mappers]
        names = [str(each.__tablename__) for each in classes if each.kind is not Kind.OPERATIONAL]
        return {
            name: hashlib.sha256(repr(self.sql(f'SELECT * FROM "{name}" ORDER BY id')).encode()).hexdigest()
            for name in names
        }


@pytest.fixture(scope="session")
def loaded_demo(workspace: Path, services_folder: Path) -> Path:
    """A database file with the example service, and with records that are complete for two trainees."""
    path = workspace / "demo-loaded.db"
    shutil.copyfile(services_folder / "example.db", path)
    app = _app_on(path)
    with app.app_context(), clock.pretend(MOMENT - timedelta(hours=1)):
        people = _keys()
        for trainee in UNIVERSITY_OF:
            _complete_record(people, trainee)
    _close(app)
    settle(path)
    return path


@pytest.fixture
def service(loaded_demo: Path, workspace: Path) -> Iterator[Demo]:
    """A copy of the example service that belongs to one test."""
    with copy_of(loaded_demo, workspace / "demo-of-a-test.db") as found:
        yield found


@pytest.fixture(scope="module")
def kept_service(loaded_demo: Path, workspace: Path) -> Iterator[Demo]:
    """A copy that the tests of a file share: they may add people to it and change nothing else."""
    with copy_of(loaded_demo, workspace / "demo-of-a-file.db") as found:
        yield found


@contextmanager
def copy_of(loaded: Path, path: Path) -> Iterator[Demo]:
    """The example service once more, in another file with an app of its own."""
    fresh_copy(loaded, path)
    app = _app_on(path)
    with app.app_context():
        people, organisations = _keys(), {row.slug: row.id for row in queries.list_organisations()}
    yield Demo(app, path, people, organisations)
    _close(app)


def _app_on(path: Path) -> Flask:
    return create_app(make_settings(f"sqlite:///{path}", path.parent / "instance-demo"))


def _close(app: Flask) -> None:
    with app.app_context():
        db.engine.dispose()


def _keys() -> dict[str, UUID]:
    return {KEYS[row.email]: row.id for row in db.session.scalars(select(Person)) if row.email in KEYS}


def _complete_record(people: dict[str, UUID], trainee: str) -> None:
    """Add what the stories of a trainee leave out, so that every address can be made for them."""
    trainee_id = people[trainee]
    nurse, assessor = services.viewer_for(people["njoroge"]), services.viewer_for(people["patel"])
    concern = competencies.raise_concern(nurse, trainee_id, rung=Rung.RECORDED, text="Something to look at together.")
    readiness.decide(
        nurse,
        trainee_id,
        "control-room",
        decision=Decision.DEFER,
        reason="More shifts in the control room first.",
        valid_until=clock.today() + timedelta(days=60),
    )
    keeper = services.viewer_for(people["akhtar"])
    card = {"check_kind": CheckKind.REGISTRATION, "issued_on": clock.today(), "valid_until": date(2027, 9, 30)}
    wrong = placements.record_check(keeper, trainee_id, **card, reference="PA-1", proof=_scan("wrong"))
    placements.record_check(
        keeper, trainee_id, **card, reference="PA-2", proof=_scan("right"), supersedes_id=wrong.id, reason="Wrong card."
    )
    signed = competencies.sign_off(assessor, trainee_id, "D2.1", level=3, note="Seen more than once.")
    competencies.propose_withdrawal(assessor, signed.id, reason="Seen on one afternoon only.")
    competencies.decline_withdrawal(nurse, signed.id, reason="It was more than one.")
    competencies.propose_withdrawal(nurse, signed.id, reason="It was one afternoon after all.")
    competencies.claim_prior_learning(
        services.viewer_for(trainee_id, Permission.ASSESSMENT_ASK),
        code="D8.2",
        level=3,
        assessor_id=assessor.id,
        evidence="A course on own wellbeing, with a certificate.",
        proof=_scan("course"),
    )
    trainee_viewer = services.viewer_for(trainee_id, Permission.CASE_PLAY)
    cases.start_attempt(trainee_viewer, CASE, mode=Mode.PRACTICE)
    educator = services.viewer_for(people["lowe" if UNIVERSITY_OF[trainee] == "northmere" else "bevan"])
    held = {"ended": Ended.NOT_YET, "held_on": clock.today(), "note": "Clear about the plan. Say more of the family."}
    first = cases.record_discussion(educator, cases.ask_discussion(trainee_viewer, DISCUSSED), **held)
    again = {
        **held,
        "note": "Clear about the plan.",
        "seen_id": first.id,
        "reason": "The family was discussed after all.",
    }
    cases.correct_discussion(educator, first.discussion_id, **again)
    cases.ask_discussion(trainee_viewer, DISCUSSED)
    _report_risk(nurse, trainee_id)
    _supervise(trainee_id, trainee_viewer)
    _enter(trainee_id, trainee_viewer, nurse)
    _sign_hours(trainee_id)
    _complete_requests(trainee_id, assessor)
    ask_redaction(nurse, concern.text_id, reason="It could identify somebody.", where_found="A concern")


def _enter(trainee_id: UUID, trainee: Viewer, nurse: Viewer) -> None:
    """A shift that was not sent, days unlocked for another one, and a debrief asked of the last shift's supervisor."""
    body = {"starts": "07:00", "note": "Two visits so far."}
    placements.save_draft(services.viewer_for(trainee_id, Permission.HOURS_LOG), new_id(), version=0, body=body)
    days = {name: clock.today() - timedelta(days=30) for name in ("from_on", "until_on")}
    placements.unlock_days(nurse, trainee_id, open_until=clock.today(), reason="There was no signal.", **days)
    latest = select(Shift.supervisor_id).where(Shift.trainee_id == trainee_id).order_by(Shift.started_at.desc())
    placements.ask_debrief(trainee, asked_of_id=db.session.scalars(latest).first())


def _sign_hours(trainee_id: UUID) -> None:
    """A shift of the day that was unlocked, approved on the trainee's phone by a guest who drew a signature."""
    trainee = services.viewer_for(trainee_id, Permission.HOURS_LOG)
    latest = select(Shift).where(Shift.trainee_id == trainee_id).order_by(Shift.started_at.desc())
    like = db.session.scalars(latest).first()
    assert like is not None
    times: dict[str, Any] = {"worked_on": clock.today() - timedelta(days=30), "starts": time(9), "ends": time(10)}
    shift = placements.log_shift(
        trainee,
        site_id=like.site_id,
        supervisor_id=like.supervisor_id,
        activities={Activity.TEACHING: 60},
        is_supernumerary=True,
        **times,
    )
    asked = placements.ask_approval(trainee, [shift.id], way=ApprovalWay.HERE)
    placements.sign_hours(
        asked.id, channel=Channel.HANDED_OVER, sent_to=None, proof=_by_guest(drawing()), shifts=[shift.id]
    )


def _by_guest(drawn: bytes) -> Proof:
    """How somebody without an account signs who draws their signature."""
    return Proof(
        method=Method.SIGNATURE,
        name="Nell Abara",
        profession="Liaison nurse",
        registration_number="EXAMPLE-4",
        drawn=drawn,
    )


def _report_risk(nurse: Viewer, trainee_id: UUID) -> None:
    """A report of a risk at the site of the latest shift, taken up."""
    trainee = services.viewer_for(trainee_id, Permission.EVALUATION_GIVE)
    site_id = placements_queries.list_own_placements(trainee)[0].site_id
    made = placements.report_risk(trainee, site_id, text="The alarm in the room did not work.")
    placements.take_step(nurse, made.id, outcome=SafeguardingOutcome.TAKEN_UP, words="Asked for it to be mended.")


def _supervise(trainee_id: UUID, trainee: Viewer) -> None:
    """Supervision and meetings in every state with the supervisor of the latest shift; the last of each waits."""
    latest = db.session.scalars(
        select(Shift).where(Shift.trainee_id == trainee_id).order_by(Shift.started_at.desc()).limit(1)
    ).one()
    person_id = latest.supervisor_id
    supervisor = services.viewer_for(person_id)
    held = {"held_on": clock.today(), "minutes": 45, "themes": [Theme.WELLBEING]}
    for _ in range(2):
        logged = competencies.log_supervision(trainee, trainee_id, supervisor_id=person_id, action="Rest.", **held)
        competencies.decline_supervision(supervisor, logged.id, reason="It was half an hour.")
    competencies.correct_supervision(trainee, logged.id, action="Rest more.", reason="It was shorter.", **held)
    competencies.log_supervision(trainee, trainee_id, supervisor_id=person_id, action="Rest well.", **held)
    met = {"supervisor_id": person_id, "held_on": clock.today(), "summary": "What to see.", "goals": "See more."}
    new = [NewAction("Read the pathway", 2), NewAction("Ask for a bleep", 1)]
    for kind in (MeetingKind.MIDPOINT, MeetingKind.FINAL):
        meeting = competencies.record_meeting(trainee, trainee_id, latest.site_id, kind=kind, actions=new, **met)
        if kind is MeetingKind.MIDPOINT:
            competencies.decline_meeting(supervisor, meeting.id, reason="We only spoke on the phone.")
    first = list_open_actions(trainee_id)[0].fact.id
    competencies.close_action(supervisor, first, outcome=MeetingActionOutcome.DROPPED, reason="Not needed here.")
    _observe(trainee_id, person_id)


def _observe(trainee_id: UUID, supervisor_id: UUID) -> None:
    """The supervisor saw the trainee work and says so unasked; then they add words, and the trainee answers."""
    supervisor = services.viewer_for(supervisor_id, Permission.ASSESSMENT_COMPLETE)
    seen: dict[str, Any] = {"setting": "crisis-team", "is_simulated": False}
    kind = FormKind.DIRECT_OBSERVATION
    begun = competencies.start_assessment(
        supervisor, trainee_id, codes=["D1.4"], seen_on=clock.today(), form_kind=kind, **seen
    )
    made = competencies.complete_assessment(
        supervisor,
        begun.id,
        ratings={"D1.4": 3},
        observed_on=clock.today(),
        what_seen="A talk through an interpreter.",
        went_well="Spoke to her, not to the interpreter.",
        next_time="Leave longer pauses.",
        answers={"stopped": False, "stopped_at": "No step was left out."},
        **seen,
    )
    competencies.add_words(supervisor, made.id, words="We spoke of it on the way back.")
    trainee = services.viewer_for(trainee_id, Permission.ASSESSMENT_ASK)
    competencies.reply(trainee, made.id, action="Count to five before I go on.")


def _complete_requests(trainee_id: UUID, assessor: Viewer) -> None:
    """A drawn signature, a request that was not asked yet, and an assessment whose signer says it was not them."""
    asker = services.viewer_for(trainee_id, Permission.ASSESSMENT_ASK)
    encounter: dict[str, Any] = {"setting": "crisis-team", "seen_on": clock.today(), "is_simulated": False}
    shown = competencies.ask_for_assessment(asker, way=Way.HERE, codes=["D1.4"], self_levels={"D1.4": 2}, **encounter)
    competencies.sign_assessment(
        shown.id,
        channel=Channel.HANDED_OVER,
        sent_to=None,
        proof=_by_guest(drawing()),
        ratings={"D1.4": 3},
        setting="crisis-team",
        observed_on=clock.today(),
        is_simulated=False,
        went_well="Let the family speak first.",
        next_time="Say sooner what happens next.",
    )
    prepared = Prepared(
        way=Way.ACCOUNT, form_kind=FormKind.MINI_CEX, codes=("D1.4",), assessor_id=assessor.id, **encounter
    )
    competencies.begin_request(asker, prepared)
    asked = competencies.ask_for_assessment(
        asker, assessor_id=assessor.id, codes=["D1.4"], self_levels={"D1.4": 2}, **encounter
    )
    made = competencies.complete_assessment(
        assessor,
        asked.id,
        ratings={"D1.4": 3},
        setting="crisis-team",
        observed_on=clock.today(),
        is_simulated=False,
        went_well="Used an interpreter.",
        next_time="Check understanding again.",
    )
    deny_own(assessor, Purpose.ASSESSMENT, made.id, trainee_id=trainee_id)


def _scan(words: str) -> BytesIO:
    return BytesIO(b"\x89PNG\r\n\x1a\n" + words.encode())
