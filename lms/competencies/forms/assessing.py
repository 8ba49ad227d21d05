"""What an assessor saw: the form of one request, with the questions of its content."""

from collections.abc import Mapping, Sequence
from typing import Any

from werkzeug.datastructures import MultiDict

from lms.competencies.forms.lengths import LONGEST
from lms.competencies.rules import (
    LEVELS,
    MOST_CAPABILITIES,
    NOT_OBSERVED,
    Anchor,
    Capability,
    Framework,
    SeenAs,
    field_name,
)
from lms.competencies.rules.format import FieldFile, FormFile
from lms.core.errors import RuleViolation, Stale
from lms.web.forms import (
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

TEXTS = ("what_seen", "went_well", "next_time")


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
