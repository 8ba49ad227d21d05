"""Asking for an assessment, answering it, and keeping what is typed until then."""

from collections.abc import Collection, Mapping
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from lms.audit.services import hold, keep_text, record
from lms.competencies import queries, rules
from lms.competencies.models import (
    Assessment,
    AssessmentDraft,
    AssessmentRating,
    AssessmentRequest,
    AssessmentRequestStep,
)
from lms.competencies.rules import Asked, FormKind, SeenAs, StepKind
from lms.core.clock import london_day, today
from lms.core.db import transaction
from lms.core.errors import RuleViolation, Stale
from lms.core.identifiers import check_free_text
from lms.core.words import day
from lms.identity.queries import get_trainee, list_people_with_role
from lms.identity.services import add_to_scope, close_grants, open_grant
from lms.notifications.services import tell
from lms.placements.queries import get_placements
from lms.policy import Permission, Role, Viewer
from lms.signing.rules import IdentityGrade

SEES_FOR = timedelta(days=90)
"""How long an assessor who was asked sees the record. A proposal, to be confirmed by the service."""
LONGEST_ANSWER = 4_000  # characters, whatever a form allows


def ask_for_assessment(
    actor: Viewer,
    *,
    assessor_id: UUID,
    codes: Collection[str],
    setting: str,
    seen_on: date,
    is_simulated: bool = False,
    form_kind: FormKind = FormKind.MINI_CEX,
    note: str = "",
    no_identifiers: bool = False,
) -> AssessmentRequest:
    """Ask an assessor to assess an encounter; the assessor may see the trainee's record from now on for 90 days.

    Raises RuleViolation for oneself, too many capabilities, a date out of range, what a request that waits asks
    already, or a note that may identify a patient.
    """
    check_free_text(note, no_identifiers=no_identifiers, field="note")
    with transaction() as session:
        hold(actor.id)
        trainee = get_trainee(actor, actor.id, Permission.ASSESSMENT_ASK)
        version, form = queries.framework_of(trainee.id), queries.get_form(form_kind)
        rules.check_request(
            trainee_id=trainee.id,
            assessor_id=assessor_id,
            codes=codes,
            known=version.framework.capabilities,
            seen_on=seen_on,
            today=today(),
        )
        _check_choices(assessor_id, setting)
        known = version.framework.capabilities
        rules.check_not_waiting(
            Asked(assessor_id, form_kind, seen_on, tuple(code for code in known if code in set(codes))),
            [row.asked for row in queries.list_own_requests(actor) if row.state.is_waiting],
            known=known,
        )
        request = AssessmentRequest(
            trainee_id=trainee.id,
            assessor_id=assessor_id,
            form_kind=form_kind,
            form_version_id=form.id,
            framework_version_id=version.id,
            setting=setting,
            seen_on=seen_on,
            is_simulated=is_simulated,
            codes=[code for code in known if code in set(codes)],
            note=keep_text(note) if note else None,
        )
        session.add(request)
        session.flush()
        record(actor, "assessment.asked", request, about=trainee.id, under=Permission.ASSESSMENT_ASK)
        add_to_scope(actor, trainee_id=trainee.id, scope_id=trainee.id, cause="The trainee's own record")
        open_grant(
            actor,
            person_id=assessor_id,
            scope_id=trainee.id,
            role=Role.ASSESSOR,
            until_on=today() + SEES_FOR,
            cause=f"Asked to assess an encounter on {day(seen_on)}",
            about=trainee.id,
        )
        tell(assessor_id, f"{actor.name} asks you for an assessment", "/assessments/waiting")
    return request


def _check_choices(assessor_id: UUID, setting: str) -> None:
    if all(person.id != assessor_id for person in list_people_with_role(Role.ASSESSOR)):
        raise RuleViolation("Select an assessor from the list", field="assessor_id")
    if get_placements().setting(setting) is None:
        raise RuleViolation("Select a setting from the list", field="setting")


