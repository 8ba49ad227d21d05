"""Contacts for tests: an ordinary one, changed where a test says so."""

from typing import Any

from lms.placements.rules.encounters import AgeBand, Contact, LegalFramework, Outcome
from lms.placements.rules.states import Part, Presentation


def contact(presentation: Presentation = Presentation.LOW_MOOD, part: Part = Part.LED, **changes: Any) -> Contact:
    """What a trainee says of one contact."""
    usual: dict[str, Any] = {
        "outcome": Outcome.LEFT_WITH_PLAN,
        "age_band": AgeBand.NOT_KNOWN,
        "frameworks": (LegalFramework.CONSENT,),
        "safety_plan_made": False,
    }
    return Contact(presentation, part, **{**usual, **changes})
