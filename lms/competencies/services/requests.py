"""Asking for an assessment, and everything that happens to a request until it is answered."""

from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from lms.audit.services import hold, keep_text, record
from lms.competencies import queries, rules
from lms.competencies.models import AssessmentDraft, AssessmentRequest, AssessmentRequestStep
from lms.competencies.rules import Asked, Asker, FormKind, StepKind, Way
from lms.core.clock import now, today
from lms.core.days import london_day
from lms.core.db import db, transaction
from lms.core.errors import RuleViolation
from lms.core.identifiers import check_free_text
from lms.core.words import day
from lms.identity.queries import find_person_by_email, get_trainee, list_people_with_role
from lms.identity.services import add_to_scope, close_grants, create_guest, open_grant
from lms.identity.services.guests import ASK_BY_NAME
from lms.notifications.services import send_mail, tell
from lms.placements.queries import find_own_encounter, get_placements
from lms.policy import Permission, Role, Viewer
from lms.signing.rules import Channel, Purpose, Refusal, Refused
from lms.signing.services import check_not_own_address, end_links, end_sent, make_link, noting_refusals

SEES_FOR = timedelta(days=90)
"""How long an assessor who was asked sees the record. A proposal, to be confirmed by the service."""


def check_assessor(assessor_id: UUID | None) -> None:
    """Refuse somebody who does not assess.

    Raises RuleViolation.
    """
    if all(person.id != assessor_id for person in list_people_with_role(Role.ASSESSOR)):
        raise RuleViolation("Select an assessor from the list", field="assessor_id")


def check_address(actor: Viewer, email: str) -> None:
    """Refuse the trainee's own address, and that of an account, which is asked by name.

    Raises RuleViolation.
    """
    check_not_own_address(actor.id, email)
    known = find_person_by_email(email)
    if known is not None and not known.is_guest:
        raise RuleViolation(ASK_BY_NAME, field="email")


def ask_for_assessment(
    actor: Viewer,
    *,
    codes: Collection[str],
    setting: str,
    seen_on: date,
    self_levels: Mapping[str, int | None],
    way: Way = Way.ACCOUNT,
    assessor_id: UUID | None = None,
    name: str = "",
    profession: str = "",
    email: str = "",
    is_simulated: bool = False,
    form_kind: FormKind = FormKind.MINI_CEX,
    note: str = "",
    encounter_id: UUID | None = None,
    no_identifiers: bool = False,
) -> AssessmentRequest:
    """Ask somebody who saw an encounter to assess it, with the trainee's own rating of each capability.

    Somebody with an account sees the trainee's record from now on for 90 days. Somebody asked by email gets a link
    that only they receive. Raises RuleViolation for oneself, too many capabilities, a date out of range, what a request
    that waits asks already, a rating that is missing, or a note that may identify a patient. To ask oneself by another
    address leaves a trace.
    """
    check_free_text(note, no_identifiers=no_identifiers, field="note")
    with noting_refusals(Purpose.ASSESSMENT, None, trainee_id=actor.id, actor=actor), transaction() as session:
        hold(actor.id)
        trainee = get_trainee(actor, actor.id, Permission.ASSESSMENT_ASK)
        version, form = queries.framework_of(trainee.id), queries.get_form(form_kind)
        asked_of = _asked_of(actor, way, assessor_id, name=name, profession=profession, email=email)
        known = version.framework.capabilities
        rules.check_request(
            trainee_id=trainee.id, assessor_id=asked_of, codes=codes, known=known, seen_on=seen_on, today=today()
        )
        rules.check_asking(form.form, by=Asker.TRAINEE, codes=codes, known=known)
        rules.check_self_levels(codes, self_levels)
        _check_setting(setting)
        named = tuple(code for code in known if code in set(codes))
        rules.check_not_waiting(
            Asked(asked_of, form_kind, seen_on, named),
            [row.asked for row in queries.list_own_requests(actor) if row.state.is_waiting],
            known=known,
        )
        request = AssessmentRequest(
            trainee_id=trainee.id,
            assessor_id=asked_of,
            way=way,
            role=actor.role_for(Permission.ASSESSMENT_ASK),
            form_kind=form_kind,
            form_version_id=form.id,
            framework_version_id=version.id,
            setting=setting,
            seen_on=seen_on,
            is_simulated=is_simulated,
            codes=list(named),
            self_levels=dict(self_levels),
            encounter_id=encounter_id if encounter_id and find_own_encounter(actor, encounter_id) else None,
            note=keep_text(note) if note else None,
        )
        session.add(request)
        session.flush()
        record(actor, "assessment.asked", request, about=trainee.id, under=Permission.ASSESSMENT_ASK)
        add_to_scope(actor, trainee_id=trainee.id, scope_id=trainee.id, cause="The trainee's own record")
        if way is Way.ACCOUNT and asked_of is not None:
            _let_see(actor, trainee_id=trainee.id, seen_on=seen_on, person_id=asked_of)
            tell(asked_of, f"{actor.name} asks you for an assessment", "/assessments/waiting")
        if way is Way.EMAIL and asked_of is not None:
            _send_link(request, asked_of, "asked-to-assess", until=request.recorded_at + rules.EXPIRES_AFTER)
    return request


