"""Reading settings and sites (`settings`), shifts for pages (`shifts`) and facts in bulk (`loaders`)."""

from lms.placements.queries.loaders import list_taken, load_encounters, load_practice
from lms.placements.queries.places import SiteShift, load_site_shifts
from lms.placements.queries.settings import (
    LastTime,
    Supervisor,
    find_last_time,
    find_placements,
    get_placements,
    list_sites,
    list_supervisors,
)
from lms.placements.queries.shifts import (
    ShiftPage,
    ShiftRow,
    count_waiting,
    find_own_encounter,
    get_own_shift,
    get_shift,
    get_supervised_shift,
    list_encounters,
    list_named,
    list_shifts,
    list_supervised,
    list_waiting,
    may_decide,
    may_see_encounters,
)

__all__ = [
    "LastTime",
    "ShiftPage",
    "ShiftRow",
    "SiteShift",
    "Supervisor",
    "count_waiting",
    "find_last_time",
    "find_own_encounter",
    "find_placements",
    "get_own_shift",
    "get_placements",
    "get_shift",
    "get_supervised_shift",
    "list_encounters",
    "list_named",
    "list_shifts",
    "list_sites",
    "list_supervised",
    "list_supervisors",
    "list_taken",
    "list_waiting",
    "load_encounters",
    "load_practice",
    "load_site_shifts",
    "may_decide",
    "may_see_encounters",
]
