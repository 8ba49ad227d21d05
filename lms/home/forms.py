"""What is asked about texts that must go."""

from lms.web.forms import InputRequired, Length, NHSForm, StringField, TextAreaField


class RedactionForm(NHSForm):
    """Where is the text, and why must it go?"""

    where_found = StringField(
        "Where is it?",
        description="For example: the comment of a shift, the note of a sign-off. Do not repeat the text itself.",
        validators=[InputRequired("Enter where the text is"), Length(max=200, message="Use 200 characters or fewer")],
    )
    reason = TextAreaField(
        "Why must it go?",
        description="Say what kind of detail it is, never the detail.",
        validators=[
            InputRequired("Enter why the text must go"),
            Length(max=500, message="Use 500 characters or fewer"),
        ],
        rows=3,
    )
