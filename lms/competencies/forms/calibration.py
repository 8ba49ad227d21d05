"""Answering a calibration vignette."""

from collections.abc import Iterable

from lms.competencies.forms.lengths import LONGEST
from lms.competencies.rules import Anchor
from lms.web.forms import ConfirmedForm, InputRequired, RadioField, SelectChoice, TextAreaField


class VignetteForm(ConfirmedForm):
    """A level and a reason, committed before the panel's are shown."""

    level = RadioField(
        "Which level would you give?", [InputRequired("Select the level you would give")], coerce=int, small=True
    )
    reason = TextAreaField(
        "Why?",
        [InputRequired("Say why you chose this level")],
        description="One or two sentences. Only you read this.",
        max_characters=LONGEST,
        about_care=True,
        rows=3,
    )

    def offer(self, scale: Iterable[Anchor]) -> None:
        """Offer every level of the scale."""
        self.level.choices = [SelectChoice(str(each.level), f"{each.level} {each.title}") for each in scale]
