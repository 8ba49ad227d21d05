"""Asking: which way to play, what to do and how sure, an answer in one's own words."""

import textwrap
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from wtforms import Field, HiddenField

from lms.cases.rules import charts
from lms.cases.rules.answers import PART, ROW
from lms.cases.rules.decisions import ChooseMany, ChooseOne, Observe, PutInOrder, Speak
from lms.cases.rules.discussions import NOTE_MAX, REASON_MAX, SAY_WHY, Ended
from lms.cases.rules.engine import Draw, Mode, shown_in_order
from lms.cases.rules.format import Scene
from lms.cases.rules.panel import values_to_score
from lms.core.confidence import Confidence
from lms.web.forms import (
    CheckboxesField,
    ConfirmedForm,
    InputRequired,
    NHSDateField,
    NHSForm,
    RadioField,
    SeenField,
    SelectChoice,
    SelectField,
    TextAreaField,
    VersionField,
)

Told = Callable[[str], str]
PLACE = "place-"


class SeqField(HiddenField):  # type: ignore[misc]
    """How many steps the attempt had when the page was read."""

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        """Read the number; anything else means that the page was cut off."""
        if not valuelist or not valuelist[0].isdecimal() or len(valuelist[0]) > 4:
            raise ValueError("This page is out of date. Open the case again.")
        self.data = int(valuelist[0])

    def _value(self) -> str:
        return "" if self.data is None else str(self.data)


class StartForm(NHSForm):
    """Practice or graded."""

    mode = RadioField(
        "How do you want to play it?",
        choices=[SelectChoice(mode, mode.label) for mode in Mode],
        hints={
            Mode.PRACTICE: "You see the reason for each answer at once. Only you can see it, and it counts nowhere.",
            Mode.GRADED: "You see the reasons in the debrief at the end. It can count, and others see parts of it.",
        },
        coerce=Mode,
        size="m",
        validators=[InputRequired("Select practice or graded")],
    )


class StepForm(NHSForm):
    """One step on from where the attempt stands: a hint, or going on."""

    seq = SeqField()


class AnswerForm(StepForm):
    """An answer to a decision, and how sure the trainee is of it. Its kinds say what is asked and what was chosen."""

    confidence = RadioField(
        "How sure are you?",
        choices=[SelectChoice(confidence, confidence.label) for confidence in Confidence],
        coerce=Confidence,
        inline=True,
        validators=[InputRequired("Select how sure you are")],
    )

    @property
    def problems(self) -> list[tuple[str, str | None]]:
        """The error summary in the order of the page: how sure comes last."""
        return sorted(super().problems, key=lambda problem: problem[1] == self.confidence.first_id)

    @property
    def questions(self) -> list[Field]:
        """The fields of the answer itself, in the order they are asked."""
        return [field for field in self if field.name not in ("seq", "confidence", "request_id", "csrf_token")]

    @property
    def choice(self) -> dict[str, Any]:
        """What was chosen, as a step stores it."""
        raise NotImplementedError

    def _values(self, prefix: str) -> dict[str, Any]:
        """What was answered to the fields of a prefix, by the rest of their names."""
        found = {field.name.removeprefix(prefix): field.data for field in self if field.name.startswith(prefix)}
        return {name: value for name, value in found.items() if value is not None}


class ChooseForm(AnswerForm):
    """One choice."""

    option = RadioField("What do you do?", validators=[InputRequired("Select what you do")], size="m")

    @property
    def choice(self) -> dict[str, Any]:
        """The option chosen."""
        return {"option": self.option.data} if self.option.data else {}


class SelectForm(AnswerForm):
    """Everything that applies."""

    picks = CheckboxesField(
        "What applies?",
        validators=[InputRequired("Select at least one")],
        size="m",
        description="Select all that apply.",
    )

    @property
    def choice(self) -> dict[str, Any]:
        """The options ticked."""
        return {"picks": list(self.picks.data)} if self.picks.data else {}


class SequenceForm(AnswerForm):
    """The place of each step of a sequence."""

    def validate(self, extra_validators: Any = None) -> bool:
        """Check the fields, then that no two steps have the same place."""
        valid = bool(super().validate(extra_validators))
        taken: set[int] = set()
        for field in self.questions:
            if field.data in taken:
                field.errors = [*field.errors, f"Place {field.data} is given twice: give each step its own"]
                valid = False
            if field.data is not None:
                taken.add(field.data)
        return valid

    @property
    def choice(self) -> dict[str, Any]:
        """The steps in the order given to them."""
        places = self._values(PLACE)
        return {"picks": sorted(places, key=lambda key: places[key])} if places else {}


class SpeechForm(AnswerForm):
    """One phrase for each part of what is said."""

    @property
    def choice(self) -> dict[str, Any]:
        """The phrases chosen, part by part."""
        said = self._values(PART)
        return {"picks": list(said.values())} if said else {}


class ChartForm(AnswerForm):
    """The points of each row of a chart."""

    @property
    def choice(self) -> dict[str, Any]:
        """The points given to each row."""
        scores = self._values(ROW)
        return {"scores": scores} if scores else {}


