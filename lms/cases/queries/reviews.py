"""Cases as an educator sees them: how a cohort played, from graded attempts alone; which version was taught when."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Select, distinct, func, select

from lms.cases.models import CaseAttempt, CaseFinish, CaseStep, DebriefDone
from lms.cases.queries.attempts import case_of
from lms.cases.rules.answers import Step
from lms.cases.rules.engine import Draw, Mode
from lms.cases.rules.format import Case
from lms.cases.rules.tally import Played, Tally, tally
from lms.core.clock import end_of_day
from lms.core.db import db
from lms.core.errors import NotFound
from lms.curriculum.models import ContentPublication, ContentVersion, Enrolment
from lms.curriculum.queries import CohortRow, current_version_ids, get_cohort, list_cohorts
from lms.curriculum.rules.versions import ContentKind
from lms.identity.models import Person
from lms.identity.queries import visible_trainees
from lms.policy import Permission, Viewer


@dataclass(frozen=True, slots=True)
class CohortCount:
    """How far a cohort is with a case: people who finished a graded attempt."""

    cohort: CohortRow
    finished: int


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """A case in an educator's list, with each of their cohorts."""

    slug: str
    case: Case
    cohorts: tuple[CohortCount, ...]


@dataclass(frozen=True, slots=True)
class VersionRow:
    """One version of a case, when it was first taught, and how many people of a cohort finished it."""

    id: UUID
    first_at: datetime
    is_current: bool
    finished: int = 0


@dataclass(frozen=True, slots=True)
class FinishedRow:
    """One person's first finished graded attempt at a version, and the steps of it that were written."""

    name: str
    finished_at: datetime
    debriefed_at: datetime | None
    critical_errors: int
    works: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class CohortReview:
    """How a cohort played one version of a case. `people` is empty where there are too few of them to be named."""

    cohort: CohortRow
    case: Case
    version: VersionRow
    versions: tuple[VersionRow, ...]
    people: tuple[FinishedRow, ...]
    with_critical_error: int
    debriefed: int
    tally: Tally


@dataclass(frozen=True, slots=True)
class _Finished:
    """A graded attempt that somebody in a cohort has finished."""

    attempt: CaseAttempt
    finish: CaseFinish
    debriefed_at: datetime | None


def list_reviews(viewer: Viewer) -> list[ReviewRow]:
    """The cases that are taught now, by module and title, with the viewer's cohorts; four statements."""
    versions = db.session.execute(
        select(ContentVersion.slug, ContentVersion.id).where(
            ContentVersion.content_kind == ContentKind.CASE, ContentVersion.id.in_(current_version_ids())
        )
    )
    cohorts = list_cohorts(viewer, Permission.CASE_REVIEW)
    counts = {(slug, cohort_id): finished for slug, cohort_id, finished in db.session.execute(_counts(viewer))}
    rows = [
        ReviewRow(
            slug,
            case_of(version_id),
            tuple(CohortCount(row, counts.get((slug, row.cohort.id), 0)) for row in cohorts),
        )
        for slug, version_id in versions
    ]
    return sorted(rows, key=lambda row: (row.case.module, row.case.title))


def _counts(viewer: Viewer) -> Select[str, UUID, int]:
    """For each case and cohort: people with a finished graded attempt."""
    return (
        select(ContentVersion.slug, Enrolment.cohort_id, func.count(distinct(CaseAttempt.trainee_id)))
        .select_from(CaseAttempt)
        .join(ContentVersion, ContentVersion.id == CaseAttempt.content_version_id)
        .join(Enrolment, Enrolment.trainee_id == CaseAttempt.trainee_id)
        .join(CaseFinish, CaseFinish.attempt_id == CaseAttempt.id)
        .where(
            CaseAttempt.mode == Mode.GRADED,
            CaseAttempt.trainee_id.in_(visible_trainees(viewer, Permission.CASE_REVIEW)),
        )
        .group_by(ContentVersion.slug, Enrolment.cohort_id)
    )


def get_review(viewer: Viewer, slug: str, cohort_id: UUID, version_id: UUID | None = None) -> CohortReview:
    """How the trainees of a cohort whom the viewer may see played a case, at its current version or another one.

    Each person counts once: their first finished graded attempt at the version. Below five people nobody is named.
    Raises NotFound if the cohort is not the viewer's, or the case is neither taught now nor was ever finished by it.
    """
    cohort = get_cohort(viewer, cohort_id, Permission.CASE_REVIEW)
    attempts = [_Finished(*row) for row in db.session.execute(_attempts(viewer, slug, cohort_id))]
    versions = _versions(slug, attempts)
    version = next((row for row in versions if version_id in (None, row.id)), None)
    if version is None:
        raise NotFound
    first = _first_of_each([row for row in attempts if row.attempt.content_version_id == version.id])
    steps = _steps_of([row.attempt.id for row in first])
    model = case_of(version.id)
    found = tally(model, [_played(row.attempt, steps[row.attempt.id]) for row in first])
    return CohortReview(
        cohort=cohort,
        case=model,
        version=version,
        versions=versions,
        people=() if found.is_small else _by_name(first, steps),
        with_critical_error=sum(row.finish.critical_errors > 0 for row in first),
        debriefed=sum(row.debriefed_at is not None for row in first),
        tally=found,
    )


