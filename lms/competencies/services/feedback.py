"""Rounds of multi-source feedback: opening, inviting, answering, booking the conversation and releasing in it."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from uuid import UUID

from sqlalchemy import select

from lms.audit.services import hold, record, transaction_without_receipt
from lms.competencies import queries, rules
from lms.competencies.models import (
    Assessment,
    FeedbackBooking,
    FeedbackRater,
    FeedbackRelease,
    FeedbackRound,
    FeedbackSheet,
    FeedbackTicket,
)
from lms.competencies.queries.feedback import RoundRow
from lms.competencies.rules import Answer, FormKind, SeenAs
from lms.competencies.services.answers import check_answers, sheet_rows
from lms.competencies.services.assessments import write_assessment
from lms.competencies.services.reviews import tell_of_reviews
from lms.core.clock import today
from lms.core.db import transaction
from lms.core.errors import RuleViolation
from lms.core.identifiers import check_free_text
from lms.core.words import day
from lms.identity.queries import acting_towards, get_trainee
from lms.notifications.services import tell
from lms.placements.queries import get_placements
from lms.policy import Permission, Viewer
from lms.signing.rules import IdentityGrade

COLLECT = Permission.FEEDBACK_COLLECT
ASKED = "/feedback-rounds/asked"


def open_round(actor: Viewer, trainee_id: UUID, *, setting: str) -> FeedbackRound:
    """Begin to ask colleagues about a trainee, who is told and gives a view of their own first.

    Raises NotFound outside the actor's scope, RuleViolation about oneself or while another round is open.
    """
    with transaction() as session:
        hold(trainee_id)
        trainee = get_trainee(actor, trainee_id, COLLECT)
        actor = acting_towards(actor, trainee.id, COLLECT)
        form = queries.get_form(FormKind.MULTI_SOURCE_FEEDBACK)
        rules.check_opening(
            actor_id=actor.id,
            trainee_id=trainee.id,
            has_open_round=queries.find_open_round(trainee.id) is not None,
        )
        _check_asker(actor, form)
        if get_placements().setting(setting) is None:
            raise RuleViolation("Select a setting from the list", field="setting")
        made = FeedbackRound(
            trainee_id=trainee.id,
            opened_by_id=actor.id,
            role=actor.role_for(COLLECT),
            form_version_id=form.id,
            framework_version_id=queries.framework_of(trainee.id).id,
            setting=setting,
        )
        session.add(made)
        session.flush()
        record(actor, "feedback.opened", made, about=trainee.id, under=COLLECT)
        tell(trainee.id, "Colleagues will be asked about your work. Give your own view first", _own(made.id))
    return made


def _check_asker(actor: Viewer, form: queries.FormVersion) -> None:
    if rules.asker_of(actor.role_for(COLLECT)) not in form.form.asked_by:
        raise RuleViolation("This form is asked for in another role.")


def _own(round_id: UUID) -> str:
    return f"/feedback-rounds/{round_id}/own"


def invite_raters(actor: Viewer, round_id: UUID, *, people: Collection[UUID]) -> list[FeedbackRater]:
    """Invite people to answer. They are told at once if the trainee has given their own view, else when it is given.

    Raises NotFound outside the actor's scope, RuleViolation for the trainee, nobody, or after the answering ended.
    """
    with transaction() as session:
        hold(queries.get_round(actor, round_id).fact.trainee_id)
        row = queries.get_round(actor, round_id)
        actor = acting_towards(actor, row.fact.trainee_id, COLLECT)
        allowed = {person.id for person in queries.list_to_invite(actor, row, limit=None)}
        rules.check_inviting(row.fact, people, allowed)
        raters = [
            FeedbackRater(round_id=row.fact.id, person_id=each, invited_by_id=actor.id, role=actor.role_for(COLLECT))
            for each in sorted(set(people))
        ]
        session.add_all(raters)
        session.flush()
        session.add_all([FeedbackTicket(rater_id=each.id) for each in raters])
        record(actor, "feedback.invited", *raters, about=row.fact.trainee_id, under=COLLECT)
        if row.fact.has_own_view:
            _tell_raters(each.person_id for each in raters)
    return raters


def _tell_raters(people: Iterable[UUID]) -> None:
    for person_id in people:
        tell(person_id, "You are asked how it is to work with a colleague", ASKED)


def give_own_view(
    actor: Viewer, round_id: UUID, *, answers: Mapping[str, Answer], no_identifiers: bool = False
) -> FeedbackSheet:
    """Keep the trainee's view of their own work; then the raters who are invited are asked.

    Raises NotFound for another's round, RuleViolation a second time or without an answer that is needed.
    """
    with transaction() as session:
        hold(actor.id)
        row = queries.get_own_round(actor, round_id)
        rules.check_own_view(row.fact, actor_id=actor.id)
        said = _said(row, answers, no_identifiers=no_identifiers)
        sheet = FeedbackSheet(round_id=row.fact.id, is_own=True)
        told = sheet_rows(sheet.id, row.needs.fields, said)
        session.add(sheet)
        session.flush()
        session.add_all(told)
        record(actor, "feedback.own-view-given", sheet, *told, about=actor.id, under=Permission.ASSESSMENT_ASK)
        _tell_raters(person.id for person in queries.list_invited(row))
        tell(row.opened_by_id, f"{actor.name} has given their own view", f"/feedback-rounds/{row.fact.id}")
    return sheet


def _said(row: RoundRow, answers: Mapping[str, Answer], *, no_identifiers: bool) -> dict[str, str]:
    said = rules.kept_answers(row.needs.fields, answers)
    rules.check_required(row.needs.fields, said)
    check_answers(row.needs.fields, said, no_identifiers=no_identifiers)
    return said


def answer_round(
    actor: Viewer,
    rater_id: UUID,
    *,
    profession: str | None,
    answers: Mapping[str, Answer],
    no_identifiers: bool = False,
) -> None:
    """Keep what a rater says, apart from who says it: no row, entry or receipt connects the two.

    Raises NotFound for another's invitation, RuleViolation before the trainee's own view, twice or after the end.
    """
    with transaction_without_receipt() as session:
        hold(queries.get_invitation(actor, rater_id).row.fact.trainee_id)
        found = queries.get_invitation(actor, rater_id)
        row = found.row
        rules.check_answering(
            row.fact,
            row.needs,
            actor_id=actor.id,
            rater_id=actor.id,
            has_answered=found.has_answered,
            profession=profession,
        )
        said = _said(row, answers, no_identifiers=no_identifiers)
        ticket = session.scalars(select(FeedbackTicket).where(FeedbackTicket.rater_id == rater_id)).one()
        ticket.is_used, ticket.profession = True, profession
        sheet = FeedbackSheet(round_id=row.fact.id, is_own=False)
        told = sheet_rows(sheet.id, row.needs.fields, said)
        session.add(sheet)
        session.flush()
        session.add_all(told)
        record(None, "feedback.answered", sheet, *told, about=row.fact.trainee_id)
        session.flush()
        if row.lacking and not queries.get_invitation(actor, rater_id).row.lacking:
            text = f"Enough people have answered about {row.trainee_name}: book the conversation"
            tell(row.opened_by_id, text, f"/feedback-rounds/{row.fact.id}")


def book_conversation(actor: Viewer, round_id: UUID, *, conversation_on: date) -> FeedbackBooking:
    """Book the conversation, or move it. From the first booking on nobody can answer, and the trainee knows the day.

    Raises NotFound outside the actor's scope, RuleViolation before enough people answered or for a day that passed.
    """
    with transaction() as session:
        hold(queries.get_round(actor, round_id).fact.trainee_id)
        row = queries.get_round(actor, round_id)
        actor = acting_towards(actor, row.fact.trainee_id, COLLECT)
        rules.check_booking(row.fact, row.needs, actor_id=actor.id, conversation_on=conversation_on, today=today())
        booking = FeedbackBooking(
            round_id=row.fact.id,
            by_id=actor.id,
            role=actor.role_for(COLLECT),
            conversation_on=conversation_on,
            counts={"invited": row.fact.invited, "answered": row.fact.answered, **_professions(row)},
        )
        session.add(booking)
        record(actor, "feedback.booked", booking, about=row.fact.trainee_id, under=COLLECT)
        text = f"You and {actor.name} talk about your feedback on {day(conversation_on)}"
        tell(row.fact.trainee_id, text, _own(row.fact.id))
    return booking


def _professions(row: RoundRow) -> dict[str, object]:
    return {"professions": dict(sorted(row.fact.professions.items()))}


def release_round(
    actor: Viewer,
    round_id: UUID,
    *,
    ratings: Mapping[str, int | None],
    what_seen: str = "",
    went_well: str = "",
    next_time: str = "",
    answers: Mapping[str, Answer],
    no_identifiers: bool = False,
) -> Assessment:
    """Release a round to the trainee in its conversation. It counts as one assessment, made by who releases it.

    Raises NotFound outside the actor's scope, RuleViolation before the day, with too few answers, or as any assessment.
    """
    texts = {"what_seen": what_seen, "went_well": went_well, "next_time": next_time}
    for field, text in texts.items():
        check_free_text(text, no_identifiers=no_identifiers, field=field)
    with transaction() as session:
        hold(queries.get_round(actor, round_id).fact.trainee_id)
        row = queries.get_round(actor, round_id)
        actor = acting_towards(actor, row.fact.trainee_id, COLLECT)
        rules.check_release(row.fact, row.needs, actor_id=actor.id, today=today())
        assert row.fact.conversation_on is not None
        known = {each.code: each for each in queries.capabilities_of(row)}
        role = actor.role_for(COLLECT)
        rules.check_codes(ratings.keys(), known)
        rules.check_completing(row.form.form, by=rules.completer_of(role), ratings=ratings, known=known)
        made, rows = write_assessment(
            row.form,
            ratings=ratings,
            texts=texts,
            answers=answers,
            no_identifiers=no_identifiers,
            trainee_id=row.fact.trainee_id,
            assessor_id=actor.id,
            role=role,
            identity_grade=IdentityGrade.ACCOUNT,
            framework_version_id=row.framework_version_id,
            setting=row.setting,
            observed_on=row.fact.conversation_on,
            is_simulated=False,
            seen_as=SeenAs.REPORTED,
        )
        release = FeedbackRelease(round_id=row.fact.id, by_id=actor.id, role=role, assessment_id=made.id)
        session.add(release)
        record(actor, "feedback.round-released", release, made, *rows, about=row.fact.trainee_id, under=COLLECT)
        tell_of_reviews(actor, row.fact.trainee_id, made.id)
        tell(row.fact.trainee_id, f"{actor.name} released your feedback", _own(row.fact.id))
    return made
