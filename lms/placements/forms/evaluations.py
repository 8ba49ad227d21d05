"""Questions about a placement, to sum up what trainees say of it, and about what put somebody at risk."""

from typing import Any

from lms.placements.rules.evaluations import AGREEMENT, Question, SafeguardingOutcome
from lms.web.forms import (
    ConfirmedForm,
    InputRequired,
    NHSDateField,
    Optional,
    RadioField,
    SelectChoice,
    TextAreaField,
)


def _statement(question: Question) -> RadioField:
    return RadioField(
        question.label,
        [InputRequired(f"Select how far you agree: {question.label}")],
        choices=[SelectChoice(str(value), words) for value, words in AGREEMENT.items()],
        coerce=int,
        inline=True,
    )


class EvaluationForm(ConfirmedForm):
    """How a placement was."""

    expected = _statement(Question.EXPECTED)
    learning = _statement(Question.LEARNING)
    time = _statement(Question.TIME)
    speak_up = _statement(Question.SPEAK_UP)
    recommend = _statement(Question.RECOMMEND)
    went_well = TextAreaField("What went well? (optional)", [Optional()], max_characters=1000, rows=3, about_care=True)
    could_change = TextAreaField(
        "What could change? (optional)", [Optional()], max_characters=1000, rows=3, about_care=True
    )

    @property
    def evaluation(self) -> dict[str, Any]:
        """The answers as the service takes them: the ratings by question, and the words."""
        sent = self.answers
        ratings = {question.value: sent.pop(question.value.replace("-", "_")) for question in Question}
        return {"ratings": ratings, **sent}


class SummaryForm(ConfirmedForm):
    """What a site is told."""

    from_on = NHSDateField("First day", [InputRequired("Enter the first day")])
    until_on = NHSDateField("Last day", [InputRequired("Enter the last day")])
    text = TextAreaField(
        "What should the site know?",
        [InputRequired("Sum up what the evaluations say")],
        max_characters=2000,
        rows=6,
        about_care=True,
        description="Write so that nobody can be recognised: no quotation, no month, no single event.",
    )


class RiskForm(ConfirmedForm):
    """What put somebody at risk."""

    text = TextAreaField(
        "What happened?",
        [InputRequired("Say what happened")],
        max_characters=2000,
        rows=6,
        about_care=True,
        description="Do not name a patient. Whoever reads it will ask you for what they need.",
    )


class StepForm(ConfirmedForm):
    """What was done about a report."""

    outcome = RadioField("What did you do?", [InputRequired("Select what you did")], coerce=SafeguardingOutcome)
    words = TextAreaField(
        "Say what you did and why",
        [InputRequired("Say what you did")],
        max_characters=1000,
        rows=4,
        about_care=True,
        description="The trainee sees what was done and when, not these words.",
    )
