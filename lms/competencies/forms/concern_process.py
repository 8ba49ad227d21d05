"""Replying to a concern, asking for and giving a second opinion, and the actions of a plan."""

import textwrap
from collections.abc import Iterable
from uuid import UUID

from lms.competencies.forms.lengths import LONGEST
from lms.competencies.rules import ConcernActionOutcome, OpinionView
from lms.web.forms import ConfirmedForm, InputRequired, NHSDateField, RadioField, SelectChoice, TextAreaField

SHOWN = 120
"""Characters of an action that name it in a list."""


class ReplyForm(ConfirmedForm):
    """Say how the trainee sees a concern."""

    text = TextAreaField(
        "How do you see it?",
        [InputRequired("Say how you see it")],
        max_characters=4000,
        about_care=True,
        rows=8,
    )


class AskOpinionForm(ConfirmedForm):
    """Ask for a second opinion."""

    text = TextAreaField(
        "What should somebody else look at?",
        [InputRequired("Say what you would like somebody else to look at")],
        max_characters=LONGEST,
        about_care=True,
        rows=5,
    )


class GiveOpinionForm(ConfirmedForm):
    """Give a second opinion."""

    view = RadioField(
        "What would you decide?",
        [InputRequired("Select what you would decide")],
        choices=[SelectChoice(each.value, each.label) for each in OpinionView],
        coerce=OpinionView,
    )
    text = TextAreaField(
        "What do you think, and why?",
        [InputRequired("Say what you think and why")],
        description="The trainee and those who decide read this.",
        max_characters=LONGEST,
        about_care=True,
        rows=6,
    )


class ActionForm(ConfirmedForm):
    """Add an action to a plan."""

    what = TextAreaField(
        "What is to be done?",
        [InputRequired("Say what is to be done")],
        max_characters=LONGEST,
        about_care=True,
        rows=3,
    )
    due_on = NHSDateField("By when?", [InputRequired("Enter the day by when")])
    judged = TextAreaField(
        "How will it be judged?",
        [InputRequired("Say how it will be judged")],
        description="Say who looks at what, so that the trainee can tell beforehand.",
        max_characters=LONGEST,
        about_care=True,
        rows=3,
    )


class AboutActionForm(ConfirmedForm):
    """What a form about one of several actions asks first."""

    action_id = RadioField("Which action?", [InputRequired("Select an action")], coerce=UUID)

    def offer(self, actions: Iterable[tuple[UUID, str]]) -> None:
        """Offer the actions that are open; a single one is chosen already."""
        self.action_id.choices = action_choices(actions)
        if len(self.action_id.choices) == 1 and not self.is_submitted():
            self.action_id.data = self.action_id.choices[0].value


class ProgressForm(AboutActionForm):
    """Write how an action goes."""

    text = TextAreaField(
        "What happened?", [InputRequired("Say what happened")], max_characters=LONGEST, about_care=True, rows=5
    )


class EndActionForm(AboutActionForm):
    """Decide how an action ended."""

    outcome = RadioField(
        "How did it end?",
        [InputRequired("Select how it ended")],
        choices=[SelectChoice(each.value, each.label) for each in ConcernActionOutcome],
        coerce=ConcernActionOutcome,
    )
    text = TextAreaField(
        "Why?",
        [InputRequired("Say why")],
        description="The trainee reads this.",
        max_characters=LONGEST,
        about_care=True,
        rows=4,
    )


def action_choices(actions: Iterable[tuple[UUID, str]]) -> list[SelectChoice]:
    """The actions as choices, each named by the beginning of its words."""
    return [
        SelectChoice(str(action_id), textwrap.shorten(words, SHOWN, placeholder=" …")) for action_id, words in actions
    ]
