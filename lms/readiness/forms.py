"""What the consultant nurse and the administrator are asked."""

from wtforms import HiddenField

from lms.readiness.rules import CheckKind, Decision, Supervision
from lms.readiness.rules.status import REASON_MAX, REFERENCE_MAX
from lms.web.forms import (
    FileField,
    InputRequired,
    MaxCharacters,
    NHSDateField,
    NHSForm,
    RadioField,
    SelectChoice,
    SelectField,
    StringField,
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


class CheckForm(NHSForm):
    """One check with its dates."""

    check_kind = SelectField(
        "Which check is it?",
        [InputRequired("Select which check it is")],
        choices=[SelectChoice(each, each.label) for each in CheckKind],
        coerce=CheckKind,
        blank="Select a check",
    )
    issued_on = NHSDateField("From when does it hold?", [InputRequired("Enter the date from which it holds")])
    valid_until = NHSDateField("Until when does it hold?", [InputRequired("Enter the last day on which it holds")])
    reference = StringField(
        "Reference (optional)",
        [MaxCharacters(REFERENCE_MAX)],
        description="Where the proof can be found, for example the number of the certificate.",
    )
    proof = FileField(
        "Scan of the certificate (optional)",
        description="A PDF, PNG or JPEG of up to 10 MB.",
        accept=".pdf,.png,.jpg,.jpeg",
    )


class CheckCorrectionForm(CheckForm):
    """A correction of a check, which says why."""

    reason = TextAreaField(
        "Why do you correct it?", [InputRequired("Say why you correct this check")], max_characters=REASON_MAX, rows=3
    )
