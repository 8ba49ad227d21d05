"""Capabilities against the level a setting asks for: which are chosen, whether each is there, and since when not."""

from collections.abc import Sequence
from datetime import date, timedelta

from lms.competencies.rules import (
    Assessment,
    Capability,
    Framework,
    Piece,
    SignOffFact,
    Standing,
    Status,
    evaluate,
)
from lms.competencies.rules.standing import standing_of
from lms.core.days import add_months
from lms.core.words import day
from lms.readiness.rules.format import Capabilities, RequirementSet
from lms.readiness.rules.result import Owner, Record, RequirementResult

DAY = timedelta(days=1)


def chosen(item: Capabilities, body: RequirementSet, framework: Framework) -> list[Capability]:
    """The capabilities a requirement speaks of, in the framework's order."""
    if item.others:
        named = {
            each.code
            for _, _, other in body.requirements
            if isinstance(other, Capabilities) and not other.others
            for each in chosen(other, body, framework)
        }
        return [each for each in framework.capabilities.values() if each.code not in named]
    return [each for each in framework.capabilities.values() if _is_chosen(item, each)]


def _is_chosen(item: Capabilities, capability: Capability) -> bool:
    if item.critical:
        return capability.is_critical
    if item.critical_of:
        return capability.is_critical and capability.domain in item.critical_of
    return capability.code in item.codes or capability.domain in item.domains


def capability_result(
    capability: Capability,
    assessments: Sequence[Assessment],
    sign_offs: Sequence[SignOffFact],
    *,
    level: int,
    sign_off: bool,
    on: date,
) -> RequirementResult:
    """Say whether one capability is there at a level: by its rule, or signed off where a decision is asked for.

    `assessments` are those that name the capability.

    An expired critical capability restricts from the day after it last held.
    """
    ours = [each for each in assessments if each.observed_on <= on]
    found = standing_of(capability, ours, sign_offs, level=level, on=on, with_reached=False)
    met = found.holds or (found.result.is_met and not sign_off)
    lapsed = None if met else _lapsed_from(capability, found, ours, sign_off=sign_off)
    owner, next_step = (None, "") if met else _next(found, sign_off=sign_off)
    rule = found.result.sentence
    if sign_off:
        rule += f" An assessor has signed it off, at level {level} or above, in the last"
        rule += f" {capability.review_months} months."
    return RequirementResult(
        key=capability.code,
        title=f"{capability.code} {capability.title}",
        rule=rule,
        met=met,
        words=_words(found, met=met, lapsed=lapsed),
        share=100 if met else _share(found),
        counted=(*_sign_off_records(found), *(_piece_record(each) for each in found.result.counted)),
        not_counted=tuple(_piece_record(each) for each in found.result.not_counted),
        owner=owner,
        next_step=next_step,
        restricts_from=lapsed if capability.is_critical else None,
    )


def _words(found: Standing, *, met: bool, lapsed: date | None) -> str:
    if met:
        text = _met_words(found)
        if found.holds and found.sign_off is not None and found.sign_off.withdrawal_proposed_on is not None:
            text += "; a withdrawal is proposed and waits for a second person"
        return f"{text}; a later, lower rating waits for review" if found.doubts else text
    if lapsed is not None:
        return f"Expired on {day(lapsed - DAY)}"
    if found.result.is_met:
        return f"Level {found.level} by its rule, not signed off"
    if not found.result.missing:
        return "Not signed off"
    text = "; ".join(found.result.missing)
    return text[:1].upper() + text[1:]


def _met_words(found: Standing) -> str:
    if found.holds and found.sign_off is not None and found.review_by is not None:
        return f"Signed off at {found.sign_off.level_words}, review by {day(found.review_by)}"
    return f"Level {found.level} by its rule"


def _share(found: Standing) -> int:
    """Nearly there when the rule is met and a sign-off is missing; else by how many pieces count."""
    if found.result.is_met:
        return 90
    have, lacking = len(found.result.counted), len(found.result.missing)
    return min(80, have * 100 // (have + lacking)) if have + lacking else 0


def _next(found: Standing, *, sign_off: bool) -> tuple[Owner, str]:
    if (found.result.is_met and sign_off) or found.is_renewable:
        return Owner.ASSESSOR, f"Sign this off at level {found.level}."
    return Owner.TRAINEE, found.next_step or found.result.next_step


def _lapsed_from(capability: Capability, found: Standing, ours: Sequence[Assessment], *, sign_off: bool) -> date | None:
    """The first day a capability no longer held that once did; None if it never did."""
    candidates = []
    if found.status is Status.EXPIRED and found.review_by is not None:
        candidates.append(found.review_by)
    if not sign_off:
        candidates.extend(_last_met(capability, found, ours))
    return max(candidates, default=None) and max(candidates) + DAY


def _last_met(capability: Capability, found: Standing, ours: Sequence[Assessment]) -> list[date]:
    """The last day before `on` on which the rule was met, in a list of at most one.

    It is no longer because of what has grown too old since, or of a low rating where the latest are looked at.
    """
    rule = capability.rule
    enough = [each for each in ours if (each.ratings[capability.code] or 0) >= found.level]
    if len(enough) < sum(part.at_least for part in rule.needed):
        return []
    ends = {add_months(each.observed_on, rule.window_months) for each in enough}
    if rule.latest:
        low = [each for each in ours if each.ratings[capability.code] is not None and each not in enough]
        ends |= {each.observed_on - DAY for each in low}
        enough = list(ours)
    for end in sorted((end for end in ends if end < found.on), reverse=True):
        if evaluate(rule, enough, level=found.level, on=end, with_reached=False).is_met:
            return [end]
    return []


def _piece_record(piece: Piece) -> Record:
    made = piece.assessment
    how = ", simulated" if made.is_simulated else ""
    text = f"{day(made.observed_on)}, {made.kind.heading}{how}: {piece.level_words.lower()}"
    return Record(made.id, "assessment", text, piece.why_not, made.assessor_id)


def _sign_off_records(found: Standing) -> tuple[Record, ...]:
    if not found.holds or found.sign_off is None:
        return ()
    made = found.sign_off
    text = f"{day(made.decided_on)}, signed off at {made.level_words}"
    return (Record(made.id, "sign-off", text, by_id=made.assessor_id),)
