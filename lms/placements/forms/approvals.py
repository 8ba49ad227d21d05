"""Asking a supervisor to approve shifts, and what they answer on a device that is not theirs."""

from typing import Any
from uuid import UUID

from lms.identity.rules import DETAIL_LENGTHS
from lms.placements.forms.decisions import NO_LONGER_WAITS
from lms.placements.rules.states import ApprovalWay
from lms.signing.forms import ProofFields
from lms.web.forms import (
    CheckboxesField,
    EmailAddress,
    EmailField,
    InputRequired,
    MaxCharacters,
    NHSForm,
    Optional,
    RadioField,
    RequiredWhen,
    SelectChoice,
    SelectField,
    StringField,
    TextAreaField,
)

HERE, NAMED, GUEST = "here", "with-account", "without-account"


class AskApprovalForm(NHSForm):
    """Which shifts, and how the supervisor is reached."""

    shifts = CheckboxesField("Which shifts?", [InputRequired("Select at least one shift")], coerce=UUID)
    reach = RadioField(
        "How does your supervisor approve them?",
        [InputRequired("Select how your supervisor approves them")],
        choices=[
            SelectChoice(HERE, "Here and now, on this phone"),
            SelectChoice(NAMED, "With a link sent to a supervisor who has an account"),
            SelectChoice(GUEST, "With a link sent to somebody without an account"),
        ],
    )
    supervisor_id = SelectField(
        "Who?",
        [RequiredWhen("reach", NAMED, "Select a supervisor")],
        blank="Select a supervisor",
        coerce=UUID,
    )
    name = StringField(
        "Their full name",
        [RequiredWhen("reach", GUEST, "Enter their name"), MaxCharacters(DETAIL_LENGTHS["name"])],
        autocomplete="off",
    )
    profession = StringField(
        "Their profession",
        [RequiredWhen("reach", GUEST, "Enter their profession"), MaxCharacters(DETAIL_LENGTHS["profession"])],
        autocomplete="off",
    )
    email = EmailField(
        "Their work email address",
        [RequiredWhen("reach", GUEST, "Enter their email address"), EmailAddress()],
        description="An administrator checks who they are before the hours count.",
        autocomplete="off",
    )

    @property
    def answers(self) -> dict[str, Any]:
        """The keywords of the service: only what belongs to the chosen way."""
        guest = self.reach.data == GUEST
        return {
            "shift_ids": self.shifts.data,
            "way": ApprovalWay.HERE if self.reach.data == HERE else ApprovalWay.EMAIL,
            "supervisor_id": self.supervisor_id.data if self.reach.data == NAMED else None,
            **{name: self[name].data or "" if guest else "" for name in ("name", "profession", "email")},
        }


class SignHoursForm(ProofFields):
    """Which shifts the supervisor approves, and how they show who they are."""

    shifts = CheckboxesField("Which shifts do you approve?", [Optional()], coerce=UUID, invalid=NO_LONGER_WAITS)
    comment = TextAreaField(
        "What should the trainee check in those you leave out?",
        [Optional()],
        description="Only if you leave out a shift. The trainee reads this.",
        max_characters=1000,
        rows=3,
        about_care=True,
    )

    @property
    def said(self) -> dict[str, Any]:
        """What is decided: the keywords of the service beside the proof."""
        return {
            "shifts": self.shifts.data or [],
            "comment": self.comment.data or "",
            "no_identifiers": self.no_identifiers.data,
        }
