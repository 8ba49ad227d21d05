"""Where a trainee stands on a capability: met is computed, signed off is decided, reviews fall due."""

import enum
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from lms.competencies.rules.evaluation import Assessment, CapabilityResult, Piece, evaluate, group_by_code
from lms.competencies.rules.framework import Capability
from lms.core.days import add_months
from lms.core.words import day

WARNING_DAYS = (30, 60, 90)
"""How long before a review date it is announced. A proposal, to be confirmed by the service."""


class Status(enum.StrEnum):
    """Where a capability stands, in the order a trainee travels."""

    NOT_STARTED = "not-started"
    IN_PROGRESS = "in-progress"
    MET = "met"
    SIGNED_OFF = "signed-off"
    REVIEW_DUE = "review-due"
    EXPIRED = "expired"

    @property
    def label(self) -> str:
        """The status in words."""
        return self.value.replace("-", " ").capitalize()


@dataclass(frozen=True, slots=True)
class SignOffFact:
    """One assessor's decision that a capability is signed off at a level.

    `expires_on` is the last day of one by prior learning, which has its own; `withdrawal_proposed_on` is the day one
    person proposed to take it back: until a second person confirms, it stands. `reviewed_at` is when an assessor last
    looked at later, lower ratings and let it stand.
    """

    id: UUID
    trainee_id: UUID
    code: str
    level: int
    assessor_id: UUID
    decided_on: date
    recorded_at: datetime
    assessor_name: str = ""
    withdrawn_on: date | None = None
    expires_on: date | None = None
    withdrawal_proposed_on: date | None = None
    reviewed_at: datetime | None = None
    framework_id: UUID | None = None

    @property
    def by_prior_learning(self) -> bool:
        """Whether a claim of prior learning was accepted, and no rule was met by assessments."""
        return self.expires_on is not None

    @property
    def order(self) -> tuple[date, datetime, UUID]:
        """The place in time among decisions."""
        return self.decided_on, self.recorded_at, self.id

    @property
    def level_words(self) -> str:
        """The level with how it was reached, to follow "signed off at"."""
        return f"level {self.level}{' by prior learning' if self.by_prior_learning else ''}"

    def review_by(self, review_months: int) -> date:
        """The last day the decision holds."""
        return self.expires_on or add_months(self.decided_on, review_months)

    def stands(self, on: date) -> bool:
        """Whether the decision is made and not withdrawn on this date."""
        return self.decided_on <= on and (self.withdrawn_on is None or self.withdrawn_on > on)


@dataclass(frozen=True, slots=True)
class Standing:
    """The status of one capability at the level asked, with the result and the decision behind it.

    `review_by` is the last day the sign-off holds; `doubts` are later lower ratings that call for a review;
    `withdrawn` is a later sign-off at this level that was withdrawn, so that an earlier one is looked at again;
    `renewal` is the short route, where the sign-off may be renewed by it now.
    """

    capability: Capability
    level: int
    on: date
    status: Status
    result: CapabilityResult
    sign_off: SignOffFact | None = None
    review_by: date | None = None
    doubts: tuple[Piece, ...] = ()
    withdrawn: SignOffFact | None = None
    renewal: CapabilityResult | None = None

    @property
    def is_renewable(self) -> bool:
        """Whether the refresher is done, so that a new sign-off needs no more."""
        return self.renewal is not None and self.renewal.is_met

    @property
    def is_supported(self) -> bool:
        """Whether the evidence carries a sign-off at this level: by the whole rule, or by the refresher."""
        return self.result.is_met or self.is_renewable

    @property
    def supported_level(self) -> int | None:
        """The highest level that may be signed off now; a refresher carries no more than was signed off before."""
        renewed = self.renewal.reached if self.renewal and self.sign_off else None
        if renewed is None or self.sign_off is None:
            return self.result.reached
        return max(min(renewed, self.sign_off.level), self.result.reached or 0)

    @property
    def level_to_sign(self) -> int | None:
        """The level a sign-off is offered at: the one asked if the evidence carries it, else the highest it does."""
        return self.level if self.is_supported else self.supported_level

    def snapshot(self) -> dict[str, Any]:
        """What was seen, frozen beside a decision: the whole rule, and the refresher where it may be enough."""
        seen = self.result.snapshot()
        return seen | {"renewal": self.renewal.snapshot()} if self.renewal else seen

    @property
    def holds(self) -> bool:
        """Whether a sign-off at the level asked is in force; a review that is due does not end it."""
        return self.status in (Status.SIGNED_OFF, Status.REVIEW_DUE)

    @property
    def days_left(self) -> int | None:
        """Days until the review is due, if a sign-off holds."""
        return (self.review_by - self.on).days if self.holds and self.review_by else None

    @property
    def warning(self) -> str:
        """One sentence when the review comes near, or empty."""
        left = self.days_left
        passed = next((days for days in WARNING_DAYS if left is not None and left <= days), None)
        if passed is None or self.review_by is None:
            return ""
        return f"Review by {day(self.review_by)}: fewer than {passed + 1} days left."

    @property
    def needs_signature(self) -> bool:
        """Whether no sign-off holds at the level asked, or the one that does is to be looked at again."""
        return not self.holds or bool(self.doubts or self.warning)

    @property
    def why_waiting(self) -> str:
        """Why what is met waits for another sign-off, without a full stop; empty where it waits for the first."""
        if self.doubts:
            return "A later, lower rating waits for review"
        return "The last sign-off has expired" if self.status is Status.EXPIRED else self.warning.rstrip(".")

    @property
    def withdrawn_words(self) -> str:
        """What a withdrawn renewal means for the earlier sign-off; empty when there is none of either."""
        if self.withdrawn is None or self.withdrawn.withdrawn_on is None or not (self.sign_off and self.review_by):
            return ""
        taken_back = (
            f"The sign-off of {day(self.withdrawn.decided_on)} was withdrawn on {day(self.withdrawn.withdrawn_on)}."
        )
        earlier = f"The earlier sign-off of {day(self.sign_off.decided_on)}, at {self.sign_off.level_words},"
        if self.status is Status.EXPIRED:
            return f"{taken_back} {earlier} ended on its own review date, {day(self.review_by)}."
        return f"{taken_back} {earlier} stands only until its own review date, {day(self.review_by)}."

    @property
    def next_step(self) -> str:
        """What to do next, as an instruction to the trainee; empty when there is nothing to do."""
        if self.is_supported:
            renew = f"Ask an assessor to sign this off again at level {self.level}."
        else:
            renew = f"To renew: {(self.renewal or self.result).next_step}"
        return self._next(self.result.next_step, renew)

    @property
    def next_step_told(self) -> str:
        """The next step as everybody but the trainee reads it: whose step it is."""
        if self.is_supported:
            renew = f"An assessor signs this off again at level {self.level}."
        else:
            renew = f"To renew: {(self.renewal or self.result).next_step_told}"
        return self._next(self.result.next_step_told, renew)

    def _next(self, first: str, renew: str) -> str:
        if self.status is Status.EXPIRED:
            return f"This expired. {renew}"
        if self.status is Status.REVIEW_DUE:
            return "An assessor looks at the later, lower rating and signs off again."
        if self.status is Status.SIGNED_OFF:
            return renew if self.warning else ""
        return first


