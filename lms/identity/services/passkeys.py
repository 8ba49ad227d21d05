"""Passkeys: a device proves that it is somebody's, with their finger, face or code, without sending a secret."""

from collections.abc import Callable
from typing import Any, NoReturn
from uuid import UUID, uuid4

import webauthn
from sqlalchemy import CursorResult, delete, or_, update
from sqlalchemy.exc import IntegrityError
from webauthn.authentication.verify_authentication_response import VerifiedAuthentication
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url, parse_authentication_credential_json
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)
from webauthn.registration.verify_registration_response import VerifiedRegistration

from lms.audit.services import record, transaction_without_receipt
from lms.core.clock import now
from lms.core.db import db, transaction
from lms.core.errors import NotFound, RuleViolation
from lms.core.identifiers import check_free_text
from lms.identity import queries, rules
from lms.identity.models import Credential, PasskeyChallenge, Person
from lms.identity.rules import CredentialKind, RelyingParty
from lms.policy import Permission, Viewer

NOT_HERE = "Passkeys do not work at this address of the service. Sign another way."
NOT_ADDED = "The passkey was not added. Start again."
NOT_ACCEPTED = "This passkey was not accepted. Try again, or sign another way."
LONGEST_RESPONSE = 20_000  # characters; a real one has a few hundred.
LONGEST_ID = 300  # letters, as the column is wide; real ids have about 30 to 90.

Site = Callable[[], tuple[str, str]]
_site: list[Site] = []


def use_site(site: Site) -> None:
    """Say how the service is called and at which address people open it."""
    _site[:] = [site]


def passkeys_work() -> bool:
    """Say whether browsers offer passkeys at the address of this service."""
    return rules.relying_party(_site[0]()[1]) is not None


def begin_passkey_registration(actor: Viewer) -> str:
    """What a browser needs to make a passkey for the actor, as JSON.

    Raises NotFound for whoever signs nothing, RuleViolation where no passkey works or the actor has enough.
    """
    rules.check_signs_elsewhere(actor.roles)
    party = _party()
    person, known = db.session.get_one(Person, actor.id), queries.list_passkeys(actor)
    if len(known) >= rules.MOST_PASSKEYS:
        raise RuleViolation(f"You have {rules.MOST_PASSKEYS} passkeys. Remove one first.")
    options = webauthn.generate_registration_options(
        rp_id=party.id,
        rp_name=_site[0]()[0],
        user_id=actor.id.bytes,
        user_name=person.email or person.name,
        user_display_name=person.name,
        exclude_credentials=[PublicKeyCredentialDescriptor(id=base64url_to_bytes(row.secret)) for row in known],
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
    )
    with transaction_without_receipt() as session:
        session.execute(delete(PasskeyChallenge).where(PasskeyChallenge.person_id == actor.id))
        session.add(_challenge(options.challenge, actor.id))
    return webauthn.options_to_json(options)


def finish_passkey_registration(actor: Viewer, response: str, name: str) -> Credential:
    """Keep the passkey the actor's browser made, under a name of theirs.

    Raises RuleViolation if the answer does not fit the challenge of the last five minutes, or the name identifies.
    """
    rules.check_signs_elsewhere(actor.roles)
    check_free_text(name, no_identifiers=False, field="name")
    party = _party()
    challenge = _take(PasskeyChallenge.person_id == actor.id)
    made = _verified_registration(response, challenge, party) if challenge else None
    key_id = bytes_to_base64url(made.credential_id) if made else ""
    if made is None or len(key_id) > LONGEST_ID:
        raise RuleViolation(NOT_ADDED)
    try:
        with transaction() as session:
            row = Credential(
                person_id=actor.id,
                credential_kind=CredentialKind.PASSKEY,
                secret=key_id,
                name=name,
                public_key=made.credential_public_key,
                sign_count=made.sign_count,
                is_backed_up=made.credential_backed_up,
                confirmed_at=now(),
            )
            session.add(row)
            _record_change(actor)
    except IntegrityError:  # Somebody has this passkey already.
        raise RuleViolation(NOT_ADDED) from None
    return row


def remove_passkey(actor: Viewer, passkey_id: UUID) -> None:
    """Forget one of the actor's passkeys; nobody signs with it any more."""
    with transaction() as session:
        row = session.get(Credential, passkey_id)
        if row is None or row.person_id != actor.id or row.credential_kind is not CredentialKind.PASSKEY:
            raise NotFound
        session.delete(row)
        _record_change(actor)


