"""Who may see what: the table, kind of person by kind of record, and every word on the pages they reach."""

import re
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from lms.audit.models import TextBody
from lms.config import ROOT
from lms.core import clock as core_clock
from lms.core.db import Model
from lms.demo.stories import STORIES
from lms.identity.services import viewer_for
from lms.placements.rules.states import Presentation
from lms.policy import Permission, Role, allows
from tests.client import PageClient
from tests.conftest import MOMENT, FrozenClock
from tests.guards.addresses import record_of, trainee_ways, ways
from tests.guards.crawler import PREVIEWS, REDIRECTS, Walk, walk
from tests.guards.demo_service import UNIVERSITY_OF, Demo, copy_of

TODAY = MOMENT.date()
NOWHERE = UUID(int=3)  # A scope that no trainee belongs to.
SETTINGS_FILE = (ROOT / "content" / "settings.yaml").read_text(encoding="utf-8")
NAMES = {story.key: story.name for story in STORIES}

# --- The table ---

TRUST = {"consultant nurse", "deputy"}
OWN = {"the trainee"}
STUDY = {"educator"}
ASKED = {"assessor asked"}
NAMED = {"supervisor booked"}
BOOKED = NAMED | {"co-ordinating supervisor"}
EXAMINER = {"external examiner"}
OFFICE = {"administrator"}
EVERY_TRAINEE = OWN | {"a trainee beside", "a trainee elsewhere"}
NOBODY: set[str] = set()

TABLE: dict[str, tuple[str, set[str]]] = {
    "module outcomes": ("/trainees/{trainee}/modules", TRUST | STUDY | OWN),
    "recording a module outcome": ("/trainees/{trainee}/modules/mhp703/outcome", STUDY),
    "written work with its mark": ("/marking/{work}/mark", STUDY),
    "correcting a mark": ("/marking/{work}/correction", STUDY),
    "sample by candidate number": ("/marking/sample/{work}", EXAMINER),
    "own feedback": ("/feedback/{work}", OWN),
    "capabilities": ("/trainees/{trainee}/capabilities", TRUST | STUDY | ASKED | OWN),
    "one capability": ("/trainees/{trainee}/capabilities/D1.1", TRUST | STUDY | ASKED | OWN),
    "an assessment": ("/assessments/{assessment}", TRUST | STUDY | ASKED | OWN),
    "an assessment of the supervisor's": ("/assessments/{observed}", TRUST | STUDY | ASKED | NAMED | OWN),
    "correcting what the supervisor signed": ("/assessments/{observed}/correction", NAMED),
    "adding to what the supervisor signed": ("/assessments/{observed}/words", NAMED),
    "denying what names the supervisor": ("/assessments/{observed}/not-mine", NAMED),
    "assessing unasked": ("/trainees/{trainee}/assess", TRUST | STUDY | ASKED | BOOKED),
    "a signature in doubt": ("/signatures/{suspension}", TRUST),
    "looking at an assessment as a second person": ("/sampling/assessments/{assessment}", TRUST | STUDY),
    "signing off": ("/trainees/{trainee}/capabilities/D1.1/sign-off", ASKED),
    "feedback of colleagues": ("/feedback-rounds/{round}", TRUST | BOOKED),
    "releasing feedback": ("/feedback-rounds/{round}/release", TRUST | BOOKED),
    "feedback of one's own colleagues": ("/feedback-rounds/{round}/own", OWN),
    "asking colleagues": ("/trainees/{trainee}/feedback-rounds/open", TRUST | BOOKED),
    "asking patients and carers": ("/trainees/{trainee}/patient-feedback", TRUST | BOOKED),
    "looking at a sign-off again": ("/sign-offs/{sign_off}/review", ASKED),
    "proposing to withdraw a sign-off": ("/sign-offs/{sign_off}/withdraw", TRUST | ASKED),
    "answering a proposed withdrawal": ("/sign-offs/{sign_off}/withdrawal", TRUST | ASKED),
    "sign-offs to look at": (
        "/sign-offs",
        TRUST
        | ASKED
        | {"assessor not asked", "assessor too late", "deputy elsewhere"}
        | {"deputy too early", "deputy too late"},
    ),
    "a claim of prior learning": ("/prior-learning/{claim}", TRUST | STUDY | ASKED | OWN),
    "the file of a claim": ("/prior-learning/{claim}/evidence", TRUST | STUDY | ASKED | OWN),
    "deciding about prior learning": ("/prior-learning/{claim}/decide", ASKED),
    "hours": ("/trainees/{trainee}/hours", TRUST | STUDY | BOOKED | OWN),
    "hours of one setting": ("/trainees/{trainee}/hours/joint-response-car", TRUST | STUDY | BOOKED | OWN),
    "a shift": ("/hours/shifts/{shift}", TRUST | STUDY | BOOKED | OWN),
    "unlocking days for late shifts": ("/trainees/{trainee}/late-entries", TRUST | STUDY),
    "adding a contact to a shift": ("/hours/shifts/{shift}/encounters/new", OWN),
    "taking back a contact": ("/hours/shifts/{shift}/encounters/{encounter}/take-back", OWN),
    "contacts": ("/trainees/{trainee}/exposure", TRUST | STUDY | ASKED | OWN),
    "the contacts behind a number": ("/trainees/{trainee}/exposure/low-mood/led", TRUST | STUDY | ASKED | OWN),
    "evaluations of a site": ("/evaluations/{evaluated}", TRUST | STUDY),
    "summing up for a site": ("/evaluations/{evaluated}/summary", STUDY),
    "what a site sees of its evaluations": ("/my-sites/{car}", NAMED),
    "a report of a risk": ("/safeguarding/{report}", TRUST),
    "readiness": ("/trainees/{trainee}/readiness", TRUST | OWN),
    "readiness for one setting": ("/trainees/{trainee}/readiness/joint-response-car", TRUST | OWN),
    "supervision log": ("/trainees/{trainee}/supervision", TRUST | STUDY | BOOKED | OWN),
    "logging supervision": ("/trainees/{trainee}/supervision/log", BOOKED | OWN),
    "an entry of the supervision log": ("/supervision/{entry}/decline", NAMED | OWN),
    "naming a co-ordinating supervisor": ("/trainees/{trainee}/co-ordinating-supervisor", TRUST),
    "meetings and actions": ("/trainees/{trainee}/meetings", TRUST | STUDY | BOOKED | OWN),
    "a meeting": ("/meetings/{meeting}", TRUST | STUDY | BOOKED | OWN),
    "recording a meeting": ("/trainees/{trainee}/placements/{site}/meetings/final/record", BOOKED | OWN),
    "dropping an action": ("/meeting-actions/{action}/drop", BOOKED | OWN),
    "deciding": ("/trainees/{trainee}/readiness/joint-response-car/decide", TRUST),
    "a decision": ("/authorisations/{authorisation}", TRUST | OWN),
    "raising a concern": ("/trainees/{trainee}/concerns/raise", TRUST | STUDY | ASKED | BOOKED),
    "a recorded concern": ("/concerns/{low_concern}", TRUST),
    "a concern with an action plan": ("/concerns/{plan}", TRUST | STUDY),
    "a recorded concern of one's own": ("/concerns/{raised_by_assessor}", TRUST | ASKED),
    "a recorded concern shared by decision": ("/concerns/{shared}", TRUST | STUDY),
    "a concern about oneself": ("/concerns/about-me/{low_concern}", OWN),
    "replying to a concern": ("/concerns/about-me/{low_concern}/reply", OWN),
    "asking for a second opinion": ("/concerns/about-me/{low_concern}/second-opinion", OWN),
    "saying how an action goes": ("/concerns/about-me/{low_concern}/progress", OWN),
    "moving a concern": ("/concerns/{plan}/move", TRUST),
    "closing a concern": ("/concerns/{plan}/close", TRUST),
    "sharing a concern": ("/concerns/{low_concern}/share", TRUST),
    "a second opinion on a recorded concern": ("/concerns/{low_concern}/second-opinion", TRUST),
    "a second opinion on an action plan": ("/concerns/{plan}/second-opinion", TRUST | STUDY),
    "an action of a plan": ("/concerns/{plan}/actions/set", TRUST),
    "progress with an action": ("/concerns/{plan}/actions/progress", TRUST),
    "the end of an action": ("/concerns/{plan}/actions/end", TRUST),
    "writing a positive note": ("/trainees/{trainee}/positive-notes/write", TRUST | STUDY | ASKED | BOOKED),
    "positive notes": ("/trainees/{trainee}/positive-notes", TRUST | OWN),
    "a practice attempt": ("/case-attempts/{practice}", OWN),
    "a pause of a practice attempt": ("/case-attempts/{practice}/pause", OWN),
    "the debrief of a graded attempt": ("/case-attempts/{attempt}/debrief", OWN),
    "one's own discussions of a case": ("/cases/wasting-your-time/discussion", EVERY_TRAINEE),
    "a discussion of a case": ("/case-discussions/{discussion}", STUDY),
    "how a cohort played a case": ("/case-reviews/wasting-your-time/cohorts/{cohort}", STUDY),
    "enrolment": ("/trainees/{trainee}/enrolment", TRUST | STUDY | OFFICE | OWN),
    "pausing an enrolment": ("/trainees/{trainee}/pause", OFFICE),
    "cohort": ("/cohorts/{cohort}", TRUST | STUDY | OFFICE),
    "account": ("/people/{trainee}", OFFICE),
    "checks": ("/people/{trainee}/checks", OFFICE),
    "clearing for the trust": ("/trainees/{trainee}/clearances/{requirement}", OFFICE),
    "correcting a clearance": ("/clearances/{clearance}/correct", OFFICE),
    "one's own requirements": ("/placements/before", EVERY_TRAINEE),
    "planning a taught day": ("/cohorts/{cohort}/taught-days/new", STUDY),
    "changing a taught day": ("/taught-days/{day}/change", STUDY),
    "a certificate": ("/people/{trainee}/checks/{check}/proof", OFFICE),
    "board": ("/readiness", TRUST | {"deputy elsewhere"}),
    "jobs": ("/jobs", OFFICE),
}


