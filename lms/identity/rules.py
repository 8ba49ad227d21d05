"""What a password, a PIN, a sign-in attempt and a session must satisfy."""

import enum
import hashlib
import ipaddress
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from lms.core.errors import NotFound, RuleViolation
from lms.core.identifiers import check_free_text
from lms.policy import SECOND_FACTOR_ROLES, Permission, Role, allows

FAILURES_BEFORE_LOCK = 5
LOCK_FOR = timedelta(minutes=15)
INVITATION_LASTS = timedelta(days=7)
RESET_LASTS = timedelta(hours=1)
RECOVERY_CODES = 10
MIN_PASSWORD = 12
PIN_DIGITS = 6
REGISTRATION_TAIL = 4  # So many last digits of a registration number are easy to guess for a colleague.
CHALLENGE_LASTS = timedelta(minutes=5)
MOST_PASSKEYS = 10
DETAIL_LENGTHS: Mapping[str, int] = {"name": 200, "email": 254, "profession": 100, "registration_number": 40}
"""Characters that are kept of each detail of a person."""
SIGNS_ELSEWHERE = (Permission.ASSESSMENT_COMPLETE, Permission.HOURS_APPROVE)
COMMON_PASSWORDS = frozenset({"password1234", "123456789012", "qwertyuiop12", "passwordpassword", "paramedic1234"})


@dataclass(frozen=True, slots=True)
class RelyingParty:
    """Whom a passkey belongs to: the host of the service, and the address pages of it come from."""

    id: str
    origin: str


class OrganisationKind(enum.StrEnum):
    """What an organisation is in the partnership."""

    TRUST = "trust"
    UNIVERSITY = "university"
    PARTNER = "partner"
    """Somewhere else that people work, such as a hospital whose staff sign as guests."""


class CredentialKind(enum.StrEnum):
    """A way a person proves who they are."""

    PASSWORD = "password"
    TOTP = "totp"
    RECOVERY_CODE = "recovery-code"
    PIN = "pin"
    PASSKEY = "passkey"


class GivenBecause(enum.StrEnum):
    """Why a role is given. Words of one's own could name people and can never be taken back, so there is none."""

    JOINED = "joined"
    DUTIES = "duties"
    DEPUTY = "deputy"
    RETURNED = "returned"
    CORRECTION = "correction"

    @property
    def label(self) -> str:
        """The cause in words, as the record keeps it."""
        return _GIVEN_WORDS[self]


_GIVEN_WORDS = {
    GivenBecause.JOINED: "Joined the team",
    GivenBecause.DUTIES: "Takes on more duties",
    GivenBecause.DEPUTY: "Deputy for a time",
    GivenBecause.RETURNED: "Came back",
    GivenBecause.CORRECTION: "Puts a mistake right",
}


class EndedBecause(enum.StrEnum):
    """Why a role ends."""

    LEFT = "left"
    DUTIES = "duties"
    COVER = "cover"
    CORRECTION = "correction"

    @property
    def label(self) -> str:
        """The cause in words, as the record keeps it."""
        return _ENDED_WORDS[self]


_ENDED_WORDS = {
    EndedBecause.LEFT: "Left the team",
    EndedBecause.DUTIES: "Duties changed",
    EndedBecause.COVER: "Time as deputy is over",
    EndedBecause.CORRECTION: "Puts a mistake right",
}


class TokenKind(enum.StrEnum):
    """What a single-use link is for."""

    INVITATION = "invitation"
    PASSWORD_RESET = "password-reset"


class InvitationState(enum.StrEnum):
    """How far an invitation has come. Nobody notes that a link was opened: mail servers open links as well."""

    ACCEPTED = "accepted"
    SENT = "sent"
    EXPIRED = "expired"
    NOT_SENT = "not-sent"


def check_details(**details: str) -> None:
    """Refuse details of a person, an address too, that hold an NHS number or are longer than what is kept."""
    for field, text in details.items():
        check_free_text(text, no_identifiers=True, field=field)
        # An address is kept in lower case, where one letter may become two.
        if len(text.lower()) > DETAIL_LENGTHS[field]:
            raise RuleViolation(f"Use {DETAIL_LENGTHS[field]} characters or fewer", field)


def mailbox(email: str) -> str:
    """What all ways to write an address have in common: no case, width, invisible character, quotation or plus tag."""
    shown = (char for char in unicodedata.normalize("NFKC", email) if unicodedata.category(char) != "Cf")
    seen = "".join(char for char in shown if char not in '"\\')
    local, _, host = seen.strip().lower().rpartition("@")
    return f"{local.partition('+')[0]}@{host}"


def invitation_state(*, has_password: bool, until: datetime | None, at: datetime) -> InvitationState:
    """Judge an invitation: `until` is when the newest link that was not used ends, if there is one."""
    if has_password:
        return InvitationState.ACCEPTED
    if until is None:
        return InvitationState.NOT_SENT
    return InvitationState.SENT if until > at else InvitationState.EXPIRED


