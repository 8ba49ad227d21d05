"""Making, changing and cancelling slots: one transaction each, with its ledger entries."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select

from lms.audit.rules import SERVICE_CHAIN
from lms.audit.services import keep_text, record
from lms.core.clock import now, to_london
from lms.core.db import db, transaction
from lms.core.errors import NotFound, RuleViolation, Stale
from lms.core.identifiers import check_free_text
from lms.core.ids import new_id
from lms.core.words import day, number_of
from lms.notifications.services import tell
from lms.placements import queries
from lms.placements.models import Slot, SlotCancellation
from lms.placements.queries import SlotRow
from lms.placements.rules.planning import (
    PlannedSlot,
    SiteFact,
    Terms,
    changed,
    changes_between,
    check_one_date,
    check_terms,
    plan_slots,
    terms_of,
)
from lms.placements.rules.series import Pattern
from lms.placements.rules.slots import check_changeable, check_places
from lms.placements.services.bookings import cancel_bookings_of
from lms.placements.services.moves import follow_changes
from lms.placements.services.places import COMING, hold_slots
from lms.placements.services.sites import hold_site
from lms.policy import Permission, Viewer

MANAGE = Permission.SLOT_MANAGE


def make_slots(actor: Viewer, site_id: UUID, *, pattern: Pattern, terms: Terms) -> list[Slot]:
    """Put one slot or a series of them on offer at a site, and tell the supervisor.

    Raises NotFound without the site, RuleViolation if one of them could not be worked.
    """
    with transaction() as session:
        site = hold_site(site_id)
        planned = plan_slots(pattern, terms, site=queries.get_site_fact(site_id), now=now())
        series_id = new_id() if len(planned) > 1 else None
        slots = [_slot(site_id, each, terms, series_id) for each in planned]
        session.add_all(slots)
        record(actor, "slot.made", *slots, under=MANAGE)
        if terms.supervisor_id is not None and terms.supervisor_id != actor.id:
            offered = number_of(len(slots), "slot")
            tell(terms.supervisor_id, f"You are named as supervisor of {offered} at {site.name}", COMING)
    return slots


def change_slot(
    actor: Viewer, slot_id: UUID, *, version: int, on: date, terms: Terms, later: bool = False
) -> list[Slot]:
    """Change one slot, or also the later ones of its series: only what is different here is changed there.

    Whoever is booked keeps the place, is held against the checks again and is told of other times. Raises Stale if
    somebody saved it since `version`, NotFound without it, RuleViolation if it is cancelled or has begun, or a changed
    one could not be worked.
    """
    with transaction():
        row = _held(slot_id, series=later)
        if row.version != version:
            raise Stale(as_texts(row), row.version)
        check_changeable(row.fact, now())
        check_one_date(row.fact.on, on, later=later)
        site = queries.get_site_fact(row.fact.site_id)
        changes = changes_between(terms_of(row.fact), terms)
        rows = queries.list_later(row, now()) if later else [row]
        moves = [
            _Move(each, on if each.fact.id == slot_id else each.fact.on, changed(each.fact, changes)) for each in rows
        ]
        held = hold_slots([each.fact.id for each in rows], [SERVICE_CHAIN])
        slots = _apply(moves, site)
        record(actor, "slot.changed", *slots, under=MANAGE)
        follow_changes(actor, held)
    return slots


def cancel_slot(actor: Viewer, slot_id: UUID, *, reason: str, later: bool = False) -> list[SlotCancellation]:
    """Say that a slot does not take place, or also the later ones of its series; their bookings are cancelled as well.

    Everybody concerned is told, and what was logged stays. Raises NotFound without the slot, RuleViolation if it is
    cancelled already or has begun, or without a reason.
    """
    check_free_text(reason, no_identifiers=True, field="reason")
    if not reason.strip():
        raise RuleViolation("Say why the slot does not take place", "reason")
    with transaction() as session:
        row = _held(slot_id, series=later)
        check_changeable(row.fact, now())
        rows = queries.list_later(row, now()) if later else [row]
        held = hold_slots([each.fact.id for each in rows], [SERVICE_CHAIN])
        why = keep_text(reason)
        made = [
            SlotCancellation(slot_id=each.fact.id, by_id=actor.id, role=actor.role_for(MANAGE), reason=why)
            for each in rows
        ]
        session.add_all(made)
        record(actor, "slot.cancelled", *made, under=MANAGE)
        for each in rows:
            cancel_bookings_of(actor, held, each.fact.id, reason=why)
        _tell_of_cancelling(actor, rows)
    return made


def _tell_of_cancelling(actor: Viewer, rows: Sequence[SlotRow]) -> None:
    """Tell each supervisor once, however many of their slots do not take place."""
    theirs: dict[UUID, list[SlotRow]] = {}
    for row in rows:
        if row.fact.supervisor_id not in (None, actor.id):
            theirs.setdefault(row.fact.supervisor_id, []).append(row)
    for supervisor_id, ended in theirs.items():
        which = f"The slot at {ended[0].site_name} on {day(ended[0].fact.on)} is"
        if len(ended) > 1:
            which = f"{len(ended)} slots at {ended[0].site_name} from {day(ended[0].fact.on)} on are"
        tell(supervisor_id, f"{which} cancelled", COMING)


@dataclass(frozen=True, slots=True)
class _Move:
    """A slot as it was, the day it is to begin and its terms from now on."""

    row: SlotRow
    on: date
    terms: Terms


def _held(slot_id: UUID, *, series: bool = False) -> SlotRow:
    """The slot, locked, with its series where that is to be changed: nobody books one meanwhile."""
    wanted = Slot.id == slot_id
    if series:
        wanted |= Slot.series_id == select(Slot.series_id).where(Slot.id == slot_id).scalar_subquery()
    if not db.session.scalars(select(Slot.id).where(wanted).order_by(Slot.id).with_for_update()).all():
        raise NotFound
    return queries.get_slot(slot_id)


def _slot(site_id: UUID, planned: PlannedSlot, terms: Terms, series_id: UUID | None) -> Slot:
    return Slot(
        site_id=site_id,
        starts_at=planned.span.started_at,
        ends_at=planned.span.ended_at,
        capacity=terms.capacity,
        supervisor_id=terms.supervisor_id,
        sign_up=terms.sign_up,
        opens_at=planned.opens_at,
        closes_at=planned.closes_at,
        series_id=series_id,
    )


def _apply(moves: Sequence[_Move], site: SiteFact) -> list[Slot]:
    """Write the changes down, each checked as if it were made anew."""
    wanted = [move.row.fact.id for move in moves]
    found = db.session.scalars(select(Slot).where(Slot.id.in_(wanted)))
    slots = {slot.id: slot for slot in found}
    for move in moves:
        span, slot, terms = move.terms.span_on(move.on), slots[move.row.fact.id], move.terms
        check_terms(span, terms, site=site, now=now())
        check_places(terms.capacity, move.row.taken)
        slot.starts_at, slot.ends_at = span.started_at, span.ended_at
        slot.opens_at, slot.closes_at = terms.window_on(move.on)
        slot.capacity, slot.supervisor_id, slot.sign_up = terms.capacity, terms.supervisor_id, terms.sign_up
        slot.updated_at = now()
    return [slots[key] for key in wanted]


def as_texts(row: SlotRow) -> dict[str, str]:
    """What is stored of a slot as its form shows it, by field, for somebody whose save came too late."""
    terms, began = terms_of(row.fact), to_london(row.fact.span.started_at)
    return {
        "first_on": _date(began.date()),
        "starts": f"{terms.starts:%H:%M}",
        "ends": f"{terms.ends:%H:%M}",
        "capacity": str(terms.capacity),
        "supervisor_id": row.supervisor_name or "",
        "sign_up": terms.sign_up.label,
        "opens_on": _date(terms.opens_on) if terms.opens_on else "",
        "closes_days": "" if terms.closes_days is None else str(terms.closes_days),
    }


def _date(on: date) -> str:
    return f"{on.day} {on.month} {on.year}"
