"""Asking for an assessment and completing it: who, when, how many capabilities."""

import enum
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from lms.competencies.rules.framework import Capability
from lms.competencies.rules.words import FormKind, check_level
from lms.core.errors import RuleViolation
from lms.core.words import day, join_words

MOST_CAPABILITIES = 5
"""How many capabilities one form may rate. A proposal, to be confirmed by the service."""
ASK_WITHIN = timedelta(days=7)
"""How long after an encounter one may ask about it. A proposal, to be confirmed by the service."""
EXPIRES_AFTER = timedelta(days=14)
"""How long an assessor may take to answer. A proposal, to be confirmed by the service."""
SAID_FOR = timedelta(days=21)
"""How long a trainee is told of what was asked in vain, from when it expires."""
NOT_OBSERVED = "not-observed"


class RequestState(enum.StrEnum):
    """Where a request for an assessment stands."""

    ASKED = "asked"
    OPENED = "opened"
    COMPLETED = "completed"
    DECLINED = "declined"
    CANCELLED = "cancelled"
    EXPIRED = "expired"

    @property
    def label(self) -> str:
        """The state in words."""
        return _STATE_WORDS[self]

    @property
    def is_waiting(self) -> bool:
        """Whether the assessor can still answer."""
        return self in (RequestState.ASKED, RequestState.OPENED)


_STATE_WORDS = {
    RequestState.ASKED: "Waiting for the assessor",
    RequestState.OPENED: "Opened by the assessor",
    RequestState.COMPLETED: "Completed",
    RequestState.DECLINED: "Declined",
    RequestState.CANCELLED: "Cancelled",
    RequestState.EXPIRED: "Expired without an answer",
}


