"""Cases and attempts as the trainee who made them sees them, and what graded ones tell other domains."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from uuid import UUID

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import defer

from lms.audit.models import TextBody
from lms.cases.models import CaseAttempt, CaseDraft, CaseFinish, CaseReflection, CaseStep, DebriefDone
from lms.cases.rules.answers import Step
from lms.cases.rules.decisions import Write
from lms.cases.rules.engine import Draw, Mode, names, replay
from lms.cases.rules.format import Case, fill
from lms.cases.rules.results import AttemptFact, WrittenStep
from lms.cases.rules.run import Run
from lms.core.clock import now
from lms.core.content import from_body
from lms.core.days import london_day
from lms.core.db import db
from lms.core.errors import NotFound
from lms.curriculum.models import ContentVersion
from lms.curriculum.queries import current_version_ids, get_content_version
from lms.curriculum.rules.versions import ContentKind
from lms.identity.queries import visible_trainees
from lms.policy import Permission, Viewer


@dataclass(frozen=True, slots=True)
class AttemptRow:
    """One attempt in a list."""

    attempt: CaseAttempt
    slug: str
    finish: CaseFinish | None
    debriefed_at: datetime | None

    @property
    def is_open(self) -> bool:
        """Say whether the attempt can go on."""
        return self.finish is None

    @property
    def patient(self) -> str:
        """The patient this attempt drew, by name."""
        variant = case_of(self.attempt.content_version_id).variant(self.attempt.draw["variant"])
        return variant.placeholders.get("name", "")


@dataclass(frozen=True, slots=True)
class CaseRow:
    """One case in a list, with the trainee's attempts, newest first."""

    slug: str
    case: Case
    attempts: tuple[AttemptRow, ...]

    @property
    def open_attempt(self) -> AttemptRow | None:
        """The newest attempt that can go on."""
        return next((row for row in self.attempts if row.is_open), None)


@dataclass(frozen=True, slots=True)
class StepRow:
    """One step as it was stored, with its text if it has one."""

    id: UUID
    step: Step
    text_id: UUID | None
    text: str | None
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Play(Run):
    """An attempt with everything its pages show."""

    attempt: CaseAttempt
    steps: tuple[StepRow, ...]
    finish: CaseFinish | None
    debriefed_at: datetime | None

    def after_hints(self, seq: int) -> int:
        """The `seq` an answer from the page of step `seq` gets: after any hint taken there on another page."""
        while seq < len(self.steps) and self.steps[seq].step.hint:
            seq += 1
        return seq


@lru_cache(maxsize=64)
def case_of(version_id: UUID) -> Case:
    """The case of a content version. A version never changes, so its model is kept."""
    return from_body(get_content_version(version_id).body, Case)


def list_cases(viewer: Viewer) -> list[CaseRow]:
    """The cases that can be played now, by title, with the viewer's own attempts."""
    versions = db.session.execute(
        select(ContentVersion.id, ContentVersion.slug).where(
            ContentVersion.content_kind == ContentKind.CASE, ContentVersion.id.in_(current_version_ids())
        )
    ).all()
    attempts: dict[str, list[AttemptRow]] = {}
    for row in _own_attempts(viewer):
        attempts.setdefault(row.slug, []).append(row)
    rows = [CaseRow(slug, case_of(version_id), tuple(attempts.get(slug, ()))) for version_id, slug in versions]
    return sorted(rows, key=lambda row: (row.case.module, row.case.title))


def get_case(viewer: Viewer, slug: str) -> tuple[UUID, CaseRow]:
    """The current version of a case with the viewer's own attempts. Raises NotFound if it is not taught now."""
    version_id = _current_version(slug)
    if version_id is None:
        raise NotFound
    return version_id, CaseRow(slug, case_of(version_id), tuple(_own_attempts(viewer, slug)))


def is_taught(slug: str) -> bool:
    """Say whether a case can be played now."""
    return _current_version(slug) is not None


def _current_version(slug: str) -> UUID | None:
    return db.session.scalar(
        select(ContentVersion.id).where(
            ContentVersion.content_kind == ContentKind.CASE,
            ContentVersion.slug == slug,
            ContentVersion.id.in_(current_version_ids()),
        )
    )


