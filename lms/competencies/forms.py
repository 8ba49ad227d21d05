"""Asking: for an assessment, about an encounter, for a sign-off, for a concern. Choices are handed in, never read."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from werkzeug.datastructures import MultiDict

from lms.competencies.rules import (
    ASK_WITHIN,
    LEVELS,
    MOST_CAPABILITIES,
    NOT_OBSERVED,
    Anchor,
    Capability,
    Domain,
    FormKind,
    Framework,
    Rung,
    SeenAs,
    field_name,
)
from lms.competencies.rules.format import FieldFile, FormFile
from lms.core.errors import RuleViolation, Stale
from lms.web.forms import (
    CheckboxesField,
    ConfirmedForm,
    InputRequired,
    IntegerField,
    NHSDateField,
    NumberRange,
    Optional,
    RadioField,
    SelectChoice,
    SelectField,
    TextAreaField,
    VersionField,
    YesNoField,
)

LONGEST = 2000
TEXTS = ("what_seen", "went_well", "next_time")


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


class AssessmentForm(ConfirmedForm):
    """What an assessor saw. Each capability has its own field; the questions come from the form's content."""

    version = VersionField()
    setting = SelectField("Where was it?", [InputRequired("Select a setting")])
    observed_on = NHSDateField("When was it?", [InputRequired("Enter the date of the encounter")])
    is_simulated = YesNoField("Was it a simulation?", [InputRequired("Select yes if it was a simulation")])
    seen_as = RadioField(
        "How did you see it?",
        [InputRequired("Select how you saw it")],
        coerce=SeenAs,
        choices=[SelectChoice(each.value, each.label[0].upper() + each.label[1:]) for each in SeenAs],
    )
    extra_code = SelectField("Another capability you saw (optional)", blank="None")
    extra_level = RadioField("Its level", small=True)

    codes: Sequence[str] = ()
    questions: Sequence[str] = ()

    @property
    def ratings(self) -> dict[str, int | None]:
        """The level of each capability; None where it was not observed."""
        found = {code: _level(self[field_name(code)].data) for code in self.codes}
        if self.extra_code.data:
            found[self.extra_code.data] = _level(self.extra_level.data)
        return found

    @property
    def answers(self) -> dict[str, Any]:
        """The keywords of the service: ratings as one mapping, and the answers to the form's questions."""
        names = ("setting", "observed_on", "is_simulated", "seen_as", "no_identifiers", *self.questions)
        return {"ratings": self.ratings, **{name: self[name].data for name in names}}

    @property
    def draft(self) -> dict[str, Any]:
        """What was entered so far as plain values, whether or not it is complete."""
        names = (
            *("setting", "is_simulated", "extra_code", "extra_level"),
            *(field_name(code) for code in self.codes),
            *self.questions,
        )
        plain = {name: self._offered(name) for name in names}
        on, how = self.observed_on.data, self.seen_as.data
        return {**plain, "observed_on": on.isoformat() if on else None, "seen_as": how.value if how else None}

    def _offered(self, name: str) -> Any:
        """The answer to one question; None where it is not among the options."""
        field = self[name]
        offered = {str(choice.value) for choice in getattr(field, "choices", ())}
        return None if offered and any(value not in offered for value in field.chosen) else field.data

    def can_be_kept(self) -> bool:
        """Say whether what was entered so far may be saved: the page says its version and no text is too long."""
        for problem in self.version.process_errors[:1]:
            self.reject(RuleViolation(str(problem), "version"))
        for name in self.questions:
            most = getattr(self[name], "max_characters", None)
            if most and len(self[name].data) > most:
                self.reject(RuleViolation(f"Use {most:,} characters or fewer", name))
        return not self.errors

    def validate(self, extra_validators: Any = None) -> bool:
        """Ask for the level of the capability that was added, and the other way round."""
        fine = bool(super().validate(extra_validators))
        if self.extra_code.data and not self.extra_level.data:
            self.reject(RuleViolation("Select the level of the capability you added", "extra_level"))
            return False
        if self.extra_level.data and not self.extra_code.data:
            self.reject(RuleViolation("Select the capability this level is for", "extra_code"))
            return False
        return fine

    def conflict(self, stale: Stale) -> None:
        """Show what was saved elsewhere, in the words of this form."""
        texts = {name: stale.theirs.get(name, "") for name in TEXTS if name in self.questions}
        others = {
            name: self._in_words(name, text)
            for name, text in stale.theirs.items()
            if name in self and name not in texts
        }
        super().conflict(Stale({**texts, **others}, stale.version))

    def _in_words(self, name: str, kept: str) -> str:
        """A kept answer as the person sees it."""
        if name == "observed_on":
            year, month, day = kept.split("-")
            return f"{int(day)} {int(month)} {year}"
        value = {"True": "yes", "False": "no"}.get(kept, kept)
        choices = getattr(self[name], "choices", ())
        return next((str(choice.label) for choice in choices if str(choice.value) == value), kept)


def _level(value: str | None) -> int | None:
    return None if value in (None, NOT_OBSERVED) else int(str(value))


