"""How somebody comes to a form, how they may sign it, and why they are refused."""

import enum
from collections.abc import Mapping
from datetime import datetime, timedelta

from lms.core.errors import RuleViolation
from lms.signing.rules.grades import IdentityGrade

LINK_LASTS = timedelta(days=14)
"""How long a link to a form works. It is given no longer than the request may wait."""


HANDED_OVER_MINUTES = 30
HANDED_OVER_FOR = timedelta(minutes=HANDED_OVER_MINUTES)
"""How long a device that was handed over may fill in the form. A proposal, to be confirmed by the service."""


OPENED_FOR = timedelta(hours=12)
"""How long a device that opened a link may fill in the form. A proposal, to be confirmed by the service."""


DONE_FOR = timedelta(minutes=10)
"""How long a device shows that its form was signed."""


RECEIPT_LASTS = timedelta(days=365)
"""How long one may say that a signature was not one's own. A proposal, to be confirmed by the service."""


class Purpose(enum.StrEnum):
    """What is signed or answered."""

    ASSESSMENT = "assessment"
    PATIENT_FEEDBACK = "patient-feedback"
    HOURS = "hours"


class Channel(enum.StrEnum):
    """How somebody came to a form: the link was sent to them, shown by the trainee, or they were handed the device."""

    SENT = "sent"
    SHOWN = "shown"
    HANDED_OVER = "handed-over"


class Method(enum.StrEnum):
    """How somebody signs without being signed in."""

    LINK = "link"
    PIN = "pin"
    PASSKEY = "passkey"
    SIGNATURE = "signature"

    @property
    def label(self) -> str:
        """The method as the signer chooses it."""
        return _METHOD_WORDS[self]


_METHOD_WORDS = {
    Method.LINK: "With the link that was sent to me",
    Method.PIN: "With my PIN",
    Method.PASSKEY: "With my passkey",
    Method.SIGNATURE: "I have no account here: I sign with my name",
}


ON_THE_SPOT = (Method.PIN, Method.PASSKEY, Method.SIGNATURE)


_METHODS: Mapping[Channel, tuple[Method, ...]] = {
    Channel.SENT: (Method.LINK,),
    Channel.SHOWN: ON_THE_SPOT,
    Channel.HANDED_OVER: ON_THE_SPOT,
}


def methods_for(channel: Channel) -> tuple[Method, ...]:
    """The ways to sign that a form allows, by how somebody came to it: a link the trainee saw proves nothing."""
    return _METHODS[channel]


def grade_of(method: Method, *, is_account: bool, is_drawn: bool = False) -> IdentityGrade:
    """How surely a signature made in this way belongs to the person named.

    A link is as sure as the address it was sent to: that of an account was checked when the account was opened.
    """
    if method is Method.LINK:
        return IdentityGrade.VERIFIED_LINK if is_account else IdentityGrade.EMAIL_LINK
    if method is Method.SIGNATURE:
        return IdentityGrade.DRAWN_SIGNATURE if is_drawn else IdentityGrade.TYPED_SIGNATURE
    return IdentityGrade.PIN if method is Method.PIN else IdentityGrade.PASSKEY


class Refusal(enum.StrEnum):
    """Why a signature, or the way to a form, was refused."""

    OWN_SESSION = "own-session"
    OWN_ADDRESS = "own-address"
    USED_LINK = "used-link"
    ENDED_LINK = "ended-link"
    UNKNOWN_LINK = "unknown-link"
    WRONG_PIN = "wrong-pin"
    WRONG_PASSKEY = "wrong-passkey"
    NOT_ALLOWED_HERE = "not-allowed-here"
    CLOSED_REQUEST = "closed-request"
    WRONG_DATE = "wrong-date"
    WRONG_ROLE = "wrong-role"
    OWN_SIGNATURE = "own-signature"
    RECORD_IN_DOUBT = "record-in-doubt"

    @property
    def label(self) -> str:
        """What was tried, in words."""
        return _REFUSAL_WORDS[self]


_REFUSAL_WORDS = {
    Refusal.OWN_SESSION: "The trainee opened the assessor's form in their own session",
    Refusal.OWN_ADDRESS: "The trainee asked themselves",
    Refusal.USED_LINK: "A link that was used before was opened again",
    Refusal.ENDED_LINK: "A link was used after it had ended",
    Refusal.UNKNOWN_LINK: "The trainee tried a link that never was",
    Refusal.WRONG_PIN: "A PIN was refused",
    Refusal.WRONG_PASSKEY: "A passkey was refused",
    Refusal.NOT_ALLOWED_HERE: "Somebody tried to sign in a way this form does not allow",
    Refusal.CLOSED_REQUEST: "Somebody tried to fill in a form that no longer waits",
    Refusal.WRONG_DATE: "Somebody tried to sign with a date that is too early or too late",
    Refusal.WRONG_ROLE: "Somebody tried to sign a form that is not theirs to complete",
    Refusal.OWN_SIGNATURE: "The trainee tried to sign the form about themselves",
    Refusal.RECORD_IN_DOUBT: "Somebody tried to correct or add to a record that is suspended or struck out",
}


class Refused(RuleViolation):
    """A signature, or the way to a form, is refused and leaves a trace."""

    def __init__(self, refusal: Refusal, message: str, field: str | None = None) -> None:
        super().__init__(message, field)
        self.refusal = refusal


def refusal_of(*, used_at: datetime | None, expires_at: datetime, at: datetime) -> Refusal | None:
    """Why a link is refused at a moment: it was used, or it has ended; None while it works."""
    if used_at is not None:
        return Refusal.USED_LINK
    return Refusal.ENDED_LINK if at >= expires_at else None
