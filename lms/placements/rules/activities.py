"""What the time of a shift went into: filling in the rest, checking the sum, and which minutes never count."""

from collections.abc import Mapping

from lms.core.errors import RuleViolation
from lms.core.words import duration
from lms.placements.rules.states import Activity

USUAL_MAIN = Activity.PATIENT_CONTACT
"""The activity that takes the rest of a shift unless another is chosen."""
NEVER_OFFERED = frozenset({Activity.BREAK, Activity.OPERATIONAL_DUTY})
PULLED = "Pulled to operational duty: this time does not count, and that is nobody's fault."
"""Why these minutes do not count, in the words of every page that shows it."""


def fill_rest(attended: int, typed: Mapping[Activity, int | None], main: Activity) -> dict[Activity, int]:
    """The minutes of each activity: those typed, and for the main one what is left, unless it was typed as well.

    Raises RuleViolation on `main_activity` if more was typed than the shift lasted.
    """
    given = {activity: minutes for activity, minutes in typed.items() if minutes is not None}
    if main not in given:
        rest = attended - sum(given.values())
        if rest < 0:
            raise _mismatch(attended, sum(given.values()), main_is_typed=False)
        given[main] = rest
    return {activity: given[activity] for activity in Activity if given.get(activity)}


def check_activities(activities: Mapping[Activity, int], attended: int) -> None:
    """Refuse minutes that are not, to the minute, the attended time of the shift.

    Raises RuleViolation on `main_activity`.
    """
    if any(minutes < 0 for minutes in activities.values()):
        raise RuleViolation("An activity cannot take less than 0 minutes", "main_activity")
    if sum(activities.values()) != attended:
        raise _mismatch(attended, sum(activities.values()), main_is_typed=True)


def main_activity(activities: Mapping[Activity, int]) -> Activity:
    """What most of a shift went into, to be offered the next time; breaks and operational duty are never offered."""
    placed = {each: minutes for each, minutes in activities.items() if each not in NEVER_OFFERED}
    return max(placed, key=lambda each: placed[each], default=USUAL_MAIN)


def _mismatch(attended: int, typed: int, *, main_is_typed: bool) -> RuleViolation:
    gap = typed - attended
    what = f"take {duration(gap)} off" if gap > 0 else f"add {duration(-gap)}"
    return RuleViolation(
        f"The activities come to {duration(typed)} and the shift lasted {duration(attended)}: {what}"
        f"{', or leave the main activity empty' if main_is_typed else ''}.",
        "main_activity",
    )


def rest_words(attended: int, typed: Mapping[Activity, int | None], main: Activity) -> str:
    """What is left for the main activity in one sentence, while a shift is being entered."""
    given = sum(minutes or 0 for activity, minutes in typed.items() if activity is not main)
    rest = attended - given
    if rest < 0:
        return f"The activities come to {duration(-rest)} more than the shift lasted."
    return f"{main.label}: {duration(rest)}, the rest of the shift."
