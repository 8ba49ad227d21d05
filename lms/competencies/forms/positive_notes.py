"""Writing a positive note."""

from collections.abc import Iterable

from lms.competencies.forms.lengths import LONGEST
from lms.competencies.rules import Capability
from lms.web.forms import ConfirmedForm, InputRequired, SelectChoice, SelectField, TextAreaField


class PositiveNoteForm(ConfirmedForm):
    """Say what a trainee did well."""

    text = TextAreaField(
        "What went well?",
        [InputRequired("Say what went well")],
        description="Say what you saw them do. The trainee reads it at once.",
        max_characters=LONGEST,
        about_care=True,
        rows=5,
    )
    code = SelectField("Which capability is it about? (optional)", blank="None in particular")

    def offer(self, capabilities: Iterable[Capability]) -> None:
        """Offer the capabilities."""
        self.code.choices = [SelectChoice(each.code, each.name) for each in capabilities]
