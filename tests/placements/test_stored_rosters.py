"""Random rosters over every clock change of 16 years, stored, read back and held against counting minutes."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from sqlalchemy import insert, select

from lms.core.clock import now
from lms.core.db import db
from lms.core.ids import new_id
from lms.identity.models import Person
from lms.placements import queries
from lms.placements.models import Booking, BookingDecision, RotaImport, RotaShift, Shift, Slot
from lms.placements.queries.holdups import check_slots
from lms.placements.queries.slots import load_slots
from lms.placements.rules.averages import windows_around
from lms.placements.rules.duties import DutyKind, reach
from lms.placements.rules.rota import RotaSource
from lms.placements.rules.slots import BookingVerdict, SignUp
from lms.policy import Role
from tests.factories.placements import prepare
from tests.minutes import CHANGES, ZERO, Minutes, midnight, roster, span, truth

pytestmark = pytest.mark.both_databases

ROSTERS = {change: roster(change, seed=change // 7) for change in CHANGES}


def store_rosters(cast, site_id):
    """One trainee works around the changes of spring, the other around those of autumn; returns whose slot is asked.

    Every fifth duty is a shift that was logged, every seventh a place that is booked; the others are main rota.
    """
    rows = {model: [] for model in (RotaImport, RotaShift, Slot, Booking, BookingDecision, Shift)}
    imports = {person: new_id() for person in (cast.trainee, cast.trainee_b)}
    for person, import_id in imports.items():
        known = {"from_on": date(2019, 1, 1), "until_on": date(2037, 12, 31), "source": RotaSource.CSV}
        rows[RotaImport].append({"id": import_id, "person_id": person, "by_id": person, "role": Role.TRAINEE, **known})
    asked = {}
    for number, change in enumerate(CHANGES):
        person, (duties, proposed) = list(imports)[number % 2], ROSTERS[change]
        for place, duty in enumerate(duties):
            if place % 5 == 0:
                rows[Shift].append(logged(person, site_id, cast.supervisor, span(*duty)))
            elif place % 7 == 0:
                slot = offered(site_id, span(*duty))
                booking = {"id": new_id(), "slot_id": slot["id"], "trainee_id": person}
                rows[Slot].append(slot)
                rows[Booking].append({**booking, "by_id": person, "role": Role.TRAINEE})
                verdict = {"verdict": BookingVerdict.BOOKED, "overrides": False, "seen": {}}
                rows[BookingDecision].append({"booking_id": booking["id"], **verdict})
            else:
                found = {"starts_at": span(*duty).started_at, "ends_at": span(*duty).ended_at}
                rows[RotaShift].append({"import_id": imports[person], "person_id": person, **found})
        slot = offered(site_id, span(*proposed))
        rows[Slot].append(slot)
        asked[change] = (person, slot["id"])
    with db.engine.begin() as connection:
        for model, values in rows.items():
            connection.execute(insert(model.__table__), values)
    return asked


def offered(site_id, found):
    times = {"starts_at": found.started_at, "ends_at": found.ended_at}
    return {"id": new_id(), "site_id": site_id, "capacity": 1, "sign_up": SignUp.FIRST_COME, "version": 1, **times}


def logged(person, site_id, supervisor, found):
    shift_id = new_id()
    return {
        "id": shift_id,
        "first_id": shift_id,
        "trainee_id": person,
        "site_id": site_id,
        "setting": "crisis-team",
        "started_at": found.started_at,
        "ended_at": found.ended_at,
        "break_minutes": 0,
        "supervisor_id": supervisor,
    }


def lengths_and_rests(spans):
    minute = timedelta(minutes=1)
    return [each.minutes for each in spans], [
        (later.started_at - earlier.ended_at) // minute for earlier, later in pairwise(spans)
    ]


def test_rosters_that_were_stored_say_what_counting_minutes_says(cast, context):
    asked = store_rosters(cast, prepare())
    kinds = set()
    for change, (person, slot_id) in asked.items():
        duties, proposed = ROSTERS[change]
        (row,) = load_slots(Slot.id == slot_id)
        assert row.fact.span == span(*proposed)
        wide = reach(row.fact.span)
        whose = select(Person.id).where(Person.id == person)
        working = queries.load_duties(whose, wide.started_at, wide.ended_at, known_at=now())[person]
        near = [duty for duty in duties if span(*duty).overlaps(wide)]
        assert lengths_and_rests([duty.span for duty in working.duties]) == (
            [ends - begins for begins, ends in near],
            [later[0] - earlier[1] for earlier, later in pairwise(near)],
        )
        kinds |= {duty.kind for duty in working.duties}
        said = check_slots([person], [row.fact])[person, slot_id]
        warned = {each.kind for each in said.warnings}
        broken = truth(change, duties, proposed)
        assert {rule: rule.value in warned for rule in broken} == broken
        assert said.not_known == ()
        counted = Minutes(change, [*duties, proposed])
        for window in windows_around(row.fact.span, working)[::40]:
            first = (window.from_on - ZERO.date()).days
            worked = counted.part(midnight(first), midnight(first + 119)).count(1)
            assert window.worked == timedelta(minutes=worked)
    assert kinds == {DutyKind.MAIN_ROTA, DutyKind.PLACEMENT}
