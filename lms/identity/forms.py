"""What is asked about sign-in and accounts."""

from uuid import UUID

from lms.identity.rules import DETAIL_LENGTHS, EndedBecause, GivenBecause
from lms.policy import Role
from lms.web.forms import (
    EmailAddress,
    EmailField,
    HiddenField,
    InputRequired,
    Length,
    MaxCharacters,
    NHSDateField,
    NHSForm,
    Optional,
    PasswordField,
    RadioField,
    SelectChoice,
    SelectField,
    StringField,
    VersionField,
)

ADDRESS = (
    InputRequired("Enter an email address"),
    EmailAddress(),
    MaxCharacters(DETAIL_LENGTHS["email"]),
)


class SignInForm(NHSForm):
    """Who are you?"""

    email = EmailField(
        "Email address",
        validators=[InputRequired("Enter your email address"), MaxCharacters(DETAIL_LENGTHS["email"])],
        autocomplete="username",
    )
    password = PasswordField(
        "Password", validators=[InputRequired("Enter your password")], autocomplete="current-password"
    )


class PasswordAgainForm(NHSForm):
    """Is it still you?"""

    password = PasswordField("Your password", autocomplete="current-password")


class CodeForm(NHSForm):
    """Which code does your app show?"""

    code = StringField(
        "Code",
        description="The six digits your authenticator app shows now, or one of your recovery codes.",
        validators=[InputRequired("Enter the code"), Length(max=40, message="Enter the six digits or a recovery code")],
        autocomplete="one-time-code",
        width=10,
    )


class ForgottenPasswordForm(NHSForm):
    """Where do we send the link?"""

    email = EmailField("Email address", validators=[*ADDRESS], autocomplete="username")


class NewPasswordForm(NHSForm):
    """Which password do you choose?"""

    password = PasswordField(
        "New password",
        description="12 characters or more. Three unrelated words are a good start.",
        validators=[InputRequired("Enter a new password"), MaxCharacters(200)],
        autocomplete="new-password",
    )


class ChangePasswordForm(NewPasswordForm):
    """The current password, and which one you choose."""

    current = PasswordField(
        "Current password", validators=[InputRequired("Enter your current password")], autocomplete="current-password"
    )


class PinForm(NHSForm):
    """Which PIN do you choose, and is it still you?"""

    pin = PasswordField(
        "New PIN",
        description="Six digits that nobody guesses: no runs, no repeats, nothing from your registration number.",
        validators=[InputRequired("Enter six digits"), Length(max=20, message="Enter six digits")],
        autocomplete="off",
    )
    current = PasswordField(
        "Your password", validators=[InputRequired("Enter your password")], autocomplete="current-password"
    )


class PasskeyForm(NHSForm):
    """A form whose page's script fills in what the browser answered when it was asked for a passkey."""

    passkey = HiddenField()
    challenge = HiddenField()


class NewPasskeyForm(PasskeyForm):
    """What is the passkey called, and is it still you?"""

    name = StringField(
        "Name of the passkey",
        description="So that you know it again, for example my own phone.",
        validators=[InputRequired("Enter a name"), MaxCharacters(60)],
        width=20,
    )
    password = PasswordField("Your password", autocomplete="current-password")


class PersonForm(NHSForm):
    """Who is it?"""

    name = StringField("Full name", validators=[InputRequired("Enter a name"), MaxCharacters(DETAIL_LENGTHS["name"])])
    email = EmailField("Email address", validators=[*ADDRESS])
    profession = StringField(
        "Profession",
        description="For example paramedic, mental health nurse, social worker.",
        validators=[MaxCharacters(DETAIL_LENGTHS["profession"])],
    )
    registration_number = StringField(
        "Registration number",
        description="With the professional regulator, if there is one.",
        validators=[MaxCharacters(DETAIL_LENGTHS["registration_number"])],
        width=20,
    )


class NewPersonForm(PersonForm):
    """Who is it, and where do they belong?"""

    organisation_id = SelectField("Organisation", coerce=UUID, validators=[InputRequired("Select an organisation")])


class EditPersonForm(PersonForm):
    """What is right about this person?"""

    version = VersionField()


class RoleForm(NHSForm):
    """Which role, where, and for how long?"""

    role = SelectField(
        "Role",
        choices=[
            SelectChoice("", "Choose a role"),
            *(SelectChoice(role.value, role.label) for role in Role if role is not Role.TRAINEE),
        ],
        coerce=lambda value: Role(value) if value else None,
        description="A trainee's role comes with the enrolment in a cohort.",
        validators=[InputRequired("Select a role")],
    )
    scope_id = SelectField(
        "Where",
        coerce=UUID,
        description="An educator or external examiner sees the trainees of the university chosen here.",
        validators=[InputRequired("Select where the role applies")],
    )
    until_on = NHSDateField(
        "Last day (optional)", description="Leave empty for a role without an end.", validators=[Optional()]
    )
    cause = RadioField(
        "Why",
        description="The person, the trainees and other administrators read this.",
        choices=[SelectChoice(cause.value, cause.label) for cause in GivenBecause],
        coerce=lambda value: GivenBecause(value) if value else None,
        validators=[InputRequired("Select why the role is given")],
    )


class CauseForm(NHSForm):
    """Why does it end?"""

    cause = RadioField(
        "Why",
        choices=[SelectChoice(cause.value, cause.label) for cause in EndedBecause],
        coerce=lambda value: EndedBecause(value) if value else None,
        validators=[InputRequired("Select why it ends")],
    )


class ConfirmForm(NHSForm):
    """Shall it be done?"""


class OrganisationForm(NHSForm):
    """Which university joins?"""

    name = StringField(
        "Name of the university",
        validators=[InputRequired("Enter a name"), MaxCharacters(200)],
    )
    slug = StringField(
        "Short name",
        description="Lower-case letters and hyphens, for example northmere. It never changes.",
        validators=[InputRequired("Enter a short name"), MaxCharacters(60)],
        width=20,
    )
