"""Questions to supervisors about shifts, and a question with no answer but yes."""

from uuid import UUID

from lms.web.forms import (
    CheckboxesField,
    ConfirmedForm,
    InputRequired,
    NHSForm,
    TextAreaField,
)

NO_LONGER_WAITS = (
    "A shift you selected no longer waits for you: it was corrected, withdrawn or decided meanwhile. Nothing is"
    " approved yet. Look at what waits now and approve it again."
)


class ConfirmForm(NHSForm):
    """A button and nothing else."""


class ApproveForm(NHSForm):
    """The shifts to approve."""

    shifts = CheckboxesField(
        "Shifts", [InputRequired("Select at least one shift")], coerce=UUID, invalid=NO_LONGER_WAITS
    )


class QueryForm(ConfirmedForm):
    """A question to the trainee."""

    comment = TextAreaField(
        "What should the trainee check or change?",
        [InputRequired("Say what the trainee should check or change")],
        max_characters=1000,
        rows=4,
        about_care=True,
    )
