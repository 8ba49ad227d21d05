"""Recording a meeting of a placement, with what became of the open actions, and closing one action."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from lms.competencies.forms.supervision import person_choices
from lms.competencies.rules.agreeing import REASON_MAX
from lms.competencies.rules.meetings import (
    ACTION_MAX,
    MOST_ACTIONS,
    SUMMARY_MAX,
    LookedAt,
    MeetingActionOutcome,
    MeetingKind,
    NewAction,
)
from lms.core.words import number_of
from lms.identity.models import Person
from lms.web.forms import (
    ConfirmedForm,
    InputRequired,
    MaxCharacters,
    NHSDateField,
    RadioField,
    SelectChoice,
    SelectField,
    StringField,
    TextAreaField,
)

WEEKS = (1, 2, 4, 6, 8, 12)
USUAL_WEEKS = 4
NUMBERS = range(1, MOST_ACTIONS + 1)


class MeetingForm(ConfirmedForm):
    """A meeting that was held; fields for new actions and for each open one are added by `meeting_form`."""

    supervisor_id = SelectField("With whom?", [InputRequired("Select who was there")], coerce=UUID)
    held_on = NHSDateField("When was it?", [InputRequired("Enter the date")])
    summary = TextAreaField(
        "What did you talk about?",
        [InputRequired("Say what you talked about")],
        max_characters=SUMMARY_MAX,
        about_care=True,
        rows=4,
    )
    goals = TextAreaField("Goals for this placement (optional)", max_characters=SUMMARY_MAX, about_care=True, rows=3)
    planned_end_on = NHSDateField(
        "Planned last day of this placement (optional)", description="The final meeting is due after this day."
    )

    def offer(self, people: Iterable[Person]) -> None:
        """Offer those who supervise the trainee now."""
        self.supervisor_id.choices = person_choices(people)

    @property
    def facts(self) -> dict[str, Any]:
        """What was answered, as the service takes it."""
        data = self.answers
        kept = ("supervisor_id", "held_on", "summary", "goals", "planned_end_on", "no_identifiers")
        carried = {
            UUID(name.removeprefix("look_")): LookedAt(outcome, data[f"why_{name.removeprefix('look_')}"])
            for name, outcome in data.items()
            if name.startswith("look_")
        }
        new = [NewAction(data[f"action_{number}"], data[f"weeks_{number}"] or USUAL_WEEKS) for number in NUMBERS]
        return {name: data[name] for name in kept if name in data} | {"actions": new, "carried": carried}


class DropActionForm(ConfirmedForm):
    """Say why an action is no longer needed."""

    reason = TextAreaField(
        "Why is it no longer needed?",
        [InputRequired("Say why this is no longer needed")],
        max_characters=REASON_MAX,
        about_care=True,
        rows=3,
    )


def meeting_form(kind: MeetingKind, open_actions: Mapping[UUID, str], **start: Any) -> MeetingForm:
    """The form of a meeting: the open actions by id and words, then what is new."""
    fields: dict[str, Any] = {}
    for key, words in open_actions.items():
        fields[f"look_{key.hex}"] = RadioField(
            words,
            [InputRequired("Select what became of this action")],
            coerce=MeetingActionOutcome,
            choices=[SelectChoice(each.value, each.label) for each in MeetingActionOutcome],
            default=MeetingActionOutcome.STILL_OPEN,
            small=True,
        )
        fields[f"why_{key.hex}"] = StringField(
            "Why is it no longer needed?", [MaxCharacters(REASON_MAX)], about_care=True, care_hint=False
        )
    for number in NUMBERS:
        fields[f"action_{number}"] = StringField(
            f"New action {number} (optional)",
            [MaxCharacters(ACTION_MAX)],
            about_care=True,
            care_hint=number == 1,
        )
        fields[f"weeks_{number}"] = SelectField(
            f"By when is action {number} done?",
            coerce=int,
            choices=[SelectChoice(str(each), f"Within {number_of(each, 'week')}") for each in WEEKS],
            default=USUAL_WEEKS,
        )
    form = type("MeetingForm", (MeetingForm,), fields)(data=start)
    if kind is MeetingKind.FINAL:
        del form.planned_end_on
    return form  # type: ignore[no-any-return]
