"""Reading guests and what was decided about them: page by page for the administrator, in bulk for the rules."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload

from lms.core.clock import now
from lms.core.db import db
from lms.core.errors import NotFound
from lms.files.models import StoredFile
from lms.identity.models import Organisation, Person
from lms.identity.queries import people_by_id
from lms.policy import Viewer
from lms.signing.models import GuestCheck, KnownDomain, PersonJoin
from lms.signing.rules.guests import (
    Entry,
    GuestVerdict,
    checked_people,
    final_entries,
    first_checked,
    look_alikes,
    organisation_at,
    refused_people,
)


@dataclass(frozen=True, slots=True)
class GuestStanding:
    """What is known of guests at a moment: who counts, who was refused, and the entry that stands for a joined one."""

    checked: frozenset[UUID]
    refused: frozenset[UUID]
    joined: Mapping[UUID, UUID]


def load_guests(*, known_at: datetime) -> GuestStanding:
    """The guests who count or were refused and the joined entries, as known at a moment. Three statements."""
    joined = _joined(known_at)
    verdicts = {check.person_id: check.verdict for check in db.session.scalars(_checks_by(known_at))}
    checked = checked_people(verdicts, joined, _always_accounts(set(joined.values())))
    return GuestStanding(checked, refused_people(verdicts, joined, checked), joined)


@dataclass(frozen=True, slots=True)
class GuestHistory:
    """Which guests count now, and since when each who ever did has counted for the first time."""

    checked: frozenset[UUID]
    since: Mapping[UUID, datetime]


def load_guest_history() -> GuestHistory:
    """Who of the guests counts now, and who ever did. Three statements."""
    joins = {
        from_id: (into_id, recorded_at)
        for from_id, into_id, recorded_at in db.session.execute(
            select(PersonJoin.from_id, PersonJoin.into_id, PersonJoin.recorded_at)
        )
    }
    accepted: dict[UUID, datetime] = {}
    verdicts: dict[UUID, GuestVerdict] = {}
    for check in db.session.scalars(_checks_by(now())):
        verdicts[check.person_id] = check.verdict
        if check.verdict is GuestVerdict.ACCEPTED:
            accepted.setdefault(check.person_id, check.recorded_at)
    accounts = _always_accounts({into_id for into_id, _ in joins.values()})
    final = final_entries({from_id: into_id for from_id, (into_id, _) in joins.items()})
    return GuestHistory(checked_people(verdicts, final, accounts), first_checked(accepted, joins, accounts))


def _joined(known_at: datetime) -> dict[UUID, UUID]:
    rows = db.session.execute(select(PersonJoin.from_id, PersonJoin.into_id).where(PersonJoin.recorded_at <= known_at))
    return final_entries({row.from_id: row.into_id for row in rows})


def _checks_by(known_at: datetime) -> Select[GuestCheck]:
    """The checks known at a moment, the latest of each person last."""
    return select(GuestCheck).where(GuestCheck.recorded_at <= known_at).order_by(GuestCheck.recorded_at, GuestCheck.id)


def find_latest_check(person_id: UUID) -> GuestCheck | None:
    """What was decided about a guest last, or None."""
    return db.session.scalars(
        select(GuestCheck)
        .where(GuestCheck.person_id == person_id)
        .order_by(GuestCheck.recorded_at.desc(), GuestCheck.id.desc())
    ).first()


def entries_of(person_id: UUID) -> set[UUID]:
    """The entry of a person and those that were joined with it."""
    joined = _joined(now())
    return {person_id, *(source for source, into in joined.items() if into == person_id)}


def _always_accounts(ids: set[UUID]) -> set[UUID]:
    """Those of these people who never were guests: an account that began as a guest counts from its check on."""
    return set(
        db.session.scalars(
            select(Person.id).where(
                Person.id.in_(ids), Person.is_guest.is_(False), Person.id.not_in(select(GuestCheck.person_id))
            )
        )
    )


def joined_ids() -> frozenset[UUID]:
    """The entries that were joined with another one."""
    return frozenset(db.session.scalars(select(PersonJoin.from_id)))


def count_to_check(viewer: Viewer) -> int:
    """How many guests nobody has decided about as they are now."""
    place = func.row_number().over(
        partition_by=GuestCheck.person_id, order_by=(GuestCheck.recorded_at.desc(), GuestCheck.id.desc())
    )
    ranked = select(GuestCheck.person_id, GuestCheck.verdict, place.label("place")).subquery()
    decided = select(ranked.c.person_id).where(ranked.c.place == 1, ranked.c.verdict != GuestVerdict.TO_CHECK_AGAIN)
    statement = select(func.count()).where(
        Person.is_guest, Person.id.not_in(decided), Person.id.not_in(select(PersonJoin.from_id))
    )
    return db.session.scalar(statement) or 0


def known_domains() -> dict[str, UUID]:
    """The organisation of each email domain that is known now."""
    rows = db.session.execute(
        select(KnownDomain.domain, KnownDomain.organisation_id).where(KnownDomain.removed_at.is_(None))
    )
    return {row.domain: row.organisation_id for row in rows}


def find_organisation(email: str | None) -> UUID | None:
    """The known organisation an address belongs to, if there is one."""
    return organisation_at(email, known_domains())


@dataclass(frozen=True, slots=True)
class DomainRow:
    """An email domain and the organisation it belongs to."""

    id: UUID
    domain: str
    organisation: str


def list_domains(viewer: Viewer) -> list[DomainRow]:
    """The email domains that are known now, by organisation."""
    rows = db.session.execute(
        select(KnownDomain.id, KnownDomain.domain, Organisation.name)
        .join(Organisation, Organisation.id == KnownDomain.organisation_id)
        .where(KnownDomain.removed_at.is_(None))
        .order_by(func.lower(Organisation.name), KnownDomain.domain)
    )
    return [DomainRow(*row) for row in rows]


def get_domain(viewer: Viewer, domain_id: UUID) -> KnownDomain:
    """One email domain that is known now."""
    row = db.session.get(KnownDomain, domain_id)
    if row is None or row.removed_at is not None:
        raise NotFound
    return row


@dataclass(frozen=True, slots=True)
class GuestRow:
    """A guest in a list, with the latest verdict; `organisation` is known from the address."""

    entry: Entry
    since: datetime
    verdict: GuestVerdict | None
    organisation: str | None

    @property
    def waits(self) -> bool:
        """Whether an administrator has to decide."""
        return self.verdict is None or self.verdict is GuestVerdict.TO_CHECK_AGAIN


@dataclass(frozen=True, slots=True)
class CheckRow:
    """One decision about a guest; the reason is None where there is none or it was redacted."""

    verdict: GuestVerdict
    organisation: str | None
    registration_checked: bool
    by_name: str
    recorded_at: datetime
    reason_id: UUID | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class GuestPage:
    """One guest with everything that was decided, and entries that look like the same person."""

    row: GuestRow
    version: int
    checks: Sequence[CheckRow]
    twins: Sequence[Entry]

    @property
    def details(self) -> dict[str, str]:
        """What is known of the guest, by field."""
        entry = self.row.entry
        return {
            "name": entry.name,
            "email": entry.email or "",
            "profession": entry.profession,
            "registration_number": entry.registration_number,
        }


def list_guests(viewer: Viewer) -> list[GuestRow]:
    """Guests who are nobody else, those to check first, then by name. A constant number of statements."""
    latest = {check.person_id: check.verdict for check in db.session.scalars(_checks_by(now()))}
    guests = _people().where(Person.is_guest, Person.id.not_in(select(PersonJoin.from_id)))
    rows = _rows(list(db.session.scalars(guests)), latest)
    return sorted(rows, key=lambda row: not row.waits)


def get_guest(viewer: Viewer, guest_id: UUID) -> GuestPage:
    """One guest who is nobody else, and who may be the same person."""
    person = db.session.get(Person, guest_id)
    if person is None or not person.is_guest or guest_id in joined_ids():
        raise NotFound
    checks = _checks_of(guest_id)
    latest = {guest_id: checks[-1].verdict} if checks else {}
    row = _rows([person], latest)[0]
    return GuestPage(row, person.version, checks, look_alikes(row.entry, list_entries(viewer)))


@dataclass(frozen=True, slots=True)
class Drawing:
    """A drawn signature, and when it was made."""

    id: UUID
    recorded_at: datetime


def list_drawings(viewer: Viewer, entries: Collection[UUID]) -> list[Drawing]:
    """What a guest drew to sign under any of their entries, newest first. A guest hands in no other file."""
    rows = db.session.execute(
        select(StoredFile.id, StoredFile.recorded_at)
        .join(Person, Person.id == StoredFile.owner_id)
        .where(StoredFile.owner_id.in_(entries), Person.is_guest)
        .order_by(StoredFile.recorded_at.desc(), StoredFile.id.desc())
    )
    return [Drawing(*row) for row in rows]


def get_drawing(viewer: Viewer, guest_id: UUID, file_id: UUID) -> Drawing:
    """One drawn signature of a guest who is nobody else. Raises NotFound."""
    get_guest(viewer, guest_id)
    found = next((each for each in list_drawings(viewer, entries_of(guest_id)) if each.id == file_id), None)
    if found is None:
        raise NotFound
    return found


@dataclass(frozen=True, slots=True)
class JoinedRow:
    """That two entries were said to be one person, by whom and why; None where the reason was redacted."""

    id: UUID
    name: str
    into_name: str
    by_name: str
    recorded_at: datetime
    reason_id: UUID
    reason: str | None


def list_joined(viewer: Viewer) -> list[JoinedRow]:
    """Everything that was said of entries being one person, newest first. Two statements."""
    rows = db.session.scalars(
        select(PersonJoin)
        .options(joinedload(PersonJoin.reason))
        .order_by(PersonJoin.recorded_at.desc(), PersonJoin.id.desc())
    ).all()
    people = people_by_id(each for row in rows for each in (row.from_id, row.into_id, row.by_id))
    return [
        JoinedRow(
            row.id,
            people[row.from_id].name,
            people[row.into_id].name,
            people[row.by_id].name,
            row.recorded_at,
            row.reason_id,
            row.reason.text,
        )
        for row in rows
    ]


@dataclass(frozen=True, slots=True)
class JoinPage:
    """An entry that may be joined with another one: the likely ones, and everybody else."""

    entry: Entry
    twins: Sequence[Entry]
    others: Sequence[Entry]


def get_joinable(viewer: Viewer, person_id: UUID) -> JoinPage:
    """A guest, or an account no longer in use, that was not joined with another entry."""
    entries = list_entries(viewer)
    entry = next((each for each in entries if each.id == person_id), None)
    if entry is None or (not entry.is_guest and entry.is_in_use):
        raise NotFound
    others = [each for each in entries if each.id != person_id and (entry.is_guest or not each.is_guest)]
    return JoinPage(entry, look_alikes(entry, others), others)


def _checks_of(guest_id: UUID) -> list[CheckRow]:
    rows = list(
        db.session.scalars(
            _checks_by(now()).where(GuestCheck.person_id == guest_id).options(joinedload(GuestCheck.reason))
        )
    )
    people = people_by_id(row.checked_by_id for row in rows)
    places = _organisation_names({row.organisation_id for row in rows if row.organisation_id})
    return [
        CheckRow(
            row.verdict,
            places[row.organisation_id] if row.organisation_id else None,
            row.registration_checked,
            people[row.checked_by_id].name,
            row.recorded_at,
            row.reason_id,
            row.reason.text if row.reason else None,
        )
        for row in rows
    ]


def list_entries(viewer: Viewer) -> list[Entry]:
    """Everybody who is nobody else, guests and accounts, by name: the choices when two entries are one person."""
    statement = _people().where(Person.id.not_in(select(PersonJoin.from_id)))
    return [entry_of(person) for person in db.session.scalars(statement)]


def _people() -> Select[Person]:
    return select(Person).order_by(func.lower(Person.name), Person.id)


def _rows(people: Sequence[Person], latest: dict[UUID, GuestVerdict]) -> list[GuestRow]:
    domains = known_domains()
    places = {person.id: organisation_at(person.email, domains) for person in people}
    names = _organisation_names({place for place in places.values() if place})
    rows = []
    for person in people:
        place = places[person.id]
        rows.append(
            GuestRow(entry_of(person), person.created_at, latest.get(person.id), names[place] if place else None)
        )
    return rows


def entry_of(person: Person) -> Entry:
    """Somebody as rules about guests compare entries."""
    return Entry(
        id=person.id,
        name=person.name,
        profession=person.profession,
        registration_number=person.registration_number,
        email=person.email,
        is_guest=person.is_guest,
        is_in_use=person.deactivated_at is None,
    )


def _organisation_names(ids: set[UUID]) -> dict[UUID, str]:
    rows = db.session.execute(select(Organisation.id, Organisation.name).where(Organisation.id.in_(ids)))
    return {row.id: row.name for row in rows}
