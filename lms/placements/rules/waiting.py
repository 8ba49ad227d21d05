"""For whom a shift waits and how long: it never counts against the trainee."""

import enum
from dataclasses import dataclass
from datetime import datetime, timedelta

from lms.core.words import number_of
from lms.placements.rules.hours import ShiftFact
from lms.placements.rules.states import Doubt, Status

CONFIRM_WITHIN = timedelta(days=7)
"""How soon a supervisor confirms a shift (fact sheet 9, a proposal)."""
FAIR = "and it does not count against the trainee"


class WaitsOn(enum.StrEnum):
    """Who has to do something about a shift."""

    SUPERVISOR = "supervisor"
    TRAINEE = "trainee"
    ADMINISTRATOR = "administrator"


@dataclass(frozen=True, slots=True)
class Wait:
    """Since when a shift waits for somebody else than the trainee."""

    since: datetime
    on: WaitsOn
    said_offline: bool = False

    def is_long(self, now: datetime) -> bool:
        """Say whether it waits for longer than a supervisor has to confirm it."""
        return self.on is WaitsOn.SUPERVISOR and now - self.since > CONFIRM_WITHIN

    def words(self, now: datetime) -> str:
        """How long it has waited, in words."""
        days = (now - self.since).days
        return "since today" if not days else f"for {number_of(days, 'day')}"

    def sentence(self, supervisor: str, now: datetime) -> str:
        """For whom it waits and whose time that is; empty while its supervisor has time left."""
        if self.on is WaitsOn.ADMINISTRATOR:
            return f"An administrator checks who signed. Waiting {self.words(now)}: that is the service’s time, {FAIR}"
        said = "Whoever said yes confirms it, signed in or with the link they were sent" if self.said_offline else ""
        if not self.is_long(now):
            return said
        late = f"Waiting on {supervisor} {self.words(now)}: that is the supervisor’s time, {FAIR}"
        return f"{said}. {late}" if said else late


def turn_of(status: Status, doubt: Doubt | None = None) -> WaitsOn | None:
    """Who has to do something about a shift that stands there: its supervisor decides, or confirms what they said
    without a signal; the trainee answers a query; an administrator checks the guest who approved it.
    """
    if status is Status.QUERIED:
        return WaitsOn.TRAINEE
    if status is Status.UNCONFIRMED and doubt is not Doubt.SAID_OFFLINE:
        return WaitsOn.ADMINISTRATOR
    return WaitsOn.SUPERVISOR if status in (Status.SUBMITTED, Status.UNCONFIRMED) else None


def waits_on(fact: ShiftFact) -> WaitsOn | None:
    """Who has to do something about a shift; None where nobody has."""
    return turn_of(fact.status, fact.doubt)


def wait_of(fact: ShiftFact) -> Wait | None:
    """The wait of a shift that lies with its supervisor or an administrator; None for all others."""
    on = waits_on(fact)
    if on is WaitsOn.SUPERVISOR:
        return Wait(fact.recorded_at, on, said_offline=fact.doubt is Doubt.SAID_OFFLINE)
    return Wait(fact.approved_at or fact.recorded_at, on) if on is WaitsOn.ADMINISTRATOR else None
