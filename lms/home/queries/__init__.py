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
from lms.competencies.queries import (
    ConcernRow,
    NamedRow,
    ProposalRow,
    RequestRow,
    SupervisionTasks,
    ToSign,
    WaitingRow,
)
from lms.competencies.queries.calibration import count_vignettes_left
from lms.competencies.queries.own_work import Colleague, TraineeToday, list_pass_on_to, list_today
from lms.competencies.queries.sampling import count_to_look_at
from lms.competencies.rules import ConcernFact, Rung, asked_now, turned_back
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
from lms.placements.queries import DebriefRow, GapRow, ShiftRow, WaitingClearance
from lms.placements.queries.coming import ComingRow, list_coming
from lms.placements.queries.deciding import count_to_decide
from lms.placements.queries.own_bookings import OwnBooking, list_own_bookings
from lms.placements.queries.safeguarding import ReportRow, list_reports_to_take_up
from lms.placements.queries.swaps import SwapRow, list_swaps
from lms.placements.rules.duties import KnownRota
from lms.placements.rules.planned import BookedTime
from lms.policy import Permission, Role, Viewer
from lms.readiness import queries as readiness
from lms.readiness.queries import Overview, TraineeView
from lms.readiness.queries.proposals import ProposedSlot, find_proposal
from lms.signing import queries as signing
from lms.signing.queries import SuspensionRow

RECENT = timedelta(days=21)


@dataclass(frozen=True, slots=True)
class TraineeHome:
    """What a trainee's home is made of; `readiness` is None before the first enrolment."""

    viewer_id: UUID
    readiness: TraineeView | None
    study: list[ProgrammeStudy]
    cases: list[CaseRow]
    discussions: Mapping[str, tuple[DiscussionRow, ...]]
    shifts: list[ShiftRow]
    drafts: int
    to_log: list[BookedTime]
    requests: list[RequestRow]
    in_vain: list[RequestRow]
    asked: frozenset[str]
    feedback: list[FeedbackRow]
    titles: Mapping[str, str]
    supervision: SupervisionTasks
    coordinator: NamedRow | None
    unanswered: list[ConcernFact]
    proposal: ProposedSlot | None
    bookings: list[OwnBooking]
    swaps: list[SwapRow]
    rota: Sequence[KnownRota]


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
        viewer_id=viewer.id,
        readiness=ready,
        study=curriculum.list_programmes(viewer),
        cases=cases.list_cases(viewer),
        discussions=cases.list_own_discussions(viewer),
        shifts=placements.list_shifts(viewer, viewer.id),
        drafts=placements.count_drafts(viewer),
        to_log=placements.list_own_to_log(viewer),
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
        unanswered=competencies.list_unanswered(viewer),
        proposal=find_proposal(viewer),
        bookings=[row for row in list_own_bookings(viewer) if row.fact.status.is_open],
        swaps=list_swaps(viewer),
        rota=placements.list_known_days(viewer),
    )


def graded_open(row: CaseRow) -> bool:
    """Say whether a case still needs a graded attempt with its debrief read."""
    return not any(attempt.attempt.mode is Mode.GRADED and attempt.debriefed_at is not None for attempt in row.attempts)


def is_discussed(discussions: Sequence[DiscussionRow]) -> bool:
    """Say whether a discussion takes the place of the case: it is asked for, or it covered the capabilities."""
    return any(row.is_open or row.ended is Ended.COVERED for row in discussions)


@dataclass(frozen=True, slots=True)
class ConsultantNurseHome:
    """What the consultant nurse has to decide, and who may go where now; `heads_ups` counts those that need nothing."""

    debriefs: list[DebriefRow]
    reports: list[ReportRow]
    overview: Overview
    suspensions: list[SuspensionRow]
    withdrawals: list[ProposalRow]
    concerns: list[ConcernRow]
    heads_ups: int
    assessments: list[WaitingRow]
    bookings: int


def get_consultant_nurse_home(viewer: Viewer) -> ConsultantNurseHome:
    """Decisions that wait, people by setting, open concerns, and the assessments the viewer began.

    A heads-up closes by itself: one stands among the concerns only while a second opinion is asked for.
    """
    day = today()
    overview = readiness.overview(viewer, on=day, known_at=readiness.known_by(day))
    concerns = [row for row in competencies.list_concerns(viewer) if row.is_open]
    wanting = [row for row in concerns if row.rung is not Rung.HEADS_UP or row.waits.opinion]
    return ConsultantNurseHome(
        debriefs=placements.list_debriefs_asked(viewer),
        reports=list_reports_to_take_up(viewer),
        overview=overview,
        suspensions=[row for row in signing.list_suspensions(viewer) if row.waits_for(viewer.id)],
        withdrawals=_to_answer(viewer),
        concerns=sorted(wanting, key=lambda row: not row.is_overdue),
        heads_ups=len(concerns) - len(wanting),
        assessments=competencies.list_waiting_in_short(viewer),
        bookings=count_to_decide(viewer),
    )


def _to_answer(viewer: Viewer) -> list[ProposalRow]:
    """The proposed withdrawals the viewer may confirm or decline as the second person."""
    return [row for row in competencies.list_proposals(viewer) if viewer.id not in (row.by_id, row.trainee_id)]


