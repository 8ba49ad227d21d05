"""Naming who co-ordinates supervision, logging what was held, and answering it."""

from collections.abc import Iterable
from uuid import UUID

from lms.competencies.rules.agreeing import REASON_MAX
from lms.competencies.rules.supervision import ACTION_MAX, NamedBecause, Theme
from lms.identity.models import Person
from lms.web.forms import (
    CheckboxesField,
    ConfirmedForm,
    InputRequired,
    IntegerField,
    NHSDateField,
    NHSForm,
    RadioField,
    SelectChoice,
    SelectField,
    TextAreaField,
)


class NameSupervisorForm(NHSForm):
    """Who co-ordinates a trainee's supervision from a day on."""

    person_id = SelectField(
        "Who co-ordinates the supervision?",
        coerce=UUID,
        blank="Nobody any more",
        description="An active supervisor or assessor, who does not sign off this trainee's capabilities.",
    )
    from_on = NHSDateField("From which day?", [InputRequired("Enter the first day")])
    cause = RadioField(
        "Why?",
        [InputRequired("Select why")],
        coerce=NamedBecause,
        choices=[SelectChoice(each.value, each.label) for each in NamedBecause],
    )

    def offer(self, people: Iterable[Person]) -> None:
        """Offer those who may co-ordinate."""
        self.person_id.choices = person_choices(people)


class HeldForm(ConfirmedForm):
    """What every entry of the supervision log says."""

    held_on = NHSDateField("When was it?", [InputRequired("Enter the date")])
    minutes = IntegerField(
        "How many minutes?", [InputRequired("Enter the length in minutes")], width=4, inputmode="numeric"
    )
    themes = CheckboxesField(
        "What was it about?",
        [InputRequired("Select at least one theme")],
        coerce=Theme,
        small=True,
        choices=[SelectChoice(each.value, each.label) for each in Theme],
    )
    action = TextAreaField(
        "What happens next? (optional)",
        description="One action, in a sentence.",
        max_characters=ACTION_MAX,
        about_care=True,
        rows=2,
    )


class LogSupervisionForm(HeldForm):
    """Log supervision that was held; a supervisor who logs it is not asked with whom."""

    supervisor_id = SelectField("With whom?", [InputRequired("Select who supervised")], coerce=UUID)

    def offer(self, people: Iterable[Person]) -> None:
        """Offer those who supervise the trainee now."""
        self.supervisor_id.choices = person_choices(people)


class CorrectSupervisionForm(HeldForm):
    """Correct an entry of the log."""

    reason = TextAreaField(
        "Why do you correct it?",
        [InputRequired("Say why you correct this entry")],
        description="The other person reads this and confirms the corrected entry.",
        max_characters=REASON_MAX,
        about_care=True,
        rows=2,
    )


class NotAgreedForm(ConfirmedForm):
    """Say that an entry is not right."""

    reason = TextAreaField(
        "What is not right?",
        [InputRequired("Say what is not right")],
        description="The other person reads this.",
        max_characters=REASON_MAX,
        about_care=True,
        rows=3,
    )


def person_choices(people: Iterable[Person]) -> list[SelectChoice]:
    """People as choices, with what tells two of one name apart."""
    return [
        SelectChoice(str(each.id), f"{each.name}, {each.profession}" if each.profession else each.name)
        for each in people
    ]
