"""Questions about cohorts, enrolments and readings, and the answers of knowledge checks."""

import re
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from wtforms import HiddenField

from lms.core.clock import today
from lms.core.confidence import Confidence
from lms.curriculum.rules.enrolment import EnrolmentOutcome
from lms.curriculum.rules.pace import FULL, SMALLEST_SHARE
from lms.curriculum.rules.taught_days import TITLE_MAX
from lms.web.forms import (
    BooleanField,
    EmailAddress,
    EmailField,
    InputRequired,
    IntegerField,
    MaxCharacters,
    NHSDateField,
    NHSForm,
    NHSTimeField,
    NumberRange,
    Optional,
    RadioField,
    SelectChoice,
    SelectField,
    StringField,
    VersionField,
)

SHARE_RANGE = NumberRange(
    SMALLEST_SHARE, FULL, message=f"Enter a working share from {SMALLEST_SHARE} to {FULL} percent"
)
SHARE_HINT = "100 for full time, 60 for three days a week. Dates follow the share, hours to complete stay the same."


class CohortForm(NHSForm):
    """A new cohort."""

    name = StringField(
        "Name of the cohort",
        [InputRequired("Enter a name for the cohort"), MaxCharacters(120)],
        description="For example, September 2026",
    )
    programme = SelectField("Programme", [InputRequired("Select a programme")], blank="Select a programme")
    university_id = SelectField(
        "University", [InputRequired("Select a university")], blank="Select a university", coerce=UUID
    )
    starts_on = NHSDateField("First day", [InputRequired("Enter the first day")])
    ends_on = NHSDateField(
        "Last day", [InputRequired("Enter the last day")], description="The last day belongs to the cohort."
    )


class EnrolForm(NHSForm):
    """A person joins a cohort."""

    email = EmailField(
        "Email address of the person",
        [InputRequired("Enter an email address"), EmailAddress()],
        description="They need an account. Enrolling makes them a trainee.",
        autocomplete="off",
    )
    from_on = NHSDateField(
        "First day in the cohort",
        [InputRequired("Enter the first day")],
        description="A day within the dates of the cohort.",
    )
    percent = IntegerField(
        "Working share",
        [InputRequired("Enter a working share"), SHARE_RANGE],
        description=SHARE_HINT,
        suffix="%",
        width=3,
        default=FULL,
    )


class WorkingShareForm(NHSForm):
    """Another share of full time from a day on."""

    percent = IntegerField(
        "Working share",
        [InputRequired("Enter a working share"), SHARE_RANGE],
        description=SHARE_HINT,
        suffix="%",
        width=3,
    )
    from_on = NHSDateField("From which day?", [InputRequired("Enter the first day")], default=today)


class PauseForm(NHSForm):
    """Time away: no reason is asked."""

    from_on = NHSDateField("First day away", [InputRequired("Enter the first day away")], default=today)
    until_on = NHSDateField(
        "First day back",
        [Optional()],
        description="This day is not part of the pause. Leave it empty if it is not known yet.",
    )


class ReturnForm(NHSForm):
    """The first day back."""

    back_on = NHSDateField(
        "First day back",
        [InputRequired("Enter the first day back")],
        description="To cancel a pause, enter its first day away.",
        default=today,
    )


class EndForm(NHSForm):
    """The end of an enrolment."""

    ended_on = NHSDateField(
        "Last day",
        [InputRequired("Enter the last day")],
        description="The last day belongs to the enrolment: the person is enrolled until the end of it.",
        default=today,
    )
    outcome = RadioField(
        "How does it end?",
        [InputRequired("Select how the enrolment ends")],
        choices=[SelectChoice(outcome.value, outcome.label) for outcome in EnrolmentOutcome],
        coerce=EnrolmentOutcome,
    )
    confirmed = BooleanField(
        "I have checked the person, the day and the outcome: the end of an enrolment cannot be taken back",
        [InputRequired("Confirm that you have checked the person, the day and the outcome")],
    )

    @property
    def answers(self) -> dict[str, Any]:
        """The day and the outcome."""
        return {name: value for name, value in super().answers.items() if name != "confirmed"}


class ReadForm(NHSForm):
    """The reading is read: the version that was on the page."""

    version_id = HiddenField(filters=[lambda value: UUID(str(value))], validators=[InputRequired()])


def _round_number(value: object) -> int:
    if not re.fullmatch(r"[1-9][0-9]{0,3}", str(value)):
        raise ValueError("This page is out of date. Open it again.")
    return int(str(value))


class RoundForm(NHSForm):
    """A round of a knowledge check begins: its number, and whether it asks only what is not right so far."""

    number = HiddenField(filters=[_round_number], validators=[InputRequired()])
    only_wrong = HiddenField(filters=[lambda value: value == "yes"])


class AnswerForm(NHSForm):
    """One answer to a question and how sure the person is of it."""

    round_id = HiddenField(filters=[lambda value: UUID(str(value)) if value else None], validators=[InputRequired()])
    option = RadioField("What do you do?", [InputRequired("Select an answer")], size="m")
    confidence = RadioField(
        "How sure are you?",
        [InputRequired("Select how sure you are")],
        choices=[SelectChoice(confidence, confidence.label) for confidence in Confidence],
        coerce=Confidence,
        inline=True,
    )

    def offer(self, question: str, options: Sequence[tuple[str, str]]) -> None:
        """Ask this question with these options, in this order."""
        self.option.label.text = question
        self.option.choices = [SelectChoice(key, text) for key, text in options]


class TaughtDayForm(NHSForm):
    """A taught or simulation day of a cohort."""

    module = SelectField("Module", [InputRequired("Select a module")], blank="Select a module")
    title = StringField(
        "What is taught?",
        [InputRequired("Enter what is taught"), MaxCharacters(TITLE_MAX)],
        description="For example: Simulation day, de-escalation.",
    )
    on = NHSDateField("Date", [InputRequired("Enter the date")])
    starts = NHSTimeField("Start", [InputRequired("Enter the time it begins")], description="Such as 09:30.")
    ends = NHSTimeField("End", [InputRequired("Enter the time it ends")])


class ChangeTaughtDayForm(TaughtDayForm):
    """A changed taught day."""

    version = VersionField()


class CancelTaughtDayForm(NHSForm):
    """A button and nothing else."""
