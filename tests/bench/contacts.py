"""How much the pages about hours and contacts cost when there are many contacts."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from sqlalchemy import func, select

from lms.core.db import db
from lms.placements.models import Encounter, Shift
from tests.bench.population import Depth, Population
from tests.factories.contacts_in_bulk import add_in_bulk

TRAINEES_WITH_CONTACTS = 200
A_SHIFT = 5  # Contacts in one shift.
NOTHING = Depth(1, 0, 0, 0, 0, 0, 0, 0, 0)
P = TypeVar("P")


def reach(population: Population, total: int) -> int:
    """Add shifts with contacts until there are so many contacts; returns how many there are."""
    trainees = population.trainees
    there = db.session.scalar(select(func.count()).select_from(Encounter)) or 0
    nth = (db.session.scalar(select(func.count()).select_from(Shift)) or 0) // len(trainees)
    db.session.rollback()
    shifts = (total - there) // (A_SHIFT * len(trainees))
    for begin in range(0, len(trainees), 20):
        some = trainees[begin : begin + 20]
        add_in_bulk(some, population.sites, population.cast.supervisor, shifts=shifts, encounters=A_SHIFT, nth=nth)
    with db.engine.begin() as connection:
        connection.exec_driver_sql("ANALYZE")
    return db.session.scalar(select(func.count()).select_from(Encounter)) or 0


def pages_about(population: Population, page: Callable[[str, Sequence[str], Sequence[str]], P]) -> list[P]:
    """The pages whose cost may depend on it."""
    nurse, own = ["connie.njoroge@example.org"], ["trainee.0@example.org"]
    every = population.trainees
    first = every[0]
    return [
        page("own hours", own, ["/hours"]),
        page("own grid", own, [f"/trainees/{first}/exposure"]),
        page("own number", own, [f"/trainees/{first}/exposure/low-mood/led"]),
        page("hours of one", nurse, [f"/trainees/{each}/hours" for each in every]),
        page("grid of one", nurse, [f"/trainees/{each}/exposure" for each in every]),
        page("one number", nurse, [f"/trainees/{each}/exposure/low-mood/led" for each in every]),
        page("files of contacts", nurse, ["/contacts/files/part"]),
    ]
