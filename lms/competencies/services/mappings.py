"""Proposing what signed capabilities are read as under a newer version of the framework, and reviewing it."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from lms.audit.rules import SERVICE_CHAIN
from lms.audit.services import hold, keep_text, record
from lms.competencies.models import FrameworkMapping, FrameworkMappingReview
from lms.competencies.queries.versions import get_comparison, get_mapping
from lms.competencies.rules.mappings import check_lines, check_proposal, check_review
from lms.core.db import transaction
from lms.core.errors import RuleViolation
from lms.core.identifiers import check_free_text
from lms.identity.queries import list_people_with_role
from lms.notifications.services import tell
from lms.policy import Permission, Role, Viewer, roles_with


def propose_mapping(
    actor: Viewer,
    older_id: UUID,
    newer_id: UUID,
    *,
    lines: Mapping[str, Sequence[str]],
    reason: str,
    no_identifiers: bool = False,
) -> FrameworkMapping:
    """Propose what each capability that was worded anew is read as. Nothing is read so before a second person approves.

    Raises NotFound for what is no version of the framework, RuleViolation for a mapping that is not whole or waits.
    """
    if not reason.strip():
        raise RuleViolation("Say how you decided", field="reason")
    check_free_text(reason, no_identifiers=no_identifiers, field="reason")
    with transaction() as session:
        hold(SERVICE_CHAIN)
        page = get_comparison(actor, older_id, newer_id)
        check_proposal(is_older_first=page.older.id == older_id, waits=page.waiting is not None)
        check_lines(lines, page.older.framework, page.newer.framework)
        row = FrameworkMapping(
            older_version_id=older_id,
            newer_version_id=newer_id,
            lines={code: sorted(set(targets)) for code, targets in lines.items()},
            proposed_by_id=actor.id,
            role=actor.role_for(Permission.FRAMEWORK_MANAGE),
            reason=keep_text(reason),
        )
        session.add(row)
        session.flush()
        record(actor, "framework.mapping-proposed", row, under=Permission.FRAMEWORK_MANAGE)
        for person_id in _reviewers() - {actor.id}:
            tell(person_id, "A mapping of the competency framework waits for review", f"/framework-mappings/{row.id}")
    return row


def review_mapping(
    actor: Viewer, mapping_id: UUID, *, approved: bool, reason: str = "", no_identifiers: bool = False
) -> FrameworkMappingReview:
    """Approve somebody else's mapping, from which moment records are read by it, or say why not.

    Raises NotFound for those who do not review, RuleViolation for one's own mapping, one reviewed before, or a refusal
    without a reason.
    """
    check_free_text(reason, no_identifiers=no_identifiers, field="reason")
    with transaction() as session:
        hold(SERVICE_CHAIN)
        page = get_mapping(actor, mapping_id)
        check_review(
            actor_id=actor.id,
            proposed_by_id=page.row.proposed_by_id,
            is_reviewed=page.review is not None,
            approved=approved,
            reason=reason,
        )
        review = FrameworkMappingReview(
            mapping_id=mapping_id,
            approved=approved,
            reviewed_by_id=actor.id,
            role=actor.role_for(Permission.FRAMEWORK_REVIEW),
            reason=keep_text(reason) if reason.strip() else None,
        )
        session.add(review)
        record(actor, "framework.mapping-reviewed", review, under=Permission.FRAMEWORK_REVIEW)
        became = "approved" if approved else "not approved"
        words = f"Your mapping of the competency framework was {became}"
        tell(page.row.proposed_by_id, words, f"/framework-mappings/{mapping_id}")
    return review


def _reviewers() -> set[UUID]:
    roles: list[Role] = sorted(roles_with(Permission.FRAMEWORK_REVIEW))
    return {person.id for role in roles for person in list_people_with_role(role)}
