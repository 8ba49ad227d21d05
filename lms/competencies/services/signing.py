"""Signing an assessment without being signed in: by PIN, passkey, the link that was sent, or a signature."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from lms.competencies import queries, rules
from lms.competencies.models import Assessment
from lms.competencies.services.assessments import Answers, Signer, send_signing_receipt, store
from lms.competencies.services.requests import check_holder, take
from lms.core.days import london_day
from lms.identity.queries import roles_towards
from lms.identity.services import viewer_for
from lms.policy import Permission, Viewer, roles_with
from lms.signing.rules import Channel, Purpose, Refusal, Refused
from lms.signing.services import Proof, Signature, refused_as, signing


def sign_assessment(
    request_id: UUID, *, channel: Channel, sent_to: UUID | None, proof: Proof, **said: Any
) -> Assessment:
    """Record what somebody saw who is not signed in, with how surely it was them. Tells the trainee, sends a receipt.

    `channel` and `sent_to` are those of the device's form session; `said` are the fields of Answers. A guest's
    assessment counts towards no rule until an administrator has checked the guest. What is refused leaves a trace.

    Raises RuleViolation for a proof that is wrong or not allowed here, a request that no longer waits, or answers that
    are not complete; nothing is then written but the trace.
    """
    answers = Answers(**said)
    answers.check()
    trainee_id = queries.get_held_request(request_id).row.trainee_id
    form: dict[str, Any] = {"trainee_id": trainee_id, "channel": channel, "sent_to": sent_to, "proof": proof}
    with signing(Purpose.ASSESSMENT, request_id, permission=Permission.ASSESSMENT_COMPLETE, **form) as sign:
        page = queries.get_held_request(request_id)
        if not page.row.state.is_waiting:
            raise Refused(Refusal.CLOSED_REQUEST, "This request no longer waits for an answer.")
        check_holder(page.row, sent_to)
        with refused_as(Refusal.WRONG_DATE):
            rules.check_observed_on(answers.observed_on, asked_on=london_day(page.row.asked_at))
        return _sign(page, answers, sign())


def _sign(page: queries.RequestPage, answers: Answers, by: Signature) -> Assessment:
    person, drawn = by.person, by.drawn
    actor = None if person.is_guest else _acting(page, person.id)
    role = actor.acting if actor else None
    signer = Signer(
        person_id=person.id,
        name=person.name,
        profession=person.profession,
        role=role,
        grade=by.grade,
        file_id=drawn.id if drawn else None,
    )
    if page.row.assessor_id is not None and page.row.assessor_id != person.id:
        take(actor, page.row, person.id, role=role)
        page = queries.get_held_request(page.row.id)
    made = store(actor, page, answers, signer, *([drawn] if drawn else []))
    send_signing_receipt(made)
    return made


def _acting(page: queries.RequestPage, person_id: UUID) -> Viewer:
    """The account of a signer, in the role they sign in."""
    found, form = viewer_for(person_id), page.form.form
    towards = roles_towards(found, [page.row.trainee_id])[page.row.trainee_id]
    held = rules.roles_to_sign(held=found.roles & roles_with(Permission.ASSESSMENT_COMPLETE), towards=towards)
    if not held & rules.roles_completing(form):
        raise Refused(Refusal.WRONG_ROLE, f"{form.slug.heading} is completed by: {form.completed_by_words}.", "method")
    return replace(found, acting=rules.role_to_sign(form, held=held, towards=towards))
