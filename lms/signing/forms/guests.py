"""Deciding about guests, and knowing organisations."""

from collections.abc import Iterable
from uuid import UUID

from lms.identity.rules import DETAIL_LENGTHS
from lms.signing.rules.guests import Entry, GuestVerdict
from lms.web.forms import (
    BooleanField,
    ConfirmedForm,
    EmailAddress,
    EmailField,
    InputRequired,
    MaxCharacters,
    NHSForm,
    Optional,
    RadioField,
    SelectChoice,
    SelectField,
    StringField,
    TextAreaField,
    VersionField,
)

LONGEST = 500


class GuestForm(NHSForm):
    """What is right about this guest?"""

    name = StringField("Full name", validators=[InputRequired("Enter a name"), MaxCharacters(DETAIL_LENGTHS["name"])])
    email = EmailField(
        "Email address",
        description="At the organisation they work for. Leave it empty if they have none.",
        validators=[Optional(), EmailAddress(), MaxCharacters(DETAIL_LENGTHS["email"])],
        autocomplete="off",
    )
    profession = StringField("Profession", validators=[MaxCharacters(DETAIL_LENGTHS["profession"])])
    registration_number = StringField(
        "Registration number", validators=[MaxCharacters(DETAIL_LENGTHS["registration_number"])], width=20
    )
    version = VersionField()


class CheckGuestForm(ConfirmedForm):
    """Is this guest who they say they are?"""

    verdict = RadioField(
        "What do you decide?",
        [InputRequired("Select what you decide")],
        coerce=GuestVerdict,
        choices=[
            SelectChoice(GuestVerdict.ACCEPTED.value, "Accept: what they signed counts"),
            SelectChoice(GuestVerdict.REFUSED.value, "Refuse: what they signed counts for nothing"),
        ],
    )
    registration_checked = BooleanField("I have seen their registration in the register of their profession")
    reason = TextAreaField(
        "Your reason (optional if you accept)",
        description="Other administrators read this.",
        max_characters=LONGEST,
        rows=3,
    )
    version = VersionField()


class JoinForm(ConfirmedForm):
    """Which other entry is the same person?"""

    into_id = SelectField(
        "Who is it?", [InputRequired("Select an entry")], coerce=UUID, blank="Select the entry that stays"
    )
    reason = TextAreaField(
        "How do you know?",
        [InputRequired("Say how you know")],
        description="Other administrators read this.",
        max_characters=LONGEST,
        rows=3,
    )

    def offer(self, likely: Iterable[Entry], others: Iterable[Entry]) -> None:
        """Offer the entries, those that look alike first."""
        first = {each.id: each for each in likely}
        rest = {each.id: each for each in others if each.id not in first}
        self.into_id.choices = [SelectChoice(str(each.id), _named(each)) for each in (first | rest).values()]


class GuestAccountForm(NHSForm):
    """Shall this guest have an account?"""


class DomainForm(NHSForm):
    """Which email domain belongs to which organisation?"""

    domain = StringField(
        "Email domain",
        description="What stands after the @ of their addresses, for example northmere-general.example.",
        validators=[InputRequired("Enter an email domain"), MaxCharacters(253)],
        spellcheck=False,
        autocomplete="off",
    )
    organisation_id = SelectField("Organisation", coerce=UUID, blank="Another organisation, named below")
    name = StringField("Name of another organisation (optional)", validators=[MaxCharacters(200)])


def _named(entry: Entry) -> str:
    kind = "guest" if entry.is_guest else "account"
    return ", ".join(part for part in (entry.name, entry.profession, entry.email, kind) if part)
