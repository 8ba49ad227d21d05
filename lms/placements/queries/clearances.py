"""Reading what stands before a placement: requirements of sites, what is cleared, what blocks which slot."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import aliased, joinedload

from lms.core.clock import now, today
from lms.core.db import db
from lms.core.errors import NotFound
from lms.identity.models import Person
from lms.identity.queries import roles_towards, visible_trainees
from lms.placements.models import Clearance, Site, SiteRequirement
from lms.placements.queries.checks import load_checks
from lms.placements.queries.settings import get_placements, select_own_sites
from lms.placements.queries.slots import BookedRow, SlotRow, list_upcoming
from lms.placements.rules.checks import CheckFact, CheckKind
from lms.placements.rules.clearance import Block, ClearanceFact, RequirementFact, blocks_for, held_until
from lms.placements.rules.slots import ClearedBy, SlotFact
from lms.policy import Permission, Role, Viewer

CLEAR = Permission.CLEARANCE_RECORD
NEEDS = {ClearedBy.SITE: Role.SUPERVISOR, ClearedBy.TRUST: Role.ADMINISTRATOR}


def list_requirements(site_id: UUID) -> list[SiteRequirement]:
    """What a site asks for, what it does not ask any more last."""
    return list(
        db.session.scalars(
            select(SiteRequirement)
            .where(SiteRequirement.site_id == site_id)
            .order_by(SiteRequirement.retired_at.is_not(None), func.lower(SiteRequirement.title), SiteRequirement.id)
        )
    )


def get_requirement(requirement_id: UUID) -> SiteRequirement:
    """One requirement of a site; else NotFound."""
    row = db.session.get(SiteRequirement, requirement_id)
    if row is None:
        raise NotFound
    return row


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is asked of trainees at some sites, and what each of them has."""

    programme: tuple[CheckKind, ...]
    requirements: Mapping[UUID, list[RequirementFact]]
    clearances: Mapping[UUID, list[ClearanceFact]]
    checks: Mapping[UUID, list[CheckFact]]

    def blocks(self, trainee_id: UUID, slot: SlotFact) -> tuple[Block, ...]:
        return blocks_for(
            slot.on,
            self.requirements.get(slot.site_id, ()),
            self.clearances.get(trainee_id, ()),
            self.checks.get(trainee_id, ()),
            self.programme,
        )


def load_blocks(
    trainees: Select[Any], slots: Collection[SlotFact], *, known_at: datetime
) -> dict[UUID, dict[UUID, tuple[Block, ...]]]:
    """What blocks each of these slots for each of these trainees, as it was known at a moment: by trainee, then slot.

    A constant number of statements, however many there are of either.
    """
    asked = _load_asked(trainees, {slot.site_id for slot in slots}, known_at)
    return {each: {slot.id: asked.blocks(each, slot) for slot in slots} for each in db.session.scalars(trainees)}


def find_blocks(trainee_ids: Collection[UUID], slot: SlotFact) -> dict[UUID, tuple[Block, ...]]:
    """What blocks one slot now for each of these trainees."""
    if not trainee_ids:
        return {}
    found = load_blocks(select(Person.id).where(Person.id.in_(trainee_ids)), [slot], known_at=now())
    return {key: blocks[slot.id] for key, blocks in found.items()}


def _load_asked(trainees: Select[Any], sites: Collection[UUID] | None, known_at: datetime) -> _Asked:
    return _Asked(
        programme=get_placements(known_at=known_at).before_any_placement,
        requirements=_load_requirements(sites, known_at),
        clearances=load_clearances(trainees, known_at),
        checks=load_checks(trainees, known_at=known_at),
    )


def _load_requirements(sites: Collection[UUID] | None, known_at: datetime) -> dict[UUID, list[RequirementFact]]:
    """What sites ask for, by site; all of them where none are named. One statement."""
    statement = select(SiteRequirement).where(
        SiteRequirement.created_at <= known_at,
        or_(SiteRequirement.retired_at.is_(None), SiteRequirement.retired_at > known_at),
    )
    if sites is not None:
        statement = statement.where(SiteRequirement.site_id.in_(sites))
    found: dict[UUID, list[RequirementFact]] = {}
    for row in db.session.scalars(statement.order_by(func.lower(SiteRequirement.title), SiteRequirement.id)):
        fact = RequirementFact(row.id, row.site_id, row.title, row.cleared_by, row.valid_days)
        found.setdefault(row.site_id, []).append(fact)
    return found