@dataclass(frozen=True)
class Viewer:
    """Somebody at a browser, with the roles they hold today."""

    client: PageClient
    roles: frozenset[Role]

    def open(self, url: str) -> int:
        """What the address answers."""
        answer = self.client.client.get(url, buffered=True)
        answer.close()
        return answer.status_code


@pytest.fixture(scope="module")
def viewers(kept_service: Demo) -> dict[str, Viewer]:
    """Every kind of person, seen from Amina Yusuf's record."""
    trust, wexcombe = kept_service.organisations["thameside"], kept_service.organisations["wexcombe"]
    people = kept_service.people
    yesterday, tomorrow = TODAY - timedelta(days=1), TODAY + timedelta(days=1)

    def added(name: str, role: Role, scope: UUID = NOWHERE) -> UUID:
        return kept_service.add_person(name, (role, scope))

    def seeing(name: str, role: Role, from_on: date, until_on: date | None) -> UUID:
        person_id = added(name, role)
        kept_service.let_see(person_id, "yusuf", role, from_on=from_on, until_on=until_on)
        return person_id

    def deputy(name: str, from_on: date, until_on: date | None) -> UUID:
        person_id = added(name, Role.ASSESSOR)
        kept_service.give_role(person_id, Role.CONSULTANT_NURSE, trust, from_on=from_on, until_on=until_on)
        return person_id

    with core_clock.pretend(MOMENT):
        ids = {
            "consultant nurse": (people["njoroge"], Role.CONSULTANT_NURSE),
            "deputy": (people["doyle"], Role.CONSULTANT_NURSE),
            "deputy too early": (deputy("Deputy too early", tomorrow, None), Role.ASSESSOR),
            "deputy too late": (deputy("Deputy too late", TODAY - timedelta(days=60), yesterday), Role.ASSESSOR),
            "deputy elsewhere": (added("Deputy elsewhere", Role.CONSULTANT_NURSE), Role.CONSULTANT_NURSE),
            "educator": (people["lowe"], Role.EDUCATOR),
            "educator elsewhere": (people["bevan"], Role.EDUCATOR),
            "supervisor booked": (people["okoro"], Role.SUPERVISOR),
            "co-ordinating supervisor": (people["finlay"], Role.SUPERVISOR),
            "supervisor not booked": (added("Supervisor not booked", Role.SUPERVISOR), Role.SUPERVISOR),
            "supervisor too early": (seeing("Supervisor too early", Role.SUPERVISOR, tomorrow, None), Role.SUPERVISOR),
            "supervisor too late": (
                seeing("Supervisor too late", Role.SUPERVISOR, TODAY - timedelta(days=29), yesterday),
                Role.SUPERVISOR,
            ),
            "assessor asked": (people["patel"], Role.ASSESSOR),
            "assessor not asked": (added("Assessor not asked", Role.ASSESSOR), Role.ASSESSOR),
            "assessor too late": (
                seeing("Assessor too late", Role.ASSESSOR, TODAY - timedelta(days=91), yesterday),
                Role.ASSESSOR,
            ),
            "external examiner": (people["holt"], Role.EXTERNAL_EXAMINER),
            "examiner elsewhere": (
                added("Examiner elsewhere", Role.EXTERNAL_EXAMINER, wexcombe),
                Role.EXTERNAL_EXAMINER,
            ),
            "administrator": (people["reed"], Role.ADMINISTRATOR),
            "the trainee": (people["yusuf"], Role.TRAINEE),
            "a trainee beside": (people["okafor"], Role.TRAINEE),
            "a trainee elsewhere": (people["morgan"], Role.TRAINEE),
        }
        return {
            name: Viewer(kept_service.sign_in(person_id), frozenset({role})) for name, (person_id, role) in ids.items()
        }