def _own_attempts(viewer: Viewer, slug: str | None = None) -> list[AttemptRow]:
    statement = (
        select(CaseAttempt, ContentVersion.slug, CaseFinish, DebriefDone.recorded_at)
        .join(ContentVersion, ContentVersion.id == CaseAttempt.content_version_id)
        .outerjoin(CaseFinish, CaseFinish.attempt_id == CaseAttempt.id)
        .outerjoin(DebriefDone, DebriefDone.attempt_id == CaseAttempt.id)
        .where(CaseAttempt.trainee_id == viewer.id)
        .order_by(CaseAttempt.recorded_at.desc(), CaseAttempt.id.desc())
    )
    if slug is not None:
        statement = statement.where(ContentVersion.slug == slug)
    return [AttemptRow(*row) for row in db.session.execute(statement)]


def get_play(viewer: Viewer, attempt_id: UUID) -> Play:
    """The viewer's own attempt, replayed. Raises NotFound for anybody else's."""
    found = db.session.execute(
        select(CaseAttempt, CaseFinish, DebriefDone.recorded_at)
        .outerjoin(CaseFinish, CaseFinish.attempt_id == CaseAttempt.id)
        .outerjoin(DebriefDone, DebriefDone.attempt_id == CaseAttempt.id)
        .where(
            CaseAttempt.id == attempt_id,
            CaseAttempt.trainee_id == viewer.id,
            CaseAttempt.trainee_id.in_(visible_trainees(viewer, Permission.CASE_PLAY)),
        )
    ).one_or_none()
    if found is None:
        raise NotFound
    attempt, finish, debriefed_at = found
    case, draw, steps = case_of(attempt.content_version_id), Draw.from_json(attempt.draw), _steps(attempt_id)
    state = replay(case, draw, [row.step for row in steps])
    return Play(case, draw, state, attempt, steps, finish, debriefed_at)


def _steps(attempt_id: UUID) -> tuple[StepRow, ...]:
    rows = db.session.execute(
        select(CaseStep, TextBody.text)
        .outerjoin(TextBody, TextBody.id == CaseStep.text_id)
        .where(CaseStep.attempt_id == attempt_id)
        .order_by(CaseStep.seq)
    )
    return tuple(
        StepRow(
            id=row.id,
            step=Step.stored(row.scene, row.choice, row.confidence),
            text_id=row.text_id,
            text=text,
            recorded_at=row.recorded_at,
        )
        for row, text in rows
    )


def find_draft(viewer: Viewer, attempt_id: UUID) -> CaseDraft | None:
    """The text of the viewer's own attempt that is not yet submitted."""
    return db.session.scalar(
        select(CaseDraft)
        .join(CaseAttempt, CaseAttempt.id == CaseDraft.attempt_id)
        .where(CaseDraft.attempt_id == attempt_id, CaseAttempt.trainee_id == viewer.id)
    )


def find_reflection(viewer: Viewer, attempt_id: UUID) -> CaseReflection | None:
    """What the viewer wrote for themselves after an attempt of their own."""
    return db.session.scalar(
        select(CaseReflection)
        .join(CaseAttempt, CaseAttempt.id == CaseReflection.attempt_id)
        .where(CaseReflection.attempt_id == attempt_id, CaseAttempt.trainee_id == viewer.id)
    )


