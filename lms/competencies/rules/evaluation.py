"""Whether a capability is met by its assessments, and why: a result that explains itself."""

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from lms.competencies.rules.framework import Part, Rule
from lms.competencies.rules.words import (
    LEVELS,
    RULES_VERSION,
    FormKind,
    SeenAs,
    add_months,
    check_level,
    day,
    join_words,
    level_words,
    number_of,
)
from lms.signing.rules import IdentityGrade


@dataclass(frozen=True, slots=True)
class Assessment:
    """One completed workplace form: what it says about each capability seen. A rating of None means not observed."""

    id: UUID
    trainee_id: UUID
    assessor_id: UUID
    kind: FormKind
    setting: str
    observed_on: date
    is_simulated: bool
    seen_as: SeenAs
    identity_grade: IdentityGrade
    ratings: Mapping[str, int | None]
    recorded_at: datetime
    assessor_name: str = ""

    @property
    def order(self) -> tuple[date, datetime, UUID]:
        """The place in time, by encounter date."""
        return self.observed_on, self.recorded_at, self.id


@dataclass(frozen=True, slots=True)
class Piece:
    """One assessment as evidence of one capability; `why_not` is empty when it counts."""

    assessment: Assessment
    level: int | None
    why_not: str = ""

    @property
    def level_words(self) -> str:
        """The level in words; a form that informs gives none."""
        return level_words(self.level) if self.assessment.kind.is_rated else "Informs, gives no level"


@dataclass(frozen=True, slots=True)
class CapabilityResult:
    """Whether a capability is met at a level on a date, with everything that led there.

    `reached` is the highest level at which the rule is met; `later_lower` are ratings below the level asked that were
    seen after the rule was met: they undo nothing and are shown.
    """

    rule: Rule
    level: int
    on: date
    is_met: bool
    reached: int | None
    met_on: date | None
    counted: tuple[Piece, ...]
    not_counted: tuple[Piece, ...]
    missing: tuple[str, ...]
    informs: tuple[str, ...]
    later_lower: tuple[Piece, ...]
    next_step: str

    @property
    def code(self) -> str:
        """The capability this is about."""
        return self.rule.code

    @property
    def sentence(self) -> str:
        """The rule in words."""
        return self.rule.sentence(self.level)

    @property
    def is_started(self) -> bool:
        """Whether anybody has rated the capability at all."""
        return any(piece.level is not None for piece in (*self.counted, *self.not_counted))

    def snapshot(self) -> dict[str, Any]:
        """What was seen, frozen beside a decision."""
        return {
            "rules_version": RULES_VERSION,
            "code": self.code,
            "level": self.level,
            "on": self.on.isoformat(),
            "rule": self.sentence,
            "met": self.is_met,
            "reached": self.reached,
            "counted": [_frozen(piece) for piece in self.counted],
            "not_counted": [_frozen(piece) for piece in self.not_counted],
            "missing": list(self.missing),
        }


def _frozen(piece: Piece) -> dict[str, Any]:
    return {
        "assessment": str(piece.assessment.id),
        "assessor": str(piece.assessment.assessor_id),
        "kind": piece.assessment.kind.value,
        "setting": piece.assessment.setting,
        "observed_on": piece.assessment.observed_on.isoformat(),
        "simulated": piece.assessment.is_simulated,
        "level": piece.level,
        "why_not": piece.why_not,
    }


def evaluate(
    rule: Rule, assessments: Iterable[Assessment], *, level: int, on: date, with_reached: bool = True
) -> CapabilityResult:
    """Say whether the rule is met at this level on this date, and why.

    Only encounter dates matter, never the order of entry. A rating below the level, or "not observed", takes nothing
    away. What was seen after `on` is left out. Without `with_reached` the highest level met is not looked for.

    Raises RuleViolation for a level outside 1 to 5.
    """
    check_level(level)
    ours = sorted((a for a in assessments if rule.code in a.ratings and a.observed_on <= on), key=lambda a: a.order)
    choice = _choose(rule, ours, level, on)
    met_on = _met_since(rule, choice.counted) if choice.is_met else None
    later = () if met_on is None else tuple(_lower_after(rule, ours, level, met_on))
    missing = tuple(_missing(rule, choice.needed))
    return CapabilityResult(
        rule=rule,
        level=level,
        on=on,
        is_met=choice.is_met,
        reached=_reached(rule, ours, on) if with_reached else None,
        met_on=met_on,
        counted=choice.counted,
        not_counted=choice.not_counted,
        missing=missing,
        informs=tuple(_informing(rule, choice.counted)),
        later_lower=later,
        next_step=_next_step(rule, choice.needed, level),
    )


