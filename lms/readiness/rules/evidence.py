"""What the records amount to: hours and modules against one requirement."""

from collections.abc import Mapping, Sequence
from datetime import date

from lms.core.words import day, duration, number_of
from lms.grading.rules.outcomes import ModuleOutcomeFact, Outcome, Standing, standing_outcome
from lms.placements.rules.hours import HoursRequirement, HoursResult, ShiftFact, assess_hours
from lms.placements.rules.states import Status
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
    """Whose turn it is: the supervisor's or the trainee's where what waits is enough, else there is more to work."""
    waiting = result.waiting_minutes
    submitted = [shift for shift in result.waiting if shift.status is Status.SUBMITTED]
    if result.would_be_met_with(submitted):
        return Owner.SUPERVISOR, f"Approve the {duration(result.minutes_of(submitted))} that wait."
    if result.would_be_met_with(result.waiting):
        return Owner.TRAINEE, "Answer the supervisor's question about a shift."
    to_log = max(0, result.missing_minutes - waiting)
    parts = [f"log {duration(to_log)} more"] if to_log else []
    new = {shift.setting for shift in result.waiting} - set(result.settings_seen)
    if result.missing_settings > len(new):
        parts.append(f"work in {number_of(result.missing_settings - len(new), 'more setting')}")
    step = " and ".join(parts)
    waits = f" The supervisor still has to approve {duration(waiting)}." if waiting else ""
    return Owner.TRAINEE, f"{step[:1].upper()}{step[1:]}.{waits}"


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
