"""Shifts and encounters by the thousand, for questions of speed: rows as the services leave them, without a ledger."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import count, cycle
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select

from lms.core.db import Model, db
from lms.core.ids import new_id
from lms.identity.models import Person
from lms.placements.models import Encounter, Shift, ShiftDecision
from lms.placements.rules.encounters import AgeBand, LegalFramework, Outcome
from lms.placements.rules.states import Part, Presentation, Verdict
from lms.policy import Role

FIRST = datetime(2026, 1, 5, 7, tzinfo=UTC)
Place = tuple[UUID, str]


def people_like(person_id: UUID, number: int) -> list[UUID]:
    """So many more people with the row of this one but for its id, without an address of their own."""
    with db.engine.begin() as connection:
        row = connection.execute(select(Person.__table__).where(Person.id == person_id)).mappings().one()
        ids = [new_id() for _ in range(number)]
        connection.execute(
            insert(Person.__table__), [{**row, "id": each, "email": f"{each}@example.org"} for each in ids]
        )
    return ids


def add_in_bulk(
    trainees: Sequence[UUID], places: Sequence[Place], supervisor: UUID, *, shifts: int, encounters: int, nth: int = 0
) -> None:
    """Give each trainee so many approved shifts, the first being their nth, and so many encounters in each."""
    rows: dict[type[Model], list[dict[str, Any]]] = {Shift: [], ShiftDecision: [], Encounter: []}
    for trainee in trainees:
        for number, (site_id, setting) in zip(range(nth, nth + shifts), cycle(places), strict=False):
            shift_id, begins = new_id(), FIRST + timedelta(hours=12 * number)
            whole = {"trainee_id": trainee, "recorded_at": begins + timedelta(hours=9)}
            rows[Shift].append(
                {
                    **whole,
                    "id": shift_id,
                    "first_id": shift_id,
                    "site_id": site_id,
                    "setting": setting,
                    "started_at": begins,
                    "ended_at": begins + timedelta(hours=8),
                    "break_minutes": 30,
                    "supervisor_id": supervisor,
                }
            )
            rows[ShiftDecision].append(
                {
                    **whole,
                    "id": new_id(),
                    "shift_id": shift_id,
                    "verdict": Verdict.APPROVED,
                    "by_id": supervisor,
                    "role": Role.SUPERVISOR,
                }
            )
            rows[Encounter].extend({**whole, **each, "shift_id": shift_id} for each in _contacts(encounters))
    with db.engine.begin() as connection:
        for model, found in rows.items():
            connection.execute(insert(model), found)


def _contacts(number: int) -> Iterator[dict[str, Any]]:
    for nth, presentation, part in zip(count(), cycle(Presentation), cycle(Part), strict=False):
        if nth == number:
            return
        yield {
            "id": new_id(),
            "presentation": presentation,
            "part": part,
            "outcome": Outcome.REFERRED,
            "age_band": AgeBand.NOT_KNOWN,
            "frameworks": [LegalFramework.CONSENT.value],
            "safety_plan_made": False,
        }