def assessment_form(
    form: FormFile,
    framework: Framework,
    capabilities: Sequence[Capability],
    *,
    settings: Mapping[str, str],
    start: Mapping[str, Any],
    sent: Mapping[str, Any] | None = None,
) -> AssessmentForm:
    """The form of one request: a field for each capability proposed, the content's questions, what is kept so far.

    `sent` is what an autosave sent in place of a submitted form.
    """
    levels = level_choices(framework.scale)
    fields: dict[str, Any] = {
        field_name(each.code): RadioField(
            each.name,
            [InputRequired(f"Select a level for {each.code}, or not observed")],
            choices=levels,
            description=each.indicator,
            small=True,
        )
        for each in capabilities
    }
    fields |= {each.key: _question(each) for each in form.fields}
    proposed = [each.code for each in capabilities]
    asked = type(
        "AssessmentForm",
        (AssessmentForm,),
        {**fields, "codes": proposed, "questions": [each.key for each in form.fields]},
    )
    typed = {} if sent is None else {"formdata": MultiDict({name: str(value) for name, value in sent.items()})}
    made: AssessmentForm = asked(data=dict(start), **typed)
    made.setting.choices = [SelectChoice(slug, title) for slug, title in settings.items()]
    made.extra_level.choices = levels
    if len(proposed) < min(form.rates_at_most, MOST_CAPABILITIES):
        made.extra_code.choices = [
            SelectChoice(each.code, each.name) for each in framework.capabilities.values() if each.code not in proposed
        ]
    return made


def level_choices(scale: Sequence[Anchor]) -> list[SelectChoice]:
    """The levels with their anchors, and not observed."""
    found = [SelectChoice(str(each.level), f"{each.level} {each.title}") for each in scale if each.level in LEVELS]
    return [*found, SelectChoice(NOT_OBSERVED, "Not observed")]


def _question(field: FieldFile) -> Any:
    checks: list[Any] = [InputRequired(f"Answer: {field.label}")] if field.required else [Optional()]
    settings: dict[str, Any] = {"description": field.hint, "about_care": field.about_care}
    if field.kind == "choice":
        choices = [SelectChoice(each.value, each.text) for each in field.choices]
        return RadioField(field.label, checks, choices=choices, inline=True, **settings)
    if field.kind == "number":
        most = field.most or LONGEST
        limits = NumberRange(min=0, max=most, message=f"Enter a number from 0 to {most}")
        return IntegerField(field.label, [*checks, limits], **settings)
    return TextAreaField(field.label, checks, max_characters=field.most or LONGEST, rows=4, **settings)


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


class SignOffForm(ConfirmedForm):
    """Sign off a capability at a level that is met."""

    level = RadioField("At which level do you sign this off?", [InputRequired("Select a level")], coerce=int)
    note = TextAreaField(
        "Your reason (optional)",
        description="Stored with the decision. The trainee reads it.",
        max_characters=LONGEST,
        about_care=True,
        rows=3,
    )

    def offer(self, scale: Iterable[Anchor], reached: int) -> None:
        """Offer the levels at which the rule is met."""
        self.level.choices = [
            SelectChoice(str(each.level), f"{each.level} {each.title}") for each in scale if each.level <= reached
        ]


class WithdrawForm(ConfirmedForm):
    """Take a sign-off back."""

    reason = TextAreaField(
        "Why do you withdraw this sign-off?",
        [InputRequired("Say why you withdraw this sign-off")],
        description="The trainee reads this. What was signed stays on record.",
        max_characters=LONGEST,
        about_care=True,
    )


class RaiseConcernForm(ConfirmedForm):
    """Raise a concern about a trainee's practice."""

    rung = RadioField("How serious is it?", [InputRequired("Select how serious it is")], coerce=Rung)
    code = SelectField("Which capability is it about? (optional)", blank="None in particular")
    text = TextAreaField(
        "What did you see or hear?",
        [InputRequired("Say what you saw or heard")],
        description="Say what happened, not what kind of person somebody is.",
        max_characters=4000,
        about_care=True,
        rows=8,
    )

    def offer(self, rungs: Iterable[Rung], capabilities: Iterable[Capability]) -> None:
        """Offer the rungs the person may begin on, and the capabilities."""
        self.rung.choices = rung_choices(rungs)
        self.rung.hints = {each.value: each.clock for each in Rung}
        self.code.choices = [SelectChoice(each.code, each.name) for each in capabilities]


class MoveConcernForm(ConfirmedForm):
    """Move a concern to another rung."""

    rung = RadioField("Move to which step?", [InputRequired("Select a step")], coerce=Rung)
    reason = TextAreaField("Why?", [InputRequired("Say why")], max_characters=LONGEST, about_care=True, rows=5)

    def offer(self, rungs: Iterable[Rung]) -> None:
        """Offer the rungs the concern can move to."""
        self.rung.choices = rung_choices(rungs)
        self.rung.hints = {each.value: each.clock for each in Rung}


class CloseConcernForm(ConfirmedForm):
    """Close a concern."""

    reason = TextAreaField(
        "Why do you close it?", [InputRequired("Say why")], max_characters=LONGEST, about_care=True, rows=5
    )


def rung_choices(rungs: Iterable[Rung]) -> list[SelectChoice]:
    """The rungs as choices."""
    return [SelectChoice(each.value, each.label) for each in rungs]
