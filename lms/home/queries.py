"""Everything a home page shows, read with a constant number of statements."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from lms.audit.queries import list_open_redactions
from lms.cases import queries as cases
from lms.cases.queries import CaseRow, DiscussionRow
from lms.cases.rules.discussions import Ended
from lms.cases.rules.engine import Mode
from lms.competencies import queries as competencies
from lms.competencies.queries import ConcernRow, NamedRow, RequestRow, SupervisionTasks, ToSign
from lms.competencies.queries.calibration import count_vignettes_left
from lms.competencies.queries.own_work import TraineeToday, list_today
from lms.competencies.queries.sampling import count_to_look_at
from lms.competencies.rules import asked_now, turned_back
from lms.core.clock import now, today
from lms.core.db import db
from lms.core.errors import NotFound
from lms.curriculum import queries as curriculum
from lms.curriculum.queries import ProgrammeStudy
from lms.grading import queries as grading
from lms.grading.queries import FeedbackRow, OutcomeWaiting, Queue
from lms.home.models import DigestSetting
from lms.home.rules import DigestPace, Waiting
from lms.identity import queries as identity
from lms.identity.models import Person
from lms.jobs import queries as jobs
from lms.jobs.models import Job
from lms.jobs.rules import JobState
from lms.placements import queries as placements
from lms.placements.queries import ShiftRow
from lms.policy import Permission, Role, Viewer
from lms.readiness import queries as readiness
from lms.readiness.queries import Overview, TraineeView
from lms.readiness.queries.gaps import GapRow, list_check_gaps
from lms.signing import queries as signing

RECENT = timedelta(days=21)


@dataclass(frozen=True, slots=True)
class TraineeHome:
    """What a trainee's home is made of; `readiness` is None before the first enrolment."""

    readiness: TraineeView | None
    study: list[ProgrammeStudy]
    cases: list[CaseRow]
    discussions: Mapping[str, tuple[DiscussionRow, ...]]
    shifts: list[ShiftRow]
    requests: list[RequestRow]
    in_vain: list[RequestRow]
    asked: frozenset[str]
    feedback: list[FeedbackRow]
    titles: Mapping[str, str]
    supervision: SupervisionTasks
    coordinator: NamedRow | None


def get_trainee_home(viewer: Viewer) -> TraineeHome:
    """The viewer's own training at a glance."""
    day = today()
    try:
        ready = readiness.get_readiness(viewer, viewer.id, on=day, known_at=readiness.known_by(day))
    except NotFound:
        ready = None
    requests = competencies.list_own_requests(viewer)
    in_vain = turned_back([row.fact for row in requests], now())
    return TraineeHome(
        readiness=ready,
        study=curriculum.list_programmes(viewer),
        cases=cases.list_cases(viewer),
        discussions=cases.list_own_discussions(viewer),
        shifts=placements.list_shifts(viewer, viewer.id),
        requests=requests,
        in_vain=[row for row in requests if row.id in in_vain],
        asked=asked_now(row.fact for row in requests),
        feedback=[
            row
            for row in grading.list_own_feedback(viewer)
            if row.released_at is None or now() - row.released_at < RECENT
        ],
        titles=competencies.find_titles(),
        supervision=competencies.list_supervision_tasks(viewer),
        coordinator=competencies.find_coordinator(viewer.id),
    )


def graded_open(row: CaseRow) -> bool:
    """Say whether a case still needs a graded attempt with its debrief read."""
    return not any(attempt.attempt.mode is Mode.GRADED and attempt.debriefed_at is not None for attempt in row.attempts)


def is_discussed(discussions: Sequence[DiscussionRow]) -> bool:
    """Say whether a discussion takes the place of the case: it is asked for, or it covered the capabilities."""
    return any(row.is_open or row.ended is Ended.COVERED for row in discussions)


@dataclass(frozen=True, slots=True)
class ConsultantNurseHome:
    """What the consultant nurse has to decide, and who may go where now."""

    overview: Overview
    concerns: list[ConcernRow]


def get_consultant_nurse_home(viewer: Viewer) -> ConsultantNurseHome:
    """Decisions that wait, people by setting, and open concerns."""
    day = today()
    overview = readiness.overview(viewer, on=day, known_at=readiness.known_by(day))
    concerns = sorted(
        (row for row in competencies.list_concerns(viewer) if row.is_open), key=lambda row: not row.is_overdue
    )
    return ConsultantNurseHome(overview=overview, concerns=concerns)


