"""What an assessor saw who is not signed in, what they correct and what they add."""

from typing import Any

from lms.competencies.forms.assessing import AssessmentForm, CompleteForm
from lms.competencies.forms.lengths import LONGEST
from lms.signing.forms import ProofFields
from lms.web.forms import ConfirmedForm, InputRequired, TextAreaField


class CorrectionForm(AssessmentForm):
    """What is right, in the place of an assessment that was wrong."""

    reason = TextAreaField(
        "Why do you correct it?",
        [InputRequired("Say why you correct this assessment")],
        description="The trainee reads this. What you signed before stays on record.",
        max_characters=LONGEST,
        about_care=True,
        rows=3,
    )

    @property
    def answers(self) -> dict[str, Any]:
        """The keywords of the service."""
        return {**super().answers, "reason": self.reason.data}


class SignedForm(ProofFields, CompleteForm):
    """What an assessor saw who is not signed in, and how they show who they are."""


class WordsForm(ConfirmedForm):
    """Add words to an assessment."""

    words = TextAreaField(
        "What do you want to add?",
        [InputRequired("Enter what you want to add")],
        description="What you signed stays as it is. The trainee reads this.",
        max_characters=LONGEST,
        about_care=True,
        rows=4,
    )