@pytest.fixture(scope="module")
def addresses(kept_service: Demo) -> dict[str, str]:
    """The address of each row of the table."""
    record = record_of(kept_service, "yusuf")
    doubted = kept_service.people["raman"].hex
    ids = {name.removesuffix("_id"): value for name, value in record.items()} | {
        "low_concern": record["concern_id"],
        "evaluated": _id(
            kept_service,
            "SELECT site_id FROM placement_evaluation WHERE trainee_id = ?",
            record["trainee_id"].hex,
        ),
        "car": _id(
            kept_service,
            "SELECT site_id FROM placement_evaluation GROUP BY site_id ORDER BY count(*) DESC",
        ),
        "observed": _id(
            kept_service,
            "SELECT id FROM assessment WHERE trainee_id = ? AND role = 'supervisor' AND form_kind = 'do'",
            record["trainee_id"].hex,
        ),
        "plan": _id(kept_service, "SELECT id FROM concern WHERE trainee_id = ? AND capability_code = 'D5.4'", doubted),
        "raised_by_assessor": _id(
            kept_service, "SELECT id FROM concern WHERE trainee_id = ? AND capability_code = 'D3.1'", doubted
        ),
        "shared": _id(kept_service, "SELECT id FROM concern WHERE trainee_id = ?", kept_service.people["okafor"].hex),
        "practice": _id(
            kept_service,
            "SELECT id FROM case_attempt WHERE trainee_id = ? AND mode = 'practice'",
            record["trainee_id"].hex,
        ),
    }
    return {row: url.format(**ids) for row, (url, _) in TABLE.items()}


def _id(service: Demo, statement: str, *values: object) -> UUID:
    return UUID(str(service.sql(statement, *values)[0][0]))


@pytest.mark.parametrize("row", TABLE)
def test_a_record_is_reached_by_those_the_table_names_and_nobody_else(
    kept_service: Demo, viewers: dict[str, Viewer], addresses: dict[str, str], row: str
) -> None:
    url, reached = addresses[row], TABLE[row][1]
    endpoint, _ = kept_service.app.url_map.bind("localhost").match(url)
    permission = kept_service.app.view_functions[endpoint].access  # type: ignore[union-attr]
    wanted = {
        name: 200 if name in reached else 404 if allows(viewer.roles, permission) else 403
        for name, viewer in viewers.items()
    }
    assert {name: viewer.open(url) for name, viewer in viewers.items()} == wanted


def test_a_mark_is_seen_by_its_markers_alone_until_it_is_released(
    kept_service: Demo, viewers: dict[str, Viewer]
) -> None:
    marked = "SELECT work_id FROM mark WHERE trainee_id = ? AND id NOT IN (SELECT mark_id FROM mark_release)"
    work = _id(kept_service, marked, kept_service.people["okafor"].hex)
    assert viewers["educator"].open(f"/marking/{work}/mark") == 200
    assert viewers["external examiner"].open(f"/marking/sample/{work}") == 404
    assert viewers["a trainee beside"].open(f"/feedback/{work}") == 404  # Whose work it is.


def test_the_page_that_tells_trainees_names_what_the_table_names(viewers: dict[str, Viewer]) -> None:
    page = viewers["the trainee"].client.get("/who-may-see-what").text
    for row in (
        "Module outcome",
        "Slots that are asked for",
        "wishes and the notes",
        "What a site asks before a placement",
        "Main rota",
        "Days unlocked",
        "Requests for an assessment",
        "A signature that somebody says",
        "A text that may identify somebody",
        "marks and feedback",
        "hours",
        "working share",
        "Contacts with patients",
        "Evaluations of placements",
        "Reports of a risk",
        "Supervision log",
        "Meetings of placements",
        "Readiness",
        "Concerns",
        "Positive notes",
        "Practice",
        "Graded attempts",
        "Discussions",
        "feedback round",
        "patients and carers",
    ):
        assert row in page


def test_a_deputy_of_another_place_finds_an_empty_board(viewers: dict[str, Viewer]) -> None:
    page = viewers["deputy elsewhere"].client.get("/readiness").text
    assert not [name for name in NAMES.values() if name in page]


def _last_day(service: Demo, person: str, trainee: str) -> date:
    rows = service.sql(
        "SELECT max(until_on) FROM access_grant WHERE person_id = ? AND scope_id = ?",
        service.people[person].hex,
        service.people[trainee].hex,
    )
    return date.fromisoformat(str(rows[0][0]))


@pytest.mark.parametrize(
    ("person", "url", "days"),
    [
        ("supervisor", "/trainees/{trainee}/hours", 28),
        ("patel", "/trainees/{trainee}/capabilities", 90),
    ],
)
def test_access_through_a_shift_or_a_request_ends_with_its_last_day(
    kept_service: Demo, clock: FrozenClock, person: str, url: str, days: int
) -> None:
    trainee_id = kept_service.people["yusuf"]
    if person == "supervisor":
        last = "SELECT supervisor_id FROM shift WHERE trainee_id = ? ORDER BY started_at DESC"
        by_id = {person_id: key for key, person_id in kept_service.people.items()}
        person = by_id[_id(kept_service, last, trainee_id.hex)]
    until = _last_day(kept_service, person, "yusuf")
    assert until <= TODAY + timedelta(days=days)
    for day, wanted in ((until, 200), (until + timedelta(days=1), 404)):
        clock.set(datetime.combine(day, time(11), tzinfo=UTC))
        kept_service.sign_in(kept_service.people[person]).get(url.format(trainee=trainee_id), wanted)


def test_a_deputy_acts_until_the_last_day_of_the_appointment(kept_service: Demo, clock: FrozenClock) -> None:
    deputy = kept_service.people["doyle"]
    until = kept_service.sql("SELECT until_on FROM role_assignment WHERE person_id = ?", deputy.hex)[0][0]
    last = datetime.combine(date.fromisoformat(str(until)), time(11), tzinfo=UTC)
    clock.set(last)
    kept_service.sign_in(deputy).get("/readiness")
    clock.set(last + timedelta(days=1))
    answer = kept_service.sign_in(deputy).get("/readiness", 302)
    assert "/sign-in" in answer.headers["Location"]


# --- Every word on every page ---

SELF = "self"
PEOPLE = {
    "consultant nurse": ("njoroge", None),
    "educator": ("lowe", None),
    "educator elsewhere": ("bevan", None),
    "educator and assessor": ("penrose", Role.ASSESSOR),
    "educator here, every role elsewhere": ("many", Role.EDUCATOR),
    "external examiner": ("holt", None),
    "assessor": ("patel", None),
    "supervisor": ("okoro", None),
    "administrator": ("reed", None),
    "trainee": ("yusuf", None),
    "trainee with a concern": ("raman", None),
}


@dataclass(frozen=True)
class Sight:
    """How somebody stands to one thing: the roles in which they see the trainee, whether it names them, its state."""

    roles: frozenset[Role | str]
    held: frozenset[Role]
    is_named: bool
    state: str
    person_id: str

    def as_any(self, *roles: Role | str) -> bool:
        """Say whether one of these is among the roles."""
        return not self.roles.isdisjoint(roles)


Readers = Callable[[Sight], bool]
TRUST_ROLE, STUDY_ROLE, EXAMINER_ROLE = Role.CONSULTANT_NURSE, Role.EDUCATOR, Role.EXTERNAL_EXAMINER