@dataclass(frozen=True, slots=True)
class SupervisorHome:
    """Which hours, confirmations and meetings wait for this supervisor."""

    waiting: list[ShiftRow]
    supervision: SupervisionTasks


def get_supervisor_home(viewer: Viewer) -> SupervisorHome:
    """The shifts that name the viewer and are not decided, and what of supervision waits for them."""
    return SupervisorHome(placements.list_waiting(viewer), competencies.list_supervision_tasks(viewer))


@dataclass(frozen=True, slots=True)
class AssessorHome:
    """Who asked this assessor, what to look for today, and what is met and waits for a sign-off."""

    waiting: list[RequestRow]
    to_look_for: list[TraineeToday]
    to_sign: list[ToSign]
    vignettes_left: int
    trainees: list[Person]
    titles: Mapping[str, str]


def get_assessor_home(viewer: Viewer) -> AssessorHome:
    """Requests that wait, what to look for in each trainee, and what can be signed off."""
    trainees = identity.list_trainees(viewer, Permission.CAPABILITY_SIGN_OFF)
    return AssessorHome(
        waiting=competencies.list_waiting(viewer),
        to_look_for=list_today(viewer, trainees),
        to_sign=competencies.list_to_sign(viewer, trainees),
        vignettes_left=count_vignettes_left(viewer),
        trainees=trainees,
        titles=competencies.find_titles(),
    )


@dataclass(frozen=True, slots=True)
class EducatorHome:
    """What this educator has to mark, to release, to record and to arrange."""

    queue: Queue
    outcomes: list[OutcomeWaiting]
    to_arrange: tuple[DiscussionRow, ...]


def get_educator_home(viewer: Viewer) -> EducatorHome:
    """The marking queue, the module outcomes that wait, and the discussions to arrange."""
    return EducatorHome(
        queue=grading.list_queue(viewer),
        outcomes=grading.list_outcomes_waiting(viewer),
        to_arrange=cases.list_to_arrange(viewer),
    )


@dataclass(frozen=True, slots=True)
class AdministratorHome:
    """What is broken or missing."""

    failed: list[Job]
    counts: dict[JobState, int]
    without_role: int
    without_password: int
    redactions: int
    guests: int
    checks: list[GapRow]


def get_administrator_home(viewer: Viewer) -> AdministratorHome:
    """Failed jobs, accounts that cannot be used yet, and texts that wait for a second person."""
    return AdministratorHome(
        failed=jobs.list_failed(viewer),
        counts=jobs.count_by_state(viewer),
        without_role=identity.count_without_role(viewer),
        without_password=identity.count_without_password(viewer),
        redactions=len(list_open_redactions(viewer)),
        guests=signing.count_to_check(viewer),
        checks=list_check_gaps(viewer),
    )


# --- The digest ---

DIGEST_ROLES = (Role.ASSESSOR, Role.SUPERVISOR, Role.EDUCATOR, Role.CONSULTANT_NURSE)


def find_digest_setting(person_id: UUID) -> DigestSetting | None:
    """What a person chose, if they ever did."""
    return db.session.scalar(select(DigestSetting).where(DigestSetting.person_id == person_id))


def get_digest_setting(viewer: Viewer) -> tuple[DigestPace, int]:
    """The viewer's own pace and the version it was read at."""
    found = find_digest_setting(viewer.id)
    return (found.pace, found.version) if found else (DigestPace.WEEKLY, 0)


def paces_of_everybody() -> dict[UUID, DigestPace]:
    """The pace of everybody who holds a role for whom things wait, chosen or not."""
    chosen: dict[UUID, DigestPace] = dict(db.session.execute(select(DigestSetting.person_id, DigestSetting.pace)).all())
    people = {person.id for role in DIGEST_ROLES for person in identity.list_people_with_role(role)}
    return {person_id: chosen.get(person_id, DigestPace.WEEKLY) for person_id in sorted(people)}


def count_all_waiting(viewer: Viewer) -> Waiting:
    """How much waits for the viewer in all their roles."""
    trainees = identity.list_trainees(viewer, Permission.CAPABILITY_SIGN_OFF)
    return Waiting(
        requests=competencies.count_waiting(viewer),
        sign_offs=len(competencies.list_to_sign(viewer, trainees)),
        shifts=placements.count_waiting(viewer),
        sampled=count_to_look_at(viewer),
    )
