"""Whoever signed off a capability does not authorise as well."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from lms.competencies.rules import in_force
from lms.core.errors import RuleViolation
from lms.core.words import join_words
from lms.readiness.rules.facts import Requirements, TraineeFacts
from lms.readiness.rules.status import Decision

NAMED = 3


def signed_by(person_id: UUID, facts: TraineeFacts, requirements: Requirements, on: date) -> tuple[str, ...]:
    """The names of the capabilities whose sign-off in force is this person's, as the requirements read it."""
    read = facts.read_under(requirements.framework_id).sign_offs
    return tuple(
        requirements.framework.capabilities[code].name
        for code, made in in_force(requirements.framework, read, on).items()
        if made.assessor_id == person_id
    )


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