class StepKind(enum.StrEnum):
    """What happened to a request after it was asked."""

    OPENED = "opened"
    DECLINED = "declined"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happened to a request, and when."""

    kind: StepKind
    recorded_at: datetime


def state_of(steps: Collection[Step], *, asked_at: datetime, is_completed: bool, now: datetime) -> RequestState:
    """Where a request stands, from what happened to it. The delay of an assessor is never held against a trainee."""
    kinds = {step.kind for step in steps}
    if is_completed:
        return RequestState.COMPLETED
    if StepKind.CANCELLED in kinds:
        return RequestState.CANCELLED
    if StepKind.DECLINED in kinds:
        return RequestState.DECLINED
    if now - asked_at > EXPIRES_AFTER:
        return RequestState.EXPIRED
    return RequestState.OPENED if StepKind.OPENED in kinds else RequestState.ASKED


def check_request(
    *, trainee_id: UUID, assessor_id: UUID, codes: Collection[str], known: Collection[str], seen_on: date, today: date
) -> None:
    """Refuse a request to oneself, for too many or unknown capabilities, or outside seven days of the encounter.

    Raises RuleViolation.
    """
    if trainee_id == assessor_id:
        raise RuleViolation("Ask somebody else: nobody assesses themselves", field="assessor_id")
    check_codes(codes, known)
    check_seen_on(seen_on, today)


@dataclass(frozen=True, slots=True)
class Asked:
    """What one request asks: of whom, with which form, about which day, which capabilities."""

    assessor_id: UUID
    form_kind: FormKind
    seen_on: date
    codes: tuple[str, ...]

    def repeats(self, other: "Asked") -> bool:
        """Whether it asks the same person with the same form about the same day for a capability of the other."""
        same = (self.assessor_id, self.form_kind, self.seen_on) == (other.assessor_id, other.form_kind, other.seen_on)
        return same and not set(self.codes).isdisjoint(other.codes)


def check_not_waiting(asked: Asked, waiting: Iterable[Asked], *, known: Mapping[str, Capability]) -> None:
    """Refuse what one of the trainee's requests that wait for an answer asks already.

    Raises RuleViolation.
    """
    for other in waiting:
        if asked.repeats(other):
            twice = join_words([known[code].name for code in asked.codes if code in other.codes])
            raise RuleViolation(
                f"You have already asked this assessor for {asked.form_kind.with_article} about {day(asked.seen_on)}:"
                f" {twice}. Wait for the answer, or cancel that request first.",
                field="codes",
            )


def field_name(code: str) -> str:
    """The name under which the level of a capability is asked and kept in a draft."""
    return f"level_{code.replace('.', '_')}"


def as_entered(ratings: Mapping[str, int | None], proposed: Collection[str]) -> dict[str, str | None]:
    """Ratings by the names a draft keeps them under; a capability that was not proposed is the extra one."""
    said = {code: NOT_OBSERVED if level is None else str(level) for code, level in ratings.items()}
    extra = next((code for code in said if code not in proposed), None)
    return {
        **{field_name(code): said.get(code) for code in proposed},
        "extra_code": extra,
        "extra_level": said[extra] if extra else None,
    }


def check_codes(codes: Collection[str], known: Collection[str]) -> None:
    """Refuse none, more than five, or capabilities the framework does not have.

    Raises RuleViolation.
    """
    if not codes:
        raise RuleViolation("Select at least 1 capability", field="codes")
    if len(set(codes)) > MOST_CAPABILITIES:
        raise RuleViolation(f"Select {MOST_CAPABILITIES} capabilities or fewer", field="codes")
    unknown = sorted(set(codes) - set(known))
    if unknown:
        raise RuleViolation(f"{unknown[0]} is not a capability of this framework", field="codes")


def check_seen_on(seen_on: date, today: date) -> None:
    """Refuse an encounter in the future or more than seven days ago.

    Raises RuleViolation.
    """
    if seen_on > today:
        raise RuleViolation("The date of the encounter cannot be in the future", field="seen_on")
    if _is_too_old(seen_on, today):
        raise RuleViolation(
            f"Ask within {ASK_WITHIN.days} days of the encounter: the earliest is {day(today - ASK_WITHIN)}",
            field="seen_on",
        )


def _is_too_old(seen_on: date, today: date) -> bool:
    return seen_on < today - ASK_WITHIN


def asked_again(before: Asked, state: RequestState, today: date) -> tuple[UUID | None, date | None]:
    """The assessor and the day to ask about again; None for one who declined, and for a day too long ago."""
    assessor_id = None if state is RequestState.DECLINED else before.assessor_id
    return assessor_id, None if _is_too_old(before.seen_on, today) else before.seen_on


@dataclass(frozen=True, slots=True)
class RequestFact:
    """One request: what it named, where it stands and until when it waits or waited."""

    id: UUID
    state: RequestState
    codes: tuple[str, ...]
    expires_at: datetime


def turned_back(requests: Iterable[RequestFact], now: datetime) -> list[UUID]:
    """The requests that were lately declined or expired and not asked again since, of a list with the newest first.

    A capability that a newer request names, whether it waits or was answered, has been asked again.
    """
    asked: set[str] = set()
    found = []
    for request in requests:
        in_vain = request.state in (RequestState.DECLINED, RequestState.EXPIRED)
        if in_vain and now - request.expires_at <= SAID_FOR and not asked.issuperset(request.codes):
            found.append(request.id)
        if in_vain or request.state.is_waiting or request.state is RequestState.COMPLETED:
            asked.update(request.codes)
    return found


def asked_now(requests: Iterable[RequestFact]) -> frozenset[str]:
    """The capabilities that requests waiting for an answer name."""
    return frozenset(code for request in requests if request.state.is_waiting for code in request.codes)


def check_observed_on(observed_on: date, *, asked_on: date) -> None:
    """Refuse an encounter after the day it was asked about, or more than seven days before it.

    Raises RuleViolation.
    """
    if observed_on > asked_on:
        raise RuleViolation(f"The encounter was on or before the day you were asked: {day(asked_on)}", "observed_on")
    if observed_on < asked_on - ASK_WITHIN:
        raise RuleViolation(f"The earliest date is {day(asked_on - ASK_WITHIN)}", field="observed_on")


def check_assessment(
    *,
    assessor_id: UUID,
    trainee_id: UUID,
    asked_of: UUID,
    state: RequestState,
    ratings: Mapping[str, int | None],
    known: Collection[str],
) -> None:
    """Refuse an assessment of oneself, by somebody who was not asked, twice, or with ratings off the scale.

    Raises RuleViolation.
    """
    if assessor_id == trainee_id:
        raise RuleViolation("Nobody assesses themselves.")
    if assessor_id != asked_of:
        raise RuleViolation("This assessment was asked of somebody else.")
    check_waiting(state)
    check_codes(ratings.keys(), known)
    for level in ratings.values():
        if level is not None:
            check_level(level)


def check_waiting(state: RequestState) -> None:
    """Refuse to answer a request that no longer waits.

    Raises RuleViolation.
    """
    if not state.is_waiting:
        raise RuleViolation(f"This request no longer waits for an answer. It is: {state.label.lower()}.")


def check_cancel(*, actor_id: UUID, trainee_id: UUID, state: RequestState) -> None:
    """Refuse to cancel somebody else's request, or one the assessor has opened.

    Raises RuleViolation.
    """
    if actor_id != trainee_id:
        raise RuleViolation("Only the person who asked can cancel.")
    if state is RequestState.OPENED:
        raise RuleViolation("The assessor has opened this request, so it can no longer be cancelled.")
    check_waiting(state)
