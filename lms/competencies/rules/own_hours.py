"""An assessor's own work by month: how many assessments, how many minutes, for their own professional development."""

import enum
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from lms.core.days import add_months


class Period(enum.StrEnum):
    """How far back a certificate reaches."""

    THREE_MONTHS = "3-months"
    YEAR = "12-months"
    TWO_YEARS = "24-months"

    @property
    def months(self) -> int:
        """The number of months."""
        return int(self.value.partition("-")[0])

    @property
    def label(self) -> str:
        """The period in words."""
        return f"Last {self.months} months"

    def starts_on(self, today: date) -> date:
        """The first day: that of the month so many months ago, this month included."""
        return add_months(today.replace(day=1), 1 - self.months)


@dataclass(frozen=True, slots=True)
class OwnPiece:
    """One assessment somebody wrote: the day of the encounter and the minutes they gave it, if they said."""

    on: date
    minutes: int | None


@dataclass(frozen=True, slots=True)
class MonthOfWork:
    """What somebody wrote about encounters of one month."""

    month: date
    count: int
    minutes: int
    unsaid: int


@dataclass(frozen=True, slots=True)
class OwnWork:
    """Somebody's own assessments over a period, newest month first. Months without any are left out."""

    since: date
    until: date
    months: tuple[MonthOfWork, ...]

    @property
    def count(self) -> int:
        """How many assessments there are."""
        return sum(each.count for each in self.months)

    @property
    def minutes(self) -> int:
        """The minutes that were given."""
        return sum(each.minutes for each in self.months)

    @property
    def unsaid(self) -> int:
        """How many assessments say nothing of minutes."""
        return sum(each.unsaid for each in self.months)

    @property
    def average(self) -> int | None:
        """Minutes of one assessment on average, of those that say; None where none does."""
        said = self.count - self.unsaid
        return round(self.minutes / said) if said else None


def own_work(written: Iterable[OwnPiece], *, since: date, until: date) -> OwnWork:
    """Count somebody's own assessments by the month of the encounter."""
    by_month: dict[date, list[OwnPiece]] = {}
    for each in written:
        if since <= each.on <= until:
            by_month.setdefault(each.on.replace(day=1), []).append(each)
    return OwnWork(since, until, tuple(_month(month, by_month[month]) for month in sorted(by_month, reverse=True)))


def _month(month: date, written: list[OwnPiece]) -> MonthOfWork:
    said = [each.minutes for each in written if each.minutes is not None]
    return MonthOfWork(month, len(written), sum(said), len(written) - len(said))
