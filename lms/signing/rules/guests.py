"""When a guest may count: what an administrator must have seen, and which entries may be said to be one person."""

import enum
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
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
    """What an administrator decided about a guest, or that what was accepted is no longer what stands there."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    TO_CHECK_AGAIN = "to-check-again"

    @property
    def label(self) -> str:
        """The verdict in words."""
        return self.value.replace("-", " ").capitalize()


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


@dataclass(frozen=True, slots=True)
class Signed:
    """How much somebody signed, and the day of the last. It says nothing of what, or about whom."""

    count: int
    last_on: date | None


def mail_domain(text: str) -> str:
    """An email domain as it is kept. Raises RuleViolation for anything else, and where anybody gets an address."""
    domain = text.strip().lower().removeprefix("@")
    if not DOMAIN.fullmatch(domain):
        raise RuleViolation("Enter what stands after the @ of an address, like northmere-general.example", "domain")
    if domain in OPEN_TO_ALL:
        raise RuleViolation(
            "Anybody can get an address there, so it shows nothing about where somebody works", "domain"
        )
    return domain


def organisation_at(email: str | None, known: Mapping[str, UUID]) -> UUID | None:
    """The organisation whose email domain an address belongs to: the domain itself or a part of it."""
    host = (email or "").rpartition("@")[2].lower()
    while host:
        if host in known:
            return known[host]
        host = host.partition(".")[2]
    return None


def is_regulated(profession: str) -> bool:
    """Say whether somebody's own words name a profession with a register."""
    return REGULATED.search(profession.casefold()) is not None


def lacking(guest: Entry) -> list[str]:
    """What has to be added before a guest can be accepted, in sentences."""
    found = []
    if guest.email is None:
        found.append("There is no email address. Ask for one at the organisation they work for.")
    if is_regulated(guest.profession) and not guest.registration_number.strip():
        found.append("There is no registration number, and their profession has a register. Ask for the number.")
    return found


def check_verdict(
    guest: Entry,
    verdict: GuestVerdict,
    *,
    actor_id: UUID,
    joined: bool,
    organisation_id: UUID | None,
    registration_checked: bool,
    reason: str,
) -> None:
    """Refuse a decision about oneself or an entry that is no longer a guest, and what was not checked.

    Accepted needs an address at a known organisation, and the registration of a regulated profession seen in its
    register; refused needs a reason.
    """
    if guest.id == actor_id:
        raise RuleViolation("Another administrator has to check your own entry.")
    if not guest.is_guest or joined:
        raise RuleViolation("This guest already has an account, or was joined with somebody else.")
    if verdict is GuestVerdict.REFUSED:
        if not reason.strip():
            raise RuleViolation("Say why you refuse", "reason")
        return
    if guest.email is None:
        raise RuleViolation("There is no address. Ask for one at the organisation they work for, and add it", "verdict")
    if organisation_id is None:
        raise RuleViolation("The address is not at a known organisation. Add its email domain first", "verdict")
    if is_regulated(guest.profession) and not guest.registration_number.strip():
        raise RuleViolation("There is no registration number. Add it before you accept", "verdict")
    if guest.registration_number.strip() and not registration_checked:
        raise RuleViolation("Look the registration up in the register, then confirm it", "registration_checked")


def outdates_check(seen: Entry, found: Entry) -> bool:
    """Say whether what an acceptance rests on has changed: the address, the profession or the registration number."""
    return (seen.email, seen.profession, seen.registration_number) != (
        found.email,
        found.profession,
        found.registration_number,
    )


def check_account(guest: Entry, *, actor_id: UUID, joined: bool, accepted: bool) -> None:
    """Refuse an account for somebody who has one, is somebody else, or is not accepted; nobody opens their own."""
    if guest.id == actor_id:
        raise RuleViolation("Another administrator has to open your own account.")
    if not guest.is_guest or joined:
        raise RuleViolation("This guest already has an account, or was joined with somebody else.")
    if not accepted:
        raise RuleViolation("Accept the guest before you make them an account.")


def check_join(source: Entry, into: Entry, *, actor_id: UUID, joined: Collection[UUID], reason: str) -> None:
    """Refuse to say that two entries are one person where that is nonsense, or about oneself."""
    if source.id == into.id:
        raise RuleViolation("Choose another entry than this one", "into_id")
    if actor_id in (source.id, into.id):
        raise RuleViolation("Another administrator has to decide about your own entry.", "into_id")
    if source.id in joined:
        raise RuleViolation("This entry was already joined with another one.")
    if into.id in joined:
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
    verdicts: Mapping[UUID, GuestVerdict], joins: Mapping[UUID, UUID], accounts: Collection[UUID]
) -> frozenset[UUID]:
    """Everybody who was a guest and counts: accepted, or the same person as somebody accepted or with an account.

    `verdicts` are the latest, `joins` lead to the final entry, `accounts` are those of final entries.
    """
    accepted = {person for person, verdict in verdicts.items() if verdict is GuestVerdict.ACCEPTED}
    joined = {source for source, into in joins.items() if into in accepted or into in accounts}
    return frozenset(accepted | joined)


def refused_people(
    verdicts: Mapping[UUID, GuestVerdict], joins: Mapping[UUID, UUID], checked: Collection[UUID]
) -> frozenset[UUID]:
    """Everybody who was a guest and was refused: nobody has to check them any more, and they do not count.

    Of joined entries the final one decides.
    """
    refused = {person for person, verdict in verdicts.items() if verdict is GuestVerdict.REFUSED}
    known = {*refused, *joins}
    return frozenset(person for person in known if joins.get(person, person) in refused) - frozenset(checked)


_ALWAYS = datetime.min.replace(tzinfo=UTC)


def first_checked(
    accepted: Mapping[UUID, datetime], joins: Mapping[UUID, tuple[UUID, datetime]], accounts: Collection[UUID]
) -> dict[UUID, datetime]:
    """When each guest who was ever checked came to count for the first time, whatever was decided since.

    `accepted` is when each was accepted first, `joins` is with whom each was said to be one person and when,
    `accounts` never were guests.
    """

    def moments(person: UUID) -> Iterator[datetime]:
        at, passed = _ALWAYS, set[UUID]()
        while person not in passed:
            if person in accepted:
                yield max(at, accepted[person])
            elif person in accounts:
                yield at
            if person not in joins:
                return
            passed.add(person)
            person, joined_at = joins[person]
            at = max(at, joined_at)

    found = {person: min(moments(person), default=None) for person in {*accepted, *joins}}
    return {person: at for person, at in found.items() if at is not None}


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