def script(sight: Sight) -> bool:
    if sight.state == "practice":
        return sight.as_any(SELF)
    return sight.as_any(SELF, STUDY_ROLE) or (sight.state == "released" and sight.as_any(EXAMINER_ROLE))


def feedback(sight: Sight) -> bool:
    return sight.as_any(STUDY_ROLE) or (sight.state == "released" and sight.as_any(SELF, EXAMINER_ROLE))


def outcome_reason(sight: Sight) -> bool:
    return sight.as_any(STUDY_ROLE)


def practice(sight: Sight) -> bool:
    return sight.as_any(SELF)


def discussion(sight: Sight) -> bool:
    return sight.as_any(SELF, STUDY_ROLE)


def competency(sight: Sight) -> bool:
    return sight.as_any(SELF, TRUST_ROLE, STUDY_ROLE, Role.ASSESSOR)


def assessed(sight: Sight) -> bool:
    return competency(sight) or (sight.is_named and sight.state != "patient-feedback")


def doubted(sight: Sight) -> bool:
    return sight.as_any(TRUST_ROLE)


def look(sight: Sight) -> bool:
    return sight.as_any(TRUST_ROLE, STUDY_ROLE) or sight.is_named


def calibration(sight: Sight) -> bool:
    return sight.is_named


def sampling(sight: Sight) -> bool:
    return not sight.held.isdisjoint({TRUST_ROLE, STUDY_ROLE})  # It is about nobody.


def request(sight: Sight) -> bool:
    return sight.as_any(SELF) or sight.is_named


def concern(sight: Sight) -> bool:
    told = sight.state in ("action-plan", "formal-review", "shared")
    return sight.as_any(SELF, TRUST_ROLE) or sight.is_named or (told and sight.as_any(STUDY_ROLE))


def positive_note(sight: Sight) -> bool:
    return sight.as_any(SELF, TRUST_ROLE)


def colleagues(sight: Sight) -> bool:
    """Nobody before nobody can answer any more, but the trainee their own view; the trainee after the release."""
    own = sight.state.endswith("own") and sight.as_any(SELF)
    if sight.state.startswith("open"):
        return own
    return own or sight.as_any(TRUST_ROLE, Role.SUPERVISOR) or (sight.state == "released" and sight.as_any(SELF))


def hours(sight: Sight) -> bool:
    return sight.as_any(SELF, TRUST_ROLE, STUDY_ROLE, Role.SUPERVISOR)


def unlocking(sight: Sight) -> bool:
    return sight.as_any(SELF, TRUST_ROLE, STUDY_ROLE)


def swap(sight: Sight) -> bool:
    return unlocking(sight) or sight.is_named


def evaluation(sight: Sight) -> bool:
    """The state names the supervisor of the site, where the evaluation is in a whole batch of five."""
    return sight.as_any(TRUST_ROLE, STUDY_ROLE) or sight.state == sight.person_id


def summary(sight: Sight) -> bool:
    """It is about no trainee; the state names the supervisor of the site."""
    return not sight.held.isdisjoint({TRUST_ROLE, STUDY_ROLE}) or sight.state == sight.person_id


def supervision(sight: Sight) -> bool:
    """Who co-ordinates is named by the state: only they and the supervisor an entry names read it, of supervisors."""
    if sight.as_any(SELF, TRUST_ROLE, STUDY_ROLE):
        return True
    return sight.as_any(Role.SUPERVISOR) and (sight.is_named or sight.state == sight.person_id)


def decision(sight: Sight) -> bool:
    return sight.as_any(SELF, TRUST_ROLE)


def check(sight: Sight) -> bool:
    return Role.ADMINISTRATOR in sight.held  # Whoever keeps accounts keeps all of them.


def clearance(sight: Sight) -> bool:
    return sight.as_any(SELF, Role.ADMINISTRATOR, Role.SUPERVISOR)


def slots(sight: Sight) -> bool:
    return not sight.held.isdisjoint({Role.ADMINISTRATOR, TRUST_ROLE})  # It is about nobody.


def mapping(sight: Sight) -> bool:
    return not sight.held.isdisjoint({TRUST_ROLE, STUDY_ROLE})  # It is about the framework, and about nobody.


def guests(sight: Sight) -> bool:
    return Role.ADMINISTRATOR in sight.held


def redaction(sight: Sight) -> bool:
    return not sight.held.isdisjoint({Role.ADMINISTRATOR, TRUST_ROLE})


LOGGED = (
    "supervision_entry.trainee_id, supervisor_id, (SELECT coalesce(person_id, '') FROM coordinating_supervisor c "
    "WHERE c.trainee_id = supervision_entry.trainee_id ORDER BY from_on DESC, recorded_at DESC LIMIT 1)"
)
STEP_STATE = (
    "CASE WHEN case_attempt.mode = 'practice' THEN 'practice' WHEN EXISTS (SELECT 1 FROM mark JOIN mark_release "
    "ON mark_id = mark.id WHERE work_id = case_step.id) THEN 'released' ELSE 'handed in' END"
)
MARK_STATE = "CASE WHEN EXISTS (SELECT 1 FROM mark_release WHERE mark_id = mark.id) THEN 'released' ELSE 'marked' END"
SHEET_STATE = (
    "CASE WHEN EXISTS (SELECT 1 FROM feedback_release r WHERE r.round_id = feedback_round.id) THEN 'released' "
    "WHEN EXISTS (SELECT 1 FROM feedback_booking b WHERE b.round_id = feedback_round.id) THEN 'booked' ELSE 'open' END "
    "|| CASE WHEN is_own THEN ' own' ELSE '' END"
)
RUNG = (
    "CASE WHEN EXISTS (SELECT 1 FROM concern_share WHERE concern_share.concern_id = concern.id) THEN 'shared' ELSE "
    "coalesce((SELECT step.rung FROM concern_step step WHERE step.concern_id = concern.id AND step.rung IS NOT NULL "
    "ORDER BY step.recorded_at DESC), concern.rung) END"
)

OF_THE_SITE = "(SELECT person_id FROM role_assignment WHERE role = 'supervisor' AND scope_id = site_id)"
IN_A_BATCH = (
    "CASE WHEN (SELECT count(*) FROM placement_evaluation e WHERE e.site_id = placement_evaluation.site_id "
    "AND e.id <= placement_evaluation.id) <= 5 * ((SELECT count(*) FROM placement_evaluation e "
    f"WHERE e.site_id = placement_evaluation.site_id) / 5) THEN {OF_THE_SITE} ELSE '' END"
)

