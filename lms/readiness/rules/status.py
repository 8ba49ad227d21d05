"""Checks, decisions of the consultant nurse and what they amount to on a day."""

import enum
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from lms.core.errors import RuleViolation
from lms.readiness.rules.result import Lapse, Overall, Result, Supervision

REASON_MAX = 2000
SOON_DAYS = (30, 60, 90)


class Decision(enum.StrEnum):
    """What the consultant nurse may decide about a person in a setting."""

    AUTHORISE = "authorise"
    RESTRICT = "restrict"
    DEFER = "defer"

    @property
    def label(self) -> str:
        """The decision in words, as done."""
        return {"authorise": "Authorised", "restrict": "Restricted", "defer": "Deferred"}[self.value]


@dataclass(frozen=True, slots=True)
class DecisionFact:
    """One decision of the consultant nurse about one setting; `was_ready` is what the rules said that day."""

    id: UUID
    setting: str
    decision: Decision
    supervision: Supervision | None
    valid_from: date
    valid_until: date | None
    recorded_at: datetime
    was_ready: bool = True


class StatusKind(enum.StrEnum):
    """Where a person stands in a setting."""

    AUTHORISED = "authorised"
    RESTRICTED = "restricted"
    DEFERRED = "deferred"
    EXPIRED = "expired"
    NONE = "none"

    @property
    def label(self) -> str:
        """The standing in words."""
        return "Not decided" if self is StatusKind.NONE else self.value.capitalize()


@dataclass(frozen=True, slots=True)
class Status:
    """Where a person stands in a setting on a day, and the decision that says so.

    `valid_until` is the last day of an authorisation, or the review date of a restriction or deferral. A restriction
    with a supervision leaves that much: `may_work` says whether the person may be deployed at all.
    """

    kind: StatusKind
    supervision: Supervision | None = None
    valid_until: date | None = None
    since: date | None = None
    decision: DecisionFact | None = None
    lapse: Lapse | None = None
    may_work: bool = False

    @property
    def words(self) -> str:
        """The standing in one line, without dates."""
        if self.lapse is not None:
            return f"Restricted: {self.lapse.words}"
        if self.kind is StatusKind.AUTHORISED and self.supervision is not None:
            return f"Authorised, {self.supervision.label}"
        if self.kind is StatusKind.RESTRICTED:
            allowed = f"only {self.supervision.label}" if self.may_work and self.supervision else "not to be deployed"
            return f"Restricted: {allowed}"
        return self.kind.label

    @property
    def until_words(self) -> str:
        """What the date of `valid_until` means, to be followed by the date."""
        if self.kind is StatusKind.EXPIRED:
            return "Expired on"
        if self.kind is StatusKind.AUTHORISED:
            return "Valid until"
        authorised = self.decision is not None and self.decision.decision is Decision.AUTHORISE
        return "Authorised until" if authorised else "Review by"


def status_on(decisions: Iterable[DecisionFact], setting: str, on: date, lapses: Iterable[Lapse] = ()) -> Status:
    """Where a person stands in a setting on a day.

    The latest decision in force rules. A deferral says "not yet": it leaves an authorisation in force. A restriction
    stays until a new authorisation. A lapse restricts an authorisation from its own day, whatever its valid-until date.
    """
    ours = [fact for fact in decisions if fact.setting == setting and fact.valid_from <= on]
    ours.sort(key=lambda fact: (fact.recorded_at, fact.id))
    standing = _standing(ours, on)
    lapse = min((lapse for lapse in lapses if lapse.from_on <= on), key=_lapse_order, default=None)
    if standing is None:
        return Status(StatusKind.NONE)
    if standing.decision is Decision.RESTRICT:
        return _restricted(standing, on, lapse)
    if standing.decision is Decision.DEFER:
        return Status(StatusKind.DEFERRED, None, standing.valid_until, standing.valid_from, standing)
    return _authorised(standing, on, lapse)


def _standing(ours: list[DecisionFact], on: date) -> DecisionFact | None:
    """The decision that rules: the last, unless it defers while an authorisation still runs."""
    ruling = None
    for fact in ours:
        runs = (
            ruling is not None
            and ruling.decision is Decision.AUTHORISE
            and ruling.valid_until is not None
            and ruling.valid_until >= on
        )
        holds = runs or (ruling is not None and ruling.decision is Decision.RESTRICT)
        if fact.decision is Decision.DEFER and holds:
            continue
        ruling = fact
    return ruling


def _lapse_order(lapse: Lapse) -> tuple[date, str]:
    return lapse.from_on, lapse.words


def _restricted(standing: DecisionFact, on: date, lapse: Lapse | None) -> Status:
    until = standing.valid_until
    runs = until is not None and until >= on
    return Status(
        StatusKind.RESTRICTED,
        standing.supervision,
        until,
        standing.valid_from,
        standing,
        lapse if standing.supervision else None,
        may_work=standing.supervision is not None and runs and lapse is None,
    )


