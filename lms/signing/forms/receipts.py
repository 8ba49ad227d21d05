"""Saying that a signature is not one's own, and deciding about it."""

from lms.signing.rules import Verdict
from lms.web.forms import ConfirmedForm, InputRequired, RadioField, SelectChoice, TextAreaField


class DenyForm(ConfirmedForm):
    """Say that one did not sign."""

    words = TextAreaField(
        "Is there anything we should know? (optional)",
        description="The consultant nurse reads this.",
        max_characters=1000,
        about_care=True,
        rows=3,
    )


class DecideForm(ConfirmedForm):
    """Decide about a record whose signer says that it was not them."""

    verdict = RadioField(
        "What did you find?",
        [InputRequired("Select what you found")],
        coerce=Verdict,
        choices=[
            SelectChoice(Verdict.STANDS.value, "They did sign it: the record counts again"),
            SelectChoice(Verdict.STRUCK_OUT.value, "They did not sign it: the record is struck out for good"),
        ],
    )
    reason = TextAreaField(
        "How do you know?",
        [InputRequired("Say how you know")],
        max_characters=1000,
        about_care=True,
        rows=4,
    )
