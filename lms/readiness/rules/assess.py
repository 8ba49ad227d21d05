"""The one decision in code: from facts, a requirement set and a day to an explained result."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from uuid import UUID

from lms.cases.rules.discussions import DiscussionFact
from lms.cases.rules.results import AttemptFact
from lms.competencies.rules import SeenAs
from lms.competencies.rules.evaluation import group_by_code
from lms.competencies.rules.wordings import SetAside
from lms.core.errors import RuleViolation
from lms.core.words import day, number_of
from lms.placements.rules.hours import HoursRequirement
from lms.readiness.rules.capability import capability_result, chosen
from lms.readiness.rules.contacts import encounters_result
from lms.readiness.rules.evidence import hours_result, module_result, share_of
from lms.readiness.rules.facts import Requirements, TraineeFacts
from lms.readiness.rules.format import (
    Absence,
    Capabilities,
    Cases,
    Checks,
    Concerns,
    Encounters,
    Hours,
    Modules,
    Requirement,
)
from lms.readiness.rules.result import GroupResult, Lapse, Overall, Owner, Record, RequirementResult, Result
from lms.readiness.rules.standing import check_in_date, long_absence
from lms.readiness.rules.status import Status, StatusKind, status_on

RULES_VERSION = "readiness-rules/6"

Results = Iterator[RequirementResult]
Done = AttemptFact | DiscussionFact


def assess(facts: TraineeFacts, requirements: Requirements, on: date) -> Result:
    """Say whether this trainee may be authorised in this setting, seen from this day, and why.

    Only what happened by the day counts. The order of the facts means nothing. A lapse restricts where an authorisation
    stands; without one it is a requirement that is not met.

    Raises RuleViolation when more freedom is asked for than the set grants.
    """
    body = requirements.body
    if requirements.supervision.rank > body.supervision.rank:
        raise RuleViolation(f"This requirement set grants {body.supervision.label} at most.", "supervision")
    groups = tuple(
        GroupResult(
            group.key,
            group.title,
            tuple(result for item in group.requirements for result in _answer(item, facts, requirements, on)),
        )
        for group in body.groups
    )
    every = [item for group in groups for item in group.requirements]
    lapses = sorted(
        (
            Lapse(item.restricts_from, f"{item.title}: {_lower_first(item.words)}")
            for item in every
            if item.restricts_from
        ),
        key=lambda lapse: (lapse.from_on, lapse.words),
    )
    held = status_on(facts.decisions, body.setting, on).kind in {StatusKind.AUTHORISED, StatusKind.RESTRICTED}
    overall = Overall.READY if all(item.met for item in every) else Overall.NOT_READY
    return Result(
        trainee_id=facts.trainee_id,
        requirement_set=body.slug,
        title=body.title,
        setting=body.setting,
        supervision=requirements.supervision,
        on=on,
        overall=Overall.RESTRICTED if lapses and held else overall,
        valid_days=body.valid_days,
        groups=groups,
        lapses=tuple(lapses),
    )


def assess_held(facts: TraineeFacts, requirements: Requirements, status: Status, on: date) -> Result | None:
    """What still stands behind an authorisation for less than the set grants; None where there is no such one.

    Less is asked of it: a provisional pass supports accompanied work.
    """
    held = status.supervision
    if status.kind is not StatusKind.AUTHORISED or held is None or held.rank >= requirements.supervision.rank:
        return None
    return assess(facts, replace(requirements, supervision=held), on)


def is_ready(facts: TraineeFacts, requirements: Requirements, on: date) -> bool:
    """Say whether every requirement is met: what is quick to answer is asked first, and the first no ends it."""
    items = sorted(
        (item for _, _, item in requirements.body.requirements), key=lambda item: isinstance(item, Capabilities)
    )
    return all(result.met for item in items for result in _answer(item, facts, requirements, on))


def _lower_first(words: str) -> str:
    return words[:1].lower() + words[1:]


def _answer(item: Requirement, facts: TraineeFacts, requirements: Requirements, on: date) -> Results:
    return _ANSWERS[type(item)](item, facts, requirements, on)


def _capabilities(item: Capabilities, facts: TraineeFacts, requirements: Requirements, on: date) -> Results:
    records = facts.read_under(requirements.framework_id)
    by_code = group_by_code(records.assessments)
    for capability in chosen(item, requirements.body, requirements.framework):
        ours = by_code.get(capability.code, ())
        found = capability_result(capability, ours, records.sign_offs, level=item.level, sign_off=item.sign_off, on=on)
        aside = tuple(_earlier_wording(each) for each in records.set_aside_of(capability.code))
        yield replace(found, not_counted=(*found.not_counted, *aside)) if aside else found


def _earlier_wording(each: SetAside) -> Record:
    why = "It was recorded under an earlier wording, and no reviewed mapping says what it is read as."
    return Record(each.record_id, each.kind, f"{each.wording.code} {each.wording.title}", why)


def _hours(item: Hours, facts: TraineeFacts, requirements: Requirements, on: date) -> Results:
    asked = HoursRequirement(
        slug=item.key,
        title=item.title,
        settings=tuple(item.settings) or _every_setting(requirements),
        required_minutes=item.minutes,
        distinct_settings=item.at_least_settings or 1,
        breaks_taken_off=requirements.body.take_off_breaks,
    )
    yield hours_result(asked, facts.shifts, requirements.settings, on)


def _every_setting(requirements: Requirements) -> tuple[str, ...]:
    """The settings the set's other requirements name; all there are if it names none."""
    named = [slug for _, _, item in requirements.body.requirements if isinstance(item, Hours) for slug in item.settings]
    return tuple(dict.fromkeys(named)) or tuple(requirements.settings)


