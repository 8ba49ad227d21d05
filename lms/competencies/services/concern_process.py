"""The trainee's reply and second opinion, and the actions of a plan."""

from datetime import date
from uuid import UUID

from lms.audit.services import hold, keep_text, record
from lms.competencies import queries
from lms.competencies.models import (
    ConcernAction,
    ConcernActionEntry,
    ConcernReply,
    SecondOpinion,
    SecondOpinionRequest,
)
from lms.competencies.queries import ConcernPage
from lms.competencies.rules import ConcernActionOutcome, OpinionView, Party, may_advise
from lms.competencies.rules.concern_parties import is_shared, told_of_decision
from lms.competencies.rules.concern_process import (
    check_action,
    check_ask_opinion,
    check_decider,
    check_entry,
    check_give_opinion,
    check_reply,
)
from lms.competencies.services.concern_notices import DECIDED, page_of, tell_parties
from lms.competencies.services.concerns import managed_concern
from lms.core.clock import today
from lms.core.db import db, transaction
from lms.core.identifiers import check_free_text
from lms.identity.queries import acting_towards
from lms.notifications.services import tell
from lms.policy import Permission, Viewer

REPLIED = {Party.TRUST: "A trainee replied to a concern"}
PROGRESSED = {
    Party.TRAINEE: "There is progress on an action of yours",
    Party.TRUST: "A trainee wrote about an action of a plan",
}


def reply_to_concern(actor: Viewer, concern_id: UUID, *, text: str, no_identifiers: bool = False) -> ConcernReply:
    """Say how the trainee sees a concern about themselves. It is read before anything more is decided.

    Raises NotFound for a concern about somebody else, RuleViolation without words.
    """
    check_free_text(text, no_identifiers=no_identifiers, field="text")
    with transaction() as session:
        hold(actor.id)
        fact = queries.get_own_concern(actor, concern_id).row.fact
        check_reply(fact, actor_id=actor.id, text=text)
        reply = ConcernReply(
            concern_id=fact.id,
            by_id=actor.id,
            role=actor.role_for(Permission.CONCERN_ANSWER),
            replied_on=today(),
            text=keep_text(text),
        )
        session.add(reply)
        record(actor, "concern.replied", reply, about=actor.id, under=Permission.CONCERN_ANSWER)
        tell_parties(fact, REPLIED, REPLIED, but=actor.id)
    return reply


def ask_second_opinion(
    actor: Viewer, concern_id: UUID, *, text: str, no_identifiers: bool = False
) -> SecondOpinionRequest:
    """Ask that somebody who is not involved looks at a concern. Those who may give it are told.

    Raises NotFound for a concern about somebody else, RuleViolation as check_ask_opinion does.
    """
    check_free_text(text, no_identifiers=no_identifiers, field="text")
    with transaction() as session:
        hold(actor.id)
        page = queries.get_own_concern(actor, concern_id)
        waiting = page.process.waiting_opinion is not None
        check_ask_opinion(page.row.fact, actor_id=actor.id, is_waiting=waiting, text=text, on=today())
        asked = SecondOpinionRequest(
            concern_id=concern_id,
            by_id=actor.id,
            role=actor.role_for(Permission.CONCERN_ANSWER),
            asked_on=today(),
            text=keep_text(text),
        )
        session.add(asked)
        record(actor, "concern.opinion-asked", asked, about=actor.id, under=Permission.CONCERN_ANSWER)
        _ask_advisers(page)
    return asked


def _ask_advisers(page: ConcernPage) -> None:
    """Tell those who may give the second opinion, and the other managers that it is asked for."""
    fact = page.row.fact
    managers = queries.list_managers(fact.trainee_id)
    educators = queries.list_educators(fact.trainee_id) if page.row.university_sees else []
    for person_id in dict.fromkeys([*managers, *educators]):
        if may_advise(fact, page.process.hands, person_id):
            tell(person_id, "A second opinion on a concern is asked for: you may give it", page_of(fact.id))
        elif person_id in managers and person_id != fact.trainee_id:
            tell(person_id, "A second opinion on a concern is asked for. Somebody else gives it", page_of(fact.id))


def give_second_opinion(
    actor: Viewer, concern_id: UUID, *, view: OpinionView, text: str, no_identifiers: bool = False
) -> SecondOpinion:
    """Say what somebody who is not involved thinks. The trainee and those who decide are told.

    Raises NotFound outside the actor's scope, RuleViolation as check_give_opinion does.
    """
    check_free_text(text, no_identifiers=no_identifiers, field="text")
    with transaction() as session:
        trainee_id = queries.get_concern(actor, concern_id).row.fact.trainee_id
        hold(trainee_id)
        actor = acting_towards(actor, trainee_id, Permission.CONCERN_ADVISE)
        page = queries.get_concern(actor, concern_id)
        fact, asked = page.row.fact, page.process.waiting_opinion
        check_give_opinion(fact, page.process.hands, actor_id=actor.id, is_waiting=asked is not None, text=text)
        assert asked is not None
        opinion = SecondOpinion(
            request_id=asked.id,
            by_id=actor.id,
            role=actor.role_for(Permission.CONCERN_ADVISE),
            view=view,
            given_on=today(),
            text=keep_text(text),
        )
        session.add(opinion)
        record(actor, "concern.opinion-given", opinion, about=trainee_id, under=Permission.CONCERN_ADVISE)
        words = {
            Party.TRAINEE: "The second opinion you asked for was given",
            Party.TRUST: "A second opinion on a concern was given",
        }
        tell_parties(fact, words, words, but=actor.id)
    return opinion


