"""What an assessor saw: the form of one request, with the questions of its content."""

from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from werkzeug.datastructures import MultiDict

from lms.competencies.forms.lengths import LONGEST
from lms.competencies.forms.questions import question_fields, question_name
from lms.competencies.rules import (
    LEVELS,
    MOST_CAPABILITIES,
    NOT_OBSERVED,
    Anchor,
    Capability,
    Framework,
    SeenAs,
    extra_names,
    field_name,
)
from lms.competencies.rules.form_files import FormFile
from lms.core.errors import RuleViolation, Stale
from lms.web.forms import (
    BooleanField,
    ConfirmedForm,
    InputRequired,
    NHSDateField,
    RadioField,
    RequiredWhen,
    SelectChoice,
    SelectField,
    TextAreaField,
    VersionField,
    YesNoField,
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
        choices=[
            SelectChoice(each.value, each.label[0].upper() + each.label[1:])
            for each in SeenAs
            if each is not SeenAs.REPORTED
        ],
    )

    codes: Sequence[str] = ()
    questions: Sequence[str] = ()
    texts: Sequence[str] = ()
    free: Mapping[str, str] = MappingProxyType({})
    extras: Sequence[tuple[str, str]] = ()

    @property
    def ratings(self) -> dict[str, int | None]:
        """The level of each capability; None where it was not observed."""
        found = {code: level_from(self[field_name(code)].data) for code in self.codes}
        for code, level in self.extras:
            if self[code].data:
                found[self[code].data] = level_from(self[level].data)
        return found

    @property
    def answers(self) -> dict[str, Any]:
        """The keywords of the service: ratings as one mapping, and the answers to the form's questions."""
        own = (name for name in self.questions if name not in self.free)
        names = ("setting", "observed_on", "is_simulated", "seen_as", "no_identifiers", *own)
        free = {key: self[name].data for name, key in self.free.items()}
        return {"ratings": self.ratings, "answers": free, **{name: self[name].data for name in names}}

    @property
    def draft(self) -> dict[str, Any]:
        """What was entered so far as plain values, whether or not it is complete."""
        names = (
            *("setting", "is_simulated"),
            *(name for pair in self.extras for name in pair),
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
        """Ask for the level of each capability that was added, and the other way round; none is added twice."""
        fine = bool(super().validate(extra_validators))
        added: set[str] = set()
        for code, level in self.extras:
            problem = _extra_problem(self[code].data, self[level].data, added, code, level)
            added.add(self[code].data)
            if problem is not None:
                self.reject(problem)
                fine = False
        return fine

    def conflict(self, stale: Stale) -> None:
        """Show what was saved elsewhere, in the words of this form."""
        texts = {name: stale.theirs.get(name, "") for name in self.texts}
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


class CompleteForm(AssessmentForm):
    """What an assessor saw for the first time: they may also say that there was an unsafe moment."""

    is_unsafe = BooleanField("There was an unsafe moment")
    unsafe = TextAreaField(
        "What was unsafe?",
        [RequiredWhen("is_unsafe", True, "Say what was unsafe")],
        description="This is recorded as a concern. The trainee and the consultant nurse are told at once.",
        max_characters=LONGEST,
        about_care=True,
        rows=4,
    )

    @property
    def answers(self) -> dict[str, Any]:
        """The keywords of the service."""
        return {**super().answers, "is_unsafe": self.is_unsafe.data, "unsafe": self.unsafe.data}


def _extra_problem(code: str | None, level: str | None, added: set[str], *names: str) -> RuleViolation | None:
    if code and code in added:
        return RuleViolation("You have added this capability already", names[0])
    if code and not level:
        return RuleViolation("Select the level of the capability you added", names[1])
    if level and not code:
        return RuleViolation("Select the capability this level is for", names[0])
    return None


def level_from(value: str | None) -> int | None:
    """The level of an answer; None where nothing was observed or said."""
    return None if value in (None, NOT_OBSERVED) else int(str(value))


def assessment_form(
    form: FormFile,
    framework: Framework,
    capabilities: Sequence[Capability],
    *,
    settings: Mapping[str, str],
    start: Mapping[str, Any],
    sent: Mapping[str, Any] | None = None,
    kind: type[AssessmentForm] = CompleteForm,
) -> AssessmentForm:
    """The form of one request: a field for each capability proposed, the content's questions, what is kept so far.

    `sent` is what an autosave sent in place of a submitted form; `kind` is the form these fields are added to.
    """
    levels = level_choices(framework.scale, form.levels)
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
    proposed = [each.code for each in capabilities]
    more = [each for each in framework.capabilities.values() if each.code not in proposed and form.covers(each.code)]
    room = min(form.rates_at_most, MOST_CAPABILITIES) - len(proposed)
    extras = [extra_names(place) for place in range(min(room, len(more)))]
    for code, level in extras:
        fields[code] = SelectField(
            "Another capability you saw (optional)",
            choices=[SelectChoice(each.code, each.name) for each in more],
            blank="None",
        )
        fields[level] = RadioField("Its level", choices=levels, small=True)
    names = {question_name(each.key): each for each in form.fields}
    asked = type(
        kind.__name__,
        (kind,),
        {
            **fields,
            **question_fields(form.fields),
            "codes": proposed,
            "questions": list(names),
            "texts": [name for name, each in names.items() if each.kind == "text"],
            "free": {name: each.key for name, each in names.items() if name != each.key},
            "extras": extras,
        },
    )
    typed = {} if sent is None else {"formdata": MultiDict({name: str(value) for name, value in sent.items()})}
    made: AssessmentForm = asked(data=dict(start), **typed)
    made.setting.choices = [SelectChoice(slug, title) for slug, title in settings.items()]
    return made


def level_choices(scale: Sequence[Anchor], given: Collection[int] = LEVELS) -> list[SelectChoice]:
    """The levels a form gives with their anchors, and not observed."""
    found = [SelectChoice(str(each.level), f"{each.level} {each.title}") for each in scale if each.level in given]
    return [*found, SelectChoice(NOT_OBSERVED, "Not observed")]