def _encounters(item: Encounters, facts: TraineeFacts, requirements: Requirements, on: date) -> Results:
    yield encounters_result(item, facts.encounters, requirements.settings, on)


def _modules(item: Modules, facts: TraineeFacts, requirements: Requirements, on: date) -> Results:
    for module in item.modules:
        title = requirements.modules.get(module, module.upper())
        yield module_result(module, title, facts.outcomes, requirements.supervision, on)


def _cases(item: Cases, facts: TraineeFacts, requirements: Requirements, on: date) -> Results:
    """Count different cases, each played without critical error and debriefed, or discussed; more undoes nothing."""
    counted: dict[str, Record] = {}
    not_counted: list[Record] = []
    to_debrief = set()
    done: list[Done] = [*facts.cases, *facts.discussions]
    for fact in sorted(done, key=_case_order):
        if (item.cases and fact.case not in item.cases) or _done_on(fact) > on:
            continue
        why = _case_against(fact, on) or ("This case already counts." if fact.case in counted else "")
        if not why:
            counted[fact.case] = _case_record(fact, requirements, why)
            continue
        not_counted.append(_case_record(fact, requirements, why))
        if isinstance(fact, AttemptFact) and not fact.critical_errors:
            to_debrief.add(fact.case)
    met = len(counted) >= item.count
    missing, waiting = item.count - len(counted), len(to_debrief - counted.keys())
    to_play = sum(slug not in counted for slug in requirements.cases if not item.cases or slug in item.cases)
    yield RequirementResult(
        key=item.key,
        title=item.title,
        rule=f"At least {item.count} different cases, each with a graded attempt without critical error, debriefed, "
        "or a discussion of it that covered its capabilities.",
        met=met,
        words=f"{len(counted)} of {item.count}",
        share=share_of(len(counted), item.count),
        counted=tuple(counted.values()),
        not_counted=tuple(not_counted),
        owner=None if met else Owner.TRAINEE if waiting or to_play else Owner.EDUCATOR,
        next_step="" if met else _next_case(missing, waiting, to_play),
    )


def _done_on(fact: Done) -> date:
    """The day an attempt ended or a discussion was held; for an attempt that goes on, a day that never comes."""
    if isinstance(fact, DiscussionFact):
        return fact.held_on
    return fact.finished_on or date.max


