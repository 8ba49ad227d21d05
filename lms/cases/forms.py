"""Asking: which way to play, what to do and how sure, an answer in one's own words."""

from collections.abc import Sequence

from wtforms import HiddenField

from lms.cases.rules.engine import Confidence, Mode
from lms.web.forms import InputRequired, NHSForm, RadioField, SelectChoice, TextAreaField, VersionField


class SeqField(HiddenField):  # type: ignore[misc]
    """How many steps the attempt had when the page was read."""

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        """Read the number; anything else means that the page was cut off."""
        if not valuelist or not valuelist[0].isdecimal() or len(valuelist[0]) > 4:
            raise ValueError("This page is out of date. Open the case again.")
        self.data = int(valuelist[0])

    def _value(self) -> str:
        return "" if self.data is None else str(self.data)


class StartForm(NHSForm):
    """Practice or graded."""

    mode = RadioField(
        "How do you want to play it?",
        choices=[SelectChoice(mode, mode.label) for mode in Mode],
        hints={
            Mode.PRACTICE: "You see the reason for each answer at once. Only you can see it, and it counts nowhere.",
            Mode.GRADED: "You see the reasons in the debrief at the end. Written answers go to an educator.",
        },
        coerce=Mode,
        size="m",
        validators=[InputRequired("Select practice or graded")],
    )


class ChooseForm(NHSForm):
    """One choice and how sure the trainee is of it."""

    seq = SeqField()
    option = RadioField("What do you do?", validators=[InputRequired("Select what you do")], size="m")
    confidence = RadioField(
        "How sure are you?",
        choices=[SelectChoice(confidence, confidence.label) for confidence in Confidence],
        coerce=Confidence,
        inline=True,
        validators=[InputRequired("Select how sure you are")],
    )

    def offer(self, prompt: str, options: Sequence[tuple[str, str]]) -> None:
        """Ask this question with these options, in this order."""
        self.option.label.text = prompt
        self.option.choices = [SelectChoice(key, text) for key, text in options]


class WriteForm(NHSForm):
    """An answer in the trainee's own words."""

    seq = SeqField()
    version = VersionField()
    text = TextAreaField("Your answer", validators=[InputRequired("Write your answer")], size="m")

    def ask(self, prompt: str, hint: str, most_words: int) -> None:
        """Ask for this, with a hint and a limit of words."""
        self.text.label.text = prompt
        self.text.description = hint
        self.text.max_words = most_words


class DebriefForm(NHSForm):
    """The trainee says that they have read the debrief."""
