"""Signing off a capability, looking at it again, and taking a sign-off back."""

from collections.abc import Iterable

from lms.competencies.forms.lengths import LONGEST
from lms.competencies.rules import Anchor
from lms.web.forms import ConfirmedForm, InputRequired, RadioField, SelectChoice, TextAreaField

CONFIRM, DECLINE = "confirm", "decline"


class SignOffForm(ConfirmedForm):
    """Sign off a capability at a level that the evidence carries."""

    level = RadioField("At which level do you sign this off?", [InputRequired("Select a level")], coerce=int)
    note = TextAreaField(
        "Your reason (optional)",
        description="Stored with the decision. The trainee reads it.",
        max_characters=LONGEST,
        about_care=True,
        rows=3,
    )

    def offer(self, scale: Iterable[Anchor], supported: int) -> None:
        """Offer the levels that the evidence carries."""
        self.level.choices = [
            SelectChoice(str(each.level), f"{each.level} {each.title}") for each in scale if each.level <= supported
        ]


class ReviewForm(ConfirmedForm):
    """Say why a sign-off goes on standing after a later, lower rating."""

    reason = TextAreaField(
        "Why does the sign-off go on standing?",
        [InputRequired("Say why the sign-off goes on standing")],
        description="The trainee reads this. The sign-off keeps its own review date.",
        max_characters=LONGEST,
        about_care=True,
    )


class WithdrawForm(ConfirmedForm):
    """Propose to take a sign-off back."""

    reason = TextAreaField(
        "Why should this sign-off be withdrawn?",
        [InputRequired("Say why this sign-off should be withdrawn")],
        description="The trainee and the second person read this. What was signed stays on record.",
        max_characters=LONGEST,
        about_care=True,
    )


class SecondPersonForm(ConfirmedForm):
    """Confirm or decline what somebody else proposed."""

    decision = RadioField(
        "What do you decide?",
        [InputRequired("Select what you decide")],
        choices=[
            SelectChoice(CONFIRM, "Confirm: the sign-off is withdrawn"),
            SelectChoice(DECLINE, "Decline: the sign-off goes on standing"),
        ],
    )
    reason = TextAreaField(
        "Why do you decide so?",
        [InputRequired("Say why you decide so")],
        description="The trainee reads this.",
        max_characters=LONGEST,
        about_care=True,
    )
