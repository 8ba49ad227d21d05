"""How somebody who is not signed in shows who they are."""

from base64 import b64decode
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from wtforms import HiddenField

from lms.core.errors import RuleViolation
from lms.identity.rules import DETAIL_LENGTHS
from lms.signing.rules import Method
from lms.signing.rules.guests import is_regulated
from lms.web.forms import (
    ConfirmedForm,
    EmailAddress,
    EmailField,
    InputRequired,
    MaxCharacters,
    Optional,
    PasswordField,
    RadioField,
    RequiredWhen,
    SelectChoice,
    SelectField,
    StringField,
    ValidationError,
)

_PROOF = (
    *("method", "person_id", "pin", "name", "profession", "registration_number", "email"),
    *("drawn", "challenge", "passkey"),
)


class _SeenByService:
    """An answer that is not among the options goes on to the service, which refuses it and keeps a trace."""

    def pre_validate(self, form: Any) -> None:
        """Take whatever was sent."""


class _MethodField(_SeenByService, RadioField):
    pass


class _SignerField(_SeenByService, SelectField):
    pass


class ProofFields(ConfirmedForm):
    """The fields of a form that is signed: the way to sign, and what each way needs."""

    method = _MethodField("How do you sign?", [InputRequired("Select how you sign")], coerce=Method)
    person_id = _SignerField(
        "Your name",
        [RequiredWhen("method", Method.PIN, "Select your name")],
        coerce=UUID,
        blank="Select your name",
    )
    pin = PasswordField("Your PIN", [RequiredWhen("method", Method.PIN, "Enter your PIN")], autocomplete="off")
    name = StringField(
        "Your full name",
        [RequiredWhen("method", Method.SIGNATURE, "Enter your name"), MaxCharacters(DETAIL_LENGTHS["name"])],
        autocomplete="off",
    )
    profession = StringField(
        "Your profession",
        [
            RequiredWhen("method", Method.SIGNATURE, "Enter your profession"),
            MaxCharacters(DETAIL_LENGTHS["profession"]),
        ],
        autocomplete="off",
    )
    registration_number = StringField(
        "Your registration number",
        [MaxCharacters(DETAIL_LENGTHS["registration_number"])],
        description="Needed if you are a paramedic, nurse, midwife, doctor, social worker, occupational therapist or "
        "psychologist, or in another profession with a register. An administrator looks it up.",
        autocomplete="off",
        spellcheck=False,
    )
    email = EmailField(
        "Your work email address (optional)",
        [Optional(), EmailAddress()],
        description="We send you a receipt. An administrator checks it before your signature counts.",
        autocomplete="off",
    )
    drawn = HiddenField()
    challenge = HiddenField()
    passkey = HiddenField()

    def __init__(self, *args: Any, **values: Any) -> None:
        """Let what is asked about the signer come last, as it stands on the page."""
        super().__init__(*args, **values)
        for name in _PROOF:
            self._fields[name] = self._fields.pop(name)

    def reject(self, problem: RuleViolation) -> None:
        """Show why a rule refused the request; a drawing that was refused is forgotten, so that it may be left out."""
        super().reject(problem)
        if problem.field == self.drawn.name:
            self.drawn.data = ""

    def offer(self, methods: Iterable[Method], people: Iterable[tuple[UUID, str]]) -> None:
        """Offer the ways to sign, and the people who have a PIN."""
        self.method.choices = [SelectChoice(each.value, each.label) for each in methods]
        self.person_id.choices = [SelectChoice(str(each), name) for each, name in people]

    def validate_registration_number(self, field: StringField) -> None:
        """Ask for the number of a profession that has a register."""
        signs = self.method.data is Method.SIGNATURE
        if signs and is_regulated(self.profession.data) and not field.data:
            raise ValidationError("Enter the number of your professional registration")

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