# Whose text it is, whom it names, in which state it is, and who may read it.
TEXTS: dict[str, tuple[str, Readers]] = {
    "case_step.text_id": (
        f"SELECT text_id, trainee_id, NULL, {STEP_STATE} FROM case_step "
        "JOIN case_attempt ON attempt_id = case_attempt.id",
        script,
    ),
    "discussion_outcome.note_id": (
        "SELECT note_id, trainee_id, NULL, '' FROM discussion_outcome "
        "JOIN case_discussion ON discussion_id = case_discussion.id",
        discussion,
    ),
    "discussion_outcome.reason_id": (
        "SELECT reason_id, trainee_id, NULL, '' FROM discussion_outcome "
        "JOIN case_discussion ON discussion_id = case_discussion.id",
        discussion,
    ),
    "mark.feedback_id": (f"SELECT feedback_id, trainee_id, NULL, {MARK_STATE} FROM mark", feedback),
    "mark.reason_id": (f"SELECT reason_id, trainee_id, NULL, {MARK_STATE} FROM mark", feedback),
    "module_outcome.reason_id": ("SELECT reason_id, trainee_id, NULL, '' FROM module_outcome", outcome_reason),
    "mark_comment.text_id": (
        f"SELECT text_id, trainee_id, NULL, {MARK_STATE} FROM mark_comment JOIN mark ON mark_id = mark.id",
        feedback,
    ),
    **{
        f"assessment.{name}": (f"SELECT {name}, trainee_id, assessor_id, form_kind FROM assessment", assessed)
        for name in ("what_seen_id", "went_well_id", "next_time_id", "reason_id")
    },
    "assessment_answer.text_id": (
        "SELECT text_id, trainee_id, assessor_id, form_kind FROM assessment_answer "
        "JOIN assessment ON assessment_id = assessment.id",
        assessed,
    ),
    "feedback_answer.text_id": (
        f"SELECT text_id, trainee_id, NULL, {SHEET_STATE} FROM feedback_answer "
        "JOIN feedback_sheet ON sheet_id = feedback_sheet.id JOIN feedback_round ON round_id = feedback_round.id",
        colleagues,
    ),
    "assessment_request.note_id": ("SELECT note_id, trainee_id, assessor_id, '' FROM assessment_request", request),
    "assessment_request_step.reason_id": (
        "SELECT reason_id, trainee_id, assessor_id, '' FROM assessment_request_step "
        "JOIN assessment_request ON request_id = assessment_request.id",
        request,
    ),
    "calibration_answer.reason_id": (
        "SELECT reason_id, assessor_id, assessor_id, '' FROM calibration_answer",
        calibration,
    ),
    "sample_look.note_id": ("SELECT note_id, trainee_id, assessor_id, '' FROM sample_look", look),
    "sampling_policy.reason_id": ("SELECT reason_id, set_by_id, NULL, '' FROM sampling_policy", sampling),
    "assessment_addition.text_id": (
        "SELECT text_id, assessment.trainee_id, assessor_id, form_kind FROM assessment_addition "
        "JOIN assessment ON assessment_id = assessment.id",
        assessed,
    ),
    "assessment_reply.action_id": (
        "SELECT action_id, assessment.trainee_id, assessor_id, form_kind FROM assessment_reply "
        "JOIN assessment ON assessment_id = assessment.id",
        assessed,
    ),
    "suspension.words_id": ("SELECT words_id, trainee_id, NULL, '' FROM suspension", doubted),
    "suspension_end.reason_id": (
        "SELECT reason_id, suspension.trainee_id, NULL, '' FROM suspension_end "
        "JOIN suspension ON suspension_id = suspension.id",
        doubted,
    ),
    "sign_off.note_id": ("SELECT note_id, trainee_id, NULL, '' FROM sign_off", competency),
    "sign_off_withdrawal.reason_id": (
        "SELECT reason_id, trainee_id, NULL, '' FROM sign_off_withdrawal JOIN sign_off ON sign_off_id = sign_off.id",
        competency,
    ),
    **{
        f"{table}.reason_id": (
            f"SELECT {table}.reason_id, trainee_id, NULL, '' FROM {table} JOIN sign_off ON sign_off_id = sign_off.id",
            competency,
        )
        for table in ("sign_off_review", "withdrawal_proposal")
    },
    "withdrawal_decline.reason_id": (
        "SELECT withdrawal_decline.reason_id, trainee_id, NULL, '' FROM withdrawal_decline "
        "JOIN withdrawal_proposal ON proposal_id = withdrawal_proposal.id "
        "JOIN sign_off ON sign_off_id = sign_off.id",
        competency,
    ),
    "prior_learning_claim.evidence_id": (
        "SELECT evidence_id, trainee_id, NULL, '' FROM prior_learning_claim",
        competency,
    ),
    "prior_learning_decision.reason_id": (
        "SELECT reason_id, trainee_id, NULL, '' FROM prior_learning_decision "
        "JOIN prior_learning_claim ON claim_id = prior_learning_claim.id",
        competency,
    ),
    "concern.text_id": (f"SELECT text_id, trainee_id, raised_by_id, {RUNG} FROM concern", concern),
    "concern_step.reason_id": (
        f"SELECT reason_id, trainee_id, raised_by_id, {RUNG} FROM concern_step JOIN concern ON concern_id = concern.id",
        concern,
    ),
    "supervision_entry.action_id": (f"SELECT action_id, {LOGGED} FROM supervision_entry", supervision),
    "supervision_entry.reason_id": (f"SELECT reason_id, {LOGGED} FROM supervision_entry", supervision),
    "supervision_answer.reason_id": (
        f"SELECT supervision_answer.reason_id, {LOGGED} FROM supervision_answer "
        "JOIN supervision_entry ON supervision_entry.id = entry_id",
        supervision,
    ),
    "placement_meeting.summary_id": ("SELECT summary_id, trainee_id, NULL, '' FROM placement_meeting", hours),
    "placement_meeting.goals_id": ("SELECT goals_id, trainee_id, NULL, '' FROM placement_meeting", hours),
    "meeting_answer.reason_id": (
        "SELECT reason_id, trainee_id, NULL, '' FROM meeting_answer "
        "JOIN placement_meeting ON placement_meeting.id = meeting_id",
        hours,
    ),
    "meeting_action.text_id": ("SELECT text_id, trainee_id, NULL, '' FROM meeting_action", hours),
    "meeting_action_step.reason_id": (
        "SELECT reason_id, trainee_id, NULL, '' FROM meeting_action_step "
        "JOIN meeting_action ON meeting_action.id = action_id",
        hours,
    ),
    **{
        f"{table}.{name}": (
            f"SELECT {table}.{name}, trainee_id, raised_by_id, {RUNG} FROM {table} "
            f"JOIN concern ON concern_id = concern.id",
            concern,
        )
        for table, name in (
            ("concern_reply", "text_id"),
            ("concern_share", "reason_id"),
            ("second_opinion_request", "text_id"),
            ("concern_action", "what_id"),
            ("concern_action", "judged_id"),
        )
    },
    "second_opinion.text_id": (
        f"SELECT second_opinion.text_id, trainee_id, raised_by_id, {RUNG} FROM second_opinion "
        "JOIN second_opinion_request ON request_id = second_opinion_request.id "
        "JOIN concern ON concern_id = concern.id",
        concern,
    ),
    "concern_action_entry.text_id": (
        f"SELECT concern_action_entry.text_id, trainee_id, raised_by_id, {RUNG} FROM concern_action_entry "
        "JOIN concern_action ON action_id = concern_action.id JOIN concern ON concern_id = concern.id",
        concern,
    ),
    "positive_note.text_id": ("SELECT text_id, trainee_id, NULL, '' FROM positive_note", positive_note),
    "framework_mapping.reason_id": ("SELECT reason_id, proposed_by_id, NULL, '' FROM framework_mapping", mapping),
    "framework_mapping_review.reason_id": (
        "SELECT reason_id, reviewed_by_id, NULL, '' FROM framework_mapping_review",
        mapping,
    ),
    **{
        f"placement_evaluation.{name}": (
            f"SELECT {name}, trainee_id, NULL, {IN_A_BATCH} FROM placement_evaluation",
            evaluation,
        )
        for name in ("went_well_id", "could_change_id")
    },
    "evaluation_summary.text_id": (f"SELECT text_id, by_id, NULL, {OF_THE_SITE} FROM evaluation_summary", summary),
    "safeguarding_report.text_id": ("SELECT text_id, trainee_id, NULL, '' FROM safeguarding_report", doubted),
    "safeguarding_step.words_id": ("SELECT words_id, trainee_id, NULL, '' FROM safeguarding_step", doubted),
    "shift.note_id": ("SELECT note_id, trainee_id, supervisor_id, '' FROM shift", hours),
    "shift.reason_id": ("SELECT reason_id, trainee_id, supervisor_id, '' FROM shift", hours),
    "shift_decision.comment_id": ("SELECT comment_id, trainee_id, by_id, '' FROM shift_decision", hours),
    "booking.note_id": ("SELECT note_id, trainee_id, NULL, '' FROM booking", unlocking),
    "booking_decision.reason_id": (
        "SELECT reason_id, trainee_id, NULL, '' FROM booking_decision JOIN booking ON booking_id = booking.id",
        unlocking,
    ),
    "booking_swap_step.reason_id": (
        "SELECT reason_id, asked_by_id, asked_of_id, '' FROM booking_swap_step "
        "JOIN booking_swap ON swap_id = booking_swap.id",
        swap,
    ),
    "late_entry_unlock.reason_id": ("SELECT reason_id, trainee_id, NULL, '' FROM late_entry_unlock", unlocking),
    "authorisation.reason_id": ("SELECT reason_id, trainee_id, NULL, '' FROM authorisation", decision),
    "guest_check.reason_id": ("SELECT reason_id, person_id, NULL, '' FROM guest_check", guests),
    "person_join.reason_id": ("SELECT reason_id, from_id, NULL, '' FROM person_join", guests),
    "clearance.reason_id": ("SELECT reason_id, trainee_id, NULL, '' FROM clearance", clearance),
    "slot_cancellation.reason_id": ("SELECT reason_id, by_id, NULL, '' FROM slot_cancellation", slots),
    "person_check.reference_id": ("SELECT reference_id, person_id, NULL, '' FROM person_check", check),
    "person_check.reason_id": ("SELECT reason_id, person_id, NULL, '' FROM person_check", check),
    **{
        f"redaction_request.{name}": (
            f"SELECT redaction_request.{name}, trainee_id, NULL, '' FROM redaction_request "
            "JOIN concern ON concern.text_id = redaction_request.text_id",
            redaction,
        )
        for name in ("reason_id", "where_found_id")
    },
}
# Texts that stand in a table of their own: where, and what is added to.
OTHER_TEXTS: dict[str, tuple[str, str, Readers]] = {
    "mark_draft": (
        "SELECT id, trainee_id, NULL, '' FROM mark_draft",
        "UPDATE mark_draft SET body = json_set(body, '$.feedback', json_extract(body, '$.feedback') || ' ' || ?)",
        lambda sight: sight.as_any(STUDY_ROLE),
    ),
    "assessment_draft": (
        "SELECT assessment_draft.id, trainee_id, assessment_request.assessor_id, '' FROM assessment_draft "
        "JOIN assessment_request ON request_id = assessment_request.id",
        "UPDATE assessment_draft SET body = json_set(body, '$.went_well', ?)",
        lambda sight: sight.is_named,
    ),
    "shift_draft": (
        "SELECT id, trainee_id, NULL, '' FROM shift_draft",
        "UPDATE shift_draft SET body = json_set(body, '$.note', ?)",
        practice,
    ),
    "mark": (f"SELECT id, trainee_id, NULL, {MARK_STATE} FROM mark", "UPDATE mark SET percent = ?", feedback),
}
# Records of which not even the address may be known.
IDS: dict[str, tuple[str, Readers]] = {
    "case_attempt": ("SELECT id, trainee_id, NULL, '' FROM case_attempt", practice),
    "case_discussion": ("SELECT id, trainee_id, NULL, '' FROM case_discussion", discussion),
    "case_step": (
        f"SELECT case_step.id, trainee_id, NULL, {STEP_STATE} FROM case_step "
        "JOIN case_attempt ON attempt_id = case_attempt.id",
        script,
    ),
    "mark": (f"SELECT id, trainee_id, NULL, {MARK_STATE} FROM mark", feedback),
    "assessment": ("SELECT id, trainee_id, assessor_id, form_kind FROM assessment", assessed),
    "sign_off": ("SELECT id, trainee_id, NULL, '' FROM sign_off", competency),
    "prior_learning_claim": ("SELECT id, trainee_id, NULL, '' FROM prior_learning_claim", competency),
    "concern": (f"SELECT id, trainee_id, raised_by_id, {RUNG} FROM concern", concern),
    "shift": ("SELECT id, trainee_id, supervisor_id, '' FROM shift", hours),
    "shift_draft": ("SELECT id, trainee_id, NULL, '' FROM shift_draft", practice),
    "debrief_request": ("SELECT id, trainee_id, asked_of_id, '' FROM debrief_request", request),
    "encounter": ("SELECT id, trainee_id, NULL, '' FROM encounter", practice),
    "safeguarding_report": ("SELECT id, trainee_id, NULL, '' FROM safeguarding_report", doubted),
    "supervision_entry": (f"SELECT id, {LOGGED} FROM supervision_entry", supervision),
    "placement_meeting": ("SELECT id, trainee_id, NULL, '' FROM placement_meeting", hours),
    "meeting_action": ("SELECT id, trainee_id, NULL, '' FROM meeting_action", hours),
    "authorisation": ("SELECT id, trainee_id, NULL, '' FROM authorisation", decision),
    "person_check": ("SELECT id, person_id, NULL, '' FROM person_check", check),
    "clearance": ("SELECT id, trainee_id, NULL, '' FROM clearance", clearance),
}
WORD = re.compile(r"zq\d{5}qz|\b9\d{4}(?= per cent)")
AN_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


