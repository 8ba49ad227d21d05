"""Reading encounters for pages: the trainee's own in full, those of others as far as rules need them."""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import Select, and_, select

from lms.core.clock import now, start_of_day, today
from lms.core.days import london_day
from lms.core.db import db
from lms.core.errors import NotFound
from lms.identity.models import Person
from lms.identity.queries import may_towards, visible_trainees
from lms.placements.models import Encounter, EncounterWithdrawal, Shift
from lms.placements.queries.loaders import find_encounter, load_encounters, stands
from lms.placements.rules.encounters import AgeBand, EncounterFact, LegalFramework, Outcome
from lms.placements.rules.sharing import SharedContact, month_of, shared_until
from lms.placements.rules.states import Part, Presentation
from lms.policy import Permission, Viewer


@dataclass(frozen=True, slots=True)
class EncounterRow:
    """One of the viewer's own encounters as a list shows it; what an older entry does not say is None."""

    id: UUID
    presentation: Presentation
    part: Part
    outcome: Outcome | None
    age_band: AgeBand | None
    frameworks: tuple[LegalFramework, ...]
    safety_plan_made: bool | None
    taken_back: bool


def list_own_encounters(viewer: Viewer, first_id: UUID) -> list[EncounterRow]:
    """The viewer's own encounters of a shift, by the id of its first version, in the order they were noted."""
    rows = db.session.execute(
        _own(viewer).where(Encounter.shift_id == first_id).order_by(Encounter.recorded_at, Encounter.id)
    )
    return [_row(*row) for row in rows]


def get_own_encounter(viewer: Viewer, encounter_id: UUID) -> EncounterRow:
    """One of the viewer's own encounters; NotFound for anybody else's."""
    row = db.session.execute(_own(viewer).where(Encounter.id == encounter_id)).one_or_none()
    if row is None:
        raise NotFound
    return _row(*row)


def find_last_part(viewer: Viewer) -> Part | None:
    """What the viewer did in the contact they noted last; not that they led it, which is said each time it counts."""
    last = db.session.scalar(
        select(Encounter.part)
        .where(Encounter.trainee_id == viewer.id)
        .order_by(Encounter.recorded_at.desc(), Encounter.id.desc())
        .limit(1)
    )
    return None if last is Part.LED else last


def list_encounters(viewer: Viewer, trainee_id: UUID) -> list[EncounterFact]:
    """A trainee's encounters, if the viewer may see them: the trainee, and whoever reads capabilities."""
    if not may_see_encounters(viewer, trainee_id):
        return []
    trainees = select(Person.id).where(Person.id == trainee_id)
    return load_encounters(trainees, known_at=now()).get(trainee_id, [])


def find_own_encounter(viewer: Viewer, encounter_id: UUID) -> EncounterFact | None:
    """One of the viewer's own encounters, or None."""
    return find_encounter(viewer.id, encounter_id)


def may_see_encounters(viewer: Viewer, trainee_id: UUID) -> bool:
    """Say whether the viewer reads this trainee's encounters; placement supervisors see hours only."""
    return viewer.id == trainee_id or may_towards(viewer, trainee_id, Permission.CAPABILITY_READ)


def find_shared_until(viewer: Viewer) -> date | None:
    """The day before which contacts are in files the viewer may take out; None without a file. One statement."""
    rows = db.session.execute(
        select(Encounter.trainee_id, Encounter.recorded_at).where(
            Encounter.trainee_id.in_(visible_trainees(viewer, Permission.ENCOUNTER_EXPORT))
        )
    )
    return shared_until({(trainee_id, month_of(london_day(at))) for trainee_id, at in rows}, month_of(today()))


def list_shared(viewer: Viewer) -> list[SharedContact]:
    """The contacts of every trainee the viewer may take out as a file, as they counted when files last grew."""
    until = find_shared_until(viewer)
    if until is None:
        return []
    known_at = start_of_day(until) - timedelta(microseconds=1)
    rows = db.session.execute(
        select(
            Encounter.trainee_id,
            Shift.started_at,
            Shift.setting,
            Encounter.presentation,
            Encounter.part,
            Encounter.outcome,
            Encounter.age_band,
            Encounter.frameworks,
            Encounter.safety_plan_made,
        )
        .join(Shift, Shift.first_id == Encounter.shift_id)
        .outerjoin(
            EncounterWithdrawal,
            and_(EncounterWithdrawal.encounter_id == Encounter.id, EncounterWithdrawal.recorded_at <= known_at),
        )
        .where(
            Encounter.trainee_id.in_(visible_trainees(viewer, Permission.ENCOUNTER_EXPORT)),
            Encounter.recorded_at <= known_at,
            Shift.recorded_at <= known_at,
            EncounterWithdrawal.id.is_(None),
            stands(known_at),
        )
    )
    return [
        SharedContact(
            trainee_id,
            month_of(london_day(at)),
            setting,
            about,
            part,
            outcome,
            age,
            tuple(map(LegalFramework, named)),
            made,
        )
        for trainee_id, at, setting, about, part, outcome, age, named, made in rows
    ]


def _own(viewer: Viewer) -> "Select[Encounter, UUID | None]":
    return (
        select(Encounter, EncounterWithdrawal.id)
        .outerjoin(EncounterWithdrawal, EncounterWithdrawal.encounter_id == Encounter.id)
        .where(Encounter.trainee_id == viewer.id)
    )


def _row(encounter: Encounter, withdrawal_id: UUID | None) -> EncounterRow:
    return EncounterRow(
        id=encounter.id,
        presentation=encounter.presentation,
        part=encounter.part,
        outcome=encounter.outcome,
        age_band=encounter.age_band,
        frameworks=tuple(LegalFramework(each) for each in encounter.frameworks),
        safety_plan_made=encounter.safety_plan_made,
        taken_back=withdrawal_id is not None,
    )
