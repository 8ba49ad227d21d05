"""Questions about shifts, decisions, encounters and sites."""

from uuid import UUID

from lms.core.identifiers import LONGEST, Found, find_identifiers
from lms.placements.rules.states import Part, Presentation
from lms.placements.rules.times import Repeated
from lms.web.forms import (
    BooleanField,
    CheckboxesField,
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
    TextAreaField,
)

WHICH = [SelectChoice(each.value, each.label) for each in Repeated]
CONFIRMED = "I have checked: nobody can be identified from this text"


class ShiftForm(NHSForm):
    """A shift the trainee worked."""

    site_id = SelectField("Site", [InputRequired("Select a site")], blank="Select a site", coerce=UUID)
    supervisor_id = SelectField(
        "Who supervised you?",
        [InputRequired("Select who supervised you")],
        blank="Select a supervisor",
        coerce=UUID,
        description="They are told about the shift and approve it. If the site has its own supervisors, choose one.",
    )
    worked_on = NHSDateField(
        "Date the shift began",
        [InputRequired("Enter the date the shift began")],
        description="A night shift belongs to the day it began.",
    )
    starts = NHSTimeField(
        "Start",
        [InputRequired("Enter the time the shift began")],
        description="As the clock showed, such as 19:00.",
    )
    starts_repeated = RadioField(
        "Which of the two times did the shift begin?", [Optional()], choices=WHICH, coerce=Repeated
    )
    ends = NHSTimeField(
        "End",
        [InputRequired("Enter the time the shift ended")],
        description="A time that is not later than the start is taken as the next day.",
    )
    ends_repeated = RadioField(
        "Which of the two times did the shift end?", [Optional()], choices=WHICH, coerce=Repeated
    )
    break_minutes = IntegerField(
        "Breaks in minutes",
        [
            InputRequired("Enter your breaks in minutes, or 0"),
            NumberRange(0, 480, message="Enter breaks from 0 to 480 minutes"),
        ],
        description="Breaks are kept for rest checks and not taken off your hours. Enter 0 if you had none.",
        width=3,
    )
    note = TextAreaField(
        "Note for your supervisor (optional)", [Optional()], max_characters=1000, rows=3, about_care=True
    )
    no_identifiers = BooleanField(CONFIRMED)


class CorrectionForm(ShiftForm):
    """What really happened, and why the first entry was wrong."""

    reason = TextAreaField(
        "Why are you correcting this shift?",
        [InputRequired("Say why you are correcting this shift")],
        max_characters=500,
        rows=2,
        about_care=True,
    )


class EncounterForm(NHSForm):
    """One de-identified contact."""

    presentation = SelectField(
        "What was it about?",
        [InputRequired("Select what the contact was about")],
        blank="Select one",
        choices=[SelectChoice(each.value, each.label) for each in Presentation],
        coerce=Presentation,
    )
    part = RadioField(
        "What did you do?",
        [InputRequired("Select what you did")],
        choices=[SelectChoice(each.value, each.label) for each in Part],
        coerce=Part,
        inline=True,
    )


class ConfirmForm(NHSForm):
    """A button and nothing else."""


class ApproveForm(NHSForm):
    """The shifts to approve."""

    shifts = CheckboxesField("Shifts", [InputRequired("Select at least one shift")], coerce=UUID)


class QueryForm(NHSForm):
    """A question to the trainee."""

    comment = TextAreaField(
        "What should the trainee check or change?",
        [InputRequired("Say what the trainee should check or change")],
        max_characters=1000,
        rows=4,
        about_care=True,
    )
    no_identifiers = BooleanField(CONFIRMED)


class SiteForm(NHSForm):
    """A place where shifts are worked."""

    name = StringField(
        "Name of the site",
        [InputRequired("Enter the name of the site"), MaxCharacters(120)],
    )
    setting = SelectField("Setting", [InputRequired("Select a setting")], blank="Select a setting")


def finds(field: TextAreaField) -> list[tuple[Found, str]]:
    """What looks like an identifier in a refused text, for showing it to the person who typed it.

    Nothing is looked for in a text that is too long.
    """
    if not field.errors or len(field.data) > (field.max_characters or LONGEST):
        return []
    return [(found, field.data[found.start : found.end]) for found in find_identifiers(field.data)]