def load_clearances(trainees: Select[Any], known_at: datetime) -> dict[UUID, list[ClearanceFact]]:
    """What these trainees have; a correction hides what it supersedes from its own recording on. One statement."""
    newer = aliased(Clearance)
    rows = db.session.scalars(
        select(Clearance)
        .outerjoin(newer, (newer.supersedes_id == Clearance.id) & (newer.recorded_at <= known_at))
        .where(Clearance.trainee_id.in_(trainees), Clearance.recorded_at <= known_at, newer.id.is_(None))
        .order_by(Clearance.recorded_at, Clearance.id)
    )
    found: dict[UUID, list[ClearanceFact]] = {}
    for row in rows:
        fact = ClearanceFact(row.id, row.requirement_id, row.issued_on, row.valid_until)
        found.setdefault(row.trainee_id, []).append(fact)
    return found


# --- The trainee's own page ---


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that is asked: held until a day or without end, or missing; and who clears it."""

    title: str
    is_held: bool
    until: date | None
    who: str


@dataclass(frozen=True, slots=True)
class SiteItems:
    """What one site asks for."""

    name: str
    is_booked: bool
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class BeforePage:
    """Everything that stands before one trainee's placements today."""

    bookings: tuple[tuple[BookedRow, SlotRow, tuple[Block, ...]], ...]
    programme: tuple[Item, ...]
    sites: tuple[SiteItems, ...]

    @property
    def blocked(self) -> int:
        """How many bookings something blocks."""
        return sum(bool(blocks) for _, _, blocks in self.bookings)


def get_before_page(viewer: Viewer) -> BeforePage:
    """What the viewer has and lacks for their own placements, and which bookings it blocks."""
    moment, day = now(), today()
    own = select(Person.id).where(Person.id == viewer.id)
    asked = _load_asked(own, None, moment)
    upcoming = list_upcoming(moment, trainees=own)
    booked = {slot.fact.site_id for _, slot in upcoming}
    sites = db.session.scalars(select(Site).where(Site.closed_at.is_(None)).order_by(func.lower(Site.name)))
    return BeforePage(
        bookings=tuple((row, slot, asked.blocks(viewer.id, slot.fact)) for row, slot in upcoming),
        programme=tuple(_check_item(kind, asked.checks.get(viewer.id, ()), day) for kind in asked.programme),
        sites=tuple(
            SiteItems(site.name, site.id in booked, _site_items(asked, site.id, viewer.id, day))
            for site in sites
            if site.id in asked.requirements
        ),
    )


def _check_item(kind: CheckKind, checks: Iterable[CheckFact], day: date) -> Item:
    ours = [fact for fact in checks if fact.kind is kind and fact.issued_on <= day]
    until = max((fact.valid_until for fact in ours), default=None)
    return Item(kind.label, until is not None and until >= day, until, ClearedBy.TRUST.label)


def _site_items(asked: _Asked, site_id: UUID, trainee_id: UUID, day: date) -> tuple[Item, ...]:
    ours = asked.clearances.get(trainee_id, ())
    items = []
    for each in asked.requirements[site_id]:
        held = held_until(each.id, ours, day)
        ended = max((c.valid_until for c in ours if c.requirement_id == each.id and c.valid_until), default=None)
        until = held.valid_until if held else ended
        items.append(Item(each.title, held is not None, until, each.cleared_by.label))
    return tuple(items)


# --- Those who clear ---


@dataclass(frozen=True, slots=True)
class TrustItem:
    """Something a site asks for that the administrator clears, and whether a trainee has it."""

    requirement_id: UUID
    site_name: str
    item: Item


def list_trust_items(viewer: Viewer, trainee_id: UUID) -> list[TrustItem]:
    """What open sites ask for and the administrator clears, for a trainee the viewer keeps; nothing for others."""
    trainees = _administered(viewer)
    if trainees is None or trainee_id not in set(db.session.scalars(trainees)):
        return []
    own = select(Person.id).where(Person.id == trainee_id)
    asked = _load_asked(own, None, now())
    sites = db.session.scalars(select(Site).where(Site.closed_at.is_(None)).order_by(func.lower(Site.name)))
    return [
        TrustItem(fact.id, site.name, item)
        for site in sites
        if site.id in asked.requirements
        for fact, item in zip(
            asked.requirements[site.id], _site_items(asked, site.id, trainee_id, today()), strict=True
        )
        if fact.cleared_by is ClearedBy.TRUST
    ]


@dataclass(frozen=True, slots=True)
class WaitingClearance:
    """Something that blocks a booking and that the viewer clears.

    `first` is the first day it blocks and `booking` where the booking of that day stands, in words.
    """

    trainee_id: UUID
    trainee_name: str
    site_name: str
    first: date
    block: Block
    booking: str


@dataclass(frozen=True, slots=True)
class ToClear:
    """A requirement of a trainee that the viewer may clear, in which role, and what was recorded before."""

    trainee: Person
    requirement: SiteRequirement
    site_name: str
    role: Role
    rows: tuple["ClearanceRow", ...]


@dataclass(frozen=True, slots=True)
class ClearanceRow:
    """One clearance; `replaced` says that a correction stands in its place."""

    clearance: Clearance
    replaced: bool


