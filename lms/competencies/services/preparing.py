"""Preparing a request: what a trainee wants to ask stays a draft until they have rated themselves."""

from collections.abc import Mapping
from uuid import UUID

from lms.audit.services import hold, record
from lms.competencies import queries, rules
from lms.competencies.models import AssessmentRequest, RequestDraft
from lms.competencies.rules import Prepared, Way, prepared_from
from lms.competencies.services.requests import ask_for_assessment, check_address, check_assessor
from lms.core.clock import today
from lms.core.db import transaction
from lms.core.errors import RuleViolation
from lms.core.identifiers import check_free_text
from lms.identity.queries import get_trainee
from lms.identity.rules import check_details
from lms.policy import Permission, Viewer
from lms.signing.rules import Purpose
from lms.signing.services import noting_refusals


def begin_request(
    actor: Viewer, prepared: Prepared, *, replaces: UUID | None = None, no_identifiers: bool = False
) -> RequestDraft:
    """Keep what a trainee wants to ask, before they rate themselves and ask; the draft it replaces is thrown away.

    Raises RuleViolation for oneself, too many capabilities, a date out of range, somebody who cannot be asked,
    details as check_details does, or a note that may identify a patient. To ask oneself by another address leaves a
    trace.
    """
    check_details(name=prepared.name, email=prepared.email, profession=prepared.profession)
    check_free_text(prepared.note, no_identifiers=no_identifiers, field="note")
    with noting_refusals(Purpose.ASSESSMENT, None, trainee_id=actor.id, actor=actor), transaction() as session:
        hold(actor.id)
        get_trainee(actor, actor.id, Permission.ASSESSMENT_ASK)
        rules.check_request(
            trainee_id=actor.id,
            assessor_id=prepared.assessor_id,
            codes=prepared.codes,
            known=queries.framework_of(actor.id).framework.capabilities,
            seen_on=prepared.seen_on,
            today=today(),
        )
        _check_reach(actor, prepared)
        draft = RequestDraft(trainee_id=actor.id, body=prepared.body)
        session.add(draft)
        session.flush()
        record(actor, "assessment.draft-begun", draft, about=actor.id, under=Permission.ASSESSMENT_ASK)
        if replaces is not None:
            discard_request_draft(actor, replaces)
    return draft


def _check_reach(actor: Viewer, prepared: Prepared) -> None:
    """Refuse a way to somebody that says too little, or leads to the trainee or to an account."""
    if prepared.way is Way.ACCOUNT:
        check_assessor(prepared.assessor_id)
    if prepared.way is Way.EMAIL:
        if not prepared.name.strip():
            raise RuleViolation("Enter their name", field="name")
        if not prepared.email.strip():
            raise RuleViolation("Enter their email address", field="email")
        check_address(actor, prepared.email)


def discard_request_draft(actor: Viewer, draft_id: UUID) -> None:
    """Throw away what was prepared and not asked."""
    with transaction() as session:
        hold(actor.id)
        draft = queries.get_request_draft(actor, draft_id)
        draft.body = {}
        session.flush()
        record(actor, "assessment.draft-discarded", draft, about=actor.id, under=Permission.ASSESSMENT_ASK)


def send_request_draft(actor: Viewer, draft_id: UUID, *, self_levels: Mapping[str, int | None]) -> AssessmentRequest:
    """Ask what was prepared, now that the trainee has rated themselves.

    Raises RuleViolation as ask_for_assessment does; the draft then stays.
    """
    with noting_refusals(Purpose.ASSESSMENT, None, trainee_id=actor.id, actor=actor), transaction() as session:
        hold(actor.id)
        draft = queries.get_request_draft(actor, draft_id)
        facts = prepared_from(draft.body).facts
        request = ask_for_assessment(actor, **facts, self_levels=self_levels, no_identifiers=True)
        draft.body, draft.request_id = {}, request.id
        session.flush()
        record(actor, "assessment.draft-sent", draft, about=actor.id, under=Permission.ASSESSMENT_ASK)
    return request
