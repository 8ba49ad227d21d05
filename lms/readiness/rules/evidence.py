"""What the records amount to: hours and modules against one requirement."""

from collections.abc import Mapping, Sequence
from datetime import date

from lms.core.words import day, duration, number_of
from lms.grading.rules.outcomes import ModuleOutcomeFact, Outcome, Standing, standing_outcome
from lms.placements.rules.hours import HoursRequirement, HoursResult, ShiftFact, assess_hours
from lms.placements.rules.waiting import WaitsOn, waits_on
from lms.readiness.rules.result import Owner, Record, RequirementResult, Supervision


def share_of(have: int, need: int) -> int:
    """What is there in hundredths of what is needed, at most all of it."""
    return min(100, have * 100 // need)


def hours_result(
    requirement: HoursRequirement, shifts: Sequence[ShiftFact], titles: Mapping[str, str], on: date
) -> RequirementResult:
    """Hold the shifts begun by the day against required hours."""
    result = assess_hours(requirement, [shift for shift in shifts if shift.on <= on])
    owner, next_step = (None, "") if result.met else _next_hours(result)
    return RequirementResult(
        key=requirement.slug,
        title=requirement.title,
        rule=requirement.rule,
        met=result.met,
        words=result.words,
        share=share_of(result.counted_minutes, requirement.required_minutes),
        counted=tuple(
            Record(
                item.shift.id,
                "shift",
                f"{_shift_words(item.shift, titles)}: {duration(item.minutes)}",
                by_id=item.shift.supervisor_id,
            )
            for item in result.counted
        ),
        not_counted=tuple(
            Record(
                item.shift.id,
                "shift",
                f"{_shift_words(item.shift, titles)}: {duration(item.minutes)}",
                item.why,
                item.shift.supervisor_id,
            )
            for item in result.not_counted
        ),
        owner=owner,
        next_step=next_step,
    )


def _next_hours(result: HoursResult) -> tuple[Owner, str]:
    """Whose turn it is where what waits is enough, the supervisor's first; else there is more to work."""
    waiting = result.waiting_minutes
    theirs = [shift for shift in result.waiting if waits_on(shift) is WaitsOn.SUPERVISOR]
    if result.would_be_met_with(theirs):
        return Owner.SUPERVISOR, f"Approve the {duration(result.minutes_of(theirs))} that wait."
    to_check = [shift for shift in result.waiting if waits_on(shift) is WaitsOn.ADMINISTRATOR]
    if result.would_be_met_with([*theirs, *to_check]):
        return Owner.ADMINISTRATOR, f"Check who signed for {duration(result.minutes_of(to_check))}."
    if result.would_be_met_with(result.waiting):
        return Owner.TRAINEE, "Answer the supervisor's question about a shift."
    to_log = max(0, result.missing_minutes - waiting)
    parts = [f"log {duration(to_log)} more"] if to_log else []
    new = {shift.setting for shift in result.waiting} - set(result.settings_seen)
    if result.missing_settings > len(new):
        parts.append(f"work in {number_of(result.missing_settings - len(new), 'more setting')}")
    step = " and ".join(parts)
    return Owner.TRAINEE, f"{step[:1].upper()}{step[1:]}.{_still_to_do(result, to_check)}"


def _still_to_do(result: HoursResult, to_check: Sequence[ShiftFact]) -> str:
    """What others still have to do about shifts that were worked."""
    minutes = result.minutes_of(to_check)
    rest = result.waiting_minutes - minutes
    said = f" The supervisor still has to approve {duration(rest)}." if rest else ""
    return said + (f" An administrator still has to check who signed for {duration(minutes)}." if minutes else "")


def _shift_words(shift: ShiftFact, titles: Mapping[str, str]) -> str:
    return f"{day(shift.on)}, {titles.get(shift.setting, shift.setting)}"


def module_result(
    module: str, title: str, facts: Sequence[ModuleOutcomeFact], supervision: Supervision, on: date
) -> RequirementResult:
    """Say whether a module is passed; a provisional pass supports only accompanied work until it is ratified."""
    ours = [fact for fact in facts if fact.module == module]
    standing = standing_outcome(ours, on)
    passed = standing is not None and standing.outcome is Outcome.PASS
    ratified = standing is not None and standing.standing is Standing.RATIFIED
    met = passed and (ratified or supervision is Supervision.ACCOMPANIED)
    rule = "The module is passed and the pass is ratified."
    if supervision is Supervision.ACCOMPANIED:
        rule = "The module is passed; a provisional pass is enough for accompanied work."
    records = [_outcome_record(fact, standing, met, on) for fact in sorted(ours, key=lambda f: (f.decided_on, f.id))]
    owner, next_step = None, ""
    if not met:
        owner = Owner.TRAINEE if standing is not None and not passed else Owner.EDUCATOR
        next_step = "Wait for the board to ratify the pass." if passed else "Record the outcome of the module."
        if owner is Owner.TRAINEE:
            next_step = "Take the next attempt."
    return RequirementResult(
        key=module,
        title=title,
        rule=rule,
        met=met,
        words=f"{standing.words}, {day(standing.decided_on)}" if standing else "No outcome recorded",
        share=100 if met else 50 if passed else 0,
        counted=tuple(record for record in records if not record.why),
        not_counted=tuple(record for record in records if record.why),
        owner=owner,
        next_step=next_step,
    )


def _outcome_record(fact: ModuleOutcomeFact, standing: ModuleOutcomeFact | None, met: bool, on: date) -> Record:
    why = ""
    if fact.decided_on > on:
        why = "It was decided later."
    elif standing is not None and fact.id != standing.id:
        why = "A later decision stands in its place."
    elif not met:
        why = "It is not ratified yet." if fact.outcome is Outcome.PASS else "It is not a pass."
    return Record(fact.id, "module outcome", f"{fact.words}, {day(fact.decided_on)}", why)
