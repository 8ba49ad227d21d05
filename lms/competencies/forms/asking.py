"""Asking for an assessment, and declining to give one. Choices are handed in, never read."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from lms.competencies.forms.assessing import level_from
from lms.competencies.rules import (
    ASK_WITHIN,
    NOT_OBSERVED,
    Anchor,
    Capability,
    Domain,
    FormKind,
    Framework,
    Prepared,
    Way,
    check_codes,
    check_seen_on,
    field_name,
)
from lms.competencies.rules.form_files import FormFile
from lms.core.errors import RuleViolation
from lms.identity.rules import DETAIL_LENGTHS
from lms.web.forms import (
    CheckboxesField,
    ConfirmedForm,
    EmailAddress,
    EmailField,
    InputRequired,
    MaxCharacters,
    NHSDateField,
    NHSForm,
    Optional,
    RadioField,
    RequiredWhen,
    SelectChoice,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    ValidationError,
    YesNoField,
)


class AskForm(ConfirmedForm):
    """Ask an assessor about an encounter. The capabilities are one field for each domain."""

    way = RadioField(
        "Who saw you work?",
        [InputRequired("Select how to reach the person who saw you work")],
        coerce=Way,
        choices=[SelectChoice(each.value, each.label) for each in Way],
        hints={
            Way.EMAIL.value: "They get a link that nobody else sees. It counts once an administrator has checked them.",
            Way.HERE.value: "You hand them this phone. They sign with a PIN, a passkey or their name.",
        },
    )
    assessor_id = SelectField(
        "Which assessor?",
        [RequiredWhen("way", Way.ACCOUNT, "Select an assessor")],
        coerce=UUID,
        blank="Select an assessor",
    )
    name = StringField(
        "Their name",
        [RequiredWhen("way", Way.EMAIL, "Enter their name"), MaxCharacters(DETAIL_LENGTHS["name"])],
        autocomplete="off",
    )
    profession = StringField(
        "Their profession",
        [RequiredWhen("way", Way.EMAIL, "Enter their profession"), MaxCharacters(DETAIL_LENGTHS["profession"])],
        autocomplete="off",
    )
    email = EmailField(
        "Their work email address",
        [RequiredWhen("way", Way.EMAIL, "Enter their email address"), Optional(), EmailAddress()],
        autocomplete="off",
    )
    form_kind = RadioField("Which form?", [InputRequired("Select a form")], coerce=FormKind)
    setting = SelectField("Where was it?", [InputRequired("Select a setting")], blank="Select a setting")
    seen_on = NHSDateField(
        "When was it?",
        [InputRequired("Enter the date of the encounter")],
        description=f"Today or in the last {ASK_WITHIN.days} days. For example, 4 4 2025",
    )
    is_simulated = YesNoField("Was it a simulation?", [InputRequired("Select yes if it was a simulation")])
    note = TextAreaField("What would you like feedback on? (optional)", max_characters=500, about_care=True, rows=3)

    domains: Sequence[str] = ()
    known: Collection[str] = ()
    today: date

    def validate(self, extra_validators: Any = None) -> bool:
        """Say what is wrong with the day and the capabilities together with everything else."""
        fine = bool(super().validate(extra_validators))
        try:
            check_codes(self.codes, self.known)
        except RuleViolation as problem:
            self.reject(problem)
            fine = False
        return fine

    def validate_seen_on(self, field: NHSDateField) -> None:
        """Refuse a day one can no longer ask about."""
        if field.data is None:
            return
        try:
            check_seen_on(field.data, self.today)
        except RuleViolation as problem:
            raise ValidationError(problem.message) from problem

    @property
    def codes(self) -> list[str]:
        """The capabilities ticked, in the framework's order."""
        return [code for name in self.domains for code in self[f"codes_{name}"].data or ()]

    def prepared(self, encounter_id: UUID | None) -> Prepared:
        """What was answered, as it is kept until the trainee has rated themselves."""
        answers = {name: value for name, value in self.answers.items() if not name.startswith("codes_")}
        answers.pop("no_identifiers")
        return Prepared(**answers, codes=tuple(self.codes), encounter_id=encounter_id)

    def reject(self, problem: RuleViolation) -> None:
        """Put a problem with the capabilities beside the first list of them."""
        if problem.field == "codes" and self.domains:
            problem = RuleViolation(problem.message, f"codes_{self.domains[0]}")
        super().reject(problem)


