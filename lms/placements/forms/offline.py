"""Questions that are asked without a signal, and reading the answers once the service has opened them."""

from collections.abc import Sequence
from typing import Any, TypeVar

from werkzeug.datastructures import MultiDict

from lms.placements.forms.shifts import ShiftForm
from lms.placements.rules.offline import Agreed
from lms.web.forms import (
    BooleanField,
    EmailAddress,
    EmailField,
    InputRequired,
    MaxCharacters,
    NHSForm,
    Optional,
    SeenField,
    StringField,
    YesNoField,
)

Form = TypeVar("Form", bound=NHSForm)


class OfflineShiftForm(ShiftForm):
    """A shift that ends without a signal. No names are kept on the device, so nobody can be chosen from a list."""

    supervisor_id = SeenField()
    agreed = YesNoField(
        "Is your supervisor here, and do they agree?",
        [InputRequired("Select yes if your supervisor is here and agrees")],
        description="It counts once they confirm it themselves, with their account or a link. Nothing is signed here.",
        inline=False,
    )
    agreed_name = StringField(
        "Their name",
        [MaxCharacters(120)],
        description="Leave name and email empty if it is who was booked, or who it was last time at this site.",
    )
    agreed_email = EmailField("Their email address", [Optional(), EmailAddress()])

    @property
    def answers(self) -> dict[str, Any]:
        """The keywords of the service."""
        left_out = {"agreed", "agreed_name", "agreed_email", "booking_id", "supervisor_id"}
        found = {name: value for name, value in super().answers.items() if name not in left_out}
        said = Agreed(self.agreed_name.data, self.agreed_email.data) if self.agreed.data else None
        return {**found, "agreed": said}

    def validate(self, extra_validators: Any = None) -> bool:
        """Ask for name and address together: one alone reaches nobody, or greets nobody."""
        fine = bool(super().validate(extra_validators))
        if self.agreed.data and bool(self.agreed_name.data) != bool(self.agreed_email.data):
            field = self.agreed_email if self.agreed_name.data else self.agreed_name
            field.errors = [*field.errors, "Enter both the name and the email address, or neither"]
            return False
        return fine


class DiscardForm(NHSForm):
    """Whether somebody else's entries may be deleted from a device."""

    sure = BooleanField("I know that these entries are then lost")


def read_form(kind: type[Form], answers: Sequence[tuple[str, str]]) -> Form:
    """A form as it was answered on a device; the token of its session came beside it."""
    return kind(formdata=MultiDict(answers), meta={"csrf": False})


def required(form: NHSForm) -> dict[str, str]:
    """The sentence for each question that has to be answered, by the name of its field."""
    return {
        field.name: str(check.message)
        for field in form
        for check in field.validators
        if isinstance(check, InputRequired)
    }


def problems(form: NHSForm) -> list[tuple[str | None, str]]:
    """What is wrong with a form that was checked: the name of the field, if there is one, and the sentence."""
    found: list[tuple[str | None, str]] = [(None, str(message)) for message in form.form_errors]
    return [*found, *((field.name, str(field.errors[0])) for field in form if field.errors)]
