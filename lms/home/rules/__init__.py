"""What a person should do next: lines in order of urgency; and when and of what the digest by email speaks."""

import enum
import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import NAMESPACE_URL, UUID, uuid5

from lms.core.words import number_of


class Urgency(enum.IntEnum):
    """How soon a line matters: lower comes first."""

    CONCERN = 1
    TURNED_BACK = 2
    UNFINISHED = 3
    NEW = 4
    NEXT = 5


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a home page: what, about what, the page it opens, and since when it waits."""

    text: str
    url: str
    detail: str = ""
    urgency: Urgency = Urgency.NEXT
    since: datetime | None = None


def in_order(lines: Iterable[Line], limit: int = 12) -> list[Line]:
    """The lines by urgency; within one urgency in the order they were given."""
    return sorted(lines, key=lambda line: line.urgency)[:limit]


class DigestPace(enum.StrEnum):
    """How often a person is told by email what waits for them."""

    WEEKLY = "weekly"
    DAILY = "daily"
    NONE = "none"

    @property
    def label(self) -> str:
        """The pace in words."""
        return _PACE_WORDS[self]

    def is_due(self, on: date) -> bool:
        """Whether the digest is sent on this day: weekly on Mondays, daily on each."""
        return self is DigestPace.DAILY or (self is DigestPace.WEEKLY and on.weekday() == 0)


_PACE_WORDS = {
    DigestPace.WEEKLY: "Once a week, on Monday",
    DigestPace.DAILY: "Every day on which something waits",
    DigestPace.NONE: "Never",
}


@dataclass(frozen=True, slots=True)
class Waiting:
    """How much waits for a person, in counts: a digest names no trainee and nothing of care or concern."""

    requests: int = 0
    sign_offs: int = 0
    reviews: int = 0
    withdrawals: int = 0
    claims: int = 0
    shifts: int = 0
    late_shifts: int = 0
    debriefs: int = 0
    supervision: int = 0
    meetings: int = 0
    sampled: int = 0
    begun: int = 0
    bookings: int = 0
    upcoming: int = 0
    to_log: int = 0

    @property
    def lines(self) -> list[str]:
        """What waits, a line each; empty when nothing does."""
        counts = (
            (self.requests, "request for an assessment", "requests for an assessment"),
            (self.begun, "assessment you began and have not sent", "assessments you began and have not sent"),
            (
                self.sign_offs,
                "capability that is met and not signed off",
                "capabilities that are met and not signed off",
            ),
            (self.reviews, "sign-off of yours to look at again", "sign-offs of yours to look at again"),
            (self.withdrawals, "proposed withdrawal to answer", "proposed withdrawals to answer"),
            (self.claims, "claim of prior learning to decide", "claims of prior learning to decide"),
            (self.shifts, "shift to approve or query", "shifts to approve or query"),
            (self.late_shifts, "of them has waited more than 7 days", "of them have waited more than 7 days"),
            (self.debriefs, "request for a debrief", "requests for a debrief"),
            (self.bookings, "booking or swap to decide", "bookings or swaps to decide"),
            (self.supervision, "entry of supervision to confirm", "entries of supervision to confirm"),
            (self.meetings, "meeting to confirm", "meetings to confirm"),
            (self.upcoming, "placement shift in the next 7 days", "placement shifts in the next 7 days"),
            (self.to_log, "placement shift to log", "placement shifts to log"),
            (self.sampled, "sampled assessment to look at", "sampled assessments to look at"),
        )
        return [number_of(count, one, many) for count, one, many in counts if count]


def digest_id(person_id: UUID, on: date) -> UUID:
    """The id of a person's digest of one day: the same whoever works it out, so that it is sent once."""
    return uuid5(NAMESPACE_URL, f"digest/{person_id}/{on.isoformat()}")


def reminder_id(booking_id: UUID, what: str, at: datetime) -> UUID:
    """The id of a reminder about a booked shift at its time: sent once, and again when the slot was moved."""
    return uuid5(NAMESPACE_URL, f"reminder/{what}/{booking_id}/{at.isoformat()}")


def stop_token(secret: str, person_id: UUID) -> str:
    """What the link in a digest carries, so that it stops this person's digest and no other."""
    return f"{person_id.hex}{_seal(secret, person_id)}"


def person_to_stop(secret: str, token: str) -> UUID | None:
    """The person a link speaks of; None where it was not made here."""
    try:
        person_id = UUID(hex=token[:32])
    except ValueError:
        return None
    return person_id if hmac.compare_digest(token.encode(), stop_token(secret, person_id).encode()) else None


def _seal(secret: str, person_id: UUID) -> str:
    return hmac.digest(secret.encode(), b"stop digest " + person_id.bytes, "sha256").hex()[:40]


class Detail(enum.StrEnum):
    """What in a text could say who somebody is."""

    NAME = "name"
    NUMBER = "number"
    BIRTH = "birth"
    PLACE = "place"
    STORY = "story"

    @property
    def label(self) -> str:
        """The kind in words."""
        return DETAIL_WORDS[self]


DETAIL_WORDS = {
    Detail.NAME: "A name or initials",
    Detail.NUMBER: "An NHS number, phone number, email address or incident number",
    Detail.BIRTH: "A date of birth",
    Detail.PLACE: "An address, postcode or exact place",
    Detail.STORY: "What happened is so rare that somebody would be recognised",
}


def reading_proof(secret_key: str, reader_id: UUID, text_id: UUID) -> str:
    """What shows that a page showed a text to somebody: made for each reader and each text."""
    return hmac.digest(secret_key.encode(), f"read {reader_id} {text_id}".encode(), "sha256").hex()[:32]
