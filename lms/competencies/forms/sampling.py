"""Setting the sampling policy, and what a second person says of a sampled assessment."""

from datetime import date
from typing import Any

from lms.competencies.forms.lengths import LONGEST
from lms.competencies.rules.sampling import LookOutcome, Quarter
from lms.web.forms import (
    ConfirmedForm,
    InputRequired,
    IntegerField,
    NumberRange,
    RadioField,
    SelectChoice,
    TextAreaField,
)


def _share(label: str, ask: str) -> IntegerField:
    return IntegerField(
        label,
        [InputRequired(ask), NumberRange(min=1, max=100, message="Enter a number from 1 to 100")],
        description="Of a hundred, rounded up to whole ones",
        width=3,
    )


class PolicyForm(ConfirmedForm):
    """Which shares are looked at, from when and why."""

    from_on = RadioField("From which quarter?", [InputRequired("Select from which quarter")], coerce=date.fromisoformat)
    assessors_share = _share("Assessors whose work is looked at", "Enter how many assessors")
    trainees_share = _share("Trainees of whom something is looked at", "Enter how many trainees")
    forms_share = _share("Forms of each kind", "Enter how many forms")
    reason = TextAreaField(
        "Why these shares?",
        [InputRequired("Say why the shares are set this way")],
        description="Stored with the policy. Those who look at samples read it.",
        max_characters=LONGEST,
        rows=3,
    )

    def offer(self, current: Quarter) -> None:
        """Offer the current quarter and the next one."""
        self.from_on.choices = [
            SelectChoice(each.starts_on.isoformat(), each.words) for each in (current, current.after)
        ]


class LookForm(ConfirmedForm):
    """Accept an assessment, or ask for a talk with its assessor."""

    outcome = RadioField(
        "What do you say?",
        [InputRequired("Select what you say")],
        coerce=LookOutcome,
        choices=[
            SelectChoice(LookOutcome.ACCEPTED.value, "I accept it"),
            SelectChoice(LookOutcome.TALK.value, "I would like to talk with the assessor"),
        ],
    )
    note = TextAreaField(
        "Your note (needed for a talk)",
        description="The assessor reads this; the trainee does not. Speak of the form, not of a kind of person.",
        max_characters=LONGEST,
        about_care=True,
        rows=4,
    )

    @property
    def answers(self) -> dict[str, Any]:
        """The keywords of the service."""
        return {**super().answers, "note": self.note.data or ""}
