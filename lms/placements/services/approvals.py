"""Asking a supervisor to approve shifts away from their account, and what they sign: one transaction each."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from lms.audit.services import hold, keep_text, record
from lms.core.clock import now
from lms.core.days import london_day
from lms.core.db import db, transaction
from lms.core.errors import RuleViolation
from lms.core.identifiers import check_free_text
from lms.core.words import day, number_of
from lms.identity.models import Person
from lms.identity.services import create_guest, viewer_for
from lms.notifications.services import send_mail, tell
from lms.placements import queries
from lms.placements.models import ApprovalRequest, ApprovalRequestShift, ShiftDecision
from lms.placements.rules import approvals, states
from lms.placements.rules.states import ApprovalWay, Verdict
from lms.policy import Permission, Role, Viewer
from lms.signing.rules import LINK_LASTS, Channel, Purpose, Refusal, Refused
from lms.signing.services import (
    Proof,
    Signature,
    check_not_own_address,
    make_link,
    noting_refusals,
    open_on_device,
    opening,
    send_receipt,
    signed,
    signing,
)


def ask_approval(
    actor: Viewer,
    shift_ids: Collection[UUID],
    *,
    way: ApprovalWay,
    supervisor_id: UUID | None = None,
    name: str = "",
    profession: str = "",
    email: str = "",
) -> ApprovalRequest:
    """Ask for the approval of shifts the actor worked: on this device, by a link, or to confirm what was said offline.

    Somebody elsewhere is a supervisor by name, or a guest by address; both get a link that was sent to them alone.

    Raises NotFound for somebody else's shift; RuleViolation if nothing waits, nobody could be reached, or the address
    is the actor's own, which leaves a trace, or that of an account.
    """
    approvals.check_reachable(way, supervisor_id=supervisor_id, email=email)
    with noting_refusals(Purpose.HOURS, None, trainee_id=actor.id, actor=actor), transaction() as session:
        hold(actor.id)
        pages = [queries.get_own_shift(actor, shift_id) for shift_id in dict.fromkeys(shift_ids)]
        approvals.check_ask([page.row.fact.status for page in pages])
        if way is ApprovalWay.HERE:
            supervisor_id = None
        elif supervisor_id is None:
            check_not_own_address(actor.id, email)
            guest = create_guest(actor, name=name, profession=profession, registration_number="", email=email)
            supervisor_id = guest.id
        else:
            check_supervises(supervisor_id, actor.id, [page.site_id for page in pages])
        request = ApprovalRequest(
            trainee_id=actor.id, supervisor_id=supervisor_id, way=way, role=actor.role_for(Permission.HOURS_LOG)
        )
        asked = [ApprovalRequestShift(request_id=request.id, shift_id=page.row.fact.id) for page in pages]
        session.add(request)
        session.flush()
        session.add_all(asked)
        record(actor, "hours.approval-asked", request, *asked, about=actor.id, under=Permission.HOURS_LOG)
        if supervisor_id is not None:
            _send_link(request, supervisor_id)
    return request


def check_supervises(person_id: UUID, trainee_id: UUID, site_ids: Collection[UUID]) -> None:
    """Refuse somebody who does not supervise today, or not at one of these sites, and the trainee.

    Raises RuleViolation on `supervisor_id`.
    """
    states.check_names_another(trainee_id, person_id)
    supervisors = queries.list_supervisors()
    if all(person.id != person_id for person in supervisors):
        raise RuleViolation("Choose a supervisor from the list", "supervisor_id")
    for site in queries.list_sites():
        if site.id in site_ids:
            named = {person.id: person.name for person in supervisors if site.id in person.sites}
            states.check_supervises(person_id, named, site=site.name)


def open_approval_link(token: str, *, actor: Viewer | None, session_token: str | None) -> str:
    """Open a link to shifts that wait: this device may answer from now on, and its session, if there is one, ends.

    Returns the token for its cookie. Raises NotFound for no link; Refused, which leaves a trace, for the trainee and
    for a link that was used or has ended.
    """
    with opening(token, Purpose.HOURS, actor) as link:
        return open_on_device(link, session_token)


def sign_hours(
    request_id: UUID,
    *,
    channel: Channel,
    sent_to: UUID | None,
    proof: Proof,
    shifts: Collection[UUID],
    comment: str = "",
    no_identifiers: bool = False,
) -> list[ShiftDecision]:
    """Approve shifts without being signed in, and query those left out, with how surely it was this supervisor.

    `channel` and `sent_to` are those of the device's form session. A guest's approval counts for nothing until an
    administrator has checked the guest. What is refused leaves a trace.

    Raises RuleViolation for a proof that is wrong or not allowed here, a request that was answered, a supervisor of
    other sites, or a shift that is left out without a word.
    """
    check_free_text(comment, no_identifiers=no_identifiers, field="comment")
    trainee_id = queries.get_held_approval(request_id).trainee_id
    form: dict[str, Any] = {"trainee_id": trainee_id, "channel": channel, "sent_to": sent_to, "proof": proof}
    with signing(Purpose.HOURS, request_id, permission=Permission.HOURS_APPROVE, **form) as sign:
        page = queries.get_held_approval(request_id)
        if page.is_answered:
            raise Refused(Refusal.CLOSED_REQUEST, "These shifts no longer wait for an answer.")
        approvals.check_answer([row.fact.id for row in page.rows], shifts, comment)
        return _sign(page, sign(), approved=set(shifts), comment=comment)


def _sign(
    page: queries.HeldApproval, by: Signature, *, approved: Collection[UUID], comment: str
) -> list[ShiftDecision]:
    actor = _acting(page, by.person)
    left_out = any(row.fact.id not in approved for row in page.rows)
    said = keep_text(comment) if left_out else None
    made = []
    for row in page.rows:
        states.check_approval(row.fact.status, actor_id=by.person.id, trainee_id=page.trainee_id)
        is_approved = row.fact.id in approved
        made.append(
            ShiftDecision(
                shift_id=row.fact.id,
                trainee_id=page.trainee_id,
                verdict=Verdict.APPROVED if is_approved else Verdict.QUERIED,
                by_id=by.person.id,
                role=actor.acting if actor else None,
                profession=by.person.profession,
                identity_grade=by.grade,
                signature_id=by.drawn.id if by.drawn else None,
                request_id=page.id,
                comment=None if is_approved else said,
            )
        )
    db.session.add_all(made)
    db.session.flush()
    extra = [by.drawn] if by.drawn else []
    for verdict, event in ((Verdict.APPROVED, "hours.approved"), (Verdict.QUERIED, "hours.queried")):
        rows = [decision for decision in made if decision.verdict is verdict]
        if rows:
            record(actor, event, *rows, *extra, about=page.trainee_id)
            extra = []
    signed(page.id, page.id)
    if by.person.email:
        send_receipt(Purpose.HOURS, page.id, trainee_id=page.trainee_id, person_id=by.person.id)
    tell(page.trainee_id, _told(by.person.name, made), "/hours")
    return made


def _told(name: str, made: Sequence[ShiftDecision]) -> str:
    """How many shifts somebody approved, and about how many they asked."""
    approved = sum(each.verdict is Verdict.APPROVED for each in made)
    said = [f"approved {number_of(approved, 'shift')}"] if approved else []
    if approved < len(made):
        said.append(f"asked about {number_of(len(made) - approved, 'shift')}")
    return f"{name} {' and '.join(said)}"


def _acting(page: queries.HeldApproval, person: Person) -> Viewer | None:
    """The account of a signer, as a supervisor of these sites; none of a guest, who signs in no role."""
    if person.is_guest:
        return None
    check_supervises(person.id, page.trainee_id, page.site_ids)
    return replace(viewer_for(person.id), acting=Role.SUPERVISOR)


def _send_link(request: ApprovalRequest, person_id: UUID) -> None:
    """Send the only link that proves an address; nobody else ever sees it."""
    token = make_link(
        Purpose.HOURS, request.id, trainee_id=request.trainee_id, channel=Channel.SENT, person_id=person_id
    )
    send_mail(person_id, "asked-to-approve", url=f"/hours/sign/{token}", until=day(london_day(now() + LINK_LASTS)))