def list_clearance_work(viewer: Viewer) -> list[WaitingClearance]:
    """What blocks bookings ahead and waits for the viewer, the first day first. Eight statements at most."""
    moment = now()
    sites, trainees = own_sites(viewer), _administered(viewer)
    at_sites = list_upcoming(moment, sites=sites) if sites else []
    of_trust = list_upcoming(moment, trainees=trainees) if trainees is not None else []
    upcoming = {row.booking_id: (row, slot) for row, slot in (*at_sites, *of_trust)}
    ours = {
        ClearedBy.SITE: {row.booking_id for row, _ in at_sites},
        ClearedBy.TRUST: {row.booking_id for row, _ in of_trust},
    }
    slots = {slot.fact.id: slot.fact for _, slot in upcoming.values()}
    people = select(Person.id).where(Person.id.in_({row.trainee_id for row, _ in upcoming.values()}))
    blocks = load_blocks(people, list(slots.values()), known_at=moment) if slots else {}
    found: dict[tuple[UUID, Any], WaitingClearance] = {}
    for row, slot in upcoming.values():
        for block in blocks[row.trainee_id][slot.fact.id]:
            if row.booking_id in ours[block.cleared_by] and row.trainee_id != viewer.id:
                waiting = WaitingClearance(row.trainee_id, row.name, slot.site_name, slot.fact.on, block, row.words)
                found.setdefault((row.trainee_id, block.requirement_id or block.check_kind), waiting)
    return sorted(found.values(), key=lambda each: (each.first, each.trainee_name, each.block.title))


def count_clearance_work(viewer: Viewer) -> int:
    """How many things that block bookings wait for the viewer, as the list has them."""
    return len(list_clearance_work(viewer))


def get_to_clear(viewer: Viewer, trainee_id: UUID, requirement_id: UUID) -> ToClear:
    """A requirement of a trainee, if the viewer is one of those who clear it; else NotFound.

    A supervisor clears for their own site, and only for trainees they see or who have a booking there ahead.
    """
    row = db.session.execute(
        select(SiteRequirement, Site.name)
        .join(Site, Site.id == SiteRequirement.site_id)
        .where(SiteRequirement.id == requirement_id)
    ).one_or_none()
    trainee = db.session.get(Person, trainee_id)
    if row is None or trainee is None or not _may_clear(viewer, trainee_id, row[0]):
        raise NotFound
    rows = tuple(list_clearances(trainee_id, requirement_id))
    return ToClear(trainee, row[0], row[1], NEEDS[row[0].cleared_by], rows)


def list_clearances(trainee_id: UUID, requirement_id: UUID) -> list[ClearanceRow]:
    """Every clearance of a trainee for a requirement, newest first."""
    newer = aliased(Clearance)
    rows = db.session.execute(
        select(Clearance, newer.id)
        .outerjoin(newer, newer.supersedes_id == Clearance.id)
        .where(Clearance.trainee_id == trainee_id, Clearance.requirement_id == requirement_id)
        .options(joinedload(Clearance.reason), joinedload(Clearance.recorded_by))
        .order_by(Clearance.recorded_at.desc(), Clearance.id.desc())
    )
    return [ClearanceRow(row, later is not None) for row, later in rows]


def get_clearance(viewer: Viewer, clearance_id: UUID) -> tuple[ToClear, Clearance]:
    """One standing clearance that the viewer may correct; else NotFound."""
    row = db.session.get(Clearance, clearance_id)
    if row is None:
        raise NotFound
    task = get_to_clear(viewer, row.trainee_id, row.requirement_id)
    if any(each.replaced for each in task.rows if each.clearance.id == clearance_id):
        raise NotFound
    return task, row


def own_sites(viewer: Viewer) -> frozenset[UUID]:
    """The sites at which the viewer supervises today."""
    if Role.SUPERVISOR not in viewer.roles:
        return frozenset()
    return frozenset(db.session.scalars(select_own_sites(viewer)))


def _administered(viewer: Viewer) -> Select[UUID] | None:
    """The trainees whose requirements the viewer clears for the trust, or None."""
    if Role.ADMINISTRATOR not in viewer.roles:
        return None
    return visible_trainees(viewer, Permission.CHECK_MANAGE)


def _may_clear(viewer: Viewer, trainee_id: UUID, requirement: SiteRequirement) -> bool:
    needed = NEEDS[requirement.cleared_by]
    if needed not in viewer.roles:
        return False
    seen = needed in roles_towards(viewer, [trainee_id])[trainee_id]
    if requirement.cleared_by is ClearedBy.TRUST:
        return seen
    if requirement.site_id not in own_sites(viewer):
        return False
    own = select(Person.id).where(Person.id == trainee_id)
    return seen or bool(list_upcoming(now(), trainees=own, sites=[requirement.site_id]))
