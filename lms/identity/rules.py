"""What a password, a sign-in attempt and a session must satisfy."""

import enum
from datetime import datetime, timedelta

from lms.core.errors import RuleViolation
from lms.policy import SECOND_FACTOR_ROLES, Role

FAILURES_BEFORE_LOCK = 5
LOCK_FOR = timedelta(minutes=15)
INVITATION_LASTS = timedelta(days=7)
RESET_LASTS = timedelta(hours=1)
RECOVERY_CODES = 10
MIN_PASSWORD = 12
COMMON_PASSWORDS = frozenset({"password1234", "123456789012", "qwertyuiop12", "passwordpassword", "paramedic1234"})


class OrganisationKind(enum.StrEnum):
    """What an organisation is in the partnership."""

    TRUST = "trust"
    UNIVERSITY = "university"


class CredentialKind(enum.StrEnum):
    """A way a person proves who they are."""

    PASSWORD = "password"
    TOTP = "totp"
    RECOVERY_CODE = "recovery-code"


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


def is_locked(failures: int, last_failure_at: datetime | None, at: datetime) -> bool:
    """Say whether sign-in waits: five wrong attempts in a row close it for 15 minutes."""
    return failures >= FAILURES_BEFORE_LOCK and last_failure_at is not None and at < last_failure_at + LOCK_FOR


def session_is_live(
    *, created_at: datetime, seen_at: datetime, at: datetime, idle: timedelta, longest: timedelta
) -> bool:
    """Say whether a session still holds: neither left idle too long nor older than the absolute limit."""
    return at - seen_at <= idle and at - created_at <= longest


def check_place(role: Role, place: OrganisationKind | None) -> None:
    """Refuse a university's role at the trust: it would see the trainees of every university."""
    if role in (Role.EDUCATOR, Role.EXTERNAL_EXAMINER) and place is OrganisationKind.TRUST:
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
