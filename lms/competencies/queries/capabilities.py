"""Reading where a trainee stands: the matrix, and one capability with its evidence."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select

from lms.competencies import rules
from lms.competencies.queries.facts import (
    FrameworkVersion,
    framework_of,
    frameworks_by_id,
    load_assessments,
    load_sign_offs,
)
from lms.competencies.queries.patients import find_voice
from lms.competencies.queries.prior_learning import ClaimRow, list_claims
from lms.competencies.queries.records import HeldRecords
from lms.competencies.queries.requests import request_states
from lms.competencies.queries.sign_offs import SignOffRow, sign_off_rows
from lms.competencies.queries.signers import why_no_signer
from lms.competencies.queries.wordings import read_records
from lms.competencies.rules import Capability, RequestState, Review, Standing, Status
from lms.competencies.rules.mappings import same_wording
from lms.competencies.rules.wordings import Records, SetAside
from lms.core.clock import now, today
from lms.core.errors import NotFound
from lms.identity.models import Person
from lms.identity.queries import get_trainee
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
    set_aside: tuple[SetAside, ...] = ()

    @property
    def counts(self) -> Mapping[Status, int]:
        """How many capabilities there are of each status."""
        return Counter(each.status for each in self.standings.values())


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
    claims: Sequence[ClaimRow] = ()
    set_aside: tuple[SetAside, ...] = ()
    voice: rules.PatientVoice | None = None
    review: Review | None = None


def setting_titles(placements: Placements | None) -> dict[str, str]:
    """Titles of the settings by slug; none before any content was loaded."""
    return {each.slug: each.title for each in placements.settings} if placements else {}


def get_matrix(viewer: Viewer, trainee_id: UUID) -> Matrix:
    """Where a trainee stands on every capability, if the viewer may see it."""
    trainee = get_trainee(viewer, trainee_id, Permission.CAPABILITY_READ)
    version, on, known_at = framework_of(trainee.id), today(), now()
    framework = version.framework
    records = _load(trainee.id, version, known_at)
    standings = rules.standings_of(
        framework.capabilities.values(),
        records.assessments,
        records.sign_offs,
        levels={code: framework.award_level(each) for code, each in framework.capabilities.items()},
        on=on,
    )
    return Matrix(trainee, version, standings, on, records.set_aside)


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
    assessments, sign_offs = _raw(trainee.id, now())
    records = read_records(version.id, assessments, sign_offs, known_at=now())
    standing = _standing(version, records, code, level)
    return CapabilityPage(
        trainee=trainee,
        version=version,
        capability=standing.capability,
        standing=standing,
        sign_offs=_signed_rows(sign_offs, version, standing.capability, records),
        claims=list_claims(viewer, trainee.id, code),
        review=_review_of(code, version, records),
        requests=Counter(request_states(trainee.id, code)),
        settings=setting_titles(find_placements()),
        may_sign_now=rules.may_sign_now(standing, records.assessments, records.sign_offs),
        set_aside=records.set_aside_of(code),
        voice=find_voice(trainee.id, standing.capability),
    )


def _review_of(code: str, version: FrameworkVersion, records: Records) -> Review | None:
    """The review a later, lower rating opened for this capability, if one is open."""
    opened = rules.open_reviews(version.framework, records.assessments, records.sign_offs, today())
    return next((each for each in opened if each.capability.code == code), None)


@dataclass(frozen=True, slots=True)
class ToSign:
    """A capability of a trainee whose rule is met and which the viewer may sign off."""

    trainee_id: UUID
    trainee_name: str
    standing: Standing


def list_to_sign(viewer: Viewer, trainees: Iterable[Person], records: HeldRecords | None) -> list[ToSign]:
    """What may be signed off at the level of the award and is not, or is due again, by trainee and capability.

    `trainees` are those the viewer signs for, in the order to list them, and `records` what load_to_sign gives.
    """
    if records is None:
        return []
    people, found, on = list(trainees), list[ToSign](), today()
    barred = why_no_signer(viewer, [person.id for person in people])
    for person in people:
        if barred[person.id]:
            continue
        framework, read = records.version(person.id).framework, records.of(person.id)
        by_code, decided = rules.group_by_code(read.assessments), read.sign_offs
        for code, capability in framework.capabilities.items():
            if code not in by_code:
                continue
            level = framework.award_level(capability)
            standing = rules.standing_of(capability, by_code[code], decided, level=level, on=on)
            if standing.is_supported and standing.needs_signature:
                found.append(ToSign(person.id, person.name, standing))
    return found


def get_standing(trainee_id: UUID, code: str, *, level: int, version: FrameworkVersion) -> Standing:
    """Where a trainee stands on one capability at a level, for a decision that has checked the scope itself."""
    return _standing(version, _load(trainee_id, version, now()), code, level)


def _load(trainee_id: UUID, version: FrameworkVersion, known_at: datetime) -> Records:
    """The trainee's records as the version they are held to reads them."""
    return read_records(version.id, *_raw(trainee_id, known_at), known_at=known_at)


def _raw(trainee_id: UUID, known_at: datetime) -> tuple[list[rules.Assessment], list[rules.SignOffFact]]:
    """The trainee's records as they were made, whatever version of the framework they name."""
    scope = select(Person.id).where(Person.id == trainee_id)
    return (
        load_assessments(scope, known_at=known_at).get(trainee_id, []),
        load_sign_offs(scope, known_at=known_at).get(trainee_id, []),
    )


def _standing(
    version: FrameworkVersion,
    records: Records,
    code: str,
    level: int | None,
) -> Standing:
    capability = version.framework.capabilities.get(code)
    if capability is None:
        raise NotFound
    return rules.standing_of(
        capability,
        records.assessments,
        records.sign_offs,
        level=level or version.framework.award_level(capability),
        on=today(),
    )


def _signed_rows(
    facts: Sequence[rules.SignOffFact], version: FrameworkVersion, capability: Capability, records: Records
) -> list[SignOffRow]:
    """The sign-offs read under the capability or made under its code, each in the wording it was signed with."""
    read = {fact.id for fact in records.sign_offs if fact.code == capability.code}
    ours = [fact for fact in facts if fact.id in read or fact.code == capability.code]
    versions = {fact.framework_id for fact in ours if fact.framework_id is not None}
    signed_under = {**frameworks_by_id(versions - {version.id}), version.id: version.framework}
    rows = []
    for row in sign_off_rows(ours, {}):
        framework = signed_under.get(row.fact.framework_id or version.id)
        signed = framework.capabilities.get(row.fact.code) if framework else None
        words = _wording_words(signed, capability, is_read=row.fact.id in read)
        name = signed.name if signed else row.fact.code
        rows.append(replace(row, capability=name, signed_as=signed, wording=words))
    return rows


def _wording_words(signed: Capability | None, capability: Capability, *, is_read: bool) -> str:
    """What a reader has to know where the wording signed is not the wording of today; empty where it is."""
    if signed is not None and same_wording(signed, capability) and signed.code == capability.code:
        return ""
    if is_read:
        return "Signed under an earlier wording. A reviewed mapping says that it counts here."
    return "Signed under an earlier wording. It does not count here unless a reviewed mapping says so."
