"""To whom an approver may give a slot: what it would give each of their trainees, and what blocks or warns."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from lms.core.clock import now
from lms.core.errors import NotFound
from lms.identity.models import Person
from lms.identity.queries import list_trainees
from lms.placements.models import Slot
from lms.placements.queries.ahead import gaps_of
from lms.placements.queries.bookings import bookings_of_slots
from lms.placements.queries.holdups import check_slots, enrolled_on, load_enrolments_of
from lms.placements.queries.loaders import load_practice
from lms.placements.queries.slots import SlotRow, load_slots
from lms.placements.rules import bookings as rules
from lms.placements.rules.ahead import gift_of
from lms.placements.rules.encounters import EncounterFact
from lms.placements.rules.giving import Fit
from lms.placements.rules.states import Part
from lms.policy import Permission, Viewer


@dataclass(frozen=True, slots=True)
class GivePage:
    """A slot with the trainees who can be in it, the largest gap first, and why each of the others cannot."""

    row: SlotRow
    free: int
    fit: tuple[Fit, ...]
    unfit: tuple[tuple[str, str], ...]


def get_slot_to_give(viewer: Viewer, slot_id: UUID) -> GivePage:
    """A slot with everybody the viewer decides about; NotFound if there is none. A constant number of statements."""
    row = next(iter(load_slots(Slot.id == slot_id)), None)
    if row is None:
        raise NotFound
    beside = bookings_of_slots([slot_id])[slot_id]
    people = [each for each in list_trainees(viewer, Permission.BOOKING_DECIDE) if each.id != viewer.id]
    enrolments = load_enrolments_of([each.id for each in people])
    why = {
        each.id: rules.why_not_work(
            row.fact, beside, each.id, is_enrolled=enrolled_on(enrolments.get(each.id), row.fact)
        )
        for each in people
    }
    return GivePage(
        row=row,
        free=rules.places_free(row.fact, beside),
        fit=tuple(sorted(_fit(row, [each for each in people if not why[each.id]]), key=lambda each: each.order)),
        unfit=tuple((each.name, why[each.id]) for each in people if why[each.id]),
    )


def _fit(row: SlotRow, people: Sequence[Person]) -> list[Fit]:
    ids = [each.id for each in people]
    if not ids:
        return []
    shifts, encounters = load_practice(select(Person.id).where(Person.id.in_(ids)), known_at=now())
    gaps, checks = gaps_of(ids, shifts), check_slots(ids, [row.fact])
    return [
        Fit(
            trainee_id=each.id,
            name=each.name,
            gift=gift_of(gaps[each.id], row.fact.setting, row.fact.span.minutes),
            checks=checks[each.id, row.fact.id],
            has_led=_has_led(encounters.get(each.id, ()), row.fact.setting),
        )
        for each in people
    ]


def _has_led(encounters: Iterable[EncounterFact], setting: str) -> bool:
    return any(each.stands and each.part is Part.LED and each.setting == setting for each in encounters)
