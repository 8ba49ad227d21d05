"""What is asked about texts that must go, and about the digest."""

from lms.home.rules import Detail, DigestPace
from lms.web.forms import (
    InputRequired,
    MaxCharacters,
    NHSForm,
    RadioField,
    SelectChoice,
    StringField,
    TextAreaField,
    VersionField,
)


class RedactionForm(NHSForm):
    """Where is the text, and why must it go?"""

    where_found = StringField(
        "Where is it?",
        description="For example: the comment of a shift, the note of a sign-off. Do not repeat the text itself.",
        validators=[InputRequired("Enter where the text is"), MaxCharacters(200)],
    )
    reason = TextAreaField(
        "Why must it go?",
        description="Say what kind of detail it is, never the detail.",
        validators=[
            InputRequired("Enter why the text must go"),
            MaxCharacters(500),
        ],
        rows=3,
    )


class QuestionForm(NHSForm):
    """What in a text could identify somebody? A kind is chosen, so that the detail itself is never written again."""

    detail = RadioField(
        "What could identify somebody?",
        [InputRequired("Select what could identify somebody")],
        coerce=Detail,
        choices=[SelectChoice(each.value, each.label) for each in Detail],
    )


class DigestForm(NHSForm):
    """How often should we tell you by email what waits for you?"""

    version = VersionField()
    pace = RadioField(
        "How often should we send it?",
        [InputRequired("Select how often")],
        coerce=DigestPace,
        choices=[SelectChoice(each.value, each.label) for each in DigestPace],
    )


class StopDigestForm(NHSForm):
    """Stop the digest; there is nothing to answer."""