def _asked_of(
    actor: Viewer, way: Way, assessor_id: UUID | None, *, name: str, profession: str, email: str
) -> UUID | None:
    """Who is asked: somebody with an account, a guest by their address, or whoever is there."""
    if way is Way.HERE:
        return None
    if way is Way.ACCOUNT:
        check_assessor(assessor_id)
        return assessor_id
    check_address(actor, email)
    return create_guest(actor, name=name, profession=profession, registration_number="", email=email).id


def _check_setting(setting: str) -> None:
    if get_placements().setting(setting) is None:
        raise RuleViolation("Select a setting from the list", field="setting")


def _let_see(actor: Viewer | None, *, trainee_id: UUID, seen_on: date, person_id: UUID) -> None:
    open_grant(
        actor,
        person_id=person_id,
        scope_id=trainee_id,
        role=Role.ASSESSOR,
        until_on=today() + SEES_FOR,
        cause=f"Asked to assess an encounter on {day(seen_on)}",
        about=trainee_id,
    )


def _send_link(request: AssessmentRequest, person_id: UUID, template: str, *, until: datetime) -> None:
    """Send the only link that proves an address; nobody else ever sees it. The message says `until` when to answer."""
    token = make_link(
        Purpose.ASSESSMENT,
        request.id,
        trainee_id=request.trainee_id,
        channel=Channel.SENT,
        person_id=person_id,
    )
    send_mail(person_id, template, url=f"/sign/{token}", until=day(london_day(until)))


def show_link(actor: Viewer, request_id: UUID) -> str:
    """Make a link the trainee may show, as a code or copied: whoever opens it still has to prove who they are.

    Returns its path; an earlier one no longer works. Raises RuleViolation if the request no longer waits.
    """
    with transaction():
        hold(actor.id)
        row = queries.get_own_request(actor, request_id)
        rules.check_waiting(row.state)
        token = make_link(Purpose.ASSESSMENT, row.id, trainee_id=row.trainee_id, channel=Channel.SHOWN)
    return f"/sign/{token}"


def open_request(actor: Viewer, request_id: UUID) -> None:
    """Note that the assessor has looked at a request. Doing it again changes nothing.

    Raises RuleViolation if the request no longer waits.
    """
    with transaction():
        hold(queries.get_asked_request(actor, request_id).trainee_id)
        note_opened(actor, queries.get_asked_request(actor, request_id), actor.id)


def note_opened(actor: Viewer | None, row: queries.RequestRow, person_id: UUID | None) -> None:
    """Note inside a transaction that somebody has looked at a request. Doing it again changes nothing.

    Raises RuleViolation if the request no longer waits.
    """
    rules.check_waiting(row.state)
    if row.state is not rules.RequestState.OPENED:
        _step(actor, row, StepKind.OPENED, "assessment.opened", by_id=person_id)


def _step(
    actor: Viewer | None,
    row: queries.RequestRow,
    kind: StepKind,
    event: str,
    *,
    by_id: UUID | None,
    to_id: UUID | None = None,
    reason: str = "",
    emptied: bool = False,
) -> AssessmentRequestStep:
    """Add what happened to a request; `emptied` forgets what the assessor has entered so far."""
    step = AssessmentRequestStep(
        request_id=row.id,
        step=kind,
        by_id=by_id,
        role=actor.role_for(_permission(actor, row)) if actor else None,
        to_id=to_id,
        reason=keep_text(reason) if reason else None,
    )
    db.session.add(step)
    rows = [step, *(emptied_draft(row.id) if emptied else [])]
    permission = None if actor is None else _permission(actor, row)
    record(actor, event, *rows, about=row.trainee_id, under=permission)
    return step