@dataclass(frozen=True)
class Thing:
    """Something written about one trainee, that a page may show to some and not to others."""

    kind: str
    trainee_id: str
    names: str | None
    state: str
    readers: Readers


@dataclass(frozen=True)
class Looker:
    """Somebody who walks: the roles they hold, and those in which they see each trainee today."""

    person_id: str
    held: frozenset[Role]
    towards: dict[str, frozenset[Role | str]]


@dataclass
class Seen:
    """What everybody saw, and what was in the database before and after."""

    walks: dict[str, Walk]
    words: dict[str, Thing]
    ids: dict[str, Thing]
    viewers: dict[str, Looker]
    names: dict[str, str]
    before: dict[str, str]
    after: dict[str, str]

    def may(self, viewer: str, thing: Thing) -> bool:
        """Say whether the table lets somebody read a thing."""
        who = self.viewers[viewer]
        roles = who.towards.get(thing.trainee_id, frozenset())
        return thing.readers(Sight(roles, who.held, thing.names == who.person_id, thing.state, who.person_id))


@pytest.fixture(scope="module")
def seen(loaded_demo: Path, workspace: Path) -> Iterator[Seen]:
    """Put a word of its own into every text, and let everybody walk through all pages they can find or think of."""
    with copy_of(loaded_demo, workspace / "demo-of-words.db") as service:
        words, ids = _plant(service), _ids(service)
        with core_clock.pretend(MOMENT):
            elsewhere = [(role, NOWHERE) for role in Role if role not in (Role.EDUCATOR, Role.TRAINEE)]
            here = (Role.EDUCATOR, service.organisations["northmere"])
            service.people["many"] = service.add_person("Of many roles", here, *elsewhere)
            clients = {name: service.sign_in(service.people[key], acting) for name, (key, acting) in PEOPLE.items()}
            asked = {name: _every_address(service, service.people[key]) for name, (key, _) in PEOPLE.items()}
            before = service.digests()
            but = {name: PREVIEWS if name != "educator" else () for name in PEOPLE}
            walks = {name: walk(service.app, client, asked[name], but=but[name]) for name, client in clients.items()}
            after = service.digests()
            viewers = {name: _looker(service, service.people[key]) for name, (key, _) in PEOPLE.items()}
        names = {service.people[key].hex: name for key, name in NAMES.items()}
        yield Seen(walks, words, ids, viewers, names, before, after)


