"""A shift as it was planned beside the shift as it was worked."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from uuid import UUID

from lms.core.errors import RuleViolation
from lms.core.words import duration
from lms.placements.rules.times import Span


@dataclass(frozen=True)
class BookedTime:
    """What a booking said: where, when and with whom."""

    booking_id: UUID
    site_id: UUID
    site_name: str
    setting: str
    starts_at: datetime
    ends_at: datetime
    supervisor_id: UUID | None = None

    @cached_property
    def span(self) -> Span:
        """The planned time."""
        return Span(self.starts_at, self.ends_at)

    def fits(self, span: Span, site_id: UUID) -> bool:
        """Say whether a shift of this time at this site can be the one that was planned."""
        return self.site_id == site_id and self.span.overlaps(span)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Planned minutes and attended minutes, and how far they lie apart."""

    planned: int
    actual: int

    @property
    def difference(self) -> int:
        """Minutes attended beyond what was planned; below 0 where the shift was shorter."""
        return self.actual - self.planned

    @property
    def words(self) -> str:
        """The difference in words."""
        if not self.difference:
            return "As long as planned"
        return f"{duration(abs(self.difference))} {'longer' if self.difference > 0 else 'shorter'} than planned"


def check_booking(planned: BookedTime | None, *, logged: bool) -> None:
    """Refuse a booking that is not the trainee's own, does not hold, or was logged before.

    Raises RuleViolation on `booking_id`.
    """
    if planned is None:
        raise RuleViolation("This booking does not hold any more. Log the shift without it.", "booking_id")
    if logged:
        raise RuleViolation("You have logged this booking already. Correct that shift if it is wrong.", "booking_id")
