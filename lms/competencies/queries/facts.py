"""Loading what rules decide from, in bulk and as known at a moment; and the framework and forms in force."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, Subquery, func, select
from sqlalchemy.orm import aliased

from lms.competencies import rules
from lms.competencies.models import (
    Assessment,
    AssessmentRating,
    Concern,
    ConcernShare,
    ConcernStep,
    PriorLearningDecision,
    SignOff,
    SignOffReview,
    SignOffWithdrawal,
    WithdrawalDecline,
    WithdrawalProposal,
)
from lms.competencies.rules import Capability, ConcernFact, ConcernStepFact, FormKind, Framework, SignOffFact
from lms.competencies.rules.form_files import FormFile, form_from
from lms.competencies.rules.format import framework_from
from lms.core.clock import now
from lms.core.db import db
from lms.core.errors import NotReady
from lms.curriculum.models import ContentVersion
from lms.curriculum.queries import (
    content_versions_by_id,
    find_content,
    get_content_version,
    list_content,
    load_enrolments,
    made_from,
)
from lms.curriculum.rules.enrolment import EnrolmentFact
from lms.curriculum.rules.versions import ContentKind
from lms.identity.models import Person
from lms.signing.queries import GuestStanding, load_guests, load_suspensions
from lms.signing.rules import NEEDS_CHECK, IdentityGrade, SuspensionFact, grade_known

Trainees = Select[UUID]
Later = aliased(Assessment)  # What supersedes an assessment.


@dataclass(frozen=True, slots=True)
class FrameworkVersion:
    """A framework and the exact content version it was read from."""

    id: UUID
    framework: Framework


@dataclass(frozen=True, slots=True)
class FormVersion:
    """A form and the exact content version it was read from."""

    id: UUID
    form: FormFile


def find_framework(*, known_at: datetime | None = None) -> FrameworkVersion | None:
    """The framework that is in force, or was at a moment; None before any content was loaded."""
    versions = list_content(ContentKind.FRAMEWORK, known_at=known_at)
    return FrameworkVersion(versions[0].id, made_from(versions[0], framework_from)) if versions else None


def find_titles() -> Mapping[str, str]:
    """The titles of the capabilities in force by code; none before any content was loaded."""
    version = find_framework()
    return version.framework.titles if version else {}


def get_framework(*, known_at: datetime | None = None) -> FrameworkVersion:
    """The framework that is in force, or was at a moment. Raises NotReady before any content was loaded."""
    found = find_framework(known_at=known_at)
    if found is None:
        raise NotReady("The competency framework has not been loaded yet.")
    return found


def frameworks_held(enrolments: Mapping[UUID, EnrolmentFact]) -> dict[UUID, FrameworkVersion]:
    """The framework each trainee is held to, where their cohort keeps one: the newest its requirement sets name.

    Who is missing here is held to the framework in force. A constant number of statements.
    """
    sets = content_versions_by_id({key for each in enrolments.values() for key in each.requirement_sets.values()})
    named_by = {key: framework_ids(version) for key, version in sets.items()}
    frameworks = content_versions_by_id({key for keys in named_by.values() for key in keys})
    found = {}
    for trainee_id, enrolment in enrolments.items():
        held = {key for each in enrolment.requirement_sets.values() for key in named_by.get(each, ())}
        newest = max((frameworks[key] for key in held), key=lambda each: (each.published_at, each.id), default=None)
        if newest is not None:
            found[trainee_id] = FrameworkVersion(newest.id, made_from(newest, framework_from))
    return found


def framework_of(trainee_id: UUID) -> FrameworkVersion:
    """The framework a trainee is held to. Raises NotReady before any content was loaded."""
    return _held_by(trainee_id) or get_framework()


def find_capabilities(trainee_id: UUID) -> Mapping[str, Capability]:
    """The capabilities of the framework a trainee is held to, by code; none before any content was loaded."""
    version = _held_by(trainee_id) or find_framework()
    return version.framework.capabilities if version else {}


def _held_by(trainee_id: UUID) -> FrameworkVersion | None:
    enrolments = load_enrolments(select(Person.id).where(Person.id == trainee_id), known_at=now())
    return frameworks_held(enrolments).get(trainee_id)


def framework_ids(requirement_set: ContentVersion) -> list[UUID]:
    """The framework version a requirement set was published with: its levels go on meaning what they meant then."""
    prefix = f"{ContentKind.FRAMEWORK.value}/"
    return [UUID(key) for name, key in requirement_set.refers_to.items() if name.startswith(prefix)]


def get_framework_version(version_id: UUID) -> FrameworkVersion:
    """One exact version of a framework."""
    return FrameworkVersion(version_id, made_from(get_content_version(version_id), framework_from))


def frameworks_by_id(ids: Collection[UUID]) -> dict[UUID, Framework]:
    """Exact versions of frameworks by id, in one statement."""
    return {key: made_from(each, framework_from) for key, each in content_versions_by_id(ids).items()}


def get_form(form_kind: FormKind) -> FormVersion:
    """The current form of a kind. Raises NotReady if there is none."""
    version = find_content(ContentKind.FORM, form_kind.value)
    if version is None:
        raise NotReady("This form has not been loaded yet.")
    return FormVersion(version.id, made_from(version, form_from))


def get_form_version(version_id: UUID) -> FormVersion:
    """One exact version of a form."""
    return FormVersion(version_id, made_from(get_content_version(version_id), form_from))


def list_forms() -> list[FormVersion]:
    """The forms that can be asked for now, in the order of their kinds."""
    found = [FormVersion(each.id, made_from(each, form_from)) for each in list_content(ContentKind.FORM)]
    return sorted(found, key=lambda each: list(FormKind).index(each.form.slug))


def load_assessments(trainees: Trainees, *, known_at: datetime) -> dict[UUID, list[rules.Assessment]]:
    """The assessments known at a moment, by trainee and encounter date. Two statements.

    A correction hides what it supersedes only from its own recording on.
    """
    rows = db.session.execute(
        select(
            Assessment.id,
            Assessment.trainee_id,
            Assessment.assessor_id,
            Assessment.form_kind,
            Assessment.setting,
            Assessment.observed_on,
            Assessment.is_simulated,
            Assessment.seen_as,
            Assessment.identity_grade,
            Assessment.recorded_at,
            func.coalesce(func.nullif(Assessment.profession, ""), Person.profession).label("profession"),
            Assessment.framework_version_id,
            Person.name,
        )
        .join(Person, Person.id == Assessment.assessor_id)
        .outerjoin(Later, (Later.supersedes_id == Assessment.id) & (Later.recorded_at <= known_at))
        .where(Assessment.trainee_id.in_(trainees), Assessment.recorded_at <= known_at, Later.id.is_(None))
        .order_by(Assessment.observed_on, Assessment.recorded_at, Assessment.id)
    ).all()
    ratings, standing = _ratings(trainees, known_at), _SignatureStanding.load(trainees, known_at)
    found: dict[UUID, list[rules.Assessment]] = {}
    for row in rows:
        found.setdefault(row.trainee_id, []).append(
            rules.Assessment(
                id=row.id,
                trainee_id=row.trainee_id,
                assessor_id=standing.person(row.assessor_id),
                kind=row.form_kind,
                setting=row.setting,
                observed_on=row.observed_on,
                is_simulated=row.is_simulated,
                seen_as=row.seen_as,
                identity_grade=standing.grade(row.identity_grade, row.assessor_id),
                ratings=ratings.get(row.id, {}),
                recorded_at=row.recorded_at,
                assessor_name=row.name,
                profession=rules.profession_of(row.profession),
                barred_because=standing.barred(row.id, row.identity_grade, row.assessor_id),
                framework_id=row.framework_version_id,
            )
        )
    return found


@dataclass(frozen=True, slots=True)
class _SignatureStanding:
    """What is known of signatures at a moment: suspended records, checked guests, entries that are one person."""

    suspensions: Mapping[UUID, SuspensionFact]
    guests: GuestStanding

    @classmethod
    def load(cls, trainees: Trainees, known_at: datetime) -> "_SignatureStanding":
        """A constant number of statements."""
        return cls(load_suspensions(trainees, known_at=known_at), load_guests(known_at=known_at))

    def person(self, person_id: UUID) -> UUID:
        """Who somebody is, where an administrator found that two entries are one person."""
        return self.guests.joined.get(person_id, person_id)

    def grade(self, grade: IdentityGrade, person_id: UUID) -> IdentityGrade:
        """How sure a signature is, given what was checked since."""
        return grade_known(grade, is_checked=person_id in self.guests.checked)

    def barred(self, record_id: UUID, grade: IdentityGrade, person_id: UUID) -> str:
        """Why a record counts towards no rule at all; empty for nearly all."""
        suspended = self.suspensions.get(record_id)
        if suspended is not None and suspended.words:
            return suspended.words
        if grade in NEEDS_CHECK and person_id not in self.guests.checked:
            return "Signed by somebody an administrator has not checked yet"
        return ""


def _ratings(trainees: Trainees, known_at: datetime) -> dict[UUID, dict[str, int | None]]:
    """The ratings of assessments by capability, in the order of the codes: apart, because there are many to each."""
    rows = db.session.execute(
        select(AssessmentRating.assessment_id, AssessmentRating.capability_code, AssessmentRating.level)
        .join(Assessment, Assessment.id == AssessmentRating.assessment_id)
        .where(Assessment.trainee_id.in_(trainees), Assessment.recorded_at <= known_at)
        .order_by(AssessmentRating.capability_code)
    )
    found: dict[UUID, dict[str, int | None]] = {}
    for assessment_id, code, level in rows:
        found.setdefault(assessment_id, {})[code] = level
    return found


def load_sign_offs(trainees: Trainees, *, known_at: datetime) -> dict[UUID, list[SignOffFact]]:
    """The sign-offs known at a moment with what was decided about them since, by trainee. One statement."""
    proposed, reviewed = _open_proposals(known_at), _reviewed(known_at)
    rows = db.session.execute(
        select(
            SignOff.id,
            SignOff.trainee_id,
            SignOff.capability_code,
            SignOff.level,
            SignOff.assessor_id,
            SignOff.decided_on,
            SignOff.recorded_at,
            Person.name,
            SignOffWithdrawal.withdrawn_on,
            PriorLearningDecision.expires_on,
            proposed.c.proposed_on,
            reviewed.c.reviewed_at,
            SignOff.framework_version_id,
        )
        .join(Person, Person.id == SignOff.assessor_id)
        .outerjoin(
            SignOffWithdrawal,
            (SignOffWithdrawal.sign_off_id == SignOff.id) & (SignOffWithdrawal.recorded_at <= known_at),
        )
        .outerjoin(PriorLearningDecision, PriorLearningDecision.sign_off_id == SignOff.id)
        .outerjoin(proposed, proposed.c.sign_off_id == SignOff.id)
        .outerjoin(reviewed, reviewed.c.sign_off_id == SignOff.id)
        .where(SignOff.trainee_id.in_(trainees), SignOff.recorded_at <= known_at)
        .order_by(SignOff.recorded_at, SignOff.id)
    )
    found: dict[UUID, list[SignOffFact]] = {}
    for row in rows:
        made: tuple[Any, ...] = tuple(row)
        found.setdefault(row.trainee_id, []).append(SignOffFact(*made))
    return found


def _open_proposals(known_at: datetime) -> Subquery:
    """The day a withdrawal was proposed of each sign-off, where nobody has declined it by the moment."""
    return (
        select(WithdrawalProposal.sign_off_id, func.max(WithdrawalProposal.proposed_on).label("proposed_on"))
        .outerjoin(
            WithdrawalDecline,
            (WithdrawalDecline.proposal_id == WithdrawalProposal.id) & (WithdrawalDecline.recorded_at <= known_at),
        )
        .where(WithdrawalProposal.recorded_at <= known_at, WithdrawalDecline.id.is_(None))
        .group_by(WithdrawalProposal.sign_off_id)
        .subquery()
    )


def _reviewed(known_at: datetime) -> Subquery:
    """When each sign-off was last reviewed, by the moment."""
    return (
        select(SignOffReview.sign_off_id, func.max(SignOffReview.recorded_at).label("reviewed_at"))
        .where(SignOffReview.recorded_at <= known_at)
        .group_by(SignOffReview.sign_off_id)
        .subquery()
    )


def load_concerns(trainees: Trainees, *, known_at: datetime) -> dict[UUID, list[ConcernFact]]:
    """The concerns known at a moment with their steps, by trainee. One statement."""
    found: dict[UUID, list[ConcernFact]] = {}
    for fact in concern_facts(select(Concern.id).where(Concern.trainee_id.in_(trainees)), known_at=known_at):
        found.setdefault(fact.trainee_id, []).append(fact)
    return found


def concern_facts(ids: Trainees, *, known_at: datetime) -> Sequence[ConcernFact]:
    """The concerns with these ids known at a moment, with their steps, oldest first. One statement."""
    rows = db.session.execute(
        select(
            Concern.id,
            Concern.trainee_id,
            Concern.raised_by_id,
            Concern.raised_on,
            Concern.rung,
            Concern.recorded_at,
            ConcernStep.id.label("step_id"),
            ConcernStep.rung.label("step_rung"),
            ConcernStep.decided_on,
            ConcernStep.recorded_at.label("step_at"),
            ConcernShare.shared_on,
        )
        .outerjoin(ConcernStep, (ConcernStep.concern_id == Concern.id) & (ConcernStep.recorded_at <= known_at))
        .outerjoin(ConcernShare, (ConcernShare.concern_id == Concern.id) & (ConcernShare.recorded_at <= known_at))
        .where(Concern.id.in_(ids), Concern.recorded_at <= known_at)
        .order_by(Concern.recorded_at, Concern.id, ConcernStep.recorded_at, ConcernStep.id)
    )
    found: dict[UUID, ConcernFact] = {}
    for row in rows:
        fact = found.get(row.id) or ConcernFact(
            row.id,
            row.trainee_id,
            row.raised_by_id,
            row.raised_on,
            row.rung,
            row.recorded_at,
            shared_on=row.shared_on,
        )
        if row.step_id is not None:
            step = ConcernStepFact(row.step_rung, row.decided_on, row.step_at)
            fact = replace(fact, steps=(*fact.steps, step))
        found[row.id] = fact
    return list(found.values())