def load_attempts(trainees: Select[UUID], *, known_at: datetime) -> dict[UUID, list[AttemptFact]]:
    """The graded attempts of a scope as they were known at a moment. One statement."""
    rows = db.session.execute(
        select(
            CaseAttempt.trainee_id,
            CaseAttempt.id,
            ContentVersion.slug,
            CaseFinish.recorded_at,
            CaseFinish.critical_errors,
            DebriefDone.recorded_at,
        )
        .join(ContentVersion, ContentVersion.id == CaseAttempt.content_version_id)
        .outerjoin(CaseFinish, (CaseFinish.attempt_id == CaseAttempt.id) & (CaseFinish.recorded_at <= known_at))
        .outerjoin(DebriefDone, (DebriefDone.attempt_id == CaseAttempt.id) & (DebriefDone.recorded_at <= known_at))
        .where(
            CaseAttempt.trainee_id.in_(trainees),
            CaseAttempt.mode == Mode.GRADED,
            CaseAttempt.recorded_at <= known_at,
        )
        .order_by(CaseAttempt.recorded_at, CaseAttempt.id)
    )
    found: dict[UUID, list[AttemptFact]] = {}
    for trainee_id, attempt_id, slug, finished_at, critical_errors, debriefed_at in rows:
        fact = AttemptFact(attempt_id, slug, _day(finished_at), critical_errors or 0, _day(debriefed_at))
        found.setdefault(trainee_id, []).append(fact)
    return found


def _day(moment: datetime | None) -> date | None:
    return None if moment is None else london_day(moment)


def load_written_steps(
    trainees: Select[UUID],
    *,
    step_id: UUID | None = None,
    taken_up: Select[UUID] | None = None,
    known_at: datetime | None = None,
) -> list[WrittenStep]:
    """The written answers of graded attempts of a scope, oldest first; or one of them. One statement.

    An answer is handed in with the end of its attempt: before, it would show that somebody stopped. `taken_up` are the
    ids of steps that are told all the same, because somebody marks them already.
    """
    handed_in_at = func.coalesce(CaseFinish.recorded_at, CaseStep.recorded_at)
    is_handed_in = CaseFinish.id.is_not(None)
    statement = (
        select(CaseStep, CaseAttempt, ContentVersion, TextBody, handed_in_at)
        .join(CaseAttempt, CaseAttempt.id == CaseStep.attempt_id)
        .join(ContentVersion, ContentVersion.id == CaseAttempt.content_version_id)
        .join(TextBody, TextBody.id == CaseStep.text_id)
        .outerjoin(CaseFinish, CaseFinish.attempt_id == CaseAttempt.id)
        .options(defer(ContentVersion.source))
        .where(
            CaseAttempt.trainee_id.in_(trainees),
            CaseAttempt.mode == Mode.GRADED,
            is_handed_in if taken_up is None else or_(is_handed_in, CaseStep.id.in_(taken_up)),
            handed_in_at <= (known_at or now()),
        )
        .order_by(handed_in_at, CaseStep.id)
    )
    if step_id is not None:
        statement = statement.where(CaseStep.id == step_id)
    return [_written(*row) for row in db.session.execute(statement)]


def load_facts_known(trainees: Select[UUID], step_id: UUID) -> tuple[str, ...]:
    """What a trainee of a scope knew of the patient when they wrote an answer, in the words of their attempt."""
    found = db.session.execute(
        select(CaseStep.seq, CaseAttempt)
        .join(CaseAttempt, CaseAttempt.id == CaseStep.attempt_id)
        .where(CaseStep.id == step_id, CaseAttempt.trainee_id.in_(trainees))
    ).one_or_none()
    if found is None:
        raise NotFound
    seq, attempt = found
    case, drawn = case_of(attempt.content_version_id), Draw.from_json(attempt.draw)
    state = replay(case, drawn, [row.step for row in _steps(attempt.id)[:seq]])
    return tuple(fill(case.facts[fact], names(case, drawn)) for fact in state.known)


def _written(
    step: CaseStep, attempt: CaseAttempt, version: ContentVersion, body: TextBody, handed_in_at: datetime
) -> WrittenStep:
    case = case_of(version.id)
    scene = case.scenes[step.scene]
    decision = scene.decision
    if not isinstance(decision, Write):
        raise TypeError(f"{step.scene} of {case.slug} is not a written task")
    return WrittenStep(
        id=step.id,
        trainee_id=attempt.trainee_id,
        title=f"{scene.title}: {case.title}",
        prompt=fill(decision.prompt, names(case, Draw.from_json(attempt.draw))),
        text=body.text,
        text_id=body.id,
        assignment_id=UUID(version.refers_to[f"{ContentKind.ASSIGNMENT.value}/{decision.assignment}"]),
        handed_in_at=handed_in_at,
    )