def _plant(service: Demo) -> dict[str, Thing]:
    """Every text gets a word that stands nowhere else, every mark a number."""
    found: dict[str, Thing] = {}
    with closing(sqlite3.connect(service.path)) as connection:
        connection.execute("PRAGMA ignore_check_constraints = ON")
        for (trigger,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f'DROP TRIGGER "{trigger}"')
        add = "UPDATE text_body SET text = text || ' ' || ?"
        changes = [(kind, rows, add, readers) for kind, (rows, readers) in TEXTS.items()]
        changes += [(kind, *rest) for kind, rest in OTHER_TEXTS.items()]
        for kind, rows, change, readers in changes:
            for row_id, trainee_id, names, state in connection.execute(rows).fetchall():
                if row_id is not None:
                    word = f"9{len(found):04d}" if kind == "mark" else f"zq{len(found):05d}qz"
                    found[word] = Thing(kind, trainee_id, names, state, readers)
                    connection.execute(f"{change} WHERE id = ?", (word, row_id))
        connection.commit()
    return found


def _ids(service: Demo) -> dict[str, Thing]:
    return {
        str(UUID(str(row_id))): Thing(kind, str(trainee_id), str(names), str(state), readers)
        for kind, (rows, readers) in IDS.items()
        for row_id, trainee_id, names, state in service.sql(rows)
    }


def _every_address(service: Demo, person_id: UUID) -> set[str]:
    """The pages that the hook lets somebody ask for: of two trainees, all concerns, attempts and sign-offs in doubt."""
    records = [record_of(service, trainee) for trainee in UNIVERSITY_OF]
    concerns = service.sql("SELECT id FROM concern")
    attempts = service.sql("SELECT id FROM case_attempt WHERE mode = 'practice'")
    records += [records[0] | {"concern_id": UUID(str(row_id))} for (row_id,) in concerns]
    records += [records[0] | {"attempt_id": UUID(str(row_id))} for (row_id,) in attempts]
    with service.app.app_context():
        roles = viewer_for(person_id).roles
    pages = [way for way in trainee_ways(service.app) if way.method == "GET"]
    open_ones = [way for way in pages if isinstance(way.access, Permission) and allows(roles, way.access)]
    looked_at = service.sql(
        "SELECT trainee_id, capability_code FROM sign_off_review JOIN sign_off ON sign_off.id = sign_off_id"
    )
    renewed = {f"/trainees/{UUID(str(trainee_id))}/capabilities/{code}" for trainee_id, code in looked_at}
    addresses = {way.url(service.app, record) for way in open_ones for record in records}
    return addresses | (renewed if allows(roles, Permission.CAPABILITY_READ) else set())


def _looker(service: Demo, person_id: UUID) -> Looker:
    towards: dict[str, set[Role | str]] = defaultdict(set)
    towards[person_id.hex].add(SELF)
    rows = service.sql(
        "SELECT trainee_id, role FROM access_grant g JOIN scope_member m ON m.scope_id = g.scope_id "
        "WHERE g.person_id = ? AND from_on <= ? AND coalesce(until_on, '9999') >= ? "
        "AND NOT EXISTS (SELECT 1 FROM access_grant_end e WHERE e.grant_id = g.id)",
        person_id.hex,
        TODAY.isoformat(),
        TODAY.isoformat(),
    )
    for trainee_id, role in rows:
        towards[str(trainee_id)].add(Role(str(role)))
    with service.app.app_context():
        held = viewer_for(person_id).roles
    return Looker(person_id.hex, held, {trainee_id: frozenset(roles) for trainee_id, roles in towards.items()})


def _leaks(seen: Seen, pattern: re.Pattern[str], things: dict[str, Thing]) -> list[str]:
    return [
        f"{viewer} reads {thing.kind} {thing.state} of {seen.names[thing.trainee_id]} on {page.url}"
        for viewer, walk in seen.walks.items()
        for page in walk.pages
        for mark in set(pattern.findall(page.text))
        if (thing := things.get(mark)) is not None and not seen.may(viewer, thing)
    ]


def test_every_text_of_the_record_is_in_the_table() -> None:
    columns = {
        f"{table.name}.{column.name}"
        for table in Model.metadata.sorted_tables
        for column in table.columns
        if any(key.column.table.name == TextBody.__tablename__ for key in column.foreign_keys)
    }
    about_texts = {"redaction.text_id", "redaction_request.text_id"}
    assert columns - about_texts == set(TEXTS), "say in TEXTS whose text this is and who may read it"


def test_nobody_reads_a_word_that_is_not_theirs_to_read(seen: Seen) -> None:
    leaks = _leaks(seen, WORD, seen.words)
    assert not leaks, "\n".join(leaks)


def test_nobody_learns_the_address_of_a_record_that_is_not_theirs(seen: Seen) -> None:
    leaks = _leaks(seen, AN_ID, seen.ids)
    assert not leaks, "\n".join(leaks)