def open_request(actor: Viewer, request_id: UUID) -> None:
    """Note that the assessor has looked at a request. Doing it again changes nothing.

    Raises RuleViolation if the request no longer waits.
    """
    with transaction() as session:
        hold(queries.get_asked_request(actor, request_id).trainee_id)
        row = queries.get_asked_request(actor, request_id)
        rules.check_waiting(row.state)
        if row.state is rules.RequestState.OPENED:
            return
        step = AssessmentRequestStep(request_id=row.id, step=StepKind.OPENED, by_id=actor.id)
        session.add(step)
        record(actor, "assessment.opened", step, about=row.trainee_id, under=Permission.ASSESSMENT_COMPLETE)


def decline_request(
    actor: Viewer, request_id: UUID, *, reason: str, no_identifiers: bool = False
) -> AssessmentRequestStep:
    """Decline to assess, with a reason the trainee reads. It never counts against the trainee.

    Raises RuleViolation without a reason or if the request no longer waits.
    """
    if not reason.strip():
        raise RuleViolation("Say why, so that the trainee can ask somebody else", field="reason")
    check_free_text(reason, no_identifiers=no_identifiers, field="reason")
    with transaction() as session:
        hold(queries.get_asked_request(actor, request_id).trainee_id)
        row = queries.get_asked_request(actor, request_id)
        rules.check_waiting(row.state)
        step = AssessmentRequestStep(
            request_id=row.id, step=StepKind.DECLINED, by_id=actor.id, reason=keep_text(reason)
        )
        session.add(step)
        rows = [step, *_emptied_draft(row.id)]
        record(actor, "assessment.declined", *rows, about=row.trainee_id, under=Permission.ASSESSMENT_COMPLETE)
        _close_if_last(actor, row)
        tell(row.trainee_id, f"{actor.name} declined to assess: ask somebody else", "/assessments/mine")
    return step


def cancel_request(actor: Viewer, request_id: UUID) -> AssessmentRequestStep:
    """Take back a request the assessor has not opened.

    Raises RuleViolation once it is opened or answered.
    """
    with transaction() as session:
        hold(actor.id)
        row = queries.get_own_request(actor, request_id)
        rules.check_cancel(actor_id=actor.id, trainee_id=row.trainee_id, state=row.state)
        step = AssessmentRequestStep(request_id=row.id, step=StepKind.CANCELLED, by_id=actor.id)
        session.add(step)
        record(actor, "assessment.cancelled", step, about=actor.id, under=Permission.ASSESSMENT_ASK)
        _close_if_last(actor, row)
        tell(row.assessor_id, f"{actor.name} no longer asks for an assessment", "/assessments/waiting")
    return step


def _close_if_last(actor: Viewer, row: queries.RequestRow) -> None:
    """Close the assessor's access when nothing else between the two gives a reason for it."""
    if not queries.has_other_ties(row.trainee_id, row.assessor_id, except_id=row.id):
        close_grants(
            actor,
            person_id=row.assessor_id,
            scope_id=row.trainee_id,
            role=Role.ASSESSOR,
            cause="The request was declined or cancelled",
            about=row.trainee_id,
        )


def save_draft(actor: Viewer, request_id: UUID, *, version: int, body: Mapping[str, Any]) -> int:
    """Keep what the assessor has entered so far; returns the new version.

    Fields that are not sent keep their value. Raises Stale if it was saved elsewhere since `version`, RuleViolation
    if the request no longer waits, an answer is too long or a valid NHS number was typed anywhere.
    """
    for field, value in body.items():
        text = str(value if value is not None else "")
        if len(text) > LONGEST_ANSWER:
            raise RuleViolation(f"Use {LONGEST_ANSWER:,} characters or fewer", field)
        check_free_text(text, no_identifiers=True, field=field)
    with transaction() as session:
        hold(queries.get_asked_request(actor, request_id).trainee_id)
        row = queries.get_asked_request(actor, request_id)
        rules.check_waiting(row.state)
        draft = queries.find_draft(row.id)
        _check_version(draft, version, body)
        if draft is None:
            draft = AssessmentDraft(request_id=row.id, assessor_id=actor.id, body=dict(body))
            session.add(draft)
        else:
            draft.body = {**draft.body, **body}
        session.flush()
        record(actor, "assessment.draft-saved", draft, about=row.trainee_id, under=Permission.ASSESSMENT_COMPLETE)
        saved = draft.version
    return saved


