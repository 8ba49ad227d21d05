"""The form itself: its once-only key, its answers, and what is shown when it is refused."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar
from uuid import UUID

from flask import render_template
from flask_wtf import FlaskForm
from markupsafe import Markup
from wtforms import HiddenField

from lms.core.errors import RuleViolation, Stale
from lms.core.identifiers import FileMayIdentify, HoldsNhsNumber, MayIdentify, check_free_text, describe_finds
from lms.core.ids import new_id
from lms.web.forms.asked import Asked, clean
from lms.web.forms.text import BooleanField, FileField, TextAreaField

NOT_ANSWERS = frozenset({"csrf_token", "request_id", "version"})


@dataclass(frozen=True, slots=True)
class Difference:
    """One field that two people changed: its label, what this person typed and what is stored now."""

    label: str
    yours: str
    theirs: str


def _request_id(value: object) -> str:
    """Keep a request id that is a UUID; make a new one otherwise."""
    try:
        return str(UUID(str(value)))
    except ValueError:
        return str(new_id())


class NHSForm(FlaskForm):  # type: ignore[misc]
    """A form with a once-only key. A page that is asked for gets a new key; a refused form keeps its own."""

    request_id = HiddenField(filters=[_request_id])
    stale: Stale | None = None

    @property
    def answers(self) -> dict[str, Any]:
        """What was answered, by field name: the keywords of the service that carries it out."""
        return {name: value for name, value in self.data.items() if name not in NOT_ANSWERS}

    @property
    def multipart(self) -> bool:
        """Whether the form sends files."""
        return any(isinstance(field, FileField) for field in self)

    @property
    def problems(self) -> list[tuple[str, str | None]]:
        """The error summary: each sentence with the id of the control it belongs to, if there is one to go to."""
        found: list[tuple[str, str | None]] = [(str(message), None) for message in self.form_errors]
        for field in self:
            if field.errors:
                found.append((str(field.errors[0]), field.first_id if isinstance(field, Asked) else None))
        return found

    def reject(self, problem: RuleViolation) -> None:
        """Show why rules refused the request: each beside its field if it names one, else at the top."""
        if problem.each != (problem,):
            for each in problem.each:
                self.reject(each)
            return
        field = self._fields.get(problem.field) if problem.field else None
        if field is None:
            self.form_errors.append(problem.message)
        else:
            field.errors = [*field.errors, problem.message]

    def conflict(self, stale: Stale) -> None:
        """Show both texts after somebody else saved first; the next save is made against what is stored now."""
        self.stale = stale
        if "version" in self._fields:
            self._fields["version"].data = stale.version

    @property
    def differences(self) -> list[Difference]:
        """What was typed here beside what is stored now, field by field, where the two differ."""
        if self.stale is None:
            return []
        found = []
        for name, theirs in self.stale.theirs.items():
            field = self._fields.get(name)
            yours = field.as_text() if isinstance(field, Asked) else ""
            label = str(field.label.text) if field is not None else name.replace("_", " ").capitalize()
            if yours != theirs:
                found.append(Difference(label, yours, theirs))
        return found

    def hidden_tag(self, *fields: object) -> Markup:
        """The hidden inputs, without ids, so that several forms may stand on one page."""
        hidden = (field for field in self if isinstance(field, HiddenField))
        return Markup("").join(
            Markup('<input type="hidden" name="{}" value="{}">').format(field.name, field._value()) for field in hidden
        )


class ConfirmationField(BooleanField):
    """The box that confirms a text. A form shows it once a text was refused, beside that text where there is one."""

    is_asked = False
    is_beside = False

    def __call__(self, **kwargs: Any) -> Markup:
        """The box at the end of the form; nothing while nobody asks for it, or where it stands beside a text."""
        return super().__call__(**kwargs) if (self.is_asked or self.data) and not self.is_beside else Markup()


class ConfirmedForm(NHSForm):
    """A form with free text about care: the writer may confirm that what looks like an identifier is none.

    `looks_at_texts` is false where not every way of sending the form has to be confirmed.
    """

    looks_at_texts: ClassVar[bool] = True
    no_identifiers = ConfirmationField("I have checked what I wrote: nobody can be identified from it")

    def validate(self, extra_validators: Any = None) -> bool:
        """Check the answers and the texts about care, so that all that is wrong is said at once."""
        fine = bool(super().validate(extra_validators))
        return (self.check_texts() if self.looks_at_texts else True) and fine

    def check_texts(self) -> bool:
        """Look for identifiers in every text about care, and say what was found beside each."""
        fine = True
        for field in self:
            if isinstance(field, TextAreaField) and field.about_care and not field.errors:
                try:
                    check_free_text(field.data, no_identifiers=self.no_identifiers.data, field=field.name)
                except RuleViolation as problem:
                    self.reject(problem)
                    fine = False
        return fine

    def reject(self, problem: RuleViolation) -> None:
        """Show why and where; what the writer may confirm is confirmed beside the text it was found in."""
        super().reject(problem)
        self._say_where(problem)
        if not isinstance(problem, MayIdentify) or self.no_identifiers.is_asked:
            return
        self.no_identifiers.is_asked = True
        field = self._fields.get(problem.field) if problem.field else None
        if isinstance(field, Asked):
            field.confirmation, self.no_identifiers.is_beside = self.no_identifiers, True

    def _say_where(self, problem: RuleViolation) -> None:
        """Add the words that were found to what is said beside the text; they stand in the page and nowhere else."""
        field = self._fields.get(problem.field) if problem.field else None
        if isinstance(field, TextAreaField) and isinstance(problem, MayIdentify | HoldsNhsNumber):
            field.errors = [*field.errors[:-1], f"{problem.message} {describe_finds(field.data)}"]


class FileConfirmationField(BooleanField):
    """The box that confirms a file, shown after the file was refused: what it sends says which file was looked at."""

    digest = ""

    def process_data(self, value: Any) -> None:
        """Nothing is confirmed at first."""
        self.data: Any = ""

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        """Take the digest of the file that was confirmed."""
        self.data = clean(valuelist[0])[:64] if valuelist else ""

    def __call__(self, **kwargs: Any) -> Markup:
        """The box; nothing while nobody asks for it."""
        return super().__call__(**kwargs) if self.digest or self.data else Markup()

    def render(self, options: dict[str, Any]) -> Markup:
        """A box that is ticked as long as the file it was ticked for was not refused again."""
        return self.macro("checkbox", options, checked=not self.digest, value=self.digest or self.data)


class ConfirmedFileForm(ConfirmedForm):
    """A form with a file about care: the sender may confirm that what looks like an identifier in it is none."""

    confirmed_file = FileConfirmationField("I have looked at the file: no patient can be identified from it")

    def reject(self, problem: RuleViolation) -> None:
        """Show why; what the sender may confirm is confirmed beside the file it was found in."""
        super().reject(problem)
        if isinstance(problem, FileMayIdentify):
            self.confirmed_file.digest = problem.digest


class VersionField(HiddenField):  # type: ignore[misc]
    """The version the page was read at; a save made against an older one is refused."""

    data: Any

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        """Read the number; anything else means the page was tampered with or cut off, and no version is known."""
        self.data = None
        if not valuelist or not valuelist[0].isdecimal() or len(valuelist[0]) > 9:
            raise ValueError("This page is out of date. Open it again before you save.")
        self.data = int(valuelist[0])

    def _value(self) -> str:
        return "" if self.data is None else str(self.data)


class SeenField(HiddenField):  # type: ignore[misc]
    """The record that stood when the page was read, or none."""

    data: Any

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        """Read an id; anything else is none."""
        try:
            self.data = UUID(valuelist[0]) if valuelist and valuelist[0] else None
        except ValueError:
            self.data = None

    def _value(self) -> str:
        return "" if self.data is None else str(self.data)


def form_page(template: str, form: "NHSForm", **context: object) -> tuple[str, int]:
    """Render a page with its form: 200 when first asked, 422 when refused, 409 when somebody else saved first."""
    status = 409 if form.stale else 422 if form.errors else 200
    return render_template(template, form=form, **context), status
