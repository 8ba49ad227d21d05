"""The form kit: every field asks in the look of NHS.UK frontend and answers with a checked value, never the database.

In a form class, take the fields from here. In a template, `{{ form.note }}` renders label, hint, error and control;
`{{ form.note(rows=8) }}` adds an option. In a view, `form_page()` is the one way to render a form.
"""

from wtforms.fields import HiddenField, SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Optional, ValidationError

from lms.web.forms.asked import clean
from lms.web.forms.checks import EmailAddress, MaxCharacters, MaxWords, RequiredWhen
from lms.web.forms.choices import CheckboxesField, RadioField, SelectField, SelectMultipleField, YesNoField
from lms.web.forms.form import (
    ConfirmedFileForm,
    ConfirmedForm,
    Difference,
    NHSForm,
    SeenField,
    VersionField,
    form_page,
)
from lms.web.forms.moments import NHSDateField, NHSTimeField
from lms.web.forms.text import (
    BooleanField,
    EmailField,
    FileField,
    IntegerField,
    PasswordField,
    StringField,
    TextAreaField,
)

__all__ = [
    "BooleanField",
    "CheckboxesField",
    "ConfirmedFileForm",
    "ConfirmedForm",
    "Difference",
    "EmailAddress",
    "EmailField",
    "FileField",
    "HiddenField",
    "InputRequired",
    "IntegerField",
    "Length",
    "MaxCharacters",
    "MaxWords",
    "NHSDateField",
    "NHSForm",
    "NHSTimeField",
    "NumberRange",
    "Optional",
    "PasswordField",
    "RadioField",
    "RequiredWhen",
    "SeenField",
    "SelectChoice",
    "SelectField",
    "SelectMultipleField",
    "StringField",
    "TextAreaField",
    "ValidationError",
    "VersionField",
    "YesNoField",
    "clean",
    "form_page",
]
