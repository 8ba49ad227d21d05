"""Whoever signed off a capability does not authorise as well."""

from collections.abc import Sequence

from lms.core.errors import RuleViolation
from lms.core.words import join_words
from lms.readiness.rules.status import Decision

NAMED = 3


def separation_words(signed: Sequence[str]) -> str:
    """Why somebody who signed off these capabilities may not authorise; empty when they signed none."""
    if not signed:
        return ""
    more = len(signed) - NAMED
    named = [*signed[:NAMED], *([f"{more} more"] if more > 0 else [])]
    return (
        f"You signed off {join_words(named)} of this person. Whoever signs off cannot be the one who authorises: "
        "another consultant nurse or a deputy decides. You can still restrict or defer."
    )


def check_separate(*, decision: Decision, signed: Sequence[str]) -> None:
    """Refuse an authorisation by somebody who signed off a capability of this person that is in force.

    `signed` are the names of those capabilities. Raises RuleViolation.
    """
    if decision is Decision.AUTHORISE and signed:
        raise RuleViolation(separation_words(signed), "decision")
