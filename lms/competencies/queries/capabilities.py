"""Reading where a trainee stands: the matrix, one capability with its evidence, one assessment."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from lms.competencies import rules
from lms.competencies.models import Assessment, AssessmentRating, SignOff, SignOffWithdrawal
from lms.competencies.queries.facts import (
    FormVersion,
    FrameworkVersion,
    find_framework,
    find_titles,
    framework_of,
    frameworks_of,
    get_form_version,
    get_framework_version,
    load_assessments,
    load_sign_offs,
)
from lms.competencies.queries.requests import request_states
from lms.competencies.rules import Capability, RequestState, Standing, Status
from lms.core.clock import now, today
from lms.core.db import db
from lms.core.errors import NotFound
from lms.identity.models import Person
from lms.identity.queries import get_trainee, visible_trainees
from lms.placements.queries import find_placements
from lms.placements.rules.hours import Placements
from lms.policy import Permission, Viewer


@dataclass(frozen=True, slots=True)
class Matrix:
    """Every capability of one trainee, each at the level the award asks for."""

    trainee: Person
    version: FrameworkVersion
    standings: Mapping[str, Standing]
    on: date

    @property
    def counts(self) -> Mapping[Status, int]:
        """How many capabilities there are of each status."""
        return Counter(each.status for each in self.standings.values())


@dataclass(frozen=True, slots=True)
class SignOffRow:
    """One sign-off as a page shows it, with the name of its capability; a text of None was redacted if it has an id."""

    fact: rules.SignOffFact
    capability: str
    note_id: UUID | None
    note: str | None
    withdrawal_reason_id: UUID | None
    withdrawal_reason: str | None


@dataclass(frozen=True, slots=True)
class CapabilityPage:
    """One capability of one trainee at one level, with the evidence, the decisions and what became of requests."""

    trainee: Person
    version: FrameworkVersion
    capability: Capability
    standing: Standing
    sign_offs: Sequence[SignOffRow]
    requests: Mapping[RequestState, int]
    settings: Mapping[str, str]
    may_sign_now: bool

    @property
    def level_to_sign(self) -> int | None:
        """The level a sign-off is offered at: the one asked if it is met, else the highest that is met."""
        result = self.standing.result
        return self.standing.level if result.is_met else result.reached


@dataclass(frozen=True, slots=True)
class AssessmentPage:
    """One assessment with its ratings and texts, under the form and framework it was written with."""

    row: Assessment
    trainee: Person
    assessor: Person
    ratings: Sequence[tuple[Capability | None, str, int | None]]
    form: FormVersion
    version: FrameworkVersion
    setting: str
    replaced_by_id: UUID | None


def setting_titles(placements: Placements | None) -> dict[str, str]:
    """Titles of the settings by slug; none before any content was loaded."""
    return {each.slug: each.title for each in placements.settings} if placements else {}


def get_matrix(viewer: Viewer, trainee_id: UUID) -> Matrix:
    """Where a trainee stands on every capability, if the viewer may see it."""
    trainee = get_trainee(viewer, trainee_id, Permission.CAPABILITY_READ)
    version, on, known_at = framework_of(trainee.id), today(), now()
    scope = select(Person.id).where(Person.id == trainee.id)
    framework = version.framework
    standings = rules.standings_of(
        framework.capabilities.values(),
        load_assessments(scope, known_at=known_at).get(trainee.id, []),
        load_sign_offs(scope, known_at=known_at).get(trainee.id, []),
        levels={code: framework.award_level(each) for code, each in framework.capabilities.items()},
        on=on,
    )
    return Matrix(trainee, version, standings, on)


def get_capability_page(
    viewer: Viewer,
    trainee_id: UUID,
    code: str,
    *,
    level: int | None = None,
    permission: Permission = Permission.CAPABILITY_READ,
) -> CapabilityPage:
    """One capability of a trainee the viewer may do this to, at a level or at the one the award asks for."""
    trainee = get_trainee(viewer, trainee_id, permission)
    version = framework_of(trainee.id)
    facts = _load(trainee.id)
    standing = _standing(version, facts, code, level)
    return CapabilityPage(
        trainee=trainee,
        version=version,
        capability=standing.capability,
        standing=standing,
        sign_offs=_sign_off_rows(trainee.id, standing.capability),
        requests=Counter(request_states(trainee.id, code)),
        settings=setting_titles(find_placements()),
        may_sign_now=rules.may_sign_now(standing, *facts),
    )


@dataclass(frozen=True, slots=True)
class ToSign:
    """A capability of a trainee whose rule is met and which the viewer may sign off."""

    trainee_id: UUID
    trainee_name: str
    standing: Standing


def list_to_sign(viewer: Viewer, trainees: Iterable[Person]) -> list[ToSign]:
    """What is met at the level of the award and not signed off, or due again, of those the viewer signs for.

    By trainee, in the order given, and capability; a constant number of statements.
    """
    current, on, known_at = find_framework(), today(), now()
    if current is None:
        return []
    scope = visible_trainees(viewer, Permission.CAPABILITY_SIGN_OFF)
    assessments, sign_offs = load_assessments(scope, known_at=known_at), load_sign_offs(scope, known_at=known_at)
    held, found = frameworks_of(scope), []
    for person in trainees:
        framework = held.get(person.id, current).framework
        ours, decided = assessments.get(person.id, []), sign_offs.get(person.id, [])
        by_code = rules.group_by_code(ours)
        for code, capability in framework.capabilities.items():
            if person.id == viewer.id or code not in by_code:
                continue
            level = framework.award_level(capability)
            standing = rules.standing_of(capability, by_code[code], decided, level=level, on=on)
            if standing.result.is_met and standing.needs_signature:
                found.append(ToSign(person.id, person.name, standing))
    return found


def get_standing(trainee_id: UUID, code: str, *, level: int, version: FrameworkVersion) -> Standing:
    """Where a trainee stands on one capability at a level, for a decision that has checked the scope itself."""
    return _standing(version, _load(trainee_id), code, level)


def _load(trainee_id: UUID) -> tuple[list[rules.Assessment], list[rules.SignOffFact]]:
    scope, known_at = select(Person.id).where(Person.id == trainee_id), now()
    return (
        load_assessments(scope, known_at=known_at).get(trainee_id, []),
        load_sign_offs(scope, known_at=known_at).get(trainee_id, []),
    )


def _standing(
    version: FrameworkVersion,
    facts: tuple[list[rules.Assessment], list[rules.SignOffFact]],
    code: str,
    level: int | None,
) -> Standing:
    capability = version.framework.capabilities.get(code)
    if capability is None:
        raise NotFound
    assessments, sign_offs = facts
    return rules.standing_of(
        capability,
        assessments,
        sign_offs,
        level=level or version.framework.award_level(capability),
        on=today(),
    )


def _sign_off_rows(trainee_id: UUID, capability: Capability) -> list[SignOffRow]:
    rows = db.session.execute(
        select(SignOff, SignOffWithdrawal, Person.name)
        .join(Person, Person.id == SignOff.assessor_id)
        .outerjoin(SignOffWithdrawal, SignOffWithdrawal.sign_off_id == SignOff.id)
        .where(SignOff.trainee_id == trainee_id, SignOff.capability_code == capability.code)
        .options(joinedload(SignOff.note), joinedload(SignOffWithdrawal.reason))
        .order_by(SignOff.recorded_at.desc(), SignOff.id.desc())
    )
    return [_sign_off_row(row, withdrawal, name, capability.name) for row, withdrawal, name in rows]


def _sign_off_row(row: SignOff, withdrawal: SignOffWithdrawal | None, name: str, capability: str) -> SignOffRow:
    fact = rules.SignOffFact(
        id=row.id,
        trainee_id=row.trainee_id,
        code=row.capability_code,
        level=row.level,
        assessor_id=row.assessor_id,
        decided_on=row.decided_on,
        recorded_at=row.recorded_at,
        assessor_name=name,
        withdrawn_on=withdrawal.withdrawn_on if withdrawal else None,
    )
    return SignOffRow(
        fact=fact,
        capability=capability,
        note_id=row.note_id,
        note=row.note.text if row.note else None,
        withdrawal_reason_id=withdrawal.reason_id if withdrawal else None,
        withdrawal_reason=withdrawal.reason.text if withdrawal else None,
    )


def get_sign_off(viewer: Viewer, sign_off_id: UUID, permission: Permission) -> SignOffRow:
    """One sign-off of a trainee the viewer may do this to."""
    row = db.session.execute(
        select(SignOff, SignOffWithdrawal, Person.name)
        .join(Person, Person.id == SignOff.assessor_id)
        .outerjoin(SignOffWithdrawal, SignOffWithdrawal.sign_off_id == SignOff.id)
        .where(SignOff.id == sign_off_id, SignOff.trainee_id.in_(visible_trainees(viewer, permission)))
        .options(joinedload(SignOff.note), joinedload(SignOffWithdrawal.reason))
    ).one_or_none()
    if row is None:
        raise NotFound
    made, withdrawal, name = row
    return _sign_off_row(made, withdrawal, name, rules.named([made.capability_code], find_titles()))


def get_assessment(viewer: Viewer, assessment_id: UUID) -> AssessmentPage:
    """One assessment of a trainee the viewer may read."""
    row = db.session.scalar(
        select(Assessment)
        .where(
            Assessment.id == assessment_id,
            Assessment.trainee_id.in_(visible_trainees(viewer, Permission.ASSESSMENT_READ)),
        )
        .options(
            joinedload(Assessment.what_seen),
            joinedload(Assessment.went_well),
            joinedload(Assessment.next_time),
            joinedload(Assessment.reason),
        )
    )
    if row is None:
        raise NotFound
    people = {
        each.id: each
        for each in db.session.scalars(select(Person).where(Person.id.in_([row.trainee_id, row.assessor_id])))
    }
    ratings = db.session.execute(
        select(AssessmentRating.capability_code, AssessmentRating.level)
        .where(AssessmentRating.assessment_id == row.id)
        .order_by(AssessmentRating.capability_code)
    ).all()
    version = get_framework_version(row.framework_version_id)
    known = version.framework.capabilities
    placements = find_placements()
    return AssessmentPage(
        row=row,
        trainee=people[row.trainee_id],
        assessor=people[row.assessor_id],
        ratings=[(known.get(code), code, level) for code, level in ratings],
        form=get_form_version(row.form_version_id),
        version=version,
        setting=placements.title_of(row.setting) if placements else row.setting,
        replaced_by_id=db.session.scalar(select(Assessment.id).where(Assessment.supersedes_id == row.id)),
    )
