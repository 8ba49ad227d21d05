"""Signing an assessment without being signed in: by PIN, passkey, the link that was sent, or a signature."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from io import BytesIO
from typing import Any
from uuid import UUID

from lms.audit.services import hold
from lms.competencies import queries, rules
from lms.competencies.models import Assessment
from lms.competencies.services.assessments import Answers, Signer, send_signing_receipt, store
from lms.competencies.services.requests import check_holder, check_not_own_address, take
from lms.core.clock import london_day
from lms.core.db import db, transaction
from lms.core.errors import NotFound, RuleViolation
from lms.files.services import Received, add_file, receive
from lms.identity.models import Person
from lms.identity.queries import find_person_by_email, roles_towards
from lms.identity.rules import DETAIL_LENGTHS, check_details
from lms.identity.services import create_guest, viewer_for
from lms.identity.services.passkeys import finish_passkey_assertion
from lms.identity.services.pins import check_pin
from lms.policy import Permission, Viewer, roles_with
from lms.signing.rules import Channel, Method, Purpose, Refusal, Refused, grade_of, is_drawing, methods_for
from lms.signing.rules.guests import is_regulated
from lms.signing.services import noting_refusals


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
    with noting_refusals(Purpose.ASSESSMENT, request_id, trainee_id=trainee_id):
        person_id, drawing = _identify(channel, sent_to, proof, trainee_id)
        with transaction():
            hold(trainee_id)
            check_in_use(trainee_id)
            page = queries.get_held_request(request_id)
            if not page.row.state.is_waiting:
                raise Refused(Refusal.CLOSED_REQUEST, "This request no longer waits for an answer.")
            check_holder(page.row, sent_to)
            with _refused_as(Refusal.WRONG_DATE):
                rules.check_observed_on(answers.observed_on, asked_on=london_day(page.row.asked_at))
            return _sign(page, answers, proof, person_id, drawing)


def check_in_use(trainee_id: UUID) -> None:
    """Refuse a form about a trainee whose account is closed, however long the device may still fill it in.

    Raises RuleViolation.
    """
    trainee = db.session.get_one(Person, trainee_id)
    if trainee.deactivated_at is not None:
        raise RuleViolation("The account of this trainee is closed, so this form can no longer be sent.")


@contextmanager
def _refused_as(refusal: Refusal) -> Iterator[None]:
    """What is refused inside leaves this trace."""
    try:
        yield
    except RuleViolation as problem:
        raise Refused(refusal, problem.message, problem.field) from problem


def _identify(
    channel: Channel, sent_to: UUID | None, proof: Proof, trainee_id: UUID
) -> tuple[UUID | None, Received | None]:
    """Who signs, and the drawing of a signature; nobody yet where a guest signs. Slow work, outside a transaction."""
    if proof.method not in methods_for(channel):
        raise Refused(Refusal.NOT_ALLOWED_HERE, "Sign in one of the ways offered here", field="method")
    if proof.method is Method.SIGNATURE:
        _check_guest(proof, trainee_id)
        return None, _received(proof.drawn)
    person_id = _proven(sent_to, proof)
    if person_id == trainee_id:
        raise Refused(Refusal.OWN_SIGNATURE, "Nobody assesses themselves.")
    return person_id, None


def _proven(sent_to: UUID | None, proof: Proof) -> UUID:
    """The person whose link, PIN or passkey it is."""
    permission = Permission.ASSESSMENT_COMPLETE
    if proof.method is Method.LINK:
        if sent_to is None:
            raise NotFound
        return sent_to
    if proof.method is Method.PASSKEY:
        with _refused_as(Refusal.WRONG_PASSKEY):
            return finish_passkey_assertion(proof.challenge, proof.passkey, permission=permission, field="method")
    with _refused_as(Refusal.WRONG_PIN):
        if proof.person_id is None:
            raise RuleViolation("Select your name", field="person_id")
        check_pin(proof.person_id, proof.pin, permission=permission)
        return proof.person_id


def _received(drawn: bytes) -> Received | None:
    if not drawn:
        return None
    if not is_drawing(drawn):
        raise RuleViolation("Draw your signature again, or leave it out", field="drawn")
    return receive("signature.png", BytesIO(drawn))


def _check_guest(proof: Proof, trainee_id: UUID) -> None:
    """Refuse a guest without a name, a profession and its registration, or whose address is that of an account."""
    if not proof.name.strip():
        raise RuleViolation("Enter your name", field="name")
    if not proof.profession.strip():
        raise RuleViolation("Enter your profession", field="profession")
    if is_regulated(proof.profession) and not proof.registration_number.strip():
        raise RuleViolation("Enter the number of your professional registration", field="registration_number")
    check_details(**{field: getattr(proof, field) for field in DETAIL_LENGTHS})
    if not proof.email:
        return
    check_not_own_address(trainee_id, proof.email)
    known = find_person_by_email(proof.email)
    if known is not None and not known.is_guest:
        raise RuleViolation("This address has an account here. Sign with your PIN, or sign in.", field="email")


def _sign(
    page: queries.RequestPage, answers: Answers, proof: Proof, person_id: UUID | None, drawing: Received | None
) -> Assessment:
    person = db.session.get_one(Person, person_id) if person_id else _guest(proof)
    if person.deactivated_at is not None:
        raise RuleViolation("This account is no longer in use.")
    actor = None if person.is_guest else _acting(page, person.id)
    role = actor.acting if actor else None
    drawn = add_file(drawing, owner_id=person.id) if drawing else None
    signer = Signer(
        person_id=person.id,
        name=person.name,
        profession=person.profession,
        role=role,
        grade=grade_of(proof.method, is_account=not person.is_guest, is_drawn=drawn is not None),
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
