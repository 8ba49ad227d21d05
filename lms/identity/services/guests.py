"""Guests: people who signed something once and have no account."""

from uuid import UUID

from sqlalchemy.orm import Session

from lms.audit.services import record
from lms.core.clock import now
from lms.core.db import transaction
from lms.core.errors import NotFound, RuleViolation, Stale
from lms.identity import queries
from lms.identity.models import Person
from lms.identity.rules import check_details
from lms.identity.services.accounts import check_address_is_free
from lms.policy import Permission, Viewer

ASK_BY_NAME = "Somebody with an account uses this email address. Choose that person by name instead"


def create_guest(
    actor: Viewer | None, *, name: str, profession: str, registration_number: str, email: str | None
) -> Person:
    """Enter somebody who signs without an account, or find the guest who left this address before.

    A guest has no role and no credential, and counts for nothing until an administrator has checked them.

    Raises RuleViolation without a name, as rules.check_details does, and if the address belongs to an account.
    """
    said = {"name": name.strip(), "profession": profession.strip(), "registration_number": registration_number.strip()}
    check_details(**said, email=email or "")
    if not said["name"]:
        raise RuleViolation("Enter the name of the person who signs", "name")
    address = (email or "").strip().lower() or None
    with transaction() as session:
        known = queries.find_person_by_email(address) if address else None
        if known is not None and not known.is_guest:
            raise RuleViolation(ASK_BY_NAME, "email")
        if known is not None:
            return known
        guest = Person(
            **said,
            email=address,
            organisation_id=queries.get_trust().id,  # Where they work is unknown until somebody has checked it.
            is_guest=True,
            is_example=queries.has_example_people(),  # In an example service nobody is real.
        )
        session.add(guest)
        record(actor, "guest.added", guest, under=_permission(actor))
    return guest


def update_guest(
    actor: Viewer,
    person_id: UUID,
    *,
    version: int,
    name: str,
    email: str,
    profession: str,
    registration_number: str,
) -> Person:
    """Correct or complete what is known of a guest. Raises Stale if somebody saved it since it was at `version`."""
    check_details(name=name, email=email, profession=profession, registration_number=registration_number)
    with transaction() as session:
        guest = _locked_guest(session, person_id)
        if guest.version != version:
            raise Stale({field: getattr(guest, field) or "" for field in Person.personal}, guest.version)
        address = email.strip().lower() or None
        if address is not None:
            check_address_is_free(address, guest.id)
        guest.name, guest.email = name, address
        guest.profession, guest.registration_number = profession, registration_number
        guest.updated_at = now()
        record(actor, "guest.changed", guest, under=Permission.GUEST_CHECK)
    return guest


def open_account(actor: Viewer, person_id: UUID, *, organisation_id: UUID) -> Person:
    """Make a guest somebody with an account, who works at this organisation. Whether they may have one is not asked."""
    with transaction() as session:
        guest = _locked_guest(session, person_id)
        if guest.email is None:
            raise RuleViolation("An account needs an email address. Add one first.")
        guest.is_guest, guest.organisation_id, guest.updated_at = False, organisation_id, now()
        record(actor, "account.created", guest, under=Permission.ACCOUNT_MANAGE)
    return guest


def _locked_guest(session: Session, person_id: UUID) -> Person:
    guest = session.get(Person, person_id, with_for_update=True)
    if guest is None or not guest.is_guest:
        raise NotFound
    return guest


def _permission(actor: Viewer | None) -> Permission | None:
    """Whoever asks a guest does so under the permission to ask; anybody else under the role they act in."""
    return Permission.ASSESSMENT_ASK if actor is not None and actor.may(Permission.ASSESSMENT_ASK) else None
