"""What the administrator is asked about a check."""

from lms.placements.rules.checks import CORRECTION_MAX, REFERENCE_MAX, CheckKind
from lms.web.forms import (
    FileField,
    InputRequired,
    MaxCharacters,
    NHSDateField,
    NHSForm,
    SelectChoice,
    SelectField,
    StringField,
    TextAreaField,
)


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
        description="A PDF of up to 100 pages, or a PNG or JPEG; up to 10 MB. It must hold no NHS number: the text of a"
        " PDF is searched for one, pictures cannot be.",
        accept=".pdf,.png,.jpg,.jpeg",
    )


class CheckCorrectionForm(CheckForm):
    """A correction of a check, which says why."""

    reason = TextAreaField(
        "Why do you correct it?",
        [InputRequired("Say why you correct this check")],
        max_characters=CORRECTION_MAX,
        rows=3,
    )