def ask_form(
    framework: Framework,
    *,
    assessors: Iterable[tuple[UUID, str]],
    forms: Iterable[FormFile],
    settings: Mapping[str, str],
    start: Mapping[str, Any],
    today: date,
    codes: Collection[str] = (),
) -> AskForm:
    """The form to ask with today: what it starts from, and the capabilities that are ticked at the start."""
    fields: dict[str, Any] = {f"codes_{domain.code}": _domain_field(domain, codes) for domain in framework.domains}
    facts = {"domains": [each.code for each in framework.domains], "known": framework.capabilities, "today": today}
    made: AskForm = type("AskForm", (AskForm,), {**fields, **facts})(
        data={"form_kind": FormKind.MINI_CEX, "way": Way.ACCOUNT, **start}
    )
    made.assessor_id.choices = [SelectChoice(str(each), name) for each, name in assessors]
    offered = [each for each in forms if each.is_for_trainees]
    made.form_kind.choices = [SelectChoice(each.slug.value, each.title) for each in offered]
    made.form_kind.hints = {each.slug.value: each.completed_by_told for each in offered}
    made.setting.choices = [SelectChoice(slug, title) for slug, title in settings.items()]
    return made


def _domain_field(domain: Domain, codes: Collection[str]) -> CheckboxesField:
    return CheckboxesField(
        f"{domain.code} {domain.title}",
        choices=[SelectChoice(each.code, each.name) for each in domain.capabilities],
        default=[each.code for each in domain.capabilities if each.code in codes],
        small=True,
    )


class DeclineForm(ConfirmedForm):
    """Decline to assess."""

    reason = TextAreaField(
        "Why do you decline?",
        [InputRequired("Say why, so that the trainee can ask somebody else")],
        description="The trainee reads this. It never counts against them.",
        max_characters=500,
        about_care=True,
        rows=3,
    )


class SelfRatingForm(NHSForm):
    """How the trainee rates themselves before they ask. Each capability has its own field."""

    codes: Sequence[str] = ()

    @property
    def levels(self) -> dict[str, int | None]:
        """The level of each capability; None where the trainee cannot tell."""
        return {code: level_from(self[field_name(code)].data) for code in self.codes}


def self_rating_form(scale: Sequence[Anchor], capabilities: Sequence[Capability]) -> SelfRatingForm:
    """The form with a field for each capability asked about."""
    levels = [SelectChoice(str(each.level), f"{each.level} {each.title}") for each in scale]
    fields: dict[str, Any] = {
        field_name(each.code): RadioField(
            each.name,
            [InputRequired(f"Say how you rate yourself for {each.code}, or that you cannot tell")],
            choices=[*levels, SelectChoice(NOT_OBSERVED, "I cannot tell")],
            description=each.indicator,
            small=True,
        )
        for each in capabilities
    }
    made: SelfRatingForm = type(
        "SelfRatingForm", (SelfRatingForm,), {**fields, "codes": [each.code for each in capabilities]}
    )()
    return made


class PassOnForm(NHSForm):
    """Hand a request to somebody else who assesses."""

    to_id = SelectField("Who saw the work?", [InputRequired("Select an assessor")], coerce=UUID, blank="Select")


class AnswerForm(ConfirmedForm):
    """The trainee's answer to an assessment."""

    action = TextAreaField(
        "What is the one thing you will do?",
        [InputRequired("Say the one thing you will do")],
        description="Something somebody can see you do. It is the start of your next request.",
        max_characters=500,
        about_care=True,
        rows=3,
    )


class StartForm(NHSForm):
    """Begin to assess something that was seen without being asked."""

    form_kind = RadioField("Which form?", [InputRequired("Select a form")], coerce=FormKind)
    setting = SelectField("Where was it?", [InputRequired("Select a setting")], blank="Select a setting")
    seen_on = NHSDateField("When was it?", [InputRequired("Enter the date of the encounter")])
    is_simulated = YesNoField("Was it a simulation?", [InputRequired("Select yes if it was a simulation")])
    codes = SelectMultipleField("What did you see?", [InputRequired("Select at least 1 capability")])

    def offer(self, forms: Iterable[FormFile], settings: Mapping[str, str], capabilities: Iterable[Capability]) -> None:
        """Offer the forms, the settings and the capabilities."""
        self.form_kind.choices = [SelectChoice(each.slug.value, each.title) for each in forms]
        self.setting.choices = [SelectChoice(slug, title) for slug, title in settings.items()]
        self.codes.choices = [SelectChoice(each.code, each.name) for each in capabilities]
