"""Fields that offer options: radio buttons, a list, checkboxes."""

import decimal
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from markupsafe import Markup, escape
from wtforms.fields import SelectChoice
from wtforms.validators import ValidationError

from lms.web.forms.asked import Asked, take


class ChoiceField(Asked):
    """Options to choose from. An answer that is not among them is refused, whatever was sent.

    `choices` are SelectChoice objects and may be set after the form is made. `coerce` makes a value of the submitted
    text, such as an enum or UUID. `hints` gives a sentence below an option, by value. `invalid` says what
    it means that an answer is not among the options, where people do not cause it themselves.
    """

    invalid = "Select one of the options"

    def __init__(
        self,
        label: str = "",
        validators: Sequence[Callable[..., None]] | None = None,
        *,
        choices: Iterable[SelectChoice] = (),
        coerce: Callable[[str], Any] = str,
        hints: Mapping[Any, str] | None = None,
        invalid: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(label, validators, **kwargs)
        self.invalid = invalid or self.invalid
        self.choices = list(choices)
        self.coerce = coerce
        self.hints = {str(value): text for value, text in (hints or {}).items()}

    @property
    def chosen(self) -> list[str]:
        """The submitted values, or those the form started from."""
        if self.raw_data is not None:
            return [str(value) for value in self.raw_data if value]
        values = self.data if isinstance(self.data, (list, tuple, set, frozenset)) else [self.data]
        return [str(value) for value in values if value is not None]

    def as_text(self) -> str:
        """The labels of the chosen options."""
        return ", ".join(str(choice.label) for choice in self.choices if str(choice.value) in self.chosen)

    def items(self, options: Mapping[str, Any]) -> list[dict[str, Any]]:
        """The options as the macros take them; `conditional` maps a value to a field or markup shown with it."""
        conditional = {str(value): content for value, content in options.get("conditional", {}).items()}
        return [
            {
                "value": str(choice.value),
                "text": choice.label,
                "checked": str(choice.value) in self.chosen,
                "hint": self.hints.get(str(choice.value)),
                "conditional": escape(content) if (content := conditional.get(str(choice.value))) is not None else None,
            }
            for choice in self.choices
        ]

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        """Wait: the options may be set after the form is made, so the answer is read when it is checked."""
        self.data = self._read(valuelist)

    def pre_validate(self, form: Any) -> None:
        """Refuse what is not among the options; read the rest."""
        offered = {str(choice.value) for choice in self.choices}
        if any(value not in offered for value in self.chosen):
            self.data = self._read(())
            raise ValidationError(self.invalid)

    def _read(self, values: Sequence[str]) -> Any:
        made = [self._coerced(value) for value in values if value]
        return made[0] if made else None

    def _coerced(self, value: str) -> Any:
        try:
            return self.coerce(value)
        except (ValueError, TypeError, KeyError, decimal.DecimalException):
            return None


class RadioField(ChoiceField):
    """One of a few options, all in sight; None when nothing is chosen."""

    def render(self, options: dict[str, Any]) -> Markup:
        """Radio buttons in a fieldset."""
        return self.macro("radios", options, items=self.items(options), **take(options, "inline", "small"))


class YesNoField(RadioField):
    """A question answered by yes or no: True, False, or None when not answered."""

    def __init__(self, label: str = "", validators: Sequence[Callable[..., None]] | None = None, **kwargs: Any) -> None:
        answers = [SelectChoice("yes", "Yes"), SelectChoice("no", "No")]
        super().__init__(label, validators, **{"choices": answers, "inline": True, "coerce": "yes".__eq__, **kwargs})

    @property
    def chosen(self) -> list[str]:
        """Yes or no, as submitted or as the form started."""
        if self.raw_data is None and isinstance(self.data, bool):
            return ["yes" if self.data else "no"]
        return super().chosen


class SelectField(ChoiceField):
    """One of many options, in a list that opens; `blank` is the text of an empty first option, None when chosen."""

    def __init__(
        self,
        label: str = "",
        validators: Sequence[Callable[..., None]] | None = None,
        *,
        blank: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(label, validators, **kwargs)
        self.blank = blank

    def render(self, options: dict[str, Any]) -> Markup:
        """A select box."""
        rows = [
            {"value": str(c.value), "text": c.label, "selected": str(c.value) in self.chosen, "group": c.optgroup or ""}
            for c in self.choices
        ]
        if self.blank is not None:
            rows.insert(0, {"value": "", "text": self.blank, "selected": False, "group": ""})
        return self.macro("select", options, options=rows)


class SelectMultipleField(ChoiceField):
    """Any number of options, as checkboxes; a list, empty when nothing is chosen."""

    invalid = "Select from the options shown"

    def __init__(
        self,
        label: str = "",
        validators: Sequence[Callable[..., None]] | None = None,
        *,
        exclusive: Iterable[Any] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(label, validators, **kwargs)
        self.exclusive = frozenset(str(value) for value in exclusive)

    def process_data(self, value: Any) -> None:
        """Start from the values of the program; none is nothing chosen."""
        self.data = list(value or ())

    def _read(self, values: Sequence[str]) -> Any:
        return [self._coerced(value) for value in dict.fromkeys(values) if value]

    def render(self, options: dict[str, Any]) -> Markup:
        """Checkboxes in a fieldset."""
        items = self.items(options)
        for item in items:
            item["exclusive"] = item["value"] in self.exclusive
        return self.macro("checkboxes", options, items=items, **take(options, "small"))


CheckboxesField = SelectMultipleField
