"""What a device sends of a shift that was entered without a signal, and who is meant as its supervisor. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from lms.core.errors import RuleViolation
from lms.core.words import number_of
from lms.placements.rules.encounters import AgeBand, Contact, LegalFramework, Outcome
from lms.placements.rules.planned import BookedTime
from lms.placements.rules.states import Part, Presentation
from lms.placements.rules.times import Span

MOST_CONTACTS = 100
"""How many contacts a shift that is entered without a signal can bring. A proposal, to be confirmed by the service."""


@dataclass(frozen=True, slots=True)
class SealedEntry:
    """One entry as the device kept it."""

    id: UUID
    sealed: str


@dataclass(frozen=True, slots=True)
class SealedShift:
    """A shift that has ended with its contacts; its id is the once-only key under which it is carried out."""

    id: UUID
    contacts: tuple[SealedEntry, ...]
    end: SealedEntry


@dataclass(frozen=True, slots=True)
class Agreed:
    """A supervisor agreed to a shift on a device without a signal; without an address it is whoever is meant anyway."""

    name: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class Held:
    """What waits with the draft of a shift until its supervisor is chosen.

    `agreed_by` is the guest who agreed; `is_agreed` without one means that whoever is chosen did.
    """

    contacts: tuple[Contact, ...] = ()
    is_agreed: bool = False
    agreed_by: UUID | None = None

    @property
    def words(self) -> str:
        """What waits, in one sentence; nothing if nothing does."""
        parts = [number_of(len(self.contacts), "contact")] if self.contacts else []
        parts += ["that your supervisor agreed"] if self.is_agreed else []
        return f"Noted without a signal and sent with this shift: {' and '.join(parts)}." if parts else ""


def held_as_body(held: Held) -> dict[str, Any]:
    """What is held as the draft stores it."""
    contacts = [{**asdict(contact), "frameworks": list(contact.frameworks)} for contact in held.contacts]
    by = str(held.agreed_by) if held.agreed_by else ""
    return {"contacts": contacts, "is_agreed": held.is_agreed, "agreed_by": by}


def held_in(body: Mapping[str, Any]) -> Held:
    """What a draft holds beside the answers of its form."""
    by = body.get("agreed_by")
    return Held(
        tuple(_contact(each) for each in body.get("contacts", ())),
        bool(body.get("is_agreed")),
        UUID(by) if by else None,
    )


def _contact(kept: Mapping[str, Any]) -> Contact:
    return Contact(
        presentation=Presentation(kept["presentation"]),
        part=Part(kept["part"]),
        outcome=Outcome(kept["outcome"]),
        age_band=AgeBand(kept["age_band"]),
        frameworks=tuple(LegalFramework(each) for each in kept["frameworks"]),
        safety_plan_made=bool(kept["safety_plan_made"]),
    )


def read_sealed_shift(sent: Any) -> SealedShift:
    """The shift a device sent.

    Raises RuleViolation for anything else.
    """
    try:
        contacts = [_entry(item) for item in sent["contacts"]]
        found = SealedShift(UUID(sent["id"]), tuple(contacts), _entry(sent["end"]))
    except (KeyError, TypeError, ValueError, AttributeError):
        raise RuleViolation("This is no shift that was entered without a signal") from None
    if len(contacts) > MOST_CONTACTS:
        raise RuleViolation(f"A shift entered without a signal can have {MOST_CONTACTS} contacts at most")
    return found


def _entry(item: Any) -> SealedEntry:
    if not isinstance(item["sealed"], str):
        raise TypeError
    return SealedEntry(UUID(item["id"]), item["sealed"])


def initials(name: str) -> str:
    """Enough to see whose device it is, and not who they are."""
    words = [word for word in name.split() if word[:1].isalpha()]
    return "".join(word[0].upper() for word in (words[:1] + words[1:][-1:])) or "?"


def matching_booking(bookings: Iterable[BookedTime], span: Span, site_id: UUID) -> BookedTime | None:
    """The booking a shift was worked from: at its site, and sharing more time with it than any other."""
    shared = [each for each in bookings if each.site_id == site_id and each.span.overlaps(span)]
    return max(shared, key=lambda each: _shared(each.span, span), default=None)


def _shared(one: Span, other: Span) -> float:
    both = min(one.ended_at, other.ended_at) - max(one.started_at, other.started_at)
    return both.total_seconds()


def supervisor_meant(
    booked: UUID | None, last_time: UUID | None, at_site: Sequence[UUID], anywhere: Sequence[UUID]
) -> UUID | None:
    """Who is meant by "as booked, or as last time": nobody where neither supervises there and it is not clear who does.

    `at_site` are those the site names; where it names none, anybody of `anywhere` may supervise there.
    """
    may = at_site or anywhere
    for person_id in (booked, last_time):
        if person_id is not None and person_id in may:
            return person_id
    return at_site[0] if len(at_site) == 1 else None