def standing_of(
    capability: Capability,
    assessments: Iterable[Assessment],
    sign_offs: Iterable[SignOffFact],
    *,
    level: int,
    on: date,
    with_reached: bool = True,
) -> Standing:
    """Where the capability stands at this level on this date.

    A sign-off at a higher level covers a lower one. A lower rating seen after the decision undoes nothing: it makes a
    review due. A withdrawn renewal extends nothing: the earlier sign-off stands until its own review date, with every
    lower rating seen since.
    """
    ours = [a for a in assessments if capability.code in a.ratings]
    result = evaluate(capability.rule, ours, level=level, on=on, with_reached=with_reached)
    decided = [s for s in sign_offs if s.code == capability.code and s.level >= level and s.decided_on <= on]
    latest = max((s for s in decided if s.stands(on)), key=_order, default=None)
    if latest is None:
        return Standing(capability, level, on, _computed_status(result), result)
    withdrawn = max((s for s in decided if not s.stands(on) and s.order > latest.order), key=_order, default=None)
    review_by = latest.review_by(capability.review_months)
    doubts = tuple(doubts_about(latest, ours, level=level, on=on))
    status = Status.EXPIRED if on > review_by else Status.REVIEW_DUE if doubts else Status.SIGNED_OFF
    renewal = _renewal(capability, latest, ours, level=level, on=on)
    return Standing(capability, level, on, status, result, latest, review_by, doubts, withdrawn, renewal)


def _order(sign_off: SignOffFact) -> tuple[date, datetime, UUID]:
    return sign_off.order


def _renewal(
    capability: Capability, latest: SignOffFact, ours: Iterable[Assessment], *, level: int, on: date
) -> CapabilityResult | None:
    """The refresher, from when the review is announced; None before, and where the capability has no short route."""
    rule = capability.rule.to_refresh
    if rule is None or (latest.review_by(capability.review_months) - on).days > max(WARNING_DAYS):
        return None
    since = [a for a in ours if _is_after(a, latest)]
    return evaluate(rule, since, level=level, on=on)


def _is_after(a: Assessment, decision: SignOffFact) -> bool:
    """Whether what was assessed was seen after the decision; of the same day, what was recorded after it."""
    same_day_after = a.observed_on == decision.decided_on and a.recorded_at > decision.recorded_at
    return a.observed_on > decision.decided_on or same_day_after


def may_sign_now(standing: Standing, assessments: Iterable[Assessment], sign_offs: Iterable[SignOffFact]) -> bool:
    """Whether a sign-off would change something: none holds at the highest level supported, or a review is near."""
    reached = standing.supported_level
    if reached is None:
        return False
    there = standing_of(standing.capability, assessments, sign_offs, level=reached, on=standing.on, with_reached=False)
    return there.needs_signature


def standings_of(
    capabilities: Iterable[Capability],
    assessments: Sequence[Assessment],
    sign_offs: Sequence[SignOffFact],
    *,
    levels: dict[str, int],
    on: date,
) -> dict[str, Standing]:
    """Where every capability stands for one trainee, each at the level asked of its code."""
    by_code = group_by_code(assessments)
    return {
        each.code: standing_of(each, by_code.get(each.code, ()), sign_offs, level=levels[each.code], on=on)
        for each in capabilities
    }


def _computed_status(result: CapabilityResult) -> Status:
    if result.is_met:
        return Status.MET
    return Status.IN_PROGRESS if result.is_started else Status.NOT_STARTED


def doubts_about(decision: SignOffFact, assessments: Iterable[Assessment], *, level: int, on: date) -> Iterable[Piece]:
    """The ratings below a level, by others than the trainee, of what was seen after a decision and not reviewed yet."""
    for a in sorted(assessments, key=lambda a: a.order):
        rated = a.ratings.get(decision.code)
        if rated is None or rated >= level or a.assessor_id == a.trainee_id or a.barred_because or a.observed_on > on:
            continue
        is_reviewed = decision.reviewed_at is not None and a.recorded_at <= decision.reviewed_at
        if _is_after(a, decision) and not is_reviewed:
            yield Piece(a, rated, f"Rated level {rated} after the sign-off at level {decision.level}")