def _check_version(draft: AssessmentDraft | None, version: int, ours: Mapping[str, Any]) -> None:
    """Refuse to write over any answer that was saved elsewhere since, unless it says the same."""
    stored = draft.version if draft else 0
    theirs = {key: str(value) for key, value in (draft.body if draft else {}).items() if value is not None}
    said = {key: str(value) if value is not None else "" for key, value in ours.items()}
    if version != stored and any(theirs.get(key, "") != text for key, text in said.items()):
        raise Stale(theirs, stored)


def _emptied_draft(request_id: UUID) -> list[AssessmentDraft]:
    draft = queries.find_draft(request_id)
    if draft is None or not draft.body:
        return []
    draft.body = {}
    return [draft]


def complete_assessment(
    actor: Viewer,
    request_id: UUID,
    *,
    ratings: Mapping[str, int | None],
    setting: str,
    observed_on: date,
    is_simulated: bool,
    seen_as: SeenAs = SeenAs.LIVE,
    complexity: str | None = None,
    minutes: int | None = None,
    what_seen: str = "",
    went_well: str = "",
    next_time: str = "",
    no_identifiers: bool = False,
    version: int | None = None,
) -> Assessment:
    """Record what the assessor saw: each capability at a level, or not observed, which is no fail. Tells the trainee.

    `version` is the draft's version the page was read at; None does not compare. Raises Stale if the draft was saved
    elsewhere since, RuleViolation for oneself, twice, too many capabilities, or texts that may identify a patient.
    """
    texts = {"what_seen": what_seen, "went_well": went_well, "next_time": next_time}
    for field, text in texts.items():
        check_free_text(text, no_identifiers=no_identifiers, field=field)
    with transaction() as session:
        hold(queries.get_asked_request(actor, request_id).trainee_id)
        page = queries.get_request_page(actor, request_id)
        _check_answer(actor, page, ratings, observed_on, setting)
        if version is not None:
            entered = {
                "setting": setting,
                "observed_on": observed_on.isoformat(),
                "is_simulated": is_simulated,
                "seen_as": seen_as.value,
                "complexity": complexity,
                "minutes": minutes,
                **rules.as_entered(ratings, page.row.codes),
            }
            kept = {key: value for key, value in entered.items() if key in page.draft}
            _check_version(queries.find_draft(request_id), version, {**texts, **kept})
        assessment = Assessment(
            request_id=request_id,
            trainee_id=page.row.trainee_id,
            assessor_id=actor.id,
            role=actor.role_for(Permission.ASSESSMENT_COMPLETE),
            identity_grade=IdentityGrade.ACCOUNT,
            form_kind=page.row.form_kind,
            form_version_id=page.form.id,
            framework_version_id=page.version.id,
            setting=setting,
            observed_on=observed_on,
            is_simulated=is_simulated,
            seen_as=seen_as,
            complexity=complexity or "",
            minutes=minutes,
            **{field: keep_text(text) if text else None for field, text in texts.items()},
        )
        session.add(assessment)
        session.flush()
        rated = [
            AssessmentRating(assessment_id=assessment.id, capability_code=code, level=level)
            for code, level in sorted(ratings.items())
        ]
        session.add_all(rated)
        rows = [assessment, *rated, *_emptied_draft(request_id)]
        record(actor, "assessment.completed", *rows, about=page.row.trainee_id, under=Permission.ASSESSMENT_COMPLETE)
        tell(page.row.trainee_id, f"{actor.name} completed your assessment", f"/assessments/{assessment.id}")
    return assessment


def _check_answer(
    actor: Viewer, page: queries.RequestPage, ratings: Mapping[str, int | None], observed_on: date, setting: str
) -> None:
    rules.check_assessment(
        assessor_id=actor.id,
        trainee_id=page.row.trainee_id,
        asked_of=page.row.assessor_id,
        state=page.row.state,
        ratings=ratings,
        known=page.version.framework.capabilities,
    )
    rules.check_observed_on(observed_on, asked_on=london_day(page.row.asked_at))
    if setting != page.row.setting and get_placements().setting(setting) is None:
        raise RuleViolation("Select a setting from the list", field="setting")
