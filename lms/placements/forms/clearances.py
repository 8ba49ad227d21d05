"""Questions about what sites ask for and who has it."""

from lms.placements.rules.clearance import MOST_DAYS, REASON_MAX, TITLE_MAX
from lms.placements.rules.slots import ClearedBy
from lms.web.forms import (
    InputRequired,
    IntegerField,
    MaxCharacters,
    NHSDateField,
    NHSForm,
    NumberRange,
    Optional,
    RadioField,
    SelectChoice,
    StringField,
    TextAreaField,
    VersionField,
)


class RequirementForm(NHSForm):
    """What trainees need before a placement at a site."""

    title = StringField(
        "What do trainees need?",
        [InputRequired("Enter what trainees need"), MaxCharacters(TITLE_MAX)],
        description="For example: Site induction.",
    )
    valid_days = IntegerField(
        "For how many days does it hold? (optional)",
        [Optional(), NumberRange(1, MOST_DAYS, f"Enter days from 1 to {MOST_DAYS:,}")],
        description="Leave it empty if it does not run out. A year is 365 days.",
        width=4,
    )
    cleared_by = RadioField(
        "Who clears it?",
        [InputRequired("Select who clears it")],
        choices=[SelectChoice(each, each.label) for each in ClearedBy],
        coerce=ClearedBy,
    )


class ChangeRequirementForm(RequirementForm):
    """A changed requirement."""

    version = VersionField()


class ClearanceForm(NHSForm):
    """From when a trainee has it."""

    issued_on = NHSDateField("From when does the trainee have it?", [InputRequired("Enter the date")])


class ClearanceCorrectionForm(ClearanceForm):
    """What is right, and why it is corrected."""

    valid_until = NHSDateField(
        "Until when does it hold? (optional)",
        [Optional()],
        description="Leave it empty for as long as the requirement says. An earlier day ends it.",
    )
    reason = TextAreaField(
        "Why do you correct it?", [InputRequired("Say why you correct it")], max_characters=REASON_MAX, rows=3
    )
