"""Module outcomes: for readiness in bulk, and for the people who may read them."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import aliased

from lms.audit.models import TextBody
from lms.core.clock import now
from lms.core.db import db
from lms.core.errors import NotFound
from lms.curriculum.queries import content_versions_by_id, current_titles, last_enrolment, list_content
from lms.curriculum.rules.versions import ContentKind
from lms.grading.models import ModuleOutcome
from lms.grading.queries.assignments import papers_by_id
from lms.grading.queries.marks import released_marks
from lms.grading.rules.outcomes import ModuleOutcomeFact, why_waiting
from lms.identity.models import Organisation, Person
from lms.identity.queries import get_trainee, people_by_id, visible_trainees
from lms.policy import Permission, Viewer


def load_module_outcomes(trainees: Select[UUID], *, known_at: datetime) -> dict[UUID, list[ModuleOutcomeFact]]:
    """The module outcomes known at a moment, by trainee; a correction hides what it supersedes from then on."""
    newer = aliased(ModuleOutcome)
    rows = db.session.scalars(
        select(ModuleOutcome)
        .outerjoin(newer, (newer.supersedes_id == ModuleOutcome.id) & (newer.recorded_at <= known_at))
        .where(
            ModuleOutcome.trainee_id.in_(trainees),
            ModuleOutcome.recorded_at <= known_at,
            newer.id.is_(None),
        )
        .order_by(ModuleOutcome.recorded_at, ModuleOutcome.id)
    )
    found: dict[UUID, list[ModuleOutcomeFact]] = {}
    for row in rows:
        found.setdefault(row.trainee_id, []).append(as_fact(row))
    return found


def as_fact(row: ModuleOutcome) -> ModuleOutcomeFact:
    """The row as the rules take it."""
    return ModuleOutcomeFact(
        row.id, row.module, row.outcome, row.standing, row.decided_on, row.university_id, row.recorded_at
    )


@dataclass(frozen=True, slots=True)
class ModuleRow:
    """A module of a trainee's programme with the outcome that stands."""

    slug: str
    code: str
    title: str
    outcome: ModuleOutcomeFact | None


@dataclass(frozen=True, slots=True)
class Outcomes:
    """A trainee with the modules of their programme."""

    trainee: Person
    university: str
    university_id: UUID
    modules: tuple[ModuleRow, ...]

    def module(self, slug: str) -> ModuleRow:
        """One module of the programme. Raises NotFound if it is not part of it."""
        found = next((row for row in self.modules if row.slug == slug), None)
        if found is None:
            raise NotFound
        return found


@dataclass(frozen=True, slots=True)
class OutcomeWaiting:
    """A module of a trainee for which the university has something to record, and what."""

    trainee_id: UUID
    trainee: str
    module: str
    title: str
    words: str


def list_outcomes_waiting(viewer: Viewer) -> list[OutcomeWaiting]:
    """The modules whose released marks wait for an outcome, or whose outcome waits for the board; five statements."""
    scope = visible_trainees(viewer, Permission.MODULE_OUTCOME_RECORD)
    marks = [current.mark for current in released_marks(scope).values()]
    papers = papers_by_id({mark.assignment_id for mark in marks})
    marked = {(mark.trainee_id, papers[mark.assignment_id].assignment.module) for mark in marks}
    known = {
        (trainee_id, fact.module): fact
        for trainee_id, facts in load_module_outcomes(scope, known_at=now()).items()
        for fact in facts
    }
    waits = {key: words for key in marked | known.keys() if (words := why_waiting(known.get(key)))}
    titles = current_titles(ContentKind.MODULE)
    people = people_by_id(trainee_id for trainee_id, _ in waits)
    found = [
        OutcomeWaiting(
            trainee_id, people[trainee_id].name, module, titles.get((ContentKind.MODULE, module), module.upper()), words
        )
        for (trainee_id, module), words in waits.items()
        if trainee_id != viewer.id
    ]
    return sorted(found, key=lambda row: (row.trainee.lower(), row.trainee_id, row.module))


@dataclass(frozen=True, slots=True)
class OutcomeRecord:
    """One recorded outcome with who recorded it and why it changed; a reason of None was redacted if it has an id."""

    fact: ModuleOutcomeFact
    recorded_by: str
    reason: str | None
    reason_id: UUID | None
    is_current: bool


def get_outcomes(viewer: Viewer, trainee_id: UUID, permission: Permission) -> Outcomes:
    """The outcomes of a trainee the viewer may see; else NotFound."""
    trainee = get_trainee(viewer, trainee_id, permission)
    enrolment = last_enrolment(trainee.id)
    if enrolment is None:
        raise NotFound("This person is not enrolled in a programme.")
    programme = content_versions_by_id([enrolment.programme_version_id])[enrolment.programme_version_id]
    titles = {row.slug: row for row in list_content(ContentKind.MODULE, programme.body["modules"])}
    facts = load_module_outcomes(select(Person.id).where(Person.id == trainee.id), known_at=now()).get(trainee.id, [])
    by_module = {fact.module: fact for fact in facts}
    university = db.session.get_one(Organisation, enrolment.university_id)
    return Outcomes(
        trainee,
        university.name,
        university.id,
        tuple(
            ModuleRow(slug, titles[slug].body["code"], titles[slug].title, by_module.get(slug))
            for slug in programme.body["modules"]
            if slug in titles
        ),
    )


def outcome_history(trainee_id: UUID, module: str) -> list[OutcomeRecord]:
    """Every outcome recorded for a module, newest first."""
    rows = db.session.execute(
        select(ModuleOutcome, Person.name, TextBody.text)
        .join(Person, Person.id == ModuleOutcome.recorded_by_id)
        .outerjoin(TextBody, TextBody.id == ModuleOutcome.reason_id)
        .where(ModuleOutcome.trainee_id == trainee_id, ModuleOutcome.module == module)
        .order_by(ModuleOutcome.recorded_at.desc(), ModuleOutcome.id.desc())
    ).all()
    superseded = {row.supersedes_id for row, *_ in rows}
    return [
        OutcomeRecord(as_fact(row), name, reason, row.reason_id, row.id not in superseded) for row, name, reason in rows
    ]
