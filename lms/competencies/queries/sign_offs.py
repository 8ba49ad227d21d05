"""Reading sign-offs with what was decided about them since, and what waits: reviews and withdrawals."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, literal, select, union_all
from sqlalchemy.orm import InstrumentedAttribute, aliased

from lms.audit.models import TextBody
from lms.competencies import rules
from lms.competencies.models import (
    PriorLearningDecision,
    SentReviewNotice,
    SignOff,
    SignOffReview,
    SignOffWithdrawal,
    WithdrawalDecline,
    WithdrawalProposal,
)
from lms.competencies.queries.facts import find_titles, get_framework_version, load_sign_offs
from lms.competencies.queries.records import find_held
from lms.competencies.queries.signers import why_no_signer
from lms.competencies.rules import Capability, NoticeKey, Review, SignOffFact
from lms.core.clock import now, today
from lms.core.db import db
from lms.core.errors import NotFound
from lms.identity.models import Person
from lms.identity.queries import people_by_id, visible_trainees
from lms.policy import Permission, Viewer


@dataclass(frozen=True, slots=True)
class SaidSince:
    """What somebody decided about a sign-off after it was made, with their reason; None where it was redacted."""

    words: str
    on: date
    by_name: str
    reason_id: UUID
    reason: str | None


@dataclass(frozen=True, slots=True)
class SignOffRow:
    """One sign-off as a page shows it, with the name of its capability; a text of None was redacted if it has an id.

    `signed_as` is the capability in the words it was signed under, where the page shows them; `wording` says what
    follows where they are not the words of today.
    """

    fact: SignOffFact
    capability: str
    note_id: UUID | None
    note: str | None
    claim_id: UUID | None
    said: tuple[SaidSince, ...]
    signed_as: Capability | None = None
    wording: str = ""

    @property
    def may_be_proposed(self) -> bool:
        """Whether it stands and nobody has proposed to withdraw it."""
        return self.fact.withdrawn_on is None and self.fact.withdrawal_proposed_on is None


def sign_off_rows(facts: Iterable[SignOffFact], titles: Mapping[str, str]) -> list[SignOffRow]:
    """These sign-offs with their notes and all that was said about them since, newest first. Two statements."""
    made = sorted(facts, key=lambda fact: fact.order[1:], reverse=True)
    ids = [fact.id for fact in made]
    notes = {
        row.id: row
        for row in db.session.execute(
            select(SignOff.id, SignOff.note_id, TextBody.text, PriorLearningDecision.claim_id)
            .outerjoin(TextBody, TextBody.id == SignOff.note_id)
            .outerjoin(PriorLearningDecision, PriorLearningDecision.sign_off_id == SignOff.id)
            .where(SignOff.id.in_(ids))
        )
    }
    said = _said(ids)
    return [
        SignOffRow(
            fact=fact,
            capability=rules.named([fact.code], titles),
            note_id=notes[fact.id].note_id,
            note=notes[fact.id].text,
            claim_id=notes[fact.id].claim_id,
            said=tuple(said.get(fact.id, ())),
        )
        for fact in made
    ]


def _said(ids: Sequence[UUID]) -> dict[UUID, list[SaidSince]]:
    """Reviews, proposals, declines and withdrawals of sign-offs, in the order in which they were recorded."""
    declined = (
        select(
            WithdrawalProposal.sign_off_id,
            literal("Withdrawal declined").label("words"),
            WithdrawalDecline.declined_on.label("on"),
            WithdrawalDecline.by_id,
            WithdrawalDecline.reason_id,
            WithdrawalDecline.recorded_at,
        )
        .join(WithdrawalProposal, WithdrawalProposal.id == WithdrawalDecline.proposal_id)
        .where(WithdrawalProposal.sign_off_id.in_(ids))
    )
    everything = [
        _decided(SignOffReview, "Looked at again: it stands", SignOffReview.reviewed_on, ids),
        _decided(WithdrawalProposal, "Withdrawal proposed", WithdrawalProposal.proposed_on, ids),
        declined,
        _decided(SignOffWithdrawal, "Withdrawn", SignOffWithdrawal.withdrawn_on, ids),
    ]
    found = union_all(*everything).subquery()
    rows = db.session.execute(
        select(found.c.sign_off_id, found.c.words, found.c.on, Person.name, found.c.reason_id, TextBody.text)
        .join(Person, Person.id == found.c.by_id)
        .join(TextBody, TextBody.id == found.c.reason_id)
        .order_by(found.c.recorded_at, found.c.reason_id)
    )
    by_id: dict[UUID, list[SaidSince]] = {}
    for sign_off_id, *rest in rows:
        by_id.setdefault(sign_off_id, []).append(SaidSince(*rest))
    return by_id


def _decided(
    model: type[SignOffReview] | type[WithdrawalProposal] | type[SignOffWithdrawal],
    words: str,
    on: InstrumentedAttribute[date],
    ids: Sequence[UUID],
) -> Select[UUID, str, date, UUID, UUID, datetime]:
    columns = (model.sign_off_id, literal(words).label("words"), on.label("on"))
    return select(*columns, model.by_id, model.reason_id, model.recorded_at).where(model.sign_off_id.in_(ids))


def get_sign_off(viewer: Viewer, sign_off_id: UUID, permission: Permission) -> SignOffRow:
    """One sign-off of a trainee the viewer may do this to."""
    trainee_id = db.session.scalar(
        select(SignOff.trainee_id).where(
            SignOff.id == sign_off_id, SignOff.trainee_id.in_(visible_trainees(viewer, permission))
        )
    )
    if trainee_id is None:
        raise NotFound
    facts = load_sign_offs(select(Person.id).where(Person.id == trainee_id), known_at=now())[trainee_id]
    (fact,) = (each for each in facts if each.id == sign_off_id)
    titles = get_framework_version(fact.framework_id).framework.titles if fact.framework_id else find_titles()
    (row,) = sign_off_rows([fact], titles)
    return row


@dataclass(frozen=True, slots=True)
class ProposalRow:
    """A proposal to withdraw a sign-off that waits for a second person."""

    id: UUID
    sign_off_id: UUID
    trainee_id: UUID
    trainee_name: str
    code: str
    by_id: UUID
    by_name: str
    proposed_on: date


def list_proposals(viewer: Viewer) -> list[ProposalRow]:
    """The withdrawals proposed of trainees in the viewer's scope that wait for a second person, oldest first."""
    return _proposals(SignOff.trainee_id.in_(visible_trainees(viewer, Permission.SIGN_OFF_WITHDRAW)))


