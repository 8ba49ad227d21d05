"""Raising, moving and closing a concern."""

from collections.abc import Iterable

from lms.competencies.forms.lengths import LONGEST
from lms.competencies.rules import Capability, Rung
from lms.web.forms import (
    ConfirmedForm,
    InputRequired,
    RadioField,
    SeenField,
    SelectChoice,
    SelectField,
    TextAreaField,
)


class RaiseConcernForm(ConfirmedForm):
    """Raise a concern about a trainee's practice."""

    text = TextAreaField(
        "What did you see or hear?",
        [InputRequired("Say what you saw or heard")],
        description="Say what happened, not what kind of person somebody is. The trainee reads it at once.",
        max_characters=4000,
        about_care=True,
        rows=5,
    )
    rung = RadioField(
        "How serious is it?",
        [InputRequired("Select how serious it is")],
        description="A heads-up is enough to say “not yet”.",
        coerce=Rung,
        default=Rung.HEADS_UP,
    )
    code = SelectField("Which capability is it about? (optional)", blank="None in particular")

    def offer(self, rungs: Iterable[Rung], capabilities: Iterable[Capability]) -> None:
        """Offer the rungs the person may begin on, and the capabilities."""
        self.rung.choices = rung_choices(rungs)
        self.rung.hints = {each.value: each.clock for each in Rung}
        self.code.choices = [SelectChoice(each.code, each.name) for each in capabilities]


class MoveConcernForm(ConfirmedForm):
    """Move a concern to another rung."""

    rung = RadioField("Move to which rung?", [InputRequired("Select a rung")], coerce=Rung)
    reason = TextAreaField(
        "Why?",
        [InputRequired("Say why")],
        description="The trainee reads this.",
        max_characters=LONGEST,
        about_care=True,
        rows=5,
    )
    seen_reply_id = SeenField()

    def offer(self, rungs: Iterable[Rung]) -> None:
        """Offer the rungs the concern can move to."""
        self.rung.choices = rung_choices(rungs)
        self.rung.hints = {each.value: each.clock for each in Rung}


class CloseConcernForm(ConfirmedForm):
    """Close a concern."""

    reason = TextAreaField(
        "Why do you close it?",
        [InputRequired("Say why")],
        description="The trainee reads this.",
        max_characters=LONGEST,
        about_care=True,
        rows=5,
    )
    seen_reply_id = SeenField()


class ShareConcernForm(ConfirmedForm):
    """Let the trainee's university read a concern."""

    reason = TextAreaField(
        "Why does the university have to know?",
        [InputRequired("Say why")],
        description="The trainee and the university read this.",
        max_characters=LONGEST,
        about_care=True,
        rows=5,
    )


def rung_choices(rungs: Iterable[Rung]) -> list[SelectChoice]:
    """The rungs as choices."""
    return [SelectChoice(each.value, each.label) for each in rungs]
