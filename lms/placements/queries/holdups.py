"""What holds up a booking: the checks of trainees against slots, many at once."""

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from lms.core.clock import now
from lms.curriculum.queries import load_enrolments
from lms.curriculum.rules.enrolment import EnrolmentFact
from lms.identity.models import Person
from lms.placements.queries.clearances import load_blocks
from lms.placements.queries.duties import load_duties
from lms.placements.rules.bookings import Checks, Said
from lms.placements.rules.clearance import Block
from lms.placements.rules.duties import NOTHING_KNOWN, WorkingTime, reach
from lms.placements.rules.findings import RestFinding
from lms.placements.rules.rest import check_rest
from lms.placements.rules.slots import SlotFact
from lms.placements.rules.times import Span

Pair = tuple[UUID, UUID]
NOT_ENROLLED = Said("enrolment", "Enrolment", "Not enrolled on the day of the slot. The administrator enrols trainees.")


def check_slots(
    trainees: Collection[UUID],
    slots: Sequence[SlotFact],
    *,
    without: Mapping[UUID, Collection[UUID]] | None = None,
    pairs: Collection[Pair] | None = None,
) -> dict[Pair, Checks]:
    """What the checks say about each of these trainees in each of these slots, by the two ids.

    `without` names by slot the bookings that do not count for it; `pairs` who is asked about in which slot, where that
    is not everybody in every one. A constant number of statements.
    """
    if not trainees or not slots:
        return {}
    working, left_out = _working_time(trainees, slots), without or {}
    enrolments = load_enrolments_of(trainees)
    blocks = load_blocks(select(Person.id).where(Person.id.in_(trainees)), slots, known_at=now())
    return {
        (trainee, slot.id): _checks(
            slot,
            working.get(trainee, NOTHING_KNOWN).without(left_out.get(slot.id, ())),
            blocks[trainee][slot.id],
            is_enrolled=enrolled_on(enrolments.get(trainee), slot),
        )
        for trainee in trainees
        for slot in slots
        if pairs is None or (trainee, slot.id) in pairs
    }


def enrolled_on(enrolment: EnrolmentFact | None, slot: SlotFact) -> bool:
    """Say whether an enrolment holds on the day of a slot."""
    return enrolment is not None and enrolment.starts_on <= slot.on and enrolment.is_open(slot.on)


def load_enrolments_of(trainees: Collection[UUID]) -> Mapping[UUID, EnrolmentFact]:
    """The last enrolment of each of these trainees."""
    return load_enrolments(select(Person.id).where(Person.id.in_(trainees)), known_at=now())


def _working_time(trainees: Collection[UUID], slots: Sequence[SlotFact]) -> dict[UUID, WorkingTime]:
    wide = reach(Span(min(slot.span.started_at for slot in slots), max(slot.span.ended_at for slot in slots)))
    chosen = select(Person.id).where(Person.id.in_(trainees))
    return load_duties(chosen, wide.started_at, wide.ended_at + timedelta(days=1), known_at=now())


def _checks(slot: SlotFact, working: WorkingTime, blocks: Collection[Block], *, is_enrolled: bool) -> Checks:
    result = check_rest(slot.span, working)
    stands = tuple(Said("clearance", each.title, each.words) for each in blocks)
    return Checks(
        blocks=stands if is_enrolled else (NOT_ENROLLED, *stands),
        warnings=_said(result.warnings),
        not_known=_said(result.not_known),
    )


def _said(findings: Collection[RestFinding]) -> tuple[Said, ...]:
    return tuple(Said(each.rule.value, each.rule.label, each.sentence) for each in findings)
