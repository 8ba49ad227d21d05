"""What the consultant nurse and the administrator are asked."""

from wtforms import HiddenField

from lms.readiness.rules import Decision, Supervision
from lms.readiness.rules.status import REASON_MAX
from lms.web.forms import (
    InputRequired,
    NHSDateField,
    NHSForm,
    RadioField,
    SelectChoice,
    TextAreaField,
)

NO_SUPERVISION = "none"


def _supervision(value: str) -> Supervision | None:
    return None if value == NO_SUPERVISION else Supervision(value)


class DecisionForm(NHSForm):
    """The decision about one person in one setting; `seen` is the digest of the evidence above the form."""

    decision = RadioField(
        "What do you decide?",
        [InputRequired("Select what you decide")],
        choices=[
            SelectChoice(Decision.AUTHORISE, "Authorise"),
            SelectChoice(Decision.RESTRICT, "Restrict"),
            SelectChoice(Decision.DEFER, "Defer"),
        ],
        coerce=Decision,
        hints={
            Decision.AUTHORISE: "May work in this setting. Only when every requirement is met.",
            Decision.RESTRICT: "May work less than was authorised, or not at all, until you decide again. "
            "Only where an authorisation stands.",
            Decision.DEFER: "Not yet. An authorisation that is in force stays as it is.",
        },
    )
    supervision = RadioField(
        "Under which supervision?",
        choices=[
            *(SelectChoice(each, each.label[:1].upper() + each.label[1:]) for each in Supervision),
            SelectChoice(NO_SUPERVISION, "Does not apply"),
        ],
        coerce=_supervision,
        description="For a restriction: what the person may still do, or “Does not apply” for nothing. "
        "For a deferral: “Does not apply”.",
    )
    valid_until = NHSDateField(
        "Until when?",
        [InputRequired("Enter the date until which the decision holds or is reviewed")],
        description="The last day of an authorisation, or the day you look at a restriction or deferral again.",
    )
    reason = TextAreaField(
        "Why?",
        [InputRequired("Enter the reason for your decision")],
        max_characters=REASON_MAX,
        description="The person reads this at once, beside the decision.",
    )
    seen = HiddenField()

    def offer(self, most: Supervision) -> None:
        """Offer no more freedom than the requirement set grants."""
        self.supervision.choices = [
            choice
            for choice in self.supervision.choices
            if choice.value == NO_SUPERVISION or choice.value.rank <= most.rank
        ]
