"""What each capability is read as in a newer version of the framework, and the review of it."""

from collections.abc import Iterable, Sequence
from typing import Any

from lms.competencies.forms.lengths import LONGEST
from lms.competencies.rules import Capability, Framework
from lms.competencies.rules.mappings import MOST_PARTS, field_of
from lms.core.errors import RuleViolation
from lms.web.forms import (
    ConfirmedForm,
    InputRequired,
    SelectChoice,
    SelectField,
    TextAreaField,
    YesNoField,
)

DROPPED = "dropped"


class MappingForm(ConfirmedForm):
    """What each capability is read as: one list for its first reading, and more for one that was split."""

    reason = TextAreaField(
        "How did you decide?",
        [InputRequired("Say how you decided")],
        description="The reviewer reads this, and so does whoever asks later why a signature counts.",
        max_characters=LONGEST,
        rows=4,
    )

    codes: Sequence[str] = ()

    @property
    def lines(self) -> dict[str, list[str]]:
        """The codes each capability is read as; none for one that was dropped."""
        found: dict[str, list[str]] = {}
        for code in self.codes:
            chosen = [self[name].data for name in fields_of(code) if self[name].data]
            if chosen:
                found[code] = [each for each in dict.fromkeys(chosen) if each != DROPPED]
        return found

    @property
    def answers(self) -> dict[str, Any]:
        """The answers with what each capability is read as in one table."""
        return {"lines": self.lines, "reason": self.reason.data, "no_identifiers": self.no_identifiers.data}

    def validate(self, extra_validators: Any = None) -> bool:
        """Check each answer, and that what was dropped is read as nothing else."""
        is_right = bool(super().validate(extra_validators))
        for code in self.codes:
            chosen = [self[name].data for name in fields_of(code) if self[name].data]
            if DROPPED in chosen and len(chosen) > 1:
                self.reject(RuleViolation("What is no longer asked is read as nothing else", field_of(code)))
                is_right = False
        return is_right


def fields_of(code: str) -> list[str]:
    """The names of the lists of one capability."""
    return [field_of(code), *(f"{field_of(code)}_{number}" for number in range(2, MOST_PARTS + 1))]


def mapping_form(to_map: Iterable[Capability], newer: Framework) -> MappingForm:
    """The form for the capabilities that somebody has to decide about."""
    choices = [SelectChoice(each.code, each.name) for each in newer.capabilities.values()]
    fields: dict[str, Any] = {}
    codes = []
    for each in to_map:
        codes.append(each.code)
        first, *others = fields_of(each.code)
        fields[first] = SelectField(
            f"{each.code} is read as",
            [InputRequired(f"Say what {each.code} is read as")],
            choices=[*choices, SelectChoice(DROPPED, "Nothing: it is no longer asked")],
            blank="Select a capability",
        )
        for name in others:
            label = f"and as (only if {each.code} was split)"
            fields[name] = SelectField(label, choices=choices, blank="Nothing more")
    made: MappingForm = type("MappingForm", (MappingForm,), {**fields, "codes": codes})()
    return made


class MappingReviewForm(ConfirmedForm):
    """Approve a mapping, or do not and say why."""

    approved = YesNoField("Do you approve this mapping?", [InputRequired("Select yes or no")])
    reason = TextAreaField("Why? (optional if you approve)", max_characters=LONGEST, rows=4)
