"""Which slots a list shows: the week or month and the filters that stand in its address."""

import calendar
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from lms.placements.rules.slots import SlotState
from lms.placements.rules.weeks import monday_of

FIRST, LAST = date(2000, 1, 1), date(2100, 12, 1)


@dataclass(frozen=True, slots=True)
class Shown:
    """A week that begins on a Monday, or a month, and what is left out of it."""

    first: date
    is_month: bool
    site_id: UUID | None = None
    setting: str | None = None
    state: SlotState | None = None

    @property
    def end(self) -> date:
        """The first day after it."""
        if self.is_month:
            return self.first + timedelta(days=calendar.monthrange(self.first.year, self.first.month)[1])
        return self.first + timedelta(days=7)

    @property
    def is_filtered(self) -> bool:
        """Whether anything is left out."""
        return bool(self.site_id or self.setting or self.state)

    def address(self, *, on: date | None = None, view: str | None = None) -> dict[str, Any]:
        """The parts of the address that keep the filters, for another day or the other view."""
        parts = {
            "from": (on or self.first).isoformat(),
            "view": view or ("month" if self.is_month else "week"),
            "site": str(self.site_id or ""),
            "setting": self.setting or "",
            "status": self.state.value if self.state else "",
        }
        return {name: value for name, value in parts.items() if value}

    @property
    def before(self) -> date:
        """A day of the time before it."""
        return self.first - timedelta(days=1)


def shown_from(args: Mapping[str, str], today: date) -> Shown:
    """What the address of a list asks for; what it does not say or says wrongly is this month and everything."""
    is_month = args.get("view") != "week"
    day = min(max(_day(args.get("from", ""), today), FIRST), LAST)
    first = day.replace(day=1) if is_month else monday_of(day)
    return Shown(
        first, is_month, _uuid(args.get("site", "")), args.get("setting") or None, _state(args.get("status", ""))
    )


def _day(text: str, otherwise: date) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return otherwise


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _state(text: str) -> SlotState | None:
    try:
        return SlotState(text)
    except ValueError:
        return None
