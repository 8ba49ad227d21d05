"""What an assessor saw who is not signed in, what they correct and what they add."""

from base64 import b64decode
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from wtforms import HiddenField

from lms.competencies.forms.assessing import AssessmentForm
from lms.competencies.forms.lengths import LONGEST
from lms.signing.rules import Method
from lms.web.forms import (
    ConfirmedForm,
    EmailAddress,
    EmailField,
    InputRequired,
    Optional,
    PasswordField,
    RadioField,
    SelectChoice,
    SelectField,
    StringField,
    TextAreaField,
)


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


class SignedForm(AssessmentForm):
    """What an assessor saw who is not signed in, and how they show who they are."""

    method = RadioField("How do you sign?", [InputRequired("Select how you sign")], coerce=Method)
    person_id = SelectField("Your name", coerce=UUID, blank="Select your name")
    pin = PasswordField("Your PIN", autocomplete="off")
    name = StringField("Your full name", autocomplete="off")
    profession = StringField("Your profession", autocomplete="off")
    registration_number = StringField("Your registration number", autocomplete="off", spellcheck=False)
    email = EmailField(
        "Your work email address (optional)",
        [Optional(), EmailAddress()],
        description="We send you a receipt. An administrator checks it before the assessment counts.",
        autocomplete="off",
    )
    drawn = HiddenField()
    challenge = HiddenField()
    passkey = HiddenField()

    def offer(self, methods: Iterable[Method], people: Iterable[tuple[UUID, str]]) -> None:
        """Offer the ways to sign, and the people who have a PIN."""
        self.method.choices = [SelectChoice(each.value, each.label) for each in methods]
        self.person_id.choices = [SelectChoice(str(each), name) for each, name in people]

    @property
    def proof(self) -> dict[str, Any]:
        """How the signer shows who they are: the keywords of a Proof."""
        names = ("method", "pin", "passkey", "name", "profession", "registration_number", "email")
        return {
            **{name: self[name].data or "" for name in names},
            "person_id": self.person_id.data,
            "challenge": self.challenge.data or "",
            "drawn": drawing(self.drawn.data or ""),
        }


def drawing(url: str) -> bytes:
    """The bytes of a picture drawn in the page; nothing where there is none or it cannot be read."""
    head, _, body = url.partition(",")
    if head != "data:image/png;base64":
        return b""
    try:
        return b64decode(body, validate=True)
    except ValueError:
        return b"?"


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
