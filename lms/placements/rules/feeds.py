"""What a person's calendar shows: when they are on duty for training, and nothing about anybody else. Pure."""

import enum
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from lms.placements.rules.times import Span

SHOWN_BACK = timedelta(days=90)
"""How far back a feed reaches, so that a cancellation still arrives. A proposal, to be confirmed by the service."""


class EntryKind(enum.StrEnum):
    """Why a length of time stands in a calendar. Its label is all a calendar says: calendars are shared and shown."""

    PLACEMENT = "placement"
    SUPERVISES = "supervises"
    TAUGHT_DAY = "taught-day"

    @property
    def label(self) -> str:
        """The title of the entry."""
        return _TITLES[self]


_TITLES = {
    EntryKind.PLACEMENT: "Placement shift",
    EntryKind.SUPERVISES: "Placement shift you supervise",
    EntryKind.TAUGHT_DAY: "Taught day",
}


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """One entry: the same id whenever the calendar is fetched, and a number that grows with each change."""

    id: UUID
    kind: EntryKind
    span: Span
    path: str
    changes: int
    changed_at: datetime
    is_cancelled: bool