def evaluate_all(
    rules: Iterable[Rule], assessments: Sequence[Assessment], *, level_of: Callable[[str], int], on: date
) -> dict[str, CapabilityResult]:
    """The result of every rule for one trainee, each at the level its code asks for."""
    by_code: dict[str, list[Assessment]] = {}
    for assessment in assessments:
        for code in assessment.ratings:
            by_code.setdefault(code, []).append(assessment)
    return {
        rule.code: evaluate(rule, by_code.get(rule.code, ()), level=level_of(rule.code), on=on) for rule in rules
    }


@dataclass(frozen=True, slots=True)
class _Choice:
    counted: tuple[Piece, ...]
    not_counted: tuple[Piece, ...]
    needed: tuple[Assessment, ...]
    is_met: bool


def _choose(rule: Rule, ours: Sequence[Assessment], level: int, on: date) -> _Choice:
    """Sort the evidence into what counts and what does not, with the reason."""
    usable: list[Assessment] = []
    reasons: dict[UUID, str] = {}
    for assessment in ours:
        reason = _reason_against(rule, assessment, level, on)
        if reason is None:
            usable.append(assessment)
        else:
            reasons[assessment.id] = reason
    kept = _best_selection(rule, usable)
    for assessment in usable:
        if assessment.id not in kept:
            part = rule.part_for(assessment.kind)
            cap = part.simulated_at_most if part else 0
            reasons[assessment.id] = f"Simulated: at most {cap} simulated can count here"
    pieces = [Piece(a, a.ratings[rule.code], reasons.get(a.id, "")) for a in ours]
    needed = tuple(a for a in usable if a.id in kept and not _is_advisory(rule, a))
    return _Choice(
        counted=tuple(piece for piece in pieces if not piece.why_not),
        not_counted=tuple(piece for piece in pieces if piece.why_not),
        needed=needed,
        is_met=not any(_missing(rule, needed)),
    )


def _is_advisory(rule: Rule, assessment: Assessment) -> bool:
    part = rule.part_for(assessment.kind)
    return part is not None and part.is_advisory


def _reason_against(rule: Rule, a: Assessment, level: int, on: date) -> str | None:
    """Why this assessment cannot count under the rule at this level, or None."""
    part = rule.part_for(a.kind)
    if part is None:
        return f"A {a.kind.label} is not among the forms this capability asks for"
    since = add_months(on, -rule.window_months)
    if a.observed_on < since:
        return f"Seen before {day(since)}: only the last {rule.window_months} months count"
    return _reason_about_person(rule, a) or _reason_about_level(rule, part, a, level) or _reason_about_seeing(part, a)


def _reason_about_person(rule: Rule, a: Assessment) -> str | None:
    if a.assessor_id == a.trainee_id:
        return "Self-rating never counts"
    if not a.identity_grade.is_at_least(rule.least_grade):
        return f"Signed by {a.identity_grade.label}: this capability needs a {rule.least_grade.label} or surer"
    return None


def _reason_about_level(rule: Rule, part: Part, a: Assessment, level: int) -> str | None:
    if part.is_advisory:
        return None
    rated = a.ratings[rule.code]
    if rated is None:
        return "Not observed: this is no fail and counts neither way"
    if rated < level:
        return f"Rated level {rated}: level {level} or above is asked for"
    return None


def _reason_about_seeing(part: Part, a: Assessment) -> str | None:
    if part.seen_as and a.seen_as not in part.seen_as:
        wanted = join_words([way.label for way in part.seen_as], "or")
        return f"The assessor saw this {a.seen_as.label}: this form counts when seen {wanted}"
    if a.is_simulated and not part.simulated_at_most and not part.is_advisory:
        return "Simulated: only work with real patients counts here"
    return None


def _best_selection(rule: Rule, usable: Sequence[Assessment]) -> set[UUID]:
    """The assessments that count when each part takes only so many simulated ones: the most helpful choice.

    Trying every choice keeps the promise that more good evidence never makes a met rule unmet.
    """
    fixed = [a for a in usable if not _is_limited(rule, a)]
    choices = [_simulated_choices(part, usable) for part in rule.needed if part.simulated_at_most]
    if not choices:
        return {a.id for a in fixed}
    best = max(
        ([*fixed, *itertools.chain.from_iterable(picked)] for picked in itertools.product(*choices)),
        key=lambda picked: (_progress(rule, picked), sorted((a.order for a in picked), reverse=True)),
    )
    return {a.id for a in best}


def _is_limited(rule: Rule, a: Assessment) -> bool:
    return a.is_simulated and not _is_advisory(rule, a)


