"""Evaluating placements and summing up for a site: one transaction each, with its ledger entries."""

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from lms.audit.services import hold, keep_text, record
from lms.core.clock import today
from lms.core.db import transaction
from lms.core.errors import RuleViolation
from lms.core.identifiers import check_free_text
from lms.identity.queries import list_seeing
from lms.notifications.services import tell
from lms.placements import queries
from lms.placements.models import EvaluationSummary, PlacementEvaluation
from lms.placements.rules import evaluations as rules
from lms.policy import Permission, Viewer


def evaluate(
    actor: Viewer,
    site_id: UUID,
    *,
    ratings: Mapping[str, int],
    went_well: str = "",
    could_change: str = "",
    no_identifiers: bool = False,
) -> PlacementEvaluation:
    """Say how a placement at a site was, once for each placement.

    Raises NotFound for a site the actor never worked at; RuleViolation without every rating, for a second evaluation,
    or for text that may identify somebody.
    """
    rules.check_ratings(ratings)
    check_free_text(went_well, no_identifiers=no_identifiers, field="went_well")
    check_free_text(could_change, no_identifiers=no_identifiers, field="could_change")
    with transaction() as session:
        hold(actor.id)
        rules.check_open(queries.get_own_placement(actor, site_id).placement)
        row = PlacementEvaluation(
            site_id=site_id,
            trainee_id=actor.id,
            ratings=dict(ratings),
            went_well=keep_text(went_well) if went_well else None,
            could_change=keep_text(could_change) if could_change else None,
        )
        session.add(row)
        record(actor, "placement.evaluated", row, about=actor.id, under=Permission.EVALUATION_GIVE)
        for person_id in list_seeing(actor.id, Permission.EVALUATION_SUMMARISE):
            tell(person_id, "A placement was evaluated", f"/evaluations/{site_id}")
    return row


def summarise(
    actor: Viewer, site_id: UUID, *, from_on: date, until_on: date, text: str, no_identifiers: bool = False
) -> EvaluationSummary:
    """Tell a site what the evaluations of a time say, in words that give nobody away.

    Raises NotFound where no trainee of the actor evaluated the site; RuleViolation for an empty summary, one of fewer
    than two trainees, a time that is not over, or text that may identify somebody.
    """
    if not text.strip():
        raise RuleViolation("Sum up what the evaluations say", "text")
    check_free_text(text, no_identifiers=no_identifiers, field="text")
    with transaction() as session:
        found = queries.get_site_evaluations(actor, site_id)
        rules.check_summary(queries.trainees_in(found.evaluations, from_on, until_on), from_on, until_on, today())
        row = EvaluationSummary(
            site_id=site_id,
            from_on=from_on,
            until_on=until_on,
            text=keep_text(text),
            by_id=actor.id,
            role=actor.role_for(Permission.EVALUATION_SUMMARISE),
        )
        session.add(row)
        record(actor, "placement.summed-up", row, under=Permission.EVALUATION_SUMMARISE)
    return row
