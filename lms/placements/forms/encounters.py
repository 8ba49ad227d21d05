"""Questions about an encounter: all of them are answered by a tap."""

from lms.placements.rules.encounters import AgeBand, Contact, LegalFramework, Outcome
from lms.placements.rules.states import Part, Presentation
from lms.web.forms import (
    BooleanField,
    CheckboxesField,
    InputRequired,
    NHSForm,
    RadioField,
    SelectChoice,
)


class EncounterForm(NHSForm):
    """One de-identified contact."""

    presentation = RadioField(
        "What was it about?",
        [InputRequired("Select what the contact was about")],
        choices=[SelectChoice(each.value, each.label) for each in Presentation],
        coerce=Presentation,
    )
    part = RadioField(
        "What did you do?",
        [InputRequired("Select what you did")],
        choices=[SelectChoice(each.value, each.label) for each in Part],
        coerce=Part,
        inline=True,
    )
    outcome = RadioField(
        "What came of it?",
        [InputRequired("Select what came of it")],
        choices=[SelectChoice(each.value, each.label) for each in Outcome],
        coerce=Outcome,
    )
    frameworks = CheckboxesField(
        "Which legal framework was present?",
        [InputRequired('Select the legal frameworks that were present, or "None"')],
        choices=[SelectChoice(each.value, each.label) for each in LegalFramework],
        coerce=LegalFramework,
        exclusive=[LegalFramework.NONE.value],
    )
    age_band = RadioField(
        "Age",
        [InputRequired('Select the age, or "Not known"')],
        choices=[SelectChoice(each.value, each.label) for each in AgeBand],
        coerce=AgeBand,
        inline=True,
    )
    safety_plan_made = BooleanField("A safety plan was made")

    @property
    def contact(self) -> Contact:
        """The contact that was answered."""
        return Contact(**{**self.answers, "frameworks": tuple(self.frameworks.data)})
