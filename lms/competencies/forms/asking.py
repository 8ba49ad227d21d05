"""Asking for an assessment, and declining to give one. Choices are handed in, never read."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from lms.competencies.rules import ASK_WITHIN, Domain, FormKind, Framework
from lms.competencies.rules.format import FormFile
from lms.core.errors import RuleViolation
from lms.web.forms import (
    CheckboxesField,
    ConfirmedForm,
    InputRequired,
    NHSDateField,
    RadioField,
    SelectChoice,
    SelectField,
    TextAreaField,
    YesNoField,
)


class AskForm(ConfirmedForm):
    """Ask an assessor about an encounter. The capabilities are one field for each domain."""

    assessor_id = SelectField(
        "Who saw you work?", [InputRequired("Select an assessor")], coerce=UUID, blank="Select an assessor"
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

    @property
    def codes(self) -> list[str]:
        """The capabilities ticked, in the framework's order."""
        return [code for name in self.domains for code in self[f"codes_{name}"].data or ()]

    @property
    def answers(self) -> dict[str, Any]:
        """The answers with the capabilities as one list."""
        plain = {name: value for name, value in super().answers.items() if not name.startswith("codes_")}
        return {**plain, "codes": self.codes}

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
    codes: Collection[str] = (),
) -> AskForm:
    """The form to ask with: what it starts from, and the capabilities that are ticked at the start."""
    fields: dict[str, Any] = {f"codes_{domain.code}": _domain_field(domain, codes) for domain in framework.domains}
    made: AskForm = type("AskForm", (AskForm,), {**fields, "domains": [d.code for d in framework.domains]})(
        data={"form_kind": FormKind.MINI_CEX, **start}
    )
    made.assessor_id.choices = [SelectChoice(str(each), name) for each, name in assessors]
    made.form_kind.choices = [SelectChoice(each.slug.value, each.title) for each in forms]
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