def _by_name(rows: Sequence[_Finished], steps: Mapping[UUID, Sequence[CaseStep]]) -> tuple[FinishedRow, ...]:
    """Some finished attempts with the names of the people who made them, in the order of the names; one statement."""
    of_person = {row.attempt.trainee_id: row for row in rows}
    names = db.session.execute(
        select(Person.id, Person.name).where(Person.id.in_(of_person)).order_by(func.lower(Person.name), Person.id)
    )
    found = ((name, of_person[person_id]) for person_id, name in names)
    return tuple(
        FinishedRow(
            name=name,
            finished_at=row.finish.recorded_at,
            debriefed_at=row.debriefed_at,
            critical_errors=row.finish.critical_errors,
            works=tuple(step.id for step in steps[row.attempt.id] if step.text_id is not None),
        )
        for name, row in found
    )


def _attempts(viewer: Viewer, slug: str, cohort_id: UUID) -> Select[CaseAttempt, CaseFinish, datetime]:
    """The finished graded attempts at a case by everybody ever enrolled in a cohort whom the viewer may see.

    What goes on is not read: that somebody has stopped is theirs alone.
    """
    members = select(Enrolment.trainee_id).where(Enrolment.cohort_id == cohort_id)
    return (
        select(CaseAttempt, CaseFinish, DebriefDone.recorded_at)
        .join(ContentVersion, ContentVersion.id == CaseAttempt.content_version_id)
        .join(CaseFinish, CaseFinish.attempt_id == CaseAttempt.id)
        .outerjoin(DebriefDone, DebriefDone.attempt_id == CaseAttempt.id)
        .where(
            ContentVersion.content_kind == ContentKind.CASE,
            ContentVersion.slug == slug,
            CaseAttempt.mode == Mode.GRADED,
            CaseAttempt.trainee_id.in_(members),
            CaseAttempt.trainee_id.in_(visible_trainees(viewer, Permission.CASE_REVIEW)),
        )
        .order_by(CaseFinish.recorded_at, CaseFinish.id)
    )


def _first_of_each(rows: Sequence[_Finished]) -> list[_Finished]:
    """The first finished attempt of each person."""
    found: dict[UUID, _Finished] = {}
    for row in rows:
        found.setdefault(row.attempt.trainee_id, row)
    return list(found.values())


def _versions(slug: str, attempts: Sequence[_Finished]) -> tuple[VersionRow, ...]:
    """The current version, then those somebody in the cohort finished, the latest first."""
    finished = {row.attempt.content_version_id for row in attempts}
    wanted = ContentVersion.id.in_(current_version_ids()) | ContentVersion.id.in_(finished)
    rows = db.session.execute(_published(slug).where(wanted))
    found = [
        VersionRow(
            row_id,
            first_at,
            bool(now_taught),
            len(_first_of_each([row for row in attempts if row.attempt.content_version_id == row_id])),
        )
        for row_id, first_at, now_taught in rows
    ]
    return tuple(sorted(found, key=lambda row: (row.is_current, row.first_at), reverse=True))


def _steps_of(attempts: Sequence[UUID]) -> dict[UUID, list[CaseStep]]:
    """The steps of some attempts in their order; one statement."""
    found: dict[UUID, list[CaseStep]] = {attempt_id: [] for attempt_id in attempts}
    for step in db.session.scalars(
        select(CaseStep).where(CaseStep.attempt_id.in_(attempts)).order_by(CaseStep.attempt_id, CaseStep.seq)
    ):
        found[step.attempt_id].append(step)
    return found


def _played(attempt: CaseAttempt, steps: Sequence[CaseStep]) -> Played:
    return Played(
        draw=Draw.from_json(attempt.draw),
        steps=tuple(Step.stored(step.scene, step.choice, step.confidence) for step in steps),
        began_at=attempt.recorded_at,
        taken_at=tuple(step.recorded_at for step in steps),
    )


def _published(slug: str) -> Select[UUID, datetime, bool]:
    """The versions of a case that were ever taught: since when first, and whether still."""
    return (
        select(
            ContentVersion.id,
            func.min(ContentPublication.recorded_at),
            ContentVersion.id.in_(current_version_ids()),
        )
        .join(ContentPublication, ContentPublication.content_version_id == ContentVersion.id)
        .where(ContentVersion.content_kind == ContentKind.CASE, ContentVersion.slug == slug)
        .group_by(ContentVersion.id)
    )


def list_case_versions(slug: str) -> list[VersionRow]:
    """Every version of a case that was ever taught, the latest first."""
    rows = db.session.execute(
        _published(slug).order_by(func.max(ContentPublication.recorded_at).desc(), ContentVersion.id.desc())
    )
    return [VersionRow(row_id, first_at, bool(now_taught)) for row_id, first_at, now_taught in rows]


@dataclass(frozen=True, slots=True)
class TaughtCase:
    """A case as it was taught on a day: its version, the digest that names it, and when that was first taught."""

    version_id: UUID
    digest: str
    first_at: datetime
    case: Case

    @property
    def version(self) -> str:
        """The version in a few characters, for addresses."""
        return self.digest[:12]


def find_case_on(slug: str, on: date) -> TaughtCase | None:
    """The version of a case that was taught at the end of a day in London; None if none was."""
    known_at = end_of_day(on)
    row = db.session.execute(
        select(ContentVersion.id, ContentVersion.digest, func.min(ContentPublication.recorded_at))
        .join(ContentPublication, ContentPublication.content_version_id == ContentVersion.id)
        .where(
            ContentVersion.content_kind == ContentKind.CASE,
            ContentVersion.slug == slug,
            ContentVersion.id.in_(current_version_ids(known_at)),
            ContentPublication.recorded_at <= known_at,
        )
        .group_by(ContentVersion.id, ContentVersion.digest)
    ).one_or_none()
    return None if row is None else TaughtCase(*row, case_of(row[0]))