def answer_form(key: str, scene: Scene, drawn: Draw, told: Told) -> AnswerForm:
    """The form that asks for an answer to the scored decision of a scene, in the order this attempt shows things."""
    decision = scene.decision
    if isinstance(decision, ChooseOne):
        form = ChooseForm()
        form.option.label.text = told(decision.prompt)
        options = shown_in_order(decision.options, key, drawn)
        form.option.choices = [SelectChoice(option.key, told(option.text)) for option in options]
        return form
    if isinstance(decision, ChooseMany):
        selecting = SelectForm()
        selecting.picks.label.text = told(decision.prompt)
        shown = shown_in_order(decision.options, key, drawn)
        selecting.picks.choices = [SelectChoice(option.key, told(option.text)) for option in shown]
        return selecting
    if isinstance(decision, PutInOrder):
        return _sequence_form(key, decision, drawn, told)
    if isinstance(decision, Speak):
        return _speech_form(key, decision, drawn, told)
    if isinstance(decision, Observe):
        return _chart_form(decision, values_to_score(scene))
    raise TypeError(f"{key} asks for no answer that is scored")


def _sequence_form(key: str, decision: PutInOrder, drawn: Draw, told: Told) -> AnswerForm:
    places = [SelectChoice(place, str(place)) for place in range(1, len(decision.items) + 1)]
    fields = {}
    for item in shown_in_order(decision.items, key, drawn):
        text = told(item.text)
        missing = f"Select a place: {textwrap.shorten(text, 60, placeholder=' ...')}"
        fields[PLACE + item.key] = SelectField(
            text, choices=places, coerce=int, blank="Place", validators=[InputRequired(missing)]
        )
    form: AnswerForm = type("SequenceForm", (SequenceForm,), fields)()
    return form


def _speech_form(key: str, decision: Speak, drawn: Draw, told: Told) -> AnswerForm:
    fields = {
        PART + part.key: RadioField(
            told(part.title),
            choices=[
                SelectChoice(phrase.key, told(phrase.text))
                for phrase in shown_in_order(part.options, f"{key}/{part.key}", drawn)
            ],
            validators=[InputRequired(f"Select what you say: {told(part.title)}")],
            small=True,
            size="s",
        )
        for part in decision.parts
    }
    form: AnswerForm = type("SpeechForm", (SpeechForm,), fields)()
    return form


def _chart_form(decision: Observe, values: Mapping[str, str]) -> AnswerForm:
    fields = {
        ROW + row.key: RadioField(
            row.title,
            description=values.get(row.key, ""),
            choices=[SelectChoice(points, str(points)) for points in row.points],
            coerce=int,
            inline=True,
            small=True,
            validators=[InputRequired(f"Select the points: {row.title}")],
            size="s",
        )
        for row in charts.ROWS[decision.chart]
    }
    form: AnswerForm = type("ChartForm", (ChartForm,), fields)()
    return form


class WriteForm(StepForm):
    """An answer in the trainee's own words."""

    version = VersionField()
    text = TextAreaField("Your answer", validators=[InputRequired("Write your answer")], size="m")

    def ask(self, prompt: str, hint: str, most_words: int) -> None:
        """Ask for this, with a hint and a limit of words."""
        self.text.label.text = prompt
        self.text.description = f"Hint: {hint}" if hint else ""
        self.text.max_words = most_words


class ReflectionForm(ConfirmedForm):
    """What the trainee writes for themselves. What they confirmed before they need not confirm again."""

    looks_at_texts = False
    version = VersionField()
    text = TextAreaField("What will you take into your next shift?", about_care=True)


class DiscussionForm(ConfirmedForm):
    """How a discussion of a case went."""

    held_on = NHSDateField(
        "When did you hold it?",
        validators=[InputRequired("Enter the date you held it")],
        description="For example, 4 4 2025",
    )
    ended = RadioField(
        "Did it cover these capabilities?",
        choices=[SelectChoice(ended, ended.answer) for ended in (Ended.COVERED, Ended.NOT_YET)],
        hints={
            Ended.COVERED: "It counts the same as a graded attempt with its debrief read.",
            Ended.NOT_YET: "It does not count. The trainee can arrange another discussion or play the case.",
        },
        coerce=Ended,
        validators=[InputRequired("Select whether it covered these capabilities")],
    )
    note = TextAreaField(
        "Feedback to the trainee (optional)",
        description="Who can see this: the trainee and the educators of their university. Nobody at the trust can.",
        max_characters=NOTE_MAX,
        about_care=True,
    )


class DiscussionCorrectionForm(DiscussionForm):
    """How a discussion went, where the record of it says otherwise."""

    seen_id = SeenField()
    reason = TextAreaField(
        "Why does the record change?",
        description="The trainee and the educators of their university can see this. Nobody at the trust can.",
        validators=[InputRequired(SAY_WHY)],
        max_characters=REASON_MAX,
        about_care=True,
        rows=3,
    )


class PreviewForm(NHSForm):
    """From where, as whom, of which day and in which manner to try out a case. It is sent in the address."""

    at = SelectField("From which scene?", validators=[InputRequired("Select a scene")])
    variant = RadioField("With which patient?", validators=[InputRequired("Select a patient")])
    mode = RadioField(
        "In which manner?",
        choices=[SelectChoice(mode, mode.label) for mode in Mode],
        hints={
            Mode.PRACTICE: "The reason for each answer at once.",
            Mode.GRADED: "The reasons in the debrief at the end.",
        },
        coerce=Mode,
        validators=[InputRequired("Select practice or graded")],
    )
    on = NHSDateField("As the case was on which day?", validators=[InputRequired("Enter a day")])
