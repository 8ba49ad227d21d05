"""Signing off a capability and taking a sign-off back."""

from collections.abc import Iterable

from lms.competencies.forms.lengths import LONGEST
from lms.competencies.rules import Anchor
from lms.web.forms import ConfirmedForm, InputRequired, RadioField, SelectChoice, TextAreaField


class SignOffForm(ConfirmedForm):
    """Sign off a capability at a level that is met."""

    level = RadioField("At which level do you sign this off?", [InputRequired("Select a level")], coerce=int)
    note = TextAreaField(
        "Your reason (optional)",
        description="Stored with the decision. The trainee reads it.",
        max_characters=LONGEST,
        about_care=True,
        rows=3,
    )

    def offer(self, scale: Iterable[Anchor], reached: int) -> None:
        """Offer the levels at which the rule is met."""
        self.level.choices = [
            SelectChoice(str(each.level), f"{each.level} {each.title}") for each in scale if each.level <= reached
        ]


class WithdrawForm(ConfirmedForm):
    """Take a sign-off back."""

    reason = TextAreaField(
        "Why do you withdraw this sign-off?",
        [InputRequired("Say why you withdraw this sign-off")],
        description="The trainee reads this. What was signed stays on record.",
        max_characters=LONGEST,
        about_care=True,
    )