def get_proposal(viewer: Viewer, sign_off_id: UUID) -> ProposalRow:
    """The proposal about a sign-off that waits for a second person, if the viewer may answer it or made it."""
    found = _proposals(
        SignOff.id == sign_off_id, SignOff.trainee_id.in_(visible_trainees(viewer, Permission.SIGN_OFF_WITHDRAW))
    )
    if not found:
        raise NotFound("No withdrawal of this sign-off waits for a second person.")
    return found[0]


def _proposals(*where: ColumnElement[bool]) -> list[ProposalRow]:
    trainee, by = aliased(Person), aliased(Person)
    rows = db.session.execute(
        select(
            WithdrawalProposal.id,
            SignOff.id,
            SignOff.trainee_id,
            trainee.name,
            SignOff.capability_code,
            WithdrawalProposal.by_id,
            by.name,
            WithdrawalProposal.proposed_on,
        )
        .join(SignOff, SignOff.id == WithdrawalProposal.sign_off_id)
        .join(trainee, trainee.id == SignOff.trainee_id)
        .join(by, by.id == WithdrawalProposal.by_id)
        .outerjoin(WithdrawalDecline, WithdrawalDecline.proposal_id == WithdrawalProposal.id)
        .outerjoin(SignOffWithdrawal, SignOffWithdrawal.sign_off_id == SignOff.id)
        .where(WithdrawalDecline.id.is_(None), SignOffWithdrawal.id.is_(None), *where)
        .order_by(WithdrawalProposal.recorded_at, WithdrawalProposal.id)
    )
    return [ProposalRow(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """A sign-off of a trainee that is to be looked at again, and whether by this viewer."""

    trainee_id: UUID
    trainee_name: str
    review: Review
    on: date
    may_decide: bool

    @property
    def is_overdue(self) -> bool:
        """Whether the day by which a signer looks at it has passed."""
        return self.review.is_overdue(self.on)


def list_reviews(viewer: Viewer) -> list[ReviewRow]:
    """The open reviews of the trainees in the viewer's scope, the first due first. A constant number of statements."""
    scope = visible_trainees(viewer, Permission.SIGN_OFF_WITHDRAW)
    found = [(key, review) for key, each in reviews_of(scope).items() if key != viewer.id for review in each]
    people = people_by_id({key for key, _ in found})
    barred = why_no_signer(viewer, people)
    signs = viewer.may(Permission.CAPABILITY_SIGN_OFF)
    rows = [ReviewRow(key, people[key].name, review, today(), signs and not barred[key]) for key, review in found]
    return sorted(rows, key=lambda row: (row.review.due, row.trainee_name, row.review.capability.code))


def reviews_of(trainees: Select[UUID]) -> dict[UUID, list[Review]]:
    """The open reviews of each trainee today. A constant number of statements."""
    records = find_held(trainees)
    return {key: records.reviews(key, today()) for key in records.signed} if records else {}


def find_review(trainee_id: UUID, sign_off_id: UUID) -> Review | None:
    """The open review of a sign-off, for a decision that has checked the scope itself."""
    reviews = reviews_of(select(Person.id).where(Person.id == trainee_id)).get(trainee_id, [])
    return next((each for each in reviews if each.sign_off.id == sign_off_id), None)


def sent_notices(trainees: Select[UUID]) -> dict[NoticeKey, frozenset[int]]:
    """How many days ahead a notice of the coming review of each sign-off of these trainees was sent. One statement."""
    found: dict[NoticeKey, set[int]] = {}
    rows = db.session.execute(
        select(SentReviewNotice.sign_off_id, SentReviewNotice.capability_code, SentReviewNotice.days)
        .join(SignOff, SignOff.id == SentReviewNotice.sign_off_id)
        .where(SignOff.trainee_id.in_(trainees))
    )
    for sign_off_id, code, days in rows:
        found.setdefault((sign_off_id, code), set()).add(days)
    return {key: frozenset(each) for key, each in found.items()}
