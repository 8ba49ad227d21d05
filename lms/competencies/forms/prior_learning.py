"""Claiming prior learning, and deciding about a claim. Choices are handed in, never read."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from lms.competencies.forms.lengths import LONGEST
from lms.competencies.rules import Anchor, Capability
from lms.core.words import day
from lms.web.forms import (
    ConfirmedFileForm,
    ConfirmedForm,
    FileField,
    InputRequired,
    NHSDateField,
    RadioField,
    SelectChoice,
    SelectField,
    TextAreaField,
)

ACCEPT, DECLINE = "accept", "decline"


class ClaimForm(ConfirmedFileForm):
    """Claim a capability one has already."""

    code = SelectField("Which capability?", [InputRequired("Select a capability")], blank="Select a capability")
    level = RadioField("At which level?", [InputRequired("Select a level")], coerce=int)
    evidence = TextAreaField(
        "What have you done, and how can it be checked?",
        [InputRequired("Say what you have done and how it can be checked")],
        description="Say where and when, who saw it, and which certificate or report shows it. Name no patient.",
        max_characters=LONGEST,
        about_care=True,
    )
    proof = FileField(
        "A certificate or report (optional)",
        description="A PDF of up to 100 pages, or a PNG or JPEG; up to 10 MB. The text of a PDF is searched for what"
        " could identify a patient. Pictures cannot be searched, and no search finds everything: look at it yourself.",
        accept=".pdf,.png,.jpg,.jpeg",
    )
    assessor_id = SelectField(
        "Who should decide?", [InputRequired("Select an assessor")], coerce=UUID, blank="Select an assessor"
    )

    def offer(
        self, capabilities: Iterable[Capability], scale: Iterable[Anchor], assessors: Iterable[tuple[UUID, str]]
    ) -> None:
        """Offer capabilities, levels and assessors."""
        self.code.choices = [SelectChoice(each.code, each.name) for each in capabilities]
        self.level.choices = [SelectChoice(str(each.level), f"{each.level} {each.title}") for each in scale]
        self.assessor_id.choices = [SelectChoice(str(each), name) for each, name in assessors]


class ClaimDecisionForm(ConfirmedForm):
    """Accept a claim at a level until a day, or decline it."""

    decision = RadioField(
        "What do you decide?",
        [InputRequired("Select what you decide")],
        choices=[
            SelectChoice(ACCEPT, "Accept: it counts as a sign-off, marked “by prior learning”"),
            SelectChoice(DECLINE, "Decline: it never counts against the trainee"),
        ],
    )
    level = RadioField("At which level do you accept it?", coerce=int)
    expires_on = NHSDateField("Until when does it count?")
    reason = TextAreaField(
        "Why do you decide so?",
        [InputRequired("Say why you decide so")],
        description="The trainee reads this.",
        max_characters=LONGEST,
        about_care=True,
    )

    def offer(self, scale: Iterable[Anchor], latest: date) -> None:
        """Offer the levels, and say what the latest date is."""
        self.level.choices = [SelectChoice(str(each.level), f"{each.level} {each.title}") for each in scale]
        self.expires_on.description = f"{day(latest)} at the latest."