def set_action(
    actor: Viewer, concern_id: UUID, *, what: str, judged: str, due_on: date, no_identifiers: bool = False
) -> ConcernAction:
    """Add an action to a plan: what, by when, and how it will be judged.

    Raises NotFound outside the actor's scope, RuleViolation as check_action and check_decider do.
    """
    check_free_text(what, no_identifiers=no_identifiers, field="what")
    check_free_text(judged, no_identifiers=no_identifiers, field="judged")
    with transaction() as session:
        page = managed_concern(actor, concern_id)
        fact = page.row.fact
        check_decider(fact, page.process.hands, actor_id=actor.id)
        check_action(fact, what=what, judged=judged, due_on=due_on, on=today())
        action = ConcernAction(
            concern_id=fact.id,
            by_id=actor.id,
            role=actor.role_for(Permission.CONCERN_MANAGE),
            set_on=today(),
            due_on=due_on,
            what=keep_text(what),
            judged=keep_text(judged),
        )
        session.add(action)
        record(actor, "concern.action-set", action, about=fact.trainee_id, under=Permission.CONCERN_MANAGE)
        _tell_of_decision(page, but=actor.id)
    return action


def note_own_progress(
    actor: Viewer, concern_id: UUID, *, action_id: UUID, text: str, no_identifiers: bool = False
) -> ConcernActionEntry:
    """Write how an action of the trainee's own plan goes. Those who decide are told.

    Raises NotFound for a concern about somebody else, RuleViolation as check_entry does.
    """
    check_free_text(text, no_identifiers=no_identifiers, field="text")
    with transaction():
        hold(actor.id)
        page = queries.get_own_concern(actor, concern_id)
        return _progress(actor, page, action_id, text, under=Permission.CONCERN_ANSWER, tells=Party.TRUST)


def note_progress(
    actor: Viewer, concern_id: UUID, *, action_id: UUID, text: str, no_identifiers: bool = False
) -> ConcernActionEntry:
    """Write how an action goes, as somebody who manages concerns. The trainee is told.

    Raises NotFound outside the actor's scope, RuleViolation about oneself and as check_entry does.
    """
    check_free_text(text, no_identifiers=no_identifiers, field="text")
    with transaction():
        page = managed_concern(actor, concern_id)
        return _progress(actor, page, action_id, text, under=Permission.CONCERN_MANAGE, tells=Party.TRAINEE)


def end_action(
    actor: Viewer,
    concern_id: UUID,
    *,
    action_id: UUID,
    outcome: ConcernActionOutcome,
    text: str,
    no_identifiers: bool = False,
) -> ConcernActionEntry:
    """Decide how an action ended, with a reason.

    Raises NotFound outside the actor's scope, RuleViolation as check_entry and check_decider do.
    """
    check_free_text(text, no_identifiers=no_identifiers, field="text")
    with transaction():
        page = managed_concern(actor, concern_id)
        check_decider(page.row.fact, page.process.hands, actor_id=actor.id)
        entry = _enter(actor, page, action_id, outcome, text, Permission.CONCERN_MANAGE)
        about = page.row.fact.trainee_id
        record(actor, "concern.action-ended", entry, about=about, under=Permission.CONCERN_MANAGE)
        _tell_of_decision(page, but=actor.id)
    return entry


def _progress(
    actor: Viewer, page: ConcernPage, action_id: UUID, text: str, *, under: Permission, tells: Party
) -> ConcernActionEntry:
    entry = _enter(actor, page, action_id, None, text, under)
    record(actor, "concern.action-progressed", entry, about=page.row.fact.trainee_id, under=under)
    tell_parties(page.row.fact, {tells}, PROGRESSED, but=actor.id)
    return entry


def _enter(
    actor: Viewer,
    page: ConcernPage,
    action_id: UUID,
    outcome: ConcernActionOutcome | None,
    text: str,
    under: Permission,
) -> ConcernActionEntry:
    action = next((each for each in page.process.action_facts if each.id == action_id), None)
    check_entry(page.row.fact, action, text=text, on=today())
    entry = ConcernActionEntry(
        action_id=action_id,
        by_id=actor.id,
        role=actor.role_for(under),
        outcome=outcome,
        entered_on=today(),
        text=keep_text(text),
    )
    db.session.add(entry)
    return entry


def _tell_of_decision(page: ConcernPage, *, but: UUID) -> None:
    fact = page.row.fact
    parties = told_of_decision(fact.rung(today()), is_shared=is_shared(fact))
    tell_parties(fact, parties, DECIDED, but=but)
