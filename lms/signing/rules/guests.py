"""When a guest may count: what an administrator must have seen, and which entries may be said to be one person."""

import enum
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from lms.core.errors import RuleViolation

DOMAIN = re.compile(r"(?=.{4,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+")
# Anybody gets an address there: it says nothing about where somebody works.
OPEN_TO_ALL = frozenset(
    {
        "aol.com",
        "gmail.com",
        "googlemail.com",
        "hotmail.co.uk",
        "hotmail.com",
        "icloud.com",
        "live.com",
        "mail.com",
        "me.com",
        "outlook.com",
        "proton.me",
        "yahoo.co.uk",
        "yahoo.com",
    }
)
REGULATED = re.compile(
    r"\b(paramedics?|nurses?|nursing|midwi(fe|ves)|doctors?|psychiatrists?|physicians?|registrars?|gps?|"
    r"general practitioners?|social workers?|occupational therapists?|psychologists?)\b"
)


class GuestVerdict(enum.StrEnum):
    """What an administrator decided about a guest."""

    ACCEPTED = "accepted"
    REFUSED = "refused"

    @property
    def label(self) -> str:
        """The verdict in words."""
        return self.value.capitalize()


@dataclass(frozen=True, slots=True)
class Entry:
    """Somebody as an administrator compares entries: a guest or an account."""

    id: UUID
    name: str
    profession: str
    registration_number: str
    email: str | None
    is_guest: bool
    is_in_use: bool = True


def mail_domain(text: str) -> str:
    """A mail domain as it is kept. Raises RuleViolation for anything else, and where anybody gets an address."""
    domain = text.strip().lower().removeprefix("@")
    if not DOMAIN.fullmatch(domain):
        raise RuleViolation("Enter what stands after the @ of an address, like northmere-general.example", "domain")
    if domain in OPEN_TO_ALL:
        raise RuleViolation(
            "Anybody can get an address there, so it shows nothing about where somebody works", "domain"
        )
    return domain


def organisation_at(email: str | None, known: Mapping[str, UUID]) -> UUID | None:
    """The organisation whose mail domain an address belongs to: the domain itself or a part of it."""
    host = (email or "").rpartition("@")[2].lower()
    while host:
        if host in known:
            return known[host]
        host = host.partition(".")[2]
    return None


def is_regulated(profession: str) -> bool:
    """Say whether somebody's own words name a profession with a register."""
    return REGULATED.search(profession.casefold()) is not None


def check_verdict(
    guest: Entry,
    verdict: GuestVerdict,
    *,
    actor_id: UUID,
    merged: bool,
    organisation_id: UUID | None,
    registration_checked: bool,
    reason: str,
) -> None:
    """Refuse a decision about oneself or an entry that is no guest's any more, and what was not checked.

    Accepted needs an address at a known organisation, and the registration of a regulated profession seen in its
    register; refused needs a reason.
    """
    if guest.id == actor_id:
        raise RuleViolation("Another administrator has to check your own entry.")
    if not guest.is_guest or merged:
        raise RuleViolation("This entry is no guest’s any more: nothing is left to decide.")
    if verdict is GuestVerdict.REFUSED:
        if not reason.strip():
            raise RuleViolation("Say why you refuse", "reason")
        return
    if guest.email is None:
        raise RuleViolation("There is no address. Ask for one at the organisation they work for, and add it", "verdict")
    if organisation_id is None:
        raise RuleViolation("The address is not at a known organisation. Add its mail domain first", "verdict")
    if is_regulated(guest.profession) and not guest.registration_number.strip():
        raise RuleViolation("There is no registration number. Add it before you accept", "verdict")
    if guest.registration_number.strip() and not registration_checked:
        raise RuleViolation("Look the registration up in the register, then confirm it", "registration_checked")


def check_account(guest: Entry, *, actor_id: UUID, merged: bool, accepted: bool) -> None:
    """Refuse an account for somebody who has one, is somebody else, or is not accepted; nobody opens their own."""
    if guest.id == actor_id:
        raise RuleViolation("Another administrator has to open your own account.")
    if not guest.is_guest or merged:
        raise RuleViolation("This guest already has an account, or was joined with somebody else.")
    if not accepted:
        raise RuleViolation("Accept the guest before you make them an account.")


def check_merge(source: Entry, into: Entry, *, actor_id: UUID, merged: Collection[UUID], reason: str) -> None:
    """Refuse to say that two entries are one person where that is nonsense, or about oneself."""
    if source.id == into.id:
        raise RuleViolation("Choose another entry than this one", "into_id")
    if actor_id in (source.id, into.id):
        raise RuleViolation("Another administrator has to decide about your own entry.", "into_id")
    if source.id in merged:
        raise RuleViolation("This entry was already joined with another one.")
    if into.id in merged:
        raise RuleViolation("That entry was itself joined with another one: choose the other one", "into_id")
    if not source.is_guest and into.is_guest:
        raise RuleViolation("An account is not joined with a guest: join the guest with the account", "into_id")
    if not source.is_guest and source.is_in_use:
        raise RuleViolation("Deactivate the account first, so that nobody signs with it any more.")
    if not reason.strip():
        raise RuleViolation("Say how you know", "reason")


def final_entries(pairs: Mapping[UUID, UUID]) -> dict[UUID, UUID]:
    """For each entry that was joined with another one, the entry that stands for the person in the end."""
    found = {}
    for first in pairs:
        last, steps = pairs[first], 0
        while last in pairs and steps < len(pairs):
            last, steps = pairs[last], steps + 1
        found[first] = last
    return found


def checked_people(
    verdicts: Mapping[UUID, GuestVerdict], merges: Mapping[UUID, UUID], accounts: Collection[UUID]
) -> frozenset[UUID]:
    """Everybody who was a guest and counts: accepted, or the same person as somebody accepted or with an account.

    `verdicts` are the latest, `merges` lead to the final entry, `accounts` are those of final entries.
    """
    accepted = {person for person, verdict in verdicts.items() if verdict is GuestVerdict.ACCEPTED}
    joined = {source for source, into in merges.items() if into in accepted or into in accounts}
    return frozenset(accepted | joined)


def look_alikes(entry: Entry, others: Iterable[Entry]) -> list[Entry]:
    """Entries that may be the same person: the same registration number, or the same name."""
    return [other for other in others if other.id != entry.id and _is_alike(entry, other)]


def _is_alike(one: Entry, other: Entry) -> bool:
    number = _letters(one.registration_number)
    return (number != "" and number == _letters(other.registration_number)) or _letters(one.name) == _letters(
        other.name
    )


def _letters(text: str) -> str:
    return "".join(char for char in text.casefold() if char.isalnum())
