"""Reading what belongs to a concern: replies, sharing, second opinions, actions. Who may ask is decided before."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import Select, literal, select, union_all
from sqlalchemy.orm import joinedload

from lms.competencies.models import (
    ConcernAction,
    ConcernActionEntry,
    ConcernClockTold,
    ConcernReply,
    ConcernReplySeen,
    ConcernShare,
    SecondOpinion,
    SecondOpinionRequest,
)
from lms.competencies.rules import ClockNews, ConcernActionFact, ConcernActionOutcome, Hands, OpinionView
from lms.core.clock import today
from lms.core.db import db
from lms.identity.models import Person
from lms.policy import Role


@dataclass(frozen=True, slots=True)
class Waits:
    """Whether a reply has not been in view of a decision yet, and whether a second opinion is asked for."""

    reply: bool = False
    opinion: bool = False


@dataclass(frozen=True, slots=True)
class ReplyRow:
    """One reply of the trainee; no text where it was redacted."""

    id: UUID
    replied_on: date
    text_id: UUID
    text: str | None


@dataclass(frozen=True, slots=True)
class ShareRow:
    """That the university may read the concern, and why."""

    by_id: UUID
    by_name: str
    shared_on: date
    reason_id: UUID
    reason: str | None


@dataclass(frozen=True, slots=True)
class GivenRow:
    """A second opinion as it was given."""

    by_id: UUID
    by_name: str
    role: Role
    view: OpinionView
    given_on: date
    text_id: UUID
    text: str | None


@dataclass(frozen=True, slots=True)
class OpinionRow:
    """A second opinion that was asked for, and what came of it."""

    id: UUID
    asked_on: date
    text_id: UUID
    text: str | None
    given: GivenRow | None


@dataclass(frozen=True, slots=True)
class ActionEntryRow:
    """Progress with an action, or the decision that ended it."""

    by_id: UUID
    by_name: str
    outcome: ConcernActionOutcome | None
    entered_on: date
    text_id: UUID
    text: str | None


@dataclass(frozen=True, slots=True)
class ConcernActionRow:
    """One action of a plan with its entries."""

    fact: ConcernActionFact
    by_id: UUID
    by_name: str
    set_on: date
    what_id: UUID
    what: str | None
    judged_id: UUID
    judged: str | None
    entries: Sequence[ActionEntryRow]

    @property
    def is_overdue(self) -> bool:
        """Whether its day has passed without a decision."""
        return self.fact.is_overdue(today())


@dataclass(frozen=True, slots=True)
class Process:
    """Everything that belongs to one concern beside its steps."""

    replies: Sequence[ReplyRow]
    replies_seen: dict[UUID, int]
    share: ShareRow | None
    opinions: Sequence[OpinionRow]
    actions: Sequence[ConcernActionRow]
    hands: Hands

    @property
    def newest_reply_id(self) -> UUID | None:
        """The last reply, if there is one."""
        return self.replies[-1].id if self.replies else None

    @property
    def waiting_opinion(self) -> OpinionRow | None:
        """The second opinion that was asked for and not given yet."""
        return next((each for each in self.opinions if each.given is None), None)

    @property
    def action_facts(self) -> list[ConcernActionFact]:
        """The actions as rules take them."""
        return [each.fact for each in self.actions]

    @property
    def open_actions(self) -> list[ConcernActionRow]:
        """The actions about which nobody has decided."""
        return [each for each in self.actions if each.fact.is_open]


def find_process(concern_id: UUID, *, deciders: Collection[UUID]) -> Process:
    """Everything that belongs to a concern beside its steps; `deciders` are those who took the steps."""
    share, opinions, actions = _share(concern_id), _opinions(concern_id), _actions(concern_id)
    decided = {each.by_id for action in actions for each in action.entries if each.outcome is not None}
    decided |= {action.by_id for action in actions} | ({share.by_id} if share else set())
    advisers = frozenset(each.given.by_id for each in opinions if each.given is not None)
    return Process(
        replies=_replies(concern_id),
        replies_seen=_seen(concern_id),
        share=share,
        opinions=opinions,
        actions=actions,
        hands=Hands(deciders=frozenset(decided | set(deciders)), advisers=advisers),
    )


def find_waits(concern_ids: Collection[UUID]) -> dict[UUID, Waits]:
    """What waits to be read or given, for those concerns where something does. One statement."""
    seen = select(ConcernReplySeen.id).where(ConcernReplySeen.reply_id == ConcernReply.id)
    given = select(SecondOpinion.id).where(SecondOpinion.request_id == SecondOpinionRequest.id)
    rows = db.session.execute(
        union_all(
            select(ConcernReply.concern_id, literal("reply")).where(
                ConcernReply.concern_id.in_(concern_ids), ~seen.exists()
            ),
            select(SecondOpinionRequest.concern_id, literal("opinion")).where(
                SecondOpinionRequest.concern_id.in_(concern_ids), ~given.exists()
            ),
        )
    )
    found: dict[UUID, set[str]] = {}
    for concern_id, what in rows:
        found.setdefault(concern_id, set()).add(what)
    return {concern_id: Waits("reply" in what, "opinion" in what) for concern_id, what in found.items()}


def list_told_clocks() -> set[tuple[UUID, date, ClockNews]]:
    """Which news of clocks have been told: concern, day and news."""
    told = select(ConcernClockTold.concern_id, ConcernClockTold.due_on, ConcernClockTold.news)
    return {(concern_id, due_on, news) for concern_id, due_on, news in db.session.execute(told)}


def _replies(concern_id: UUID) -> list[ReplyRow]:
    rows = db.session.scalars(
        select(ConcernReply)
        .where(ConcernReply.concern_id == concern_id)
        .options(joinedload(ConcernReply.text))
        .order_by(ConcernReply.recorded_at, ConcernReply.id)
    )
    return [ReplyRow(row.id, row.replied_on, row.text_id, row.text.text) for row in rows]


def _seen(concern_id: UUID) -> dict[UUID, int]:
    """How many replies were in view, by step."""
    found: dict[UUID, int] = {}
    for step_id in db.session.scalars(
        select(ConcernReplySeen.step_id)
        .join(ConcernReply, ConcernReply.id == ConcernReplySeen.reply_id)
        .where(ConcernReply.concern_id == concern_id)
    ):
        found[step_id] = found.get(step_id, 0) + 1
    return found


def _share(concern_id: UUID) -> ShareRow | None:
    row = db.session.execute(
        select(ConcernShare, Person.name)
        .join(Person, Person.id == ConcernShare.by_id)
        .where(ConcernShare.concern_id == concern_id)
        .options(joinedload(ConcernShare.reason))
    ).first()
    if row is None:
        return None
    share, name = row
    return ShareRow(share.by_id, name, share.shared_on, share.reason_id, share.reason.text)


def _opinions(concern_id: UUID) -> list[OpinionRow]:
    given = {
        opinion.request_id: GivenRow(
            opinion.by_id, name, opinion.role, opinion.view, opinion.given_on, opinion.text_id, opinion.text.text
        )
        for opinion, name in db.session.execute(
            select(SecondOpinion, Person.name)
            .join(Person, Person.id == SecondOpinion.by_id)
            .where(SecondOpinion.request_id.in_(_of(concern_id)))
            .options(joinedload(SecondOpinion.text))
        )
    }
    asked = db.session.scalars(
        select(SecondOpinionRequest)
        .where(SecondOpinionRequest.concern_id == concern_id)
        .options(joinedload(SecondOpinionRequest.text))
        .order_by(SecondOpinionRequest.recorded_at, SecondOpinionRequest.id)
    )
    return [OpinionRow(row.id, row.asked_on, row.text_id, row.text.text, given.get(row.id)) for row in asked]


def _of(concern_id: UUID) -> Select[UUID]:
    return select(SecondOpinionRequest.id).where(SecondOpinionRequest.concern_id == concern_id)


def _actions(concern_id: UUID) -> list[ConcernActionRow]:
    entries: dict[UUID, list[ActionEntryRow]] = {}
    for entry, name in db.session.execute(
        select(ConcernActionEntry, Person.name)
        .join(Person, Person.id == ConcernActionEntry.by_id)
        .join(ConcernAction, ConcernAction.id == ConcernActionEntry.action_id)
        .where(ConcernAction.concern_id == concern_id)
        .options(joinedload(ConcernActionEntry.text))
        .order_by(ConcernActionEntry.recorded_at, ConcernActionEntry.id)
    ):
        row = ActionEntryRow(entry.by_id, name, entry.outcome, entry.entered_on, entry.text_id, entry.text.text)
        entries.setdefault(entry.action_id, []).append(row)
    actions = db.session.execute(
        select(ConcernAction, Person.name)
        .join(Person, Person.id == ConcernAction.by_id)
        .where(ConcernAction.concern_id == concern_id)
        .options(joinedload(ConcernAction.what), joinedload(ConcernAction.judged))
        .order_by(ConcernAction.due_on, ConcernAction.id)
    )
    return [_action(action, name, entries.get(action.id, ())) for action, name in actions]


def _action(action: ConcernAction, by_name: str, entries: Sequence[ActionEntryRow]) -> ConcernActionRow:
    outcome = next((each.outcome for each in entries if each.outcome is not None), None)
    return ConcernActionRow(
        fact=ConcernActionFact(action.id, action.due_on, outcome),
        by_id=action.by_id,
        by_name=by_name,
        set_on=action.set_on,
        what_id=action.what_id,
        what=action.what.text,
        judged_id=action.judged_id,
        judged=action.judged.text,
        entries=entries,
    )
