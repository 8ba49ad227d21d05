"""Finding the slot to propose to a trainee: what is missing, and the slots they may ask for."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from lms.core.clock import now, to_london, today
from lms.core.words import day, join_words
from lms.identity.models import Person
from lms.placements.queries import get_placements, load_encounters
from lms.placements.queries.offers import Offer, list_nearest
from lms.policy import Viewer
from lms.readiness.rules.exposure import exposure_gaps
from lms.readiness.rules.proposals import Option, propose


@dataclass(frozen=True, slots=True)
class ProposedSlot:
    """The slot to ask for next, in words, and why."""

    slot_id: UUID
    title: str
    reason: str


def find_proposal(viewer: Viewer) -> ProposedSlot | None:
    """The slot that closes the viewer's largest gap, among the next ones of each setting; None where none does."""
    found = list_nearest(viewer)
    offers = {each.row.fact.id: each for each in found.offers if not each.why_not}
    options = [_option(each) for each in offers.values()]
    proposal = propose(found.gaps, options) or propose((), options, _never_led(viewer))
    if proposal is None:
        return None
    row, blocks = offers[proposal.slot_id].row, offers[proposal.slot_id].checks.blocks
    first = f" First to be cleared: {join_words([each.title for each in blocks])}." if blocks else ""
    starts = to_london(row.fact.span.started_at)
    return ProposedSlot(
        proposal.slot_id,
        f"{row.site_name}, {starts:%A} {day(row.fact.on)} from {starts:%H:%M}",
        f"{proposal.reason}{first}",
    )


def _never_led(viewer: Viewer) -> list[tuple[str, str]]:
    """What the viewer has never led, least seen first, by each setting in which it is usually met."""
    encounters = load_encounters(select(Person.id).where(Person.id == viewer.id), known_at=now()).get(viewer.id, [])
    return [
        (setting, gap.presentation.label)
        for gap in exposure_gaps(encounters, get_placements(), today())
        for setting in gap.settings
    ]


def _option(offer: Offer) -> Option:
    slot = offer.row.fact
    return Option(
        slot_id=slot.id,
        setting=slot.setting,
        minutes=slot.span.minutes,
        starts_at=slot.span.started_at,
        is_free=offer.free > 0,
        is_blocked=bool(offer.checks.blocks),
        warnings=len(offer.checks.warnings),
    )
