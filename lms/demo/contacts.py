"""The contacts of the example service: what came of each, and which legal framework was present."""

import random

from lms.placements.rules.encounters import AgeBand, Contact, LegalFramework, Outcome
from lms.placements.rules.states import Part, Presentation

PLANNED = {Presentation.SUICIDAL_THOUGHTS, Presentation.SELF_HARM, Presentation.LOW_MOOD}
CONFUSED = {Presentation.DELIRIUM_OR_CONFUSION, Presentation.DISTURBED_BEHAVIOUR}
OUTCOMES = (Outcome.LEFT_WITH_PLAN, Outcome.LEFT_WITH_PLAN, Outcome.REFERRED, Outcome.CONVEYED)
AGES = (AgeBand.FROM_18_TO_64, AgeBand.FROM_18_TO_64, AgeBand.FROM_65, AgeBand.UNDER_18, AgeBand.NOT_KNOWN)


def contact(chance: random.Random, presentation: Presentation, part: Part) -> Contact:
    """A contact with believable circumstances."""
    outcome = Outcome.CONVEYED if presentation is Presentation.OVERDOSE else chance.choice(OUTCOMES)
    framework = LegalFramework.CAPACITY_ACT if presentation in CONFUSED else LegalFramework.CONSENT
    return Contact(
        presentation=presentation,
        part=part,
        outcome=outcome,
        age_band=chance.choice(AGES),
        frameworks=(framework,),
        safety_plan_made=presentation in PLANNED and outcome is not Outcome.CONVEYED,
    )
