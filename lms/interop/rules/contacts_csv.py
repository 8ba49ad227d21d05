"""Contacts as a table that names nobody: month, setting, what it was about, one thing more, and how many."""

from collections.abc import Mapping

from lms.core.words import month
from lms.interop.rules.tables import write_table
from lms.placements.rules.hours import Placements
from lms.placements.rules.sharing import Detail, Sort


def write_contacts(found: Mapping[Sort, int], detail: Detail, placements: Placements) -> str:
    """The table of what may be shared, by month, setting and presentation.

    What is rare stands under "Other"; outcomes stand under "All", as they are counted over everything together.
    """
    rows = sorted(_row(sort, count, detail, placements) for sort, count in found.items())
    return write_table(["Month", "Setting", "What it was about", detail.label, "Contacts"], [row for _, *row in rows])


def _row(sort: Sort, count: int, detail: Detail, placements: Placements) -> list[str]:
    everything = detail is Detail.OUTCOME
    when = sort.month.isoformat() if sort.month else ""
    return [
        when,
        month(sort.month) if sort.month else "All months" if everything else "Other months",
        placements.title_of(sort.setting) if sort.setting else "All settings" if everything else "Other setting",
        sort.presentation.label if sort.presentation else "All",
        sort.detail,
        str(count),
    ]
