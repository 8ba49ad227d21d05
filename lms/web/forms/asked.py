"""What all visible fields share."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask import current_app
from markupsafe import Markup, escape
from wtforms import Field

OPTIONS = frozenset(
    {
        "accept",
        "attributes",
        "autocomplete",
        "conditional",
        "inline",
        "inputmode",
        "page_heading",
        "rows",
        "size",
        "small",
        "spellcheck",
        "suffix",
        "width",
    }
)
CARE_HINT = "Leave out names, dates of birth, addresses, numbers and anything else that could identify a patient."


class Asked(Field):  # type: ignore[misc]
    """What all visible fields share: options for rendering, a sentence for a bad shape, text for comparison.

    `invalid` is the sentence shown when the answer has the wrong shape. `about_care` marks text in which a patient
    could be described, and asks the person to leave out what identifies anybody; `care_hint` is false where the form
    asks that at another field already. `confirmation` is the box to tick
    that is shown beside the answer, where the answer has to be confirmed.
    """

    size = "s"
    invalid = "Enter a valid answer"
    confirmation: "Asked | None" = None

    def __init__(
        self,
        label: str = "",
        validators: Sequence[Callable[..., None]] | None = None,
        *,
        invalid: str = "",
        about_care: bool = False,
        care_hint: bool = True,
        **kwargs: Any,
    ) -> None:
        self.options = {name: kwargs.pop(name) for name in list(kwargs) if name in OPTIONS}
        super().__init__(label, validators, **kwargs)
        self.invalid = invalid or self.invalid
        self.about_care = about_care
        self.care_hint = care_hint

    def __call__(self, **kwargs: Any) -> Markup:
        """The whole component; keywords add to or replace the options of the field."""
        whole = self.render({**self.options, **kwargs})
        return whole if self.confirmation is None else whole + self.confirmation.render(self.confirmation.options)

    @property
    def first_id(self) -> str:
        """The id of the control an error leads to."""
        return str(self.id)

    def as_text(self) -> str:
        """The answer in words, as the person sees it."""
        return str(self._value())

    def render(self, options: dict[str, Any]) -> Markup:
        """The whole component as markup."""
        raise NotImplementedError

    def macro(self, name: str, options: dict[str, Any], /, **arguments: Any) -> Markup:
        """Render through a macro of the NHS kit; what it does not take becomes attributes of the control."""
        kit = current_app.jinja_env.get_template("macros/nhs.html").module
        return Markup(getattr(kit, name)(self._describe(options), **arguments))

    def _describe(self, options: dict[str, Any]) -> dict[str, Any]:
        hint = self.description or ""
        if self.about_care and self.care_hint:
            hint = Markup(" ").join(part for part in (escape(hint), escape(CARE_HINT)) if part)
        error = str(self.errors[0]) if self.errors else ""
        ids = [f"{self.id}-hint" if hint else "", f"{self.id}-error" if error else ""]
        attributes = {name.replace("_", "-"): value for name, value in options.items() if name not in OPTIONS}
        if self.about_care:
            attributes["data-about-care"] = True  # The guard of the page looks at it before it is kept or sent.
        return {
            "id": self.id,
            "name": self.name,
            "label": self.label.text,
            "hint": hint,
            "error": error,
            "described_by": " ".join(part for part in ids if part),
            "size": options.get("size", self.size),
            "page_heading": options.get("page_heading", False),
            "attributes": {**attributes, **options.get("attributes", {})},
        }


def clean(value: str | None) -> str:
    """Text as it is kept: one kind of line end, no control characters or halves of a character, nothing around it."""
    text = (value or "").replace("\r\n", "\n").replace("\r", "\n")
    return "".join(
        char for char in text if (char >= " " or char in "\n\t") and not "\ud800" <= char <= "\udfff"
    ).strip()


def take(options: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """The named options that were given."""
    return {name: options[name] for name in names if name in options}