def _simulated_choices(part: Part, usable: Sequence[Assessment]) -> list[tuple[Assessment, ...]]:
    """The ways to pick the allowed number of simulated pieces; alike ones (latest first) are tried only so often."""
    alike: dict[tuple[UUID, str, SeenAs], int] = {}
    candidates = []
    for a in reversed(usable):
        if a.is_simulated and a.kind in part.kinds:
            key = (a.assessor_id, a.setting, a.seen_as)
            alike[key] = alike.get(key, 0) + 1
            if alike[key] <= part.simulated_at_most:
                candidates.append(a)
    return list(itertools.combinations(candidates, min(part.simulated_at_most, len(candidates))))


def _progress(rule: Rule, picked: Sequence[Assessment]) -> int:
    """How much of the rule is there; the greatest value means all of it."""
    counts = sum(min(part.at_least, sum(a.kind in part.kinds for a in picked)) for part in rule.needed)
    ours = [a for a in picked if not _is_advisory(rule, a)]
    return (
        counts
        + min(rule.assessors, len({a.assessor_id for a in ours}))
        + min(rule.settings, len({a.setting for a in ours}))
        + min(rule.real_patients, sum(not a.is_simulated for a in ours))
        + min(rule.observed, sum(a.seen_as in rule.observed_as for a in ours))
    )


def _missing(rule: Rule, needed: Sequence[Assessment]) -> Iterator[str]:
    """What is still missing, each in words."""
    for part in rule.needed:
        have = sum(a.kind in part.kinds for a in needed)
        if have < part.at_least:
            yield f"{part.at_least - have} more of: {part.words} (now {have})"
    assessors = len({a.assessor_id for a in needed})
    if assessors < rule.assessors:
        yield f"{number_of(rule.assessors - assessors, 'more assessor', 'more assessors')} (now {assessors})"
    settings = len({a.setting for a in needed})
    if settings < rule.settings:
        yield f"{number_of(rule.settings - settings, 'more setting', 'more settings')} (now {settings})"
    if sum(not a.is_simulated for a in needed) < rule.real_patients:
        yield f"at least {number_of(rule.real_patients, 'piece', 'pieces')} with a real patient"
    if sum(a.seen_as in rule.observed_as for a in needed) < rule.observed:
        yield f"at least {number_of(rule.observed, 'piece', 'pieces')} {rule.observed_words}"


def _informing(rule: Rule, counted: Sequence[Piece]) -> Iterator[str]:
    for part in rule.advisory:
        have = sum(piece.assessment.kind in part.kinds for piece in counted)
        if have < part.at_least:
            yield f"{part.kinds[0].heading}: none received yet. This never blocks."


def _reached(rule: Rule, ours: Sequence[Assessment], on: date) -> int | None:
    rated = [a.ratings[rule.code] or 0 for a in ours]
    highest = max(rated, default=0)
    worth_trying = (level for level in reversed(LEVELS) if level <= highest)
    return next((level for level in worth_trying if _choose(rule, ours, level, on).is_met), None)


def _met_since(rule: Rule, counted: Sequence[Piece]) -> date | None:
    """The earliest encounter date on which what counts today was already enough."""
    needed = [piece.assessment for piece in counted if not _is_advisory(rule, piece.assessment)]
    for until in sorted({a.observed_on for a in needed}):
        if not any(_missing(rule, [a for a in needed if a.observed_on <= until])):
            return until
    return None


def _lower_after(rule: Rule, ours: Sequence[Assessment], level: int, after: date) -> Iterator[Piece]:
    for a in ours:
        rated = a.ratings[rule.code]
        if rated is not None and rated < level and a.observed_on > after and a.assessor_id != a.trainee_id:
            yield Piece(a, rated, f"Rated level {rated} after the rule was met")


def _next_step(rule: Rule, needed: Sequence[Assessment], level: int) -> str:
    """The one thing to do next, as an instruction."""
    if not any(_missing(rule, needed)):
        return f"Ask an assessor to sign this off at level {level}."
    short = [part for part in rule.needed if sum(a.kind in part.kinds for a in needed) < part.at_least]
    kinds = join_words([kind.label for kind in (short or rule.needed)[0].kinds], "or")
    extras = []
    if needed and len({a.assessor_id for a in needed}) < rule.assessors:
        extras.append("from an assessor who has not yet assessed you for this")
    if needed and len({a.setting for a in needed}) < rule.settings:
        extras.append("in a setting that is new for this")
    if sum(not a.is_simulated for a in needed) < rule.real_patients and needed:
        extras.append("with a real patient")
    return " ".join([f"Ask for a {kinds}", *extras]) + "."
