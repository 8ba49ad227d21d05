"""How somebody who is not signed in shows who they are when they sign: link, PIN, passkey, or a signature."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from uuid import UUID

from lms.audit.services import hold
from lms.core.db import db, transaction
from lms.core.errors import NotFound, RuleViolation
from lms.files.models import StoredFile
from lms.files.services import Received, add_file, receive
from lms.identity.models import Person
from lms.identity.queries import find_person_by_email, list_addresses
from lms.identity.rules import DETAIL_LENGTHS, check_details, mailbox
from lms.identity.services import create_guest
from lms.identity.services.passkeys import finish_passkey_assertion
from lms.identity.services.pins import check_pin
from lms.policy import Permission
from lms.signing.queries import entries_of
from lms.signing.rules import (
    Channel,
    IdentityGrade,
    Method,
    Purpose,
    Refusal,
    Refused,
    grade_of,
    is_drawing,
    methods_for,
)
from lms.signing.rules.guests import is_regulated
from lms.signing.services.links import noting_refusals


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


def identify(
    channel: Channel, sent_to: UUID | None, proof: Proof, trainee_id: UUID, *, permission: Permission
) -> tuple[UUID | None, Received | None]:
    """Who signs, and the drawing of a signature; nobody yet where a guest signs. Slow work, outside a transaction.

    `permission` is what somebody with an account needs today to sign this. Raises Refused, which leaves a trace, and
    RuleViolation for what a guest left out.
    """
    if proof.method not in methods_for(channel):
        raise Refused(Refusal.NOT_ALLOWED_HERE, "Sign in one of the ways offered here", field="method")
    if proof.method is Method.SIGNATURE:
        _check_guest(proof, trainee_id)
        return None, _received(proof.drawn)
    person_id = _proven(sent_to, proof, permission)
    if person_id == trainee_id:
        raise Refused(Refusal.OWN_SIGNATURE, "This is for somebody else to sign: it is about you.")
    return person_id, None


def _proven(sent_to: UUID | None, proof: Proof, permission: Permission) -> UUID:
    """The person whose link, PIN or passkey it is."""
    if proof.method is Method.LINK:
        if sent_to is None:
            raise NotFound
        return sent_to
    if proof.method is Method.PASSKEY:
        with refused_as(Refusal.WRONG_PASSKEY):
            return finish_passkey_assertion(proof.challenge, proof.passkey, permission=permission, field="method")
    with refused_as(Refusal.WRONG_PIN):
        if proof.person_id is None:
            raise RuleViolation("Select your name", field="person_id")
        check_pin(proof.person_id, proof.pin, permission=permission)
        return proof.person_id


def _received(drawn: bytes) -> Received | None:
    if not drawn:
        return None
    if not is_drawing(drawn):
        raise RuleViolation("Draw your signature again, or leave it out", field="drawn")
    return receive("signature.png", BytesIO(drawn), is_about_care=False)


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


def check_not_own_address(trainee_id: UUID, email: str) -> None:
    """Refuse an address of the trainee's, however it is written, or of a guest who was found to be the trainee.

    Raises Refused.
    """
    if mailbox(email) in map(mailbox, list_addresses(entries_of(trainee_id))):
        raise Refused(Refusal.OWN_ADDRESS, "Ask somebody else: this address is yours", field="email")


def _guest_of(proof: Proof) -> Person:
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


@dataclass(frozen=True, slots=True)
class Signature:
    """Who signs, how surely it is them, and what they drew, if they did."""

    person: Person
    grade: IdentityGrade
    drawn: StoredFile | None


def signature_of(proof: Proof, person_id: UUID | None, drawing: Received | None) -> Signature:
    """The signature of whoever was identified, inside the transaction: a guest is entered, a drawing is kept.

    Raises RuleViolation for an account that is no longer in use.
    """
    person = db.session.get_one(Person, person_id) if person_id else _guest_of(proof)
    if person.deactivated_at is not None:
        raise RuleViolation("This account is no longer in use.")
    drawn = add_file(drawing, owner_id=person.id) if drawing else None
    grade = grade_of(proof.method, is_account=not person.is_guest, is_drawn=drawn is not None)
    return Signature(person, grade, drawn)


def check_in_use(trainee_id: UUID) -> None:
    """Refuse a form about a trainee whose account is closed, however long the device may still fill it in.

    Raises RuleViolation.
    """
    trainee = db.session.get_one(Person, trainee_id)
    if trainee.deactivated_at is not None:
        raise RuleViolation("The account of this trainee is closed, so this form can no longer be sent.")


@contextmanager
def signing(
    purpose: Purpose,
    subject_id: UUID,
    *,
    trainee_id: UUID,
    channel: Channel,
    sent_to: UUID | None,
    proof: Proof,
    permission: Permission,
) -> Iterator[Callable[[], Signature]]:
    """The transaction in which somebody signs who is not signed in; what it gives makes their signature in it.

    `channel` and `sent_to` are those of the device's form session, `permission` is what somebody with an account needs
    today. What is refused leaves a trace, and nothing else of it is kept.

    Raises Refused for a proof that is wrong or not allowed here; RuleViolation for what a guest left out, and for a
    trainee whose account is closed.
    """
    with noting_refusals(purpose, subject_id, trainee_id=trainee_id):
        person_id, drawing = identify(channel, sent_to, proof, trainee_id, permission=permission)
        with transaction():
            hold(trainee_id)
            check_in_use(trainee_id)
            yield lambda: signature_of(proof, person_id, drawing)


@contextmanager
def refused_as(refusal: Refusal) -> Iterator[None]:
    """What is refused inside leaves this trace."""
    try:
        yield
    except RuleViolation as problem:
        raise Refused(refusal, problem.message, problem.field) from problem
