"""What happened, in the order in which it happened."""

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from lms.core.clock import from_london, pretend, start_of_day

Action = Callable[[], object]


@dataclass(slots=True)
class Timeline:
    """Actions, each at its own moment, played in order under a clock that stands at that moment."""

    today: date
    _queue: list[tuple[datetime, int, Action]] = field(default_factory=list)
    _count: int = 0

    def day(self, days_ago: int) -> date:
        """The day so many days before today; a negative number lies ahead."""
        return self.today - timedelta(days=days_ago)

    def on(self, day: date, at: time, action: Action) -> datetime:
        """Let something happen on a day, at a time in London."""
        return self.at(from_london(day, at), action)

    def at(self, moment: datetime, action: Action) -> datetime:
        """Let something happen at a moment before today; no two things happen in the same microsecond."""
        if moment >= start_of_day(self.today):
            raise ValueError(f"{moment} is not in the past")
        self._count += 1
        exact = moment + timedelta(microseconds=self._count)
        heapq.heappush(self._queue, (exact, self._count, action))
        return exact

    def __len__(self) -> int:
        return len(self._queue)

    def play(self) -> None:
        """Do everything in the order of moments. An action may add others that come later."""
        while self._queue:
            moment, _, action = heapq.heappop(self._queue)
            with pretend(moment):
                action()
