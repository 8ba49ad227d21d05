"""Signing an assessment without being signed in: by PIN, passkey, the link that was sent, or a signature."""

from dataclasses import dataclass
from io import BytesIO
from typing import Any
from uuid import UUID

from lms.audit.services import hold
from lms.competencies import queries
from lms.competencies.models import Assessment
from lms.competencies.services.assessments import Answers, Signer, send_signing_receipt, store
from lms.competencies.services.requests import take
from lms.core.db import db, transaction
from lms.core.errors import NotFound, RuleViolation
from lms.core.identifiers import check_free_text
from lms.files.services import Received, add_file, receive
from lms.identity.models import Person
from lms.identity.queries import find_person_by_email
from lms.identity.services import create_guest
from lms.identity.services.passkeys import finish_passkey_assertion
from lms.identity.services.pins import check_pin
from lms.policy import Permission, Role, Viewer
from lms.signing.rules import Channel, Method, Purpose, Refusal, grade_of, methods_for
from lms.signing.services import note_refused

PNG = b"\x89PNG"


@dataclass(frozen=True, slots=True)
class Proof:
    """How somebody shows who they are when they sign: the method, and what it needs."""

    method: Method
    person_id: UUID | None = None
    pin: str = ""
    challenge: str = ""
    passkey: str = ""
    name: str = ""
    profession: str = ""
    registration_number: str = ""
    email: str = ""
    drawn: bytes = b""


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
    try:
        person_id, drawing = _identify(channel, sent_to, proof)
    except (RuleViolation, NotFound):
        refusal = _REFUSALS.get(proof.method)
        if proof.method not in methods_for(channel):
            refusal = Refusal.NOT_ALLOWED_HERE
        if refusal is not None:
            note_refused(refusal, purpose=Purpose.ASSESSMENT, subject_id=request_id, trainee_id=trainee_id)
        raise
    with transaction():
        hold(trainee_id)
        page = queries.get_held_request(request_id)
        if not page.row.state.is_waiting:
            closed = True
        else:
            closed = False
            made = _sign(page, answers, proof, person_id, drawing)
    if closed:
        note_refused(Refusal.CLOSED_REQUEST, purpose=Purpose.ASSESSMENT, subject_id=request_id, trainee_id=trainee_id)
        raise RuleViolation("This request no longer waits for an answer.")
    return made


_REFUSALS = {
    Method.LINK: Refusal.ENDED_LINK,
    Method.PIN: Refusal.WRONG_PIN,
    Method.PASSKEY: Refusal.WRONG_PASSKEY,
}


def _identify(channel: Channel, sent_to: UUID | None, proof: Proof) -> tuple[UUID | None, Received | None]:
    """Who signs, and the drawing of a signature; nobody yet where a guest signs. Slow work, outside a transaction."""
    if proof.method not in methods_for(channel):
        raise RuleViolation("Sign in one of the ways offered here", field="method")
    if proof.method is Method.LINK:
        if sent_to is None:
            raise NotFound
        return sent_to, None
    if proof.method is Method.PIN:
        if proof.person_id is None:
            raise RuleViolation("Select your name", field="person_id")
        check_pin(proof.person_id, proof.pin, permission=Permission.ASSESSMENT_COMPLETE)
        return proof.person_id, None
    if proof.method is Method.PASSKEY:
        permission = Permission.ASSESSMENT_COMPLETE
        return finish_passkey_assertion(proof.challenge, proof.passkey, permission=permission, field="method"), None
    _check_guest(proof)
    if not proof.drawn:
        return None, None
    if not proof.drawn.startswith(PNG):
        raise RuleViolation("Draw your signature again, or leave it out", field="drawn")
    return None, receive("signature.png", BytesIO(proof.drawn))


def _check_guest(proof: Proof) -> None:
    """Refuse a guest without a name and a profession, and one whose address belongs to somebody with an account."""
    if not proof.name.strip():
        raise RuleViolation("Enter your name", field="name")
    if not proof.profession.strip():
        raise RuleViolation("Enter your profession", field="profession")
    for field in ("name", "profession", "registration_number"):
        check_free_text(getattr(proof, field), no_identifiers=True, field=field)
    known = find_person_by_email(proof.email) if proof.email else None
    if known is not None and not known.is_guest:
        raise RuleViolation("This address has an account here. Sign with your PIN, or sign in.", field="email")


def _sign(
    page: queries.RequestPage, answers: Answers, proof: Proof, person_id: UUID | None, drawing: Received | None
) -> Assessment:
    person = db.session.get_one(Person, person_id) if person_id else _guest(proof)
    if person.deactivated_at is not None:
        raise RuleViolation("This account is no longer in use.")
    drawn = add_file(drawing, owner_id=person.id) if drawing else None
    signer = Signer(
        person_id=person.id,
        name=person.name,
        profession=person.profession,
        role=Role.ASSESSOR,
        grade=grade_of(proof.method, is_account=not person.is_guest, is_drawn=drawn is not None),
        file_id=drawn.id if drawn else None,
        is_account=not person.is_guest,
    )
    actor = Viewer(id=person.id, name=person.name, roles=frozenset({Role.ASSESSOR}), acting=Role.ASSESSOR)
    if page.row.assessor_id is not None and page.row.assessor_id != person.id:
        take(actor, page.row, person.id)
        page = queries.get_held_request(page.row.id)
    made = store(actor, page, answers, signer, *([drawn] if drawn else []))
    send_signing_receipt(made)
    return made


def _guest(proof: Proof) -> Person:
    """A guest of their own for each signature: to type the name or address of a guest proves nothing about them.

    Whether two guests are one person is for an administrator to say.
    """
    taken = proof.email and find_person_by_email(proof.email) is not None
    return create_guest(
        None,
        name=proof.name,
        profession=proof.profession,
        registration_number=proof.registration_number,
        email=None if taken else proof.email or None,
    )
