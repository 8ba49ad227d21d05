"""Taking a sign-off back: one person proposes, a second one confirms or declines."""

from uuid import UUID

from lms.audit.services import hold, keep_text, record
from lms.competencies import queries, rules
from lms.competencies.models import SignOffWithdrawal, WithdrawalDecline, WithdrawalProposal
from lms.core.clock import today
from lms.core.db import transaction
from lms.core.identifiers import check_free_text
from lms.identity.queries import acting_towards
from lms.notifications.services import tell
from lms.policy import Permission, Viewer

WAITING = "/sign-offs"


def propose_withdrawal(
    actor: Viewer, sign_off_id: UUID, *, reason: str, no_identifiers: bool = False
) -> WithdrawalProposal:
    """Propose that a sign-off be withdrawn, with a reason the trainee reads. It stands until somebody else confirms.

    Raises NotFound outside the actor's scope, RuleViolation for oneself, without a reason, or if it is withdrawn or
    proposed already.
    """
    check_free_text(reason, no_identifiers=no_identifiers, field="reason")
    with transaction() as session:
        hold(queries.get_sign_off(actor, sign_off_id, Permission.SIGN_OFF_WITHDRAW).fact.trainee_id)
        found = queries.get_sign_off(actor, sign_off_id, Permission.SIGN_OFF_WITHDRAW)
        fact = found.fact
        rules.check_proposal(actor_id=actor.id, sign_off=fact, reason=reason)
        actor = acting_towards(actor, fact.trainee_id, Permission.SIGN_OFF_WITHDRAW)
        row = WithdrawalProposal(
            sign_off_id=fact.id, by_id=actor.id, role=actor.acting, proposed_on=today(), reason=keep_text(reason)
        )
        session.add(row)
        record(actor, "sign-off.withdrawal-proposed", row, about=fact.trainee_id)
        said = f"{actor.name} proposes to withdraw the sign-off of {found.capability}"
        tell(fact.trainee_id, f"{said}. It stands until a second person decides.", _page_of(fact))
        others = {fact.assessor_id, *queries.list_managers(fact.trainee_id)} - {actor.id, fact.trainee_id}
        for person_id in sorted(others):
            tell(person_id, f"{said}: a second person confirms or declines", WAITING)
    return row


def confirm_withdrawal(
    actor: Viewer, sign_off_id: UUID, *, reason: str, no_identifiers: bool = False
) -> SignOffWithdrawal:
    """Confirm a proposal as the second person: the sign-off is withdrawn. What was signed stays on record.

    Raises NotFound outside the actor's scope or if nothing was proposed, RuleViolation for whoever proposed it, for
    oneself, or without a reason.
    """
    check_free_text(reason, no_identifiers=no_identifiers, field="reason")
    with transaction() as session:
        found, proposal, actor = _answered(actor, sign_off_id, reason)
        row = SignOffWithdrawal(
            sign_off_id=found.fact.id, by_id=actor.id, role=actor.acting, withdrawn_on=today(), reason=keep_text(reason)
        )
        session.add(row)
        record(actor, "sign-off.withdrawn", row, about=found.fact.trainee_id)
        _tell(actor, found, proposal, f"{actor.name} confirmed that the sign-off of {found.capability} is withdrawn")
    return row


def decline_withdrawal(
    actor: Viewer, sign_off_id: UUID, *, reason: str, no_identifiers: bool = False
) -> WithdrawalDecline:
    """Decline a proposal as the second person: the sign-off goes on standing.

    Raises NotFound outside the actor's scope or if nothing was proposed, RuleViolation for whoever proposed it, for
    oneself, or without a reason.
    """
    check_free_text(reason, no_identifiers=no_identifiers, field="reason")
    with transaction() as session:
        found, proposal, actor = _answered(actor, sign_off_id, reason)
        row = WithdrawalDecline(
            proposal_id=proposal.id, by_id=actor.id, role=actor.acting, declined_on=today(), reason=keep_text(reason)
        )
        session.add(row)
        record(actor, "sign-off.withdrawal-declined", row, about=found.fact.trainee_id)
        _tell(actor, found, proposal, f"{actor.name} declined to withdraw the sign-off of {found.capability}")
    return row


def _answered(actor: Viewer, sign_off_id: UUID, reason: str) -> tuple[queries.SignOffRow, queries.ProposalRow, Viewer]:
    """The sign-off, its open proposal and the second person in a role by which they may answer it."""
    hold(queries.get_proposal(actor, sign_off_id).trainee_id)
    proposal = queries.get_proposal(actor, sign_off_id)
    rules.check_second_person(
        actor_id=actor.id, proposed_by_id=proposal.by_id, trainee_id=proposal.trainee_id, reason=reason
    )
    found = queries.get_sign_off(actor, sign_off_id, Permission.SIGN_OFF_WITHDRAW)
    return found, proposal, acting_towards(actor, proposal.trainee_id, Permission.SIGN_OFF_WITHDRAW)


def _tell(actor: Viewer, found: queries.SignOffRow, proposal: queries.ProposalRow, said: str) -> None:
    fact = found.fact
    tell(fact.trainee_id, said, _page_of(fact))
    others = {fact.assessor_id, proposal.by_id, *queries.list_managers(fact.trainee_id)} - {actor.id, fact.trainee_id}
    for person_id in sorted(others):
        tell(person_id, said, WAITING)


def _page_of(fact: rules.SignOffFact) -> str:
    return f"/trainees/{fact.trainee_id}/capabilities/{fact.code}"