def test_every_kind_of_text_is_read_by_somebody(seen: Seen) -> None:
    """The other side: what nobody reads anywhere would prove nothing."""
    read = {
        seen.words[word].kind
        for walk in seen.walks.values()
        for page in walk.pages
        for word in set(WORD.findall(page.text))
        if word in seen.words
    }
    assert {thing.kind for thing in seen.words.values()} - read == set()


# Where a kept text stands bare: nobody can say there that it identifies somebody.
CHOSEN = "it is one of the answers to choose from, and stands on the page before this one"
NAMED = "it names a button for a screen reader, beside the text itself"
LISTED = "a line of the list; the page of the request shows it"
MONTH_ONLY = "the id of a text says when it was written, and a site must not learn that; educators read the same texts"
BARE = {
    "competencies.end_action: concern_action.what_id": CHOSEN,
    "competencies.note_own_progress: concern_action.what_id": CHOSEN,
    "competencies.note_progress: concern_action.what_id": CHOSEN,
    "competencies.record_meeting: meeting_action.text_id": CHOSEN,
    "competencies.show_meetings: meeting_action.text_id": NAMED,
    "home.ask_redaction: redaction_request.reason_id": LISTED,
    "home.ask_redaction: redaction_request.where_found_id": LISTED,
    "home.decide_redaction: concern.text_id": "it is the text that is asked about",
    "home.list_redactions: redaction_request.reason_id": LISTED,
    "home.list_redactions: redaction_request.where_found_id": LISTED,
    "home.show_home: assessment.next_time_id": "a line of the list; the assessment shows it",
    "home.show_home: assessment_request_step.reason_id": "a line of the list; the request shows it",
    "placements.show_site_feedback: placement_evaluation.could_change_id": MONTH_ONLY,
    "placements.show_site_feedback: placement_evaluation.went_well_id": MONTH_ONLY,
}
# What `redactable` writes, and what is in a box to be changed.
FRAMED = re.compile(r'<span class="app-text">.*?</span>|<textarea\b.*?</textarea>|<input\b[^>]*>', re.DOTALL)


def test_whoever_reads_a_text_of_the_record_may_say_that_it_identifies_somebody(seen: Seen) -> None:
    bare = {
        f"{page.endpoint}: {seen.words[word].kind}"
        for walk in seen.walks.values()
        for page in walk.pages
        for word in set(WORD.findall(FRAMED.sub("", page.text)))
        if word in seen.words and seen.words[word].kind in TEXTS
    }
    silent, gone = sorted(bare - set(BARE)), sorted(set(BARE) - bare)
    assert not silent, "Show these with redactable(), or say in BARE why not:\n" + "\n".join(silent)
    assert not gone, "Take these out of BARE:\n" + "\n".join(gone)


# A colleague who is asked how it is to work with somebody knows whom.
ASKED_OF_COLLEAGUES = {
    "competencies.list_asked_feedback",
    "competencies.answer_round",
    "placements.show_own_swap",  # Two trainees who swap know each other.
}


def test_nobody_meets_a_trainee_who_is_not_theirs(seen: Seen) -> None:
    met = [
        f"{viewer} meets {name} on {page.url}"
        for viewer, walk in seen.walks.items()
        for trainee_id, name in seen.names.items()
        if trainee_id not in seen.viewers[viewer].towards and Role.ADMINISTRATOR not in seen.viewers[viewer].held
        for page in walk.pages
        if name in page.text and page.endpoint not in ASKED_OF_COLLEAGUES
    ]
    assert not met, "\n".join(met)


def test_an_external_examiner_meets_no_name(seen: Seen) -> None:
    pages = seen.walks["external examiner"].pages
    assert any("/marking/sample/" in page.url for page in pages)
    assert [page.url for page in pages for name in seen.names.values() if name in page.text] == []


SETTINGS = re.compile("|".join(map(re.escape, re.findall(r"^    title: (.+)$", SETTINGS_FILE, re.MULTILINE))))


def test_a_supervisor_reads_of_no_contact(seen: Seen) -> None:
    pages = seen.walks["supervisor"].pages
    assert any(page.endpoint == "placements.show_trainee_hours" for page in pages)
    words = [each.label for each in Presentation if " " in each.label]
    assert [page.url for page in pages for each in words if each in SETTINGS.sub("", page.text)] == []


# --- The walk itself ---


def test_no_link_is_broken_and_every_page_is_well_made(seen: Seen) -> None:
    problems = [f"{viewer}: {problem}" for viewer, walk in seen.walks.items() for problem in walk.problems]
    assert not problems, "\n".join(problems)


def test_reading_changes_neither_facts_nor_state(seen: Seen) -> None:
    assert seen.after == seen.before


NOT_WALKED = {
    "health.show_health": "answers JSON",
    "static": "no page",
    "home.stop_digest": "needs a link from a message",
    "identity.sign_in": "for those who are not signed in",
    "identity.accept_invitation": "needs a link from a message",
    "identity.forget_password": "for those who are not signed in",
    "identity.reset_password": "needs a link from a message",
    "identity.add_passkey": "is offered only where the service has a name and no address made of numbers",
    "identity.enter_second_factor": "leads on unless a second factor is set up",
    "competencies.answer_as_patient": "is for a device that was handed over",
    "competencies.decline_form": "is for a device that was handed over",
    "competencies.download_signature": "a drawing, on an older assessment than the walk comes to",
    "placements.download_signature": "a drawing, on another shift than the walk comes to",
    "competencies.open_signing_link": "needs a link from a message, or from the screen of a trainee",
    "competencies.sign_form": "is for a device that was handed over",
    "placements.hand_over_hours": "follows the form that asks for an approval here",
    "interop.download_calendar": "a file at a private address",
    "placements.open_approval_link": "needs a link from a message",
    "placements.show_manifest": "what a device needs to install the service",
    "placements.show_service_worker": "a script",
    "placements.show_session": "for the script of a page",
    "placements.sign_hours": "is for a device that was handed over",
    "competencies.thank": "comes after the form of a patient",
    "signing.show_receipt": "needs a link from a message",
    "cases.show_preview_image": "a drawing of a later scene than the walk comes to",
}


def test_the_walk_saw_every_page(kept_service: Demo, seen: Seen) -> None:
    pages = {way.endpoint for way in ways(kept_service.app) if way.method == "GET"}
    assert pages - set().union(*(walk.endpoints for walk in seen.walks.values())) - set(NOT_WALKED) == set()


NOT_LINKED = {
    "cases.show_image": "a drawing stands in its page",
    "competencies.show_link": "a button makes the link and leads there",
    "curriculum.resume_enrolment": "nobody in the example service is away",
    "placements.hand_over_hours": "follows the form that asks for an approval here",
}


def test_every_page_is_linked_from_somewhere(seen: Seen) -> None:
    linked = set().union(*(walk.linked for walk in seen.walks.values()))
    assert set().union(*(walk.endpoints for walk in seen.walks.values())) - linked - set(NOT_LINKED) == set()


def test_redirects_are_declared_for_views_that_exist(kept_service: Demo) -> None:
    assert set(REDIRECTS) | set(NOT_WALKED) | set(NOT_LINKED) <= set(kept_service.app.view_functions)
