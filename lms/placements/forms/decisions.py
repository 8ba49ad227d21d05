"""Questions to supervisors about shifts, and a question with no answer but yes."""

from uuid import UUID

from lms.placements.forms.texts import CONFIRMED
from lms.web.forms import (
    BooleanField,
    CheckboxesField,
    InputRequired,
    NHSForm,
    TextAreaField,
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
