"""Whether a capability is met by its assessments, and why: a result that explains itself."""

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from lms.competencies.rules.framework import Part, Rule
from lms.competencies.rules.professions import Profession, ProfessionNeed
from lms.competencies.rules.words import (
    RULES_VERSION,
    FormKind,
    SeenAs,
    check_level,
    level_words,
)
from lms.core.days import add_months
from lms.core.words import day, join_words, number_of
from lms.signing.rules import IdentityGrade


@dataclass(frozen=True, slots=True)
class Assessment:
    """One completed workplace form: what it says about each capability seen. A rating of None means not observed.

    `barred_because` says why it counts towards no rule at all, whatever it rates; it is empty for nearly all.
    """

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
    profession: Profession = Profession.OTHER
    barred_because: str = ""
    framework_id: UUID | None = None

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
    seen after the rule was met: they undo nothing and are shown. `to_ask_for` is what comes next; empty once met.
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
    to_ask_for: str

    @property
    def next_step(self) -> str:
        """The one thing to do next, as an instruction to the trainee."""
        if self.is_met:
            return f"Ask an assessor to sign this off at level {self.level}."
        return f"Ask for {self.to_ask_for}."

    @property
    def next_step_told(self) -> str:
        """The next step as everybody but the trainee reads it: whose step it is."""
        if self.is_met:
            return f"An assessor signs this off at level {self.level}."
        return f"The trainee asks for {self.to_ask_for}."

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
    away, save where the rule asks for the latest ratings. What was seen after `on` is left out. Without `with_reached`
    the highest level met is not looked for.

    Raises RuleViolation for a level outside 1 to 5.
    """
    check_level(level)
    ours = sorted((a for a in assessments if rule.code in a.ratings and a.observed_on <= on), key=lambda a: a.order)
    barred = _barred(rule, ours, on)
    eligible = [a for a in ours if a.id not in barred]
    choice = _choose(rule, eligible, level)
    pieces = [Piece(a, a.ratings[rule.code], barred.get(a.id) or choice.reasons.get(a.id, "")) for a in ours]
    met_on = _met_since(rule, choice) if choice.is_met else None
    return CapabilityResult(
        rule=rule,
        level=level,
        on=on,
        is_met=choice.is_met,
        reached=_reached(rule, eligible, choice) if with_reached else None,
        met_on=met_on,
        counted=tuple(piece for piece in pieces if not piece.why_not),
        not_counted=tuple(piece for piece in pieces if piece.why_not),
        missing=choice.missing,
        informs=tuple(_informing(rule, eligible)),
        later_lower=() if met_on is None else tuple(_lower_after(rule, ours, level, met_on)),
        to_ask_for="" if choice.is_met else _to_ask_for(rule, choice),
    )


def group_by_code(assessments: Iterable[Assessment]) -> dict[str, list[Assessment]]:
    """The assessments that name each capability."""
    by_code: dict[str, list[Assessment]] = {}
    for assessment in assessments:
        for code in assessment.ratings:
            by_code.setdefault(code, []).append(assessment)
    return by_code


@dataclass(frozen=True, slots=True)
class _Choice:
    """What counts at one level: the pieces that fill needed parts, why others do not, and what is missing.

    `rated` is everything that could count and gives a level, in the order of encounters.
    """

    level: int
    needed: tuple[Assessment, ...]
    rated: tuple[Assessment, ...]
    reasons: Mapping[UUID, str]
    missing: tuple[str, ...]

    @property
    def is_met(self) -> bool:
        return not self.missing


def _choose(rule: Rule, eligible: Sequence[Assessment], level: int) -> _Choice:
    """Sort the eligible evidence into what counts at a level and what does not, with the reason."""
    usable: list[Assessment] = []
    rated: list[Assessment] = []
    reasons: dict[UUID, str] = {}
    for a in eligible:
        said = a.ratings[rule.code]
        if _is_advisory(rule, a):
            continue
        if said is None:
            reasons[a.id] = "Not observed: this is no fail and counts neither way"
            continue
        rated.append(a)
        if said < level:
            reasons[a.id] = f"Rated level {said}: level {level} or above is asked for"
        else:
            usable.append(a)
    kept = _best_selection(rule, usable)
    for a in usable:
        if a.id not in kept:
            part = rule.part_for(a.kind)
            reasons[a.id] = f"Simulated: at most {part.simulated_at_most if part else 0} simulated can count here"
    needed = tuple(a for a in usable if a.id in kept)
    missing = (*_missing(rule, needed), *_low_among_latest(rule, rated, level))
    return _Choice(level, needed, tuple(rated), reasons, missing)


def _low_among_latest(rule: Rule, rated: Sequence[Assessment], level: int) -> Iterator[str]:
    """What the latest ratings lack: those of the day of the last one taken are all looked at, in any order of entry."""
    if not rule.latest or not rated:
        return
    since = rated[-min(rule.latest, len(rated))].observed_on
    low = [a for a in rated if a.observed_on >= since and (a.ratings[rule.code] or 0) < level]
    if low:
        days = join_words(list(dict.fromkeys(day(a.observed_on) for a in low)))
        yield f"the latest {number_of(rule.latest, 'rating')} at level {level} or above (below it on {days})"


def _is_advisory(rule: Rule, assessment: Assessment) -> bool:
    part = rule.part_for(assessment.kind)
    return part is not None and part.is_advisory


def _barred(rule: Rule, ours: Sequence[Assessment], on: date) -> dict[UUID, str]:
    """The assessments that count at no level, each with the reason."""
    since = add_months(on, -rule.window_months)
    reasons = {a.id: _reason_against(rule, a, since) for a in ours}
    return {key: reason for key, reason in reasons.items() if reason}


def _reason_against(rule: Rule, a: Assessment, since: date) -> str:
    if a.barred_because:
        return a.barred_because
    part = rule.part_for(a.kind)
    if part is None:
        return f"{a.kind.heading}: not among the forms this capability asks for"
    if a.observed_on < since:
        return f"Seen before {day(since)}: only the last {rule.window_months} months count"
    if a.assessor_id == a.trainee_id:
        return "Self-rating never counts"
    if not a.identity_grade.is_at_least(rule.least_grade):
        return f"Signed by {a.identity_grade.label}: this capability needs a {rule.least_grade.label} or surer"
    return _reason_about_seeing(part, a)


def _reason_about_seeing(part: Part, a: Assessment) -> str:
    if part.seen_as and a.seen_as not in part.seen_as:
        wanted = join_words([way.label for way in part.seen_as], "or")
        return f"The assessor saw this {a.seen_as.label}: this form counts when seen {wanted}"
    if a.is_simulated and not part.simulated_at_most and not part.is_advisory:
        return "Simulated: only work with real patients counts here"
    return ""


def _best_selection(rule: Rule, usable: Sequence[Assessment]) -> set[UUID]:
    """The assessments that count when each part takes only so many simulated ones: the most helpful choice.

    Trying every choice keeps the promise that more good evidence never makes a met rule unmet.
    """
    limited = [part for part in rule.parts if part.simulated_at_most and not part.is_advisory]
    if not limited:
        return {a.id for a in usable}
    fixed = [a for a in usable if not a.is_simulated]
    choices = [_simulated_choices(part, usable) for part in limited]
    best = max(
        ([*fixed, *itertools.chain.from_iterable(picked)] for picked in itertools.product(*choices)),
        key=lambda picked: (_progress(rule, picked), sorted((a.order for a in picked), reverse=True)),
    )
    return {a.id for a in best}


def _simulated_choices(part: Part, usable: Sequence[Assessment]) -> list[tuple[Assessment, ...]]:
    """The ways to pick the allowed number of simulated pieces; alike ones (latest first) are tried only so often."""
    alike: dict[tuple[UUID, Profession, str, SeenAs], int] = {}
    candidates = []
    for a in reversed(usable):
        if a.is_simulated and a.kind in part.kinds:
            key = (a.assessor_id, a.profession, a.setting, a.seen_as)
            alike[key] = alike.get(key, 0) + 1
            if alike[key] <= part.simulated_at_most:
                candidates.append(a)
    return list(itertools.combinations(candidates, min(part.simulated_at_most, len(candidates))))


def _progress(rule: Rule, picked: Sequence[Assessment]) -> int:
    """How much of the rule is there; the greatest value means all of it."""
    counts = sum(min(part.at_least, sum(a.kind in part.kinds for a in picked)) for part in rule.needed)
    return (
        counts
        + min(rule.assessors, len({a.assessor_id for a in picked}))
        + min(rule.settings, len({a.setting for a in picked}))
        + min(rule.real_patients, sum(not a.is_simulated for a in picked))
        + min(rule.observed, sum(a.seen_as in rule.observed_as for a in picked))
        + sum(min(need.at_least, _such_assessors(need, picked)) for need in rule.professions)
    )


def _such_assessors(need: ProfessionNeed, picked: Iterable[Assessment]) -> int:
    """How many assessors were of the professions asked for, in any of their pieces."""
    return len({a.assessor_id for a in picked if need.is_met_by(a.profession)})


def _missing(rule: Rule, needed: Sequence[Assessment]) -> Iterator[str]:
    """What is still missing, each in words."""
    for part in rule.needed:
        have = sum(a.kind in part.kinds for a in needed)
        if have < part.at_least:
            yield f"{part.at_least - have} more of: {part.words} (now {have})"
    assessors = len({a.assessor_id for a in needed})
    if assessors < rule.assessors:
        yield f"{number_of(rule.assessors - assessors, 'more assessor', 'more assessors')} (now {assessors})"
    for need in rule.professions:
        if lacking := need.lacking(_such_assessors(need, needed)):
            yield lacking
    settings = len({a.setting for a in needed})
    if settings < rule.settings:
        yield f"{number_of(rule.settings - settings, 'more setting', 'more settings')} (now {settings})"
    if sum(not a.is_simulated for a in needed) < rule.real_patients:
        yield f"at least {number_of(rule.real_patients, 'piece', 'pieces')} with a real patient"
    if sum(a.seen_as in rule.observed_as for a in needed) < rule.observed:
        yield f"at least {number_of(rule.observed, 'piece', 'pieces')} {rule.observed_words}"


def _informing(rule: Rule, eligible: Sequence[Assessment]) -> Iterator[str]:
    for part in rule.advisory:
        have = sum(a.kind in part.kinds for a in eligible)
        if have < part.at_least:
            yield f"{part.kinds[0].heading}: none received yet. This never blocks."


def _reached(rule: Rule, eligible: Sequence[Assessment], choice: _Choice) -> int | None:
    """The highest level at which the rule is met, given what is known about one level."""
    highest = max((a.ratings[rule.code] or 0 for a in eligible), default=0)
    beyond = range(highest, choice.level, -1) if choice.is_met else range(min(highest, choice.level - 1), 0, -1)
    found = next((level for level in beyond if _choose(rule, eligible, level).is_met), None)
    return found or (choice.level if choice.is_met else None)


def _met_since(rule: Rule, choice: _Choice) -> date | None:
    """The encounter date from which what counts today has been enough without a break."""
    since = None
    for until in sorted({a.observed_on for a in (choice.rated if rule.latest else choice.needed)}):
        lacking = [*_missing(rule, [a for a in choice.needed if a.observed_on <= until])]
        rated = [a for a in choice.rated if a.observed_on <= until]
        is_short = lacking or any(_low_among_latest(rule, rated, choice.level))
        since = None if is_short else since or until
        if since and not rule.latest:
            break
    return since


def _lower_after(rule: Rule, ours: Sequence[Assessment], level: int, after: date) -> Iterator[Piece]:
    for a in ours:
        rated = a.ratings[rule.code]
        own_or_barred = a.assessor_id == a.trainee_id or a.barred_because
        if rated is not None and rated < level and a.observed_on > after and not own_or_barred:
            yield Piece(a, rated, f"Rated level {rated} after the rule was met")


def _to_ask_for(rule: Rule, choice: _Choice) -> str:
    """What is asked for next, in words for the trainee and for everybody else."""
    needed = choice.needed
    short = [part for part in rule.needed if sum(a.kind in part.kinds for a in needed) < part.at_least]
    kinds = join_words([kind.with_article for kind in (short or rule.needed)[0].kinds], "or")
    extras = []
    if needed and len({a.assessor_id for a in needed}) < rule.assessors:
        extras.append("from an assessor who has not assessed this before")
    short_of = [need for need in rule.professions if need.lacking(_such_assessors(need, needed))]
    if needed and short_of:
        extras.append(f"from an assessor who is {short_of[0].one_words}")
    if needed and len({a.setting for a in needed}) < rule.settings:
        extras.append("in a setting that is new for this")
    if sum(not a.is_simulated for a in needed) < rule.real_patients and needed:
        extras.append("with a real patient")
    return f"{kinds} {join_words(extras)}".strip()
