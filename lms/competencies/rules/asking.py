"""Asking for an assessment and completing it: who, when, how many capabilities."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from lms.competencies.rules.framework import Capability
from lms.competencies.rules.requests import RequestState, check_waiting
from lms.competencies.rules.words import FormKind, check_level
from lms.core.errors import RuleViolation
from lms.core.words import day, join_words

MOST_CAPABILITIES = 5
"""How many capabilities one form may rate. A proposal, to be confirmed by the service."""
ASK_WITHIN = timedelta(days=7)
"""How long after an encounter one may ask about it. A proposal, to be confirmed by the service."""
SAID_FOR = timedelta(days=21)
"""How long a trainee is told of what was asked in vain, from when it expires."""
NOT_OBSERVED = "not-observed"


def check_request(
    *,
    trainee_id: UUID,
    assessor_id: UUID | None,
    codes: Collection[str],
    known: Collection[str],
    seen_on: date,
    today: date,
) -> None:
    """Refuse a request to oneself, for too many or unknown capabilities, or outside seven days of the encounter.

    Raises RuleViolation.
    """
    if trainee_id == assessor_id:
        raise RuleViolation("Ask somebody else: nobody assesses themselves", field="assessor_id")
    check_codes(codes, known)
    check_seen_on(seen_on, today)


def check_self_levels(codes: Collection[str], levels: Mapping[str, int | None]) -> None:
    """Refuse to ask before each capability has a rating of the trainee's own; None says that they cannot tell.

    Raises RuleViolation.
    """
    for code in codes:
        if code not in levels:
            raise RuleViolation("Say how you rate yourself, or that you cannot tell", field=field_name(code))
    for code, level in levels.items():
        if code not in codes:
            raise RuleViolation(f"{code} is not among the capabilities you ask about", field="codes")
        if level is not None:
            check_level(level)


@dataclass(frozen=True, slots=True)
class Asked:
    """What one request asks: of whom, with which form, about which day, which capabilities."""

    assessor_id: UUID | None
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


def extra_names(place: int) -> tuple[str, str]:
    """The names under which a capability that was added, and its level, are asked and kept: by its place from 0."""
    return ("extra_code", "extra_level") if not place else (f"extra_code_{place + 1}", f"extra_level_{place + 1}")


def as_entered(ratings: Mapping[str, int | None], proposed: Collection[str]) -> dict[str, str | None]:
    """Ratings by the names a draft keeps them under; capabilities that were not proposed are the added ones."""
    said = {code: NOT_OBSERVED if level is None else str(level) for code, level in ratings.items()}
    added = [code for code in said if code not in proposed]
    entered = {field_name(code): said.get(code) for code in proposed}
    for place in range(MOST_CAPABILITIES - len(proposed)):
        code = added[place] if place < len(added) else None
        for name, value in zip(extra_names(place), (code, said[code] if code else None), strict=True):
            entered[name] = value
    return entered


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
        if in_vain or request.state.is_waiting or request.state.is_answered:
            asked.update(request.codes)
    return found


def asked_now(requests: Iterable[RequestFact]) -> frozenset[str]:
    """The capabilities that requests waiting for an answer name."""
    return frozenset(code for request in requests if request.state.is_waiting for code in request.codes)


def check_observed_on(observed_on: date, *, asked_on: date, is_unasked: bool = False) -> None:
    """Refuse an encounter after the day it was asked about or begun unasked, or more than seven days before it.

    Raises RuleViolation.
    """
    if observed_on > asked_on:
        what = "you began this" if is_unasked else "you were asked"
        raise RuleViolation(f"The encounter was on or before the day {what}: {day(asked_on)}", "observed_on")
    if observed_on < asked_on - ASK_WITHIN:
        raise RuleViolation(f"The earliest date is {day(asked_on - ASK_WITHIN)}", field="observed_on")


def check_assessment(
    *,
    assessor_id: UUID,
    trainee_id: UUID,
    asked_of: UUID | None,
    state: RequestState,
    ratings: Mapping[str, int | None],
    known: Collection[str],
) -> None:
    """Refuse an assessment of oneself, by somebody who was not asked, twice, or with ratings off the scale.

    Raises RuleViolation.
    """
    if assessor_id == trainee_id:
        raise RuleViolation("Nobody assesses themselves.")
    if asked_of is not None and assessor_id != asked_of:
        raise RuleViolation("This assessment was asked of somebody else.")
    check_waiting(state)
    check_ratings(ratings, known)


def check_ratings(ratings: Mapping[str, int | None], known: Collection[str]) -> None:
    """Refuse no rating, more than five, unknown capabilities, or a level off the scale.

    Raises RuleViolation.
    """
    check_codes(ratings.keys(), known)
    for level in ratings.values():
        if level is not None:
            check_level(level)
