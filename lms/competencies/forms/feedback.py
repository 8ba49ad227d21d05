"""Rounds of feedback and feedback of patients and carers. Questions come from the content; choices are handed in."""

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any
from uuid import UUID

from lms.competencies.forms.assessing import level_choices
from lms.competencies.forms.questions import question_fields, question_name
from lms.competencies.rules import NOT_OBSERVED, Anchor, Capability, field_name
from lms.competencies.rules.form_files import FieldFile, FormFile, RatersFile
from lms.web.forms import (
    CheckboxesField,
    ConfirmedForm,
    InputRequired,
    NHSDateField,
    NHSForm,
    RadioField,
    SelectChoice,
    SelectField,
    YesNoField,
)


class SettingForm(NHSForm):
    """In which setting colleagues, or patients and carers, are asked."""

    setting = SelectField(
        "Where do you work with the trainee?", [InputRequired("Select a setting")], blank="Select a setting"
    )

    def offer(self, settings: Mapping[str, str]) -> None:
        """Offer the settings."""
        self.setting.choices = [SelectChoice(slug, title) for slug, title in settings.items()]


class InviteForm(NHSForm):
    """Whom to invite to a round."""

    people = CheckboxesField("Who works with the trainee?", coerce=UUID, small=True)

    def offer(self, people: Iterable[tuple[UUID, str, str]]) -> None:
        """Offer people, each with what they do."""
        listed = list(people)
        self.people.choices = [SelectChoice(str(each), name) for each, name, _ in listed]
        self.people.hints = {str(each): profession for each, _, profession in listed if profession}


class BookForm(NHSForm):
    """The day of the conversation."""

    conversation_on = NHSDateField(
        "When do you talk with the trainee?",
        [InputRequired("Enter the day of the conversation")],
        description="Today or later. The trainee is told the day.",
    )


class QuestionsForm(ConfirmedForm):
    """A form whose questions come from the content."""

    questions: Mapping[str, str] = MappingProxyType({})

    @property
    def answers(self) -> dict[str, Any]:
        """The keywords of the service; the answers without a column of their own as one mapping."""
        free = {name for name, key in self.questions.items() if name != key}
        plain = {name: value for name, value in super().answers.items() if name not in free}
        return {**plain, "answers": {self.questions[name]: self[name].data for name in free}}


def sheet_form(fields: Sequence[FieldFile], needs: RatersFile | None = None) -> QuestionsForm:
    """The form of a rater, who says their profession, or without `needs` that of the trainee's own view."""
    first: dict[str, Any] = {}
    if needs is not None:
        choices = [SelectChoice(each.value, each.text) for each in needs.professions]
        first["profession"] = RadioField(
            "What is your profession?",
            [InputRequired("Select your profession")],
            choices=choices,
            description="It is counted, and not kept with your answers.",
            small=True,
        )
    return _made(first, fields)


def _made(first: Mapping[str, Any], fields: Sequence[FieldFile]) -> QuestionsForm:
    names = {question_name(each.key): each.key for each in fields}
    made: QuestionsForm = type(
        "QuestionsForm", (QuestionsForm,), {**first, **question_fields(fields), "questions": names}
    )()
    return made


class ReleaseForm(QuestionsForm):
    """What was agreed in the conversation: a level for each capability, and the words."""

    codes: Sequence[str] = ()

    @property
    def answers(self) -> dict[str, Any]:
        """The keywords of the service, with the levels as one mapping."""
        levels = {code: self[field_name(code)].data for code in self.codes}
        plain = {name: value for name, value in super().answers.items() if not name.startswith("level_")}
        return {
            **plain,
            "ratings": {code: None if level in (None, NOT_OBSERVED) else int(level) for code, level in levels.items()},
        }


def release_form(form: FormFile, capabilities: Sequence[Capability], scale: Sequence[Anchor]) -> ReleaseForm:
    """The form of the conversation."""
    levels = {
        field_name(each.code): RadioField(
            each.name,
            [InputRequired(f"Select the level you agreed for {each.code}, or not observed")],
            choices=level_choices(scale, form.levels),
            description=each.indicator,
            small=True,
        )
        for each in capabilities
    }
    names = {question_name(each.key): each.key for each in form.fields}
    fields = {**levels, **question_fields(form.fields), "codes": [each.code for each in capabilities]}
    made: ReleaseForm = type("ReleaseForm", (ReleaseForm,), {**fields, "questions": names})()
    return made


class MomentForm(NHSForm):
    """Whether somebody may be asked now."""

    is_settled = YesNoField(
        "Is the person settled and well enough to be asked? The immediate crisis is over.",
        [InputRequired("Select yes if the person is settled and well enough, and the crisis is over")],
    )
    setting = SelectField("Where did they meet the trainee?", [InputRequired("Select a setting")])

    def offer(self, settings: Mapping[str, str]) -> None:
        """Offer the settings in which patients and carers are asked."""
        self.setting.choices = [SelectChoice(slug, title) for slug, title in settings.items()]


def patient_form(form: FormFile) -> QuestionsForm:
    """The easy-read form. Whoever says no answers nothing, so nothing else is needed then."""
    agrees = YesNoField("Do you want to answer some questions?", [InputRequired("Choose yes or no")])
    easy = {"required": False, "about_care": False}  # The hint about identifying patients speaks to staff.
    optional = [field.model_copy(update=easy) for field in form.fields]
    return _made({"agrees": agrees}, optional)