@dataclass(frozen=True, slots=True)
class SupervisorHome:
    """Which hours, assessments, confirmations, meetings and debriefs wait for this supervisor."""

    debriefs: list[DebriefRow]
    waiting: list[ShiftRow]
    assessments: list[WaitingRow]
    supervision: SupervisionTasks
    coming: list[ComingRow]
    clearances: list[WaitingClearance]


def get_supervisor_home(viewer: Viewer) -> SupervisorHome:
    """The shifts that name the viewer and are not decided, and which assessments and supervision wait for them."""
    return SupervisorHome(
        placements.list_debriefs_asked(viewer),
        placements.list_waiting(viewer),
        competencies.list_waiting_in_short(viewer),
        competencies.list_supervision_tasks(viewer),
        [row for row in list_coming(viewer) if not row.is_over],
        placements.list_clearance_work(viewer),
    )


@dataclass(frozen=True, slots=True)
class AssessorHome:
    """Who asked this assessor, what to look for today, and what is met and waits for a sign-off.

    `pass_on_to` has by request the people it can be passed on to in one tap.
    """

    waiting: list[RequestRow]
    pass_on_to: Mapping[UUID, Sequence[Colleague]]
    to_look_for: list[TraineeToday]
    to_sign: list[ToSign]
    vignettes_left: int
    trainees: list[Person]
    titles: Mapping[str, str]


def get_assessor_home(viewer: Viewer) -> AssessorHome:
    """Requests that wait, what to look for in each trainee, and what can be signed off."""
    trainees = identity.list_trainees(viewer, Permission.CAPABILITY_SIGN_OFF)
    version = competencies.find_framework()
    records, waiting = competencies.load_to_sign(viewer), competencies.list_waiting(viewer)
    return AssessorHome(
        waiting=waiting,
        pass_on_to=list_pass_on_to(viewer, waiting),
        to_look_for=list_today(viewer, trainees, records),
        to_sign=competencies.list_to_sign(viewer, trainees, records),
        vignettes_left=count_vignettes_left(viewer, version.id) if version else 0,
        trainees=trainees,
        titles=version.framework.titles if version else {},
    )


@dataclass(frozen=True, slots=True)
class EducatorHome:
    """What this educator has to mark, to release, to record, to arrange and to finish assessing."""

    queue: Queue
    outcomes: list[OutcomeWaiting]
    to_arrange: tuple[DiscussionRow, ...]
    assessments: list[WaitingRow]
    bookings: int


def get_educator_home(viewer: Viewer) -> EducatorHome:
    """The marking queue, the module outcomes that wait, discussions to arrange, and assessments the viewer began."""
    return EducatorHome(
        queue=grading.list_queue(viewer),
        outcomes=grading.list_outcomes_waiting(viewer),
        to_arrange=cases.list_to_arrange(viewer),
        assessments=competencies.list_waiting_in_short(viewer),
        bookings=count_to_decide(viewer),
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
    clearances: list[WaitingClearance]


def get_administrator_home(viewer: Viewer) -> AdministratorHome:
    """Failed jobs, accounts that cannot be used yet, and texts that wait for a second person."""
    return AdministratorHome(
        failed=jobs.list_failed(viewer),
        counts=jobs.count_by_state(viewer),
        without_role=identity.count_without_role(viewer),
        without_password=identity.count_without_password(viewer),
        redactions=len(list_open_redactions(viewer)),
        guests=signing.count_to_check(viewer),
        checks=placements.list_check_gaps(viewer),
        clearances=placements.list_clearance_work(viewer),
    )


# --- The digest ---

DIGEST_ROLES = (Role.TRAINEE, Role.ASSESSOR, Role.SUPERVISOR, Role.EDUCATOR, Role.CONSULTANT_NURSE)


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
    """How much waits for the viewer in all their roles, of reviews and claims those that are theirs to decide first.

    How many shifts have waited long is said once a week, however often the digest comes.

    A constant number of statements.
    """
    trainees = identity.list_trainees(viewer, Permission.CAPABILITY_SIGN_OFF)
    assessments = competencies.list_waiting_in_short(viewer)
    begun = sum(row.is_unasked for row in assessments)
    return Waiting(
        requests=len(assessments) - begun,
        begun=begun,
        sign_offs=len(competencies.list_to_sign(viewer, trainees, competencies.load_to_sign(viewer))),
        reviews=sum(row.review.sign_off.assessor_id == viewer.id for row in competencies.list_reviews(viewer)),
        withdrawals=len(_to_answer(viewer)),
        claims=sum(row.assessor_id == viewer.id for row in competencies.list_claims_waiting(viewer)),
        shifts=placements.count_waiting(viewer),
        debriefs=placements.count_debriefs_asked(viewer),
        late_shifts=placements.count_waiting_long(viewer) if DigestPace.WEEKLY.is_due(today()) else 0,
        supervision=len(competencies.list_entries_waiting(viewer)),
        meetings=len(competencies.list_meetings_waiting(viewer)),
        bookings=count_to_decide(viewer),
        sampled=count_to_look_at(viewer),
        upcoming=placements.count_upcoming(viewer),
        to_log=placements.count_to_log(viewer),
    )