def check_password(password: str, *, email: str) -> None:
    """Refuse a password that is short, common or contains the person's own address."""
    if len(password) < MIN_PASSWORD:
        raise RuleViolation(f"Use {MIN_PASSWORD} characters or more", "password")
    lowered = password.lower()
    local = email.partition("@")[0].lower()
    if lowered in COMMON_PASSWORDS or len(set(lowered)) < 5 or (len(local) > 3 and local in lowered):
        raise RuleViolation("Choose a password that is harder to guess", "password")


def check_pin_choice(pin: str, *, registration_number: str = "") -> None:
    """Refuse a PIN that is not six digits, or that a colleague would guess: runs, repeats, one's registration number.

    A PIN is as good as its limit on tries, which holds only if the first guesses are wrong.
    """
    if not re.fullmatch(rf"[0-9]{{{PIN_DIGITS}}}", pin):
        raise RuleViolation(f"Enter {PIN_DIGITS} digits", "pin")
    steps = {(int(after) - int(before)) % 10 for before, after in zip(pin, pin[1:], strict=False)}
    repeats = any(pin == pin[:size] * (PIN_DIGITS // size) for size in (1, 2, 3))
    if repeats or steps in ({1}, {9}):
        raise RuleViolation("Choose digits that do not run or repeat, such as 123456 or 121212 do", "pin")
    tail = re.sub("[^0-9]", "", registration_number)[-REGISTRATION_TAIL:]
    if len(tail) == REGISTRATION_TAIL and tail in pin:
        raise RuleViolation("Choose digits that are not part of your registration number", "pin")


def may_sign_elsewhere(roles: frozenset[Role]) -> bool:
    """Say whether one of the roles signs what trainees did, and so may sign on somebody else's phone."""
    return any(allows(roles, permission) for permission in SIGNS_ELSEWHERE)


def relying_party(base_url: str) -> RelyingParty | None:
    """Whom passkeys of this service belong to; None where browsers offer none.

    They want a name, not an address made of numbers, and a connection nobody listens to.
    """
    parts = urlsplit(base_url)
    host = (parts.hostname or "").lower()
    is_local = host == "localhost" or host.endswith(".localhost")
    if not host or _is_number(host) or not (parts.scheme == "https" or (parts.scheme == "http" and is_local)):
        return None
    usual = parts.port in (None, {"https": 443, "http": 80}[parts.scheme])
    return RelyingParty(host, f"{parts.scheme}://{host}" + ("" if usual else f":{parts.port}"))


def _is_number(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def check_signs_elsewhere(roles: frozenset[Role]) -> None:
    """Raise NotFound for somebody who signs nothing: there is no PIN and no passkey for them."""
    if not may_sign_elsewhere(roles):
        raise NotFound


def token_digest(token: str) -> str:
    """What is stored of a secret that only its holder knows."""
    return hashlib.sha256(token.encode()).hexdigest()


def is_locked(failures: int, last_failure_at: datetime | None, at: datetime) -> bool:
    """Say whether sign-in waits: five wrong attempts in a row close it for 15 minutes."""
    return failures >= FAILURES_BEFORE_LOCK and last_failure_at is not None and at < last_failure_at + LOCK_FOR


def session_is_live(
    *, created_at: datetime, seen_at: datetime, at: datetime, idle: timedelta, longest: timedelta
) -> bool:
    """Say whether a session still holds: neither left idle too long nor older than the absolute limit."""
    return at - seen_at <= idle and at - created_at <= longest


def check_place(role: Role, place: OrganisationKind | None) -> None:
    """Refuse a university's role at the trust, where it would see the trainees of every university, or at a partner."""
    if role in (Role.EDUCATOR, Role.EXTERNAL_EXAMINER) and place not in (None, OrganisationKind.UNIVERSITY):
        raise RuleViolation(f"{role.label} is a role at a university: select the university", "scope_id")


def check_has_role(roles: frozenset[Role]) -> None:
    """Refuse to sign somebody in who could not do anything."""
    if not roles:
        raise RuleViolation(
            "Your account has no role yet. Ask an administrator, or whoever invited you, to give you one."
        )


def needs_second_factor(roles: frozenset[Role], *, required: bool) -> bool:
    """Say whether one of the roles asks for a second factor."""
    return required and bool(roles & SECOND_FACTOR_ROLES)


def first_role(roles: frozenset[Role]) -> Role:
    """The role a person acts in until they choose another: the one with the widest view of their work."""
    order = (
        Role.CONSULTANT_NURSE,
        Role.EDUCATOR,
        Role.ASSESSOR,
        Role.SUPERVISOR,
        Role.TRAINEE,
        Role.EXTERNAL_EXAMINER,
        Role.ADMINISTRATOR,
    )
    return next(role for role in order if role in roles)