def _case_order(fact: Done) -> tuple[date, UUID]:
    return _done_on(fact), fact.id


def _case_record(fact: Done, requirements: Requirements, why: str) -> Record:
    title = requirements.cases.get(fact.case, fact.case.replace("-", " ").capitalize())
    if isinstance(fact, DiscussionFact):
        return Record(fact.id, "discussion", f"Discussion held on {day(fact.held_on)}, {title}", why)
    return Record(fact.id, "attempt", f"{day(_done_on(fact))}, {title}", why)


def _case_against(fact: Done, on: date) -> str:
    if isinstance(fact, DiscussionFact):
        return "" if fact.covered else "Not all capabilities are covered yet: another discussion or attempt can count."
    if fact.critical_errors:
        return "A critical error was made: another attempt can count."
    if fact.debriefed_on is None or fact.debriefed_on > on:
        return "The debrief is not done."
    return ""


def _next_case(missing: int, waiting: int, to_play: int) -> str:
    """What can be done now; `to_play` is how many published cases do not count yet."""
    if waiting:
        return "Finish the debrief."
    if to_play >= missing:
        return f"Complete {number_of(missing, 'more graded case', 'more graded cases')}, {_or_discuss(missing)}."
    unpublished = missing - to_play
    later = f"{number_of(unpublished, 'more case has', 'more cases have')} to be published first."
    if to_play:
        cases = number_of(to_play, "graded case", "graded cases")
        return f"Complete {cases} now, {_or_discuss(to_play)}. Then {later}"
    return f"Nothing can be done now: {later}"


def _or_discuss(cases: int) -> str:
    return f"or discuss {'it' if cases == 1 else 'them'} with an educator"


def _checks(item: Checks, facts: TraineeFacts, requirements: Requirements, on: date) -> Results:
    for kind in item.checks:
        yield check_in_date(kind, facts.checks, on)


def _concerns(item: Concerns, facts: TraineeFacts, requirements: Requirements, on: date) -> Results:
    """Concerns are counted and dated, never described."""
    counted, blocking = [], []
    for fact in sorted(facts.concerns, key=lambda each: (each.raised_on, each.id)):
        if fact.raised_on > on:
            continue
        rung = fact.rung(on)
        text = f"{day(fact.raised_on)}, {rung.label.lower()}"
        if fact.is_open(on) and rung.rank >= item.none_from.rank:
            blocking.append(Record(fact.id, "concern", text))
        else:
            why = f"It stands below {item.none_from.label.lower()}." if fact.is_open(on) else "It is closed."
            counted.append(Record(fact.id, "concern", text, why))
    number = len(blocking)
    none = f"No open concern at {item.none_from.label.lower()} or above"
    yield RequirementResult(
        key="concerns",
        title="Concerns",
        rule=f"{none}.",
        met=not blocking,
        words=f"{number} open {'concern' if number == 1 else 'concerns'}" if blocking else none,
        share=0 if blocking else 100,
        counted=tuple(blocking),
        not_counted=tuple(counted),
        owner=Owner.CONSULTANT_NURSE if blocking else None,
        next_step="Review the concern." if blocking else "",
    )


def _absence(item: Absence, facts: TraineeFacts, requirements: Requirements, on: date) -> Results:
    seen = [each for each in facts.assessments if each.seen_as is SeenAs.LIVE and not each.is_simulated]
    seen = sorted((each for each in seen if each.assessor_id != each.trainee_id), key=lambda each: each.order)
    records = [
        Record(each.id, "assessment", f"{day(each.observed_on)}, {each.kind.heading}", by_id=each.assessor_id)
        for each in seen
    ]
    yield long_absence(item.over_months, facts.pauses, records, [each.observed_on for each in seen], on)


_ANSWERS: dict[type, Callable[..., Results]] = {
    Absence: _absence,
    Capabilities: _capabilities,
    Cases: _cases,
    Checks: _checks,
    Concerns: _concerns,
    Encounters: _encounters,
    Hours: _hours,
    Modules: _modules,
}