def begin_passkey_assertion() -> tuple[str, str]:
    """What a browser needs to ask for anybody's passkey, as JSON, and the name of its challenge.

    Raises RuleViolation where no passkey works.
    """
    options = webauthn.generate_authentication_options(
        rp_id=_party().id, user_verification=UserVerificationRequirement.REQUIRED
    )
    row = _challenge(options.challenge, None)
    with transaction_without_receipt() as session:
        session.add(row)
    return webauthn.options_to_json(options), str(row.id)


def finish_passkey_assertion(
    challenge: str, response: str, *, permission: Permission, field: str | None = None
) -> UUID:
    """The id of the person whose passkey answered the challenge, if they may do today what they sign.

    Raises RuleViolation with the same words for an unknown passkey, a false or second answer, a challenge older than
    five minutes, and somebody without an account in use or without the permission. Called outside any transaction.
    """
    party = _party()
    expected = _take(PasskeyChallenge.id == _as_id(challenge), PasskeyChallenge.person_id.is_(None))
    row = _named_passkey(response) if expected else None
    if expected is None or row is None or row.public_key is None:
        _refuse(field)
    seen = _verified_assertion(response, expected, party, row)
    if seen is None or not queries.may_today(row.person_id, permission):
        _refuse(field)
    _count_use(row, seen.new_sign_count, field)
    return row.person_id


def _refuse(field: str | None) -> NoReturn:
    raise RuleViolation(NOT_ACCEPTED, field)


def _party() -> RelyingParty:
    party = rules.relying_party(_site[0]()[1])
    if party is None:
        raise RuleViolation(NOT_HERE)
    return party


def _challenge(challenge: bytes, person_id: UUID | None) -> PasskeyChallenge:
    return PasskeyChallenge(
        id=uuid4(),  # Not in order of time like other ids: nobody guesses it.
        person_id=person_id,
        challenge=challenge,
        expires_at=now() + rules.CHALLENGE_LASTS,
    )


def _take(*which: Any) -> bytes | None:
    """The bytes of a challenge that is still good; whatever comes of it, it is used up."""
    if db.session.info.get("in_transaction"):
        raise RuntimeError("a challenge is taken outside transaction(): it stays used whatever happens after it")
    with transaction_without_receipt() as session:
        taken = session.execute(
            delete(PasskeyChallenge).where(*which).returning(PasskeyChallenge.challenge, PasskeyChallenge.expires_at)
        ).one_or_none()
    return taken.challenge if taken is not None and taken.expires_at > now() else None


def _as_id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _verified_registration(response: str, challenge: bytes, party: RelyingParty) -> VerifiedRegistration | None:
    if len(response) > LONGEST_RESPONSE:
        return None
    try:
        return webauthn.verify_registration_response(
            credential=response,
            expected_challenge=challenge,
            expected_rp_id=party.id,
            expected_origin=party.origin,
            require_user_verification=True,
        )
    except Exception:  # Whatever somebody's bytes break in the library, the answer is the same.
        return None


def _named_passkey(response: str) -> Credential | None:
    """The passkey a browser's answer names, if it also names its person."""
    if len(response) > LONGEST_RESPONSE:
        return None
    try:
        answer = parse_authentication_credential_json(response)
        key_id, handle = bytes_to_base64url(answer.raw_id), answer.response.user_handle
    except Exception:  # Whatever somebody's bytes break in the library, the answer is the same.
        return None
    row = queries.find_passkey(key_id)
    return row if row is not None and handle == row.person_id.bytes else None


def _verified_assertion(
    response: str, challenge: bytes, party: RelyingParty, row: Credential
) -> VerifiedAuthentication | None:
    try:
        return webauthn.verify_authentication_response(
            credential=response,
            expected_challenge=challenge,
            expected_rp_id=party.id,
            expected_origin=party.origin,
            credential_public_key=row.public_key or b"",
            credential_current_sign_count=row.sign_count or 0,
            require_user_verification=True,
        )
    except Exception:  # Whatever somebody's bytes break in the library, the answer is the same.
        return None


def _count_use(row: Credential, count: int, field: str | None) -> None:
    """Keep the device's count: one that does not grow belongs to a copy. Zero is of a device that does not count."""
    with transaction_without_receipt() as session:
        grown = session.execute(
            update(Credential)
            .where(Credential.id == row.id, or_(Credential.sign_count < count, Credential.sign_count == 0))
            .values(sign_count=count, used_at=now())
        )
        assert isinstance(grown, CursorResult)
        if grown.rowcount != 1:
            _refuse(field)


def _record_change(actor: Viewer) -> None:
    person = db.session.get_one(Person, actor.id)
    person.updated_at = now()
    record(actor, "account.changed", person)