def _authorised(standing: DecisionFact, on: date, lapse: Lapse | None) -> Status:
    until, supervision = standing.valid_until, standing.supervision
    if until is None or until < on:
        since = until + timedelta(days=1) if until else standing.valid_from
        return Status(StatusKind.EXPIRED, supervision, until, since, standing)
    if lapse is not None:
        since = max(lapse.from_on, standing.valid_from)
        return Status(StatusKind.RESTRICTED, supervision, until, since, standing, lapse)
    return Status(StatusKind.AUTHORISED, supervision, until, standing.valid_from, standing, may_work=True)


@dataclass(frozen=True, slots=True)
class Due:
    """A decision that waits for the consultant nurse today, in words; lower rank comes first."""

    rank: int
    words: str


def decision_due(status: Status, result: Result, on: date) -> Due | None:
    """What the consultant nurse has to decide about this person in this setting today, if anything."""
    if status.kind is StatusKind.AUTHORISED:
        return _due_while_authorised(status, result, on)
    if status.kind is StatusKind.RESTRICTED and status.lapse is not None:
        return Due(1, f"Restricted by a lapse: {status.lapse.words}")
    if status.kind in {StatusKind.RESTRICTED, StatusKind.DEFERRED}:
        if status.valid_until is not None and status.valid_until <= on:
            return Due(2, f"{status.kind.label}: the review date has come")
        if result.overall is not Overall.READY:
            return None
        if status.kind is StatusKind.RESTRICTED:
            return _due_while_restricted(status)
    if result.overall is Overall.READY:
        return Due(3, f"Ready: may be authorised, {result.supervision.label}")
    if status.kind is StatusKind.EXPIRED:
        return Due(4, "The authorisation has expired and requirements are missing")
    return None


def _due_while_restricted(status: Status) -> Due | None:
    """A restriction on top of met rules is the consultant nurse's own; one whose cause is gone waits for her."""
    if status.decision is None or status.decision.was_ready:
        return None
    return Due(3, "Restricted: what was missing then is met now")


def _due_while_authorised(status: Status, result: Result, on: date) -> Due | None:
    blocker = next(iter(result.blockers), None)
    if blocker is not None:
        return Due(0, f"Authorised, but no longer met: {blocker.title}. Decision pending")
    if status.valid_until is not None and (status.valid_until - on).days <= SOON_DAYS[0]:
        return Due(5, f"The authorisation ends in {(status.valid_until - on).days} days")
    return None


def check_decision(
    *,
    actor_id: UUID,
    trainee_id: UUID,
    decision: Decision,
    supervision: Supervision | None,
    reason: str,
    valid_until: date | None,
    today: date,
    result: Result,
    status: Status,
) -> None:
    """Refuse a decision that could not be defended.

    Raises RuleViolation: about oneself, without a reason, without a date, authorising without supervision, with more
    freedom than the requirement set grants, or while a requirement is missing (the message says which); restricting
    where nothing is authorised, or to more than is; deferring with a supervision.
    """
    if actor_id == trainee_id:
        raise RuleViolation("Nobody decides about their own authorisation.")
    if not reason.strip():
        raise RuleViolation("Enter the reason for your decision", "reason")
    if len(reason) > REASON_MAX:
        raise RuleViolation(f"Use {REASON_MAX:,} characters or fewer", "reason")
    if valid_until is None:
        raise RuleViolation("Enter the date until which the decision holds or is reviewed", "valid_until")
    if valid_until <= today:
        raise RuleViolation("The date must be in the future", "valid_until")
    if decision is Decision.AUTHORISE:
        _check_authorise(supervision, valid_until, today, result)
    if decision is Decision.RESTRICT:
        _check_restrict(supervision, valid_until, status)
    if decision is Decision.DEFER and supervision is not None:
        raise RuleViolation("To defer, select “Does not apply”: a deferral allows no work", "supervision")


def _check_restrict(supervision: Supervision | None, valid_until: date, status: Status) -> None:
    """A restriction may leave less than was authorised, never more, and never for longer."""
    if status.kind not in {StatusKind.AUTHORISED, StatusKind.RESTRICTED}:
        raise RuleViolation("There is no authorisation to restrict: defer instead", "decision")
    if supervision is None:
        return
    held = status.supervision
    if held is None:
        raise RuleViolation("Nothing is left to restrict: authorise again instead", "supervision")
    if supervision.rank > held.rank:
        raise RuleViolation(f"A restriction cannot go beyond what is authorised: {held.label}", "supervision")
    if status.valid_until is not None and valid_until > status.valid_until:
        raise RuleViolation("A restriction cannot outlast the authorisation it restricts", "valid_until")


def _check_authorise(supervision: Supervision | None, valid_until: date, today: date, result: Result) -> None:
    if supervision is None:
        raise RuleViolation("Select the supervision this authorisation is for", "supervision")
    if supervision.rank > result.supervision.rank:
        raise RuleViolation(
            f"This requirement set supports {result.supervision.label}, not {supervision.label}", "supervision"
        )
    if (valid_until - today).days > result.valid_days:
        raise RuleViolation(
            f"An authorisation in this setting runs for {result.valid_days} days at most", "valid_until"
        )
    if result.overall is not Overall.READY:
        named = "; ".join(f"{item.title} ({item.words})" for item in result.blockers[:3])
        more = len(result.blockers) - 3
        raise RuleViolation(
            f"This person is not ready for this setting. Missing: {named}"
            + (f" and {more} more" if more > 0 else "")
            + ".",
            "decision",
        )
