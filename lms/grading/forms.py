"""Asks for a mark, for the marks to release and for a module outcome."""

from collections.abc import Mapping
from typing import Any, ClassVar
from uuid import UUID

from werkzeug.datastructures import MultiDict

from lms.grading.rules.marks import COMMENT_MAX, FEEDBACK_MAX, Criterion, Rubric
from lms.grading.rules.outcomes import REASON_MAX, Outcome, Standing
from lms.web.forms import (
    ConfirmedForm,
    InputRequired,
    NHSDateField,
    NHSForm,
    RadioField,
    SeenField,
    SelectChoice,
    TextAreaField,
    VersionField,
)


class MarkForm(ConfirmedForm):
    """What every mark has; `mark_form` adds the criteria of a rubric. A draft of it need not be confirmed."""

    looks_at_texts: ClassVar[bool] = False
    version = VersionField()
    seen_mark = SeenField()
    feedback = TextAreaField(
        "Overall feedback",
        description="What was good, what would make it better, and one thing to do next.",
        max_characters=FEEDBACK_MAX,
        about_care=True,
        rows=8,
    )
    reason = TextAreaField(
        "Why does the mark change?",
        description="This stays in the record beside the first mark. The trainee reads it with the feedback.",
        max_characters=REASON_MAX,
        about_care=True,
        care_hint=False,
        rows=3,
    )

    rubric: Rubric

    @property
    def entered(self) -> dict[str, Any]:
        """The levels, comments, feedback and reason as the services take them, with what the page was read at."""
        criteria = self.rubric.criteria
        return {
            "version": self.version.data,
            "seen_mark_id": self.seen_mark.data,
            "levels": {c.key: self[f"level_{c.key}"].data for c in criteria if self[f"level_{c.key}"].data is not None},
            "comments": {c.key: self[f"comment_{c.key}"].data for c in criteria},
            "feedback": self.feedback.data,
            "reason": self.reason.data,
        }

    @property
    def decision(self) -> dict[str, Any]:
        """What recording a mark needs beside what was entered."""
        return {**self.entered, "no_identifiers": self.no_identifiers.data}

    def is_complete(self, *, is_correction: bool) -> bool:
        """Say what is missing for a mark, all at once, each beside its field."""
        for criterion in self.rubric.criteria:
            if self[f"level_{criterion.key}"].data is None:
                self[f"level_{criterion.key}"].errors = [f"Choose a level for {criterion.title}"]
        if not self.feedback.data:
            self.feedback.errors = ["Write overall feedback for the trainee"]
        if is_correction and not self.reason.data:
            self.reason.errors = ["Say why the recorded mark changes"]
        self.check_texts()
        return not self.errors


def mark_form(
    rubric: Rubric,
    start: Mapping[str, Any],
    *,
    version: int,
    seen_mark: UUID | None,
    sent: Mapping[str, Any] | None = None,
) -> MarkForm:
    """The form of one rubric, started from a draft or mark: levels, comments, feedback and reason.

    `sent` is what an autosave sent in place of a submitted form; a text it leaves out stays as it is.
    """
    fields: dict[str, Any] = {"rubric": rubric}
    data: dict[str, Any] = {"version": version, "seen_mark": seen_mark}
    data |= {name: start.get(name, "") for name in ("feedback", "reason")}
    for criterion in rubric.criteria:
        fields[f"level_{criterion.key}"] = _level_field(criterion)
        fields[f"comment_{criterion.key}"] = TextAreaField(
            f"Comment on {criterion.title.lower()} (optional)",
            max_characters=COMMENT_MAX,
            about_care=True,
            care_hint=False,
            rows=3,
        )
        data[f"level_{criterion.key}"] = start.get("levels", {}).get(criterion.key)
        data[f"comment_{criterion.key}"] = start.get("comments", {}).get(criterion.key) or ""
    made = type("RubricForm", (MarkForm,), fields)
    if sent is None:
        return made(data=data)  # type: ignore[no-any-return]
    texts = {name: text for name, text in data.items() if isinstance(text, str)}
    return made(formdata=_as_submitted({**texts, **sent}), data=data)  # type: ignore[no-any-return]


def _as_submitted(sent: Mapping[str, Any]) -> MultiDict[str, str]:
    return MultiDict({name: str(value) for name, value in sent.items()})


def _level_field(criterion: Criterion) -> RadioField:
    must = " This criterion must be passed." if criterion.must_pass else ""
    return RadioField(
        criterion.title,
        description=f"Weight {criterion.weight} per cent.{must}",
        choices=[
            SelectChoice(level.points, f"{level.label} ({level.points} of {criterion.most})")
            for level in criterion.levels
        ],
        hints={level.points: level.descriptor for level in criterion.levels},
        coerce=int,
        invalid=f"Choose a level for {criterion.title}",
        small=True,
    )


class ReleaseForm(NHSForm):
    """The marks to release; the page shows one box for each."""


class OutcomeForm(NHSForm):
    """What the university decided about a module."""

    seen = SeenField()
    outcome = RadioField(
        "What was decided?",
        validators=[InputRequired("Select what was decided")],
        choices=[SelectChoice(outcome, outcome.label) for outcome in Outcome],
        hints={outcome: outcome.meaning for outcome in Outcome},
        coerce=Outcome,
    )
    standing = RadioField(
        "Has the board ratified it?",
        validators=[InputRequired("Select whether the board has ratified it")],
        choices=[
            SelectChoice(Standing.PROVISIONAL, "Not yet: the outcome is provisional"),
            SelectChoice(Standing.RATIFIED, "Yes: the outcome is ratified"),
        ],
        hints={Standing.PROVISIONAL: "A provisional pass supports accompanied work only."},
        coerce=Standing,
    )
    decided_on = NHSDateField(
        "When was it decided?",
        validators=[InputRequired("Enter the date it was decided")],
        description="For example, 4 4 2025",
    )
    reason = TextAreaField(
        "Why does the outcome change? (only if one is recorded already)",
        description="Not needed when the board ratifies the outcome that is recorded.",
        max_characters=REASON_MAX,
        rows=3,
    )
