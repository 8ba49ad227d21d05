"""Everything a home page shows, read with a constant number of statements."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from lms.audit.queries import list_open_redactions
from lms.cases import queries as cases
from lms.cases.queries import CaseRow, DiscussionRow
from lms.cases.rules.discussions import Ended
from lms.cases.rules.engine import Mode
from lms.competencies import queries as competencies
from lms.competencies.queries import ConcernRow, RequestRow, ToSign
from lms.competencies.rules import asked_now, turned_back
from lms.core.clock import now, today
from lms.core.errors import NotFound
from lms.curriculum import queries as curriculum
from lms.curriculum.queries import ProgrammeStudy
from lms.grading import queries as grading
from lms.grading.queries import FeedbackRow, OutcomeWaiting, Queue
from lms.identity import queries as identity
from lms.identity.models import Person
from lms.jobs import queries as jobs
from lms.jobs.models import Job
from lms.jobs.rules import JobState
from lms.placements import queries as placements
from lms.placements.queries import ShiftRow
from lms.policy import Permission, Viewer
from lms.readiness import queries as readiness
from lms.readiness.queries import Overview, TraineeView
from lms.readiness.queries.gaps import GapRow, list_check_gaps

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
    """Which hours wait for this supervisor."""

    waiting: list[ShiftRow]


def get_supervisor_home(viewer: Viewer) -> SupervisorHome:
    """The shifts that name the viewer and are not decided."""
    return SupervisorHome(placements.list_waiting(viewer))


@dataclass(frozen=True, slots=True)
class AssessorHome:
    """Who asked this assessor, and what is met and waits for a sign-off."""

    waiting: list[RequestRow]
    to_sign: list[ToSign]
    trainees: list[Person]
    titles: Mapping[str, str]


def get_assessor_home(viewer: Viewer) -> AssessorHome:
    """Requests that wait, what can be signed off, and the trainees whose capabilities the viewer may look at."""
    trainees = identity.list_trainees(viewer, Permission.CAPABILITY_SIGN_OFF)
    return AssessorHome(
        waiting=competencies.list_waiting(viewer),
        to_sign=competencies.list_to_sign(viewer, trainees),
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
    checks: list[GapRow]


def get_administrator_home(viewer: Viewer) -> AdministratorHome:
    """Failed jobs, accounts that cannot be used yet, and texts that wait for a second person."""
    return AdministratorHome(
        failed=jobs.list_failed(viewer),
        counts=jobs.count_by_state(viewer),
        without_role=identity.count_without_role(viewer),
        without_password=identity.count_without_password(viewer),
        redactions=len(list_open_redactions(viewer)),
        checks=list_check_gaps(viewer),
    )