def _permission(actor: Viewer, row: queries.RequestRow) -> Permission:
    return Permission.ASSESSMENT_ASK if actor.id == row.trainee_id else Permission.ASSESSMENT_COMPLETE


def emptied_draft(request_id: UUID) -> list[AssessmentDraft]:
    """The draft of a request, emptied in this transaction; nothing where there is none."""
    draft = queries.find_draft(request_id)
    if draft is None or not draft.body:
        return []
    draft.body = {}
    return [draft]


def decline_request(
    actor: Viewer, request_id: UUID, *, reason: str, no_identifiers: bool = False
) -> AssessmentRequestStep:
    """Decline to assess, with a reason the trainee reads. It never counts against the trainee.

    Raises RuleViolation without a reason, if the request no longer waits or if nobody asked.
    """
    _check_reason(reason, no_identifiers=no_identifiers)
    with transaction():
        hold(queries.get_asked_request(actor, request_id).trainee_id)
        row = queries.get_asked_request(actor, request_id)
        rules.check_was_asked(row.is_unasked)
        return _decline(actor, row, actor.id, actor.name, reason)


def decline_by_link(request_id: UUID, person_id: UUID, *, reason: str, no_identifiers: bool = False) -> None:
    """Decline to assess with the link that was sent, with a reason the trainee reads.

    Raises RuleViolation without a reason, if the request no longer waits or is somebody else's by now.
    """
    _check_reason(reason, no_identifiers=no_identifiers)
    trainee_id = queries.get_held_request(request_id).row.trainee_id
    with noting_refusals(Purpose.ASSESSMENT, request_id, trainee_id=trainee_id), transaction():
        hold(trainee_id)
        row = queries.get_held_request(request_id).row
        check_holder(row, person_id)
        _decline(None, row, person_id, row.assessor_name, reason)


def check_holder(row: queries.RequestRow, sent_to: UUID | None) -> None:
    """Refuse a link that was sent to somebody who no longer is to answer the request.

    Raises Refused.
    """
    if sent_to is not None and sent_to != row.assessor_id:
        raise Refused(Refusal.ENDED_LINK, "This request is somebody else’s to answer now.")


def _check_reason(reason: str, *, no_identifiers: bool) -> None:
    if not reason.strip():
        raise RuleViolation("Say why, so that the trainee can ask somebody else", field="reason")
    check_free_text(reason, no_identifiers=no_identifiers, field="reason")


def _decline(
    actor: Viewer | None, row: queries.RequestRow, person_id: UUID, name: str, reason: str
) -> AssessmentRequestStep:
    rules.check_waiting(row.state)
    step = _step(actor, row, StepKind.DECLINED, "assessment.declined", by_id=person_id, reason=reason, emptied=True)
    end_links(row.id)
    _close_if_last(actor, row)
    tell(row.trainee_id, f"{name} declined to assess: ask somebody else", "/assessments/mine")
    return step


def pass_on(actor: Viewer, request_id: UUID, *, to_id: UUID) -> AssessmentRequestStep:
    """Hand a request to somebody else who assesses; the trainee is told, and their time begins anew.

    Raises RuleViolation as rules.check_pass_on does, if the person does not assess or if nobody asked.
    """
    with transaction():
        hold(queries.get_asked_request(actor, request_id).trainee_id)
        row = queries.get_asked_request(actor, request_id)
        rules.check_was_asked(row.is_unasked)
        if all(person.id != to_id for person in list_people_with_role(Role.ASSESSOR)):
            raise RuleViolation("Select an assessor from the list", field="to_id")
        rules.check_pass_on(
            state=row.state,
            steps=row.steps,
            asked_of=row.first_asked,
            trainee_id=row.trainee_id,
            by_id=actor.id,
            to_id=to_id,
        )
        step = take(actor, row, to_id, role=Role.ASSESSOR)
        tell(to_id, f"{actor.name} passes a request of {row.trainee_name} on to you", "/assessments/waiting")
        tell(row.trainee_id, f"{actor.name} passed your request on", "/assessments/mine")
    return step


