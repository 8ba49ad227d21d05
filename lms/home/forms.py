"""What is asked about texts that must go, and about the digest."""

from lms.home.rules import Detail, DigestPace
from lms.home.rules.questioned import Fate
from lms.web.forms import (
    BooleanField,
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


class FateForm(NHSForm):
    """What becomes of a questioned text, and the tick without which none is destroyed."""

    fate = RadioField(
        "What should become of the text?",
        [InputRequired("Select what should become of the text")],
        coerce=Fate,
        choices=[SelectChoice(each.value, each.label) for each in Fate],
    )
    is_sure = BooleanField(
        "I know that nobody can bring the text back",
        description="Tick this only to destroy it.",
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