def take(actor: Viewer | None, row: queries.RequestRow, to_id: UUID, *, role: Role | None) -> AssessmentRequestStep:
    """Let a request be somebody else's to answer, in a role; a guest takes it as nobody's account.

    Whoever had it before sees the record no longer, and the link they were sent ends. An assessor sees it from now on.
    """
    step = _step(
        actor,
        row,
        StepKind.PASSED_ON,
        "assessment.passed-on",
        by_id=actor.id if actor else to_id,
        to_id=to_id,
        emptied=True,
    )
    end_sent(row.id)
    _close_if_last(actor, row)
    if role is Role.ASSESSOR:
        _let_see(actor, trainee_id=row.trainee_id, seen_on=row.seen_on, person_id=to_id)
    return step


def remind(actor: Viewer, request_id: UUID) -> AssessmentRequestStep:
    """Remind the assessor of a request. Somebody asked by email gets a new link, the old one no longer works.

    Raises RuleViolation if the request does not wait, nobody in particular was asked, too soon after the last reminder,
    or too often.
    """
    with transaction():
        hold(actor.id)
        row = queries.get_own_request(actor, request_id)
        rules.check_remind(row.state, row.steps, row.asked_at, now(), holder=row.assessor_id)
        step = _step(actor, row, StepKind.REMINDED, "assessment.reminded", by_id=actor.id)
        _reach(actor, row)
    return step


def reset(actor: Viewer, request_id: UUID) -> AssessmentRequestStep:
    """Give the assessor of an expired request the same time again, once.

    Raises RuleViolation if it has not expired or was given more time before.
    """
    with transaction():
        hold(actor.id)
        row = queries.get_own_request(actor, request_id)
        rules.check_reset(row.state, row.steps)
        step = _step(actor, row, StepKind.RESET, "assessment.reset", by_id=actor.id)
        _reach(actor, row)
    return step


def _reach(actor: Viewer, row: queries.RequestRow) -> None:
    """Tell the assessor once more, in the way they were asked."""
    if row.assessor_id is None:
        return
    if row.way is Way.EMAIL and row.assessor_id == row.first_asked:
        request = db.session.scalars(select(AssessmentRequest).where(AssessmentRequest.id == row.id)).one()
        until = queries.get_own_request(actor, row.id).expires_at  # What was just done may have given more time.
        _send_link(request, row.assessor_id, "reminded-to-assess", until=until)
    else:
        tell(row.assessor_id, f"{actor.name} reminds you of an assessment", "/assessments/waiting")


def cancel_request(actor: Viewer, request_id: UUID) -> AssessmentRequestStep:
    """Take back a request the assessor has not opened.

    Raises RuleViolation once it is opened or answered.
    """
    with transaction():
        hold(actor.id)
        row = queries.get_own_request(actor, request_id)
        rules.check_cancel(actor_id=actor.id, trainee_id=row.trainee_id, state=row.state)
        step = _step(actor, row, StepKind.CANCELLED, "assessment.cancelled", by_id=actor.id)
        end_links(row.id)
        _close_if_last(actor, row)
        if row.assessor_id is not None and row.way is Way.ACCOUNT:
            tell(row.assessor_id, f"{actor.name} no longer asks for an assessment", "/assessments/waiting")
    return step


def throw_away(actor: Viewer, request_id: UUID) -> AssessmentRequestStep:
    """Throw away what the actor began unasked, with everything entered. Nobody is told, because nobody knew of it.

    Raises RuleViolation for what was asked for, and once it is signed or has ended.
    """
    with transaction():
        hold(queries.get_asked_request(actor, request_id).trainee_id)
        row = queries.get_asked_request(actor, request_id)
        rules.check_throw_away(actor_id=actor.id, began_by=row.first_asked, is_unasked=row.is_unasked, state=row.state)
        return _step(actor, row, StepKind.CANCELLED, "assessment.cancelled", by_id=actor.id, emptied=True)


def _close_if_last(actor: Viewer | None, row: queries.RequestRow) -> None:
    """Close the assessor's access when nothing else between the two gives a reason for it."""
    if row.assessor_id is not None and not queries.has_other_ties(row.trainee_id, row.assessor_id, except_id=row.id):
        close_grants(
            actor,
            person_id=row.assessor_id,
            scope_id=row.trainee_id,
            role=Role.ASSESSOR,
            cause="The request was declined, passed on or cancelled",
            about=row.trainee_id,
        )
