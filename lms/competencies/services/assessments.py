"""Completing an assessment, adding to it, correcting it, and the trainee's answer."""

import dataclasses
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from lms.audit.services import hold, keep_text, record
from lms.competencies import queries, rules
from lms.competencies.models import (
    Assessment,
    AssessmentAddition,
    AssessmentDraft,
    AssessmentRating,
    AssessmentReply,
    AssessmentRequest,
)
from lms.competencies.rules import Answer, Completer, FormKind, SeenAs, Way
from lms.competencies.services.answers import answer_rows, check_answers
from lms.competencies.services.concerns import open_unsafe_moment
from lms.competencies.services.requests import emptied_draft
from lms.competencies.services.reviews import tell_of_reviews
from lms.core.clock import today
from lms.core.days import london_day
from lms.core.db import Model, db, transaction
from lms.core.errors import RuleViolation, Stale
from lms.core.identifiers import check_free_text
from lms.identity.models import Person
from lms.identity.queries import get_trainee
from lms.notifications.services import tell
from lms.placements.queries import get_placements
from lms.policy import Permission, Role, Viewer
from lms.signing.rules import IdentityGrade, Purpose, Refusal, Refused
from lms.signing.services import noting_refusals, send_receipt, signed

LONGEST_ANSWER = 4_000  # characters, whatever a form allows


@dataclass(frozen=True, slots=True)
class Signer:
    """Who signs an assessment, and how surely it is them: in which role, which a guest has none of.

    `file_id` is a drawing of their signature.
    """

    person_id: UUID
    name: str
    profession: str
    role: Role | None
    grade: IdentityGrade
    file_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Answers:
    """What an assessor said: the level of each capability, where and how it was seen, and the texts.

    `answers` are those to questions without a column of their own, by key.
    """

    ratings: Mapping[str, int | None]
    setting: str
    observed_on: date
    is_simulated: bool
    seen_as: SeenAs = SeenAs.LIVE
    complexity: str | None = None
    minutes: int | None = None
    what_seen: str = ""
    went_well: str = ""
    next_time: str = ""
    answers: Mapping[str, Answer] = dataclasses.field(default_factory=dict)
    no_identifiers: bool = False
    is_unsafe: bool = False
    unsafe: str = ""

    @property
    def texts(self) -> dict[str, str]:
        """The texts kept with the assessment, by column."""
        return {"what_seen": self.what_seen, "went_well": self.went_well, "next_time": self.next_time}

    def check(self) -> None:
        """Refuse texts in which somebody may be identified, and an unsafe moment without words.

        Raises RuleViolation.
        """
        for field, text in {**self.texts, "unsafe": self.unsafe}.items():
            check_free_text(text, no_identifiers=self.no_identifiers, field=field)
        if self.is_unsafe and not self.unsafe.strip():
            raise RuleViolation("Say what was unsafe", field="unsafe")


def start_assessment(
    actor: Viewer,
    trainee_id: UUID,
    *,
    codes: list[str],
    setting: str,
    seen_on: date,
    is_simulated: bool = False,
    form_kind: FormKind = FormKind.MINI_CEX,
) -> AssessmentRequest:
    """Begin to assess something the actor saw without being asked. The trainee sees nothing of it until it is signed.

    Raises NotFound outside the actor's scope, RuleViolation for oneself, capabilities or a date out of range.
    """
    with transaction() as session:
        hold(trainee_id)
        trainee = get_trainee(actor, trainee_id, Permission.ASSESSMENT_COMPLETE)
        version, form = queries.framework_of(trainee.id), queries.get_form(form_kind)
        known = version.framework.capabilities
        rules.check_request(
            trainee_id=trainee.id, assessor_id=actor.id, codes=codes, known=known, seen_on=seen_on, today=today()
        )
        actor = queries.acting_on(actor, trainee.id, form.form)
        by = rules.completer_of(actor.acting)
        if not rules.may_start(form.form, by=by):
            raise RuleViolation(f"{form.form.slug.heading} is not yours to begin unasked", field="form_kind")
        rules.check_completing(form.form, by=by, ratings=dict.fromkeys(codes), known=known)
        if get_placements().setting(setting) is None:
            raise RuleViolation("Select a setting from the list", field="setting")
        request = AssessmentRequest(
            trainee_id=trainee.id,
            assessor_id=actor.id,
            way=Way.ACCOUNT,
            is_unasked=True,
            role=actor.acting,
            form_kind=form_kind,
            form_version_id=form.id,
            framework_version_id=version.id,
            setting=setting,
            seen_on=seen_on,
            is_simulated=is_simulated,
            codes=[code for code in known if code in set(codes)],
        )
        session.add(request)
        session.flush()
        record(actor, "assessment.started", request, about=trainee.id, under=Permission.ASSESSMENT_COMPLETE)
    return request


def save_draft(actor: Viewer, request_id: UUID, *, version: int, body: Mapping[str, Any]) -> int:
    """Keep what the assessor has entered so far; returns the new version.

    Fields that are not sent keep their value. Raises Stale if it was saved elsewhere since `version`, RuleViolation
    if the request no longer waits, an answer is too long or a valid NHS number was typed anywhere. To change what is
    completed leaves a trace.
    """
    for field, value in body.items():
        text = str(value if value is not None else "")
        if len(text) > LONGEST_ANSWER:
            raise RuleViolation(f"Use {LONGEST_ANSWER:,} characters or fewer", field)
        check_free_text(text, no_identifiers=True, field=field)
    trainee_id = queries.get_asked_request(actor, request_id).trainee_id
    with _noting(request_id, trainee_id, actor), transaction() as session:
        hold(trainee_id)
        row = queries.get_asked_request(actor, request_id)
        _check_not_completed(row)
        rules.check_waiting(row.state)
        draft = queries.find_draft(row.id)
        _check_version(draft, version, body)
        if draft is None:
            draft = AssessmentDraft(request_id=row.id, assessor_id=actor.id, body=dict(body))
            session.add(draft)
        else:
            draft.assessor_id, draft.body = actor.id, {**draft.body, **body}
        session.flush()
        record(actor, "assessment.draft-saved", draft, about=row.trainee_id, under=Permission.ASSESSMENT_COMPLETE)
        saved = draft.version
    return saved


def _noting(subject_id: UUID, trainee_id: UUID, actor: Viewer) -> AbstractContextManager[None]:
    return noting_refusals(Purpose.ASSESSMENT, subject_id, trainee_id=trainee_id, actor=actor)


def _check_not_completed(row: queries.RequestRow) -> None:
    if row.state.is_answered:
        raise Refused(Refusal.CLOSED_REQUEST, "This no longer waits: it was completed, and what is signed stays.")


def _check_version(draft: AssessmentDraft | None, version: int, ours: Mapping[str, Any]) -> None:
    """Refuse to write over any answer that was saved elsewhere since, unless it says the same."""
    stored = draft.version if draft else 0
    theirs = {key: str(value) for key, value in (draft.body if draft else {}).items() if value is not None}
    said = {key: str(value) if value is not None else "" for key, value in ours.items()}
    if version != stored and any(theirs.get(key, "") != text for key, text in said.items()):
        raise Stale(theirs, stored)


def complete_assessment(actor: Viewer, request_id: UUID, *, version: int | None = None, **said: Any) -> Assessment:
    """Record what the assessor saw: each capability at a level, or not observed, which is no fail. Tells the trainee.

    `said` are the fields of Answers. `version` is the draft's version the page was read at; None does not compare. An
    unsafe moment opens a concern. Raises Stale if the draft was saved elsewhere since, RuleViolation for oneself,
    twice, which leaves a trace, too many capabilities, or texts that may identify a patient.
    """
    answers = Answers(**said)
    answers.check()
    trainee_id = queries.get_asked_request(actor, request_id).trainee_id
    with _noting(request_id, trainee_id, actor), transaction():
        hold(trainee_id)
        page = queries.get_request_page(actor, request_id)
        _check_not_completed(page.row)
        actor = queries.acting_on(actor, page.row.trainee_id, page.form.form)
        if version is not None:
            _check_draft(page, answers, version)
        signer = Signer(
            person_id=actor.id,
            name=actor.name,
            profession=db.session.get_one(Person, actor.id).profession,
            role=actor.acting,
            grade=IdentityGrade.ACCOUNT,
        )
        made = store(actor, page, answers, signer)
        tell(actor.id, f"You signed an assessment of {page.row.trainee_name}", f"/assessments/{made.id}")
    return made


def _check_draft(page: queries.RequestPage, answers: Answers, version: int) -> None:
    entered = {
        "setting": answers.setting,
        "observed_on": answers.observed_on.isoformat(),
        "is_simulated": answers.is_simulated,
        "seen_as": answers.seen_as.value,
        "complexity": answers.complexity,
        "minutes": answers.minutes,
        **rules.as_entered(answers.ratings, page.row.codes),
        **{rules.answer_name(key): value for key, value in answers.answers.items()},
    }
    kept = {key: value for key, value in entered.items() if key in page.draft}
    _check_version(queries.find_draft(page.row.id), version, {**answers.texts, **kept})


def store(
    actor: Viewer | None, page: queries.RequestPage, answers: Answers, signer: Signer, *others: Model
) -> Assessment:
    """Write a completed assessment with its ratings inside the transaction of who signs it; use up every link to it.

    An unsafe moment opens a concern of the signer's. `others` are rows written with it, for the ledger. Raises
    RuleViolation for oneself, twice, or answers out of range.
    """
    row = page.row
    rules.check_assessment(
        assessor_id=signer.person_id,
        trainee_id=row.trainee_id,
        asked_of=row.assessor_id,
        state=row.state,
        ratings=answers.ratings,
        known=page.version.framework.capabilities,
    )
    _check(page, answers, signer, asked_at=row.asked_at)
    made, rated = _write(page, answers, signer, request_id=row.id, trainee_id=row.trainee_id)
    record(actor, "assessment.completed", made, *rated, *others, *emptied_draft(row.id), about=row.trainee_id)
    if answers.is_unsafe:
        open_unsafe_moment(
            actor,
            row.trainee_id,
            by_id=signer.person_id,
            text=answers.unsafe,
            no_identifiers=answers.no_identifiers,
        )
    signed(row.id, made.id)
    tell_of_reviews(actor, row.trainee_id, made.id)
    what = "saw your work and wrote an assessment" if row.is_unasked else "completed your assessment"
    tell(row.trainee_id, f"{signer.name} {what}", f"/assessments/{made.id}")
    return made


def _check(
    page: queries.RequestPage | queries.AssessmentPage,
    answers: Answers,
    signer: Signer,
    *,
    asked_at: datetime,
    before: date | None = None,
) -> None:
    """Refuse what the form does not take from the signer, and a setting or day that cannot be.

    `before` is the day it had until corrected: that may stay, however long ago it was asked.
    """
    rules.check_completing(
        page.form.form,
        by=rules.completer_of(signer.role) if signer.role else Completer.GUEST,
        ratings=answers.ratings,
        known=page.version.framework.capabilities,
    )
    if answers.observed_on != before:
        rules.check_observed_on(answers.observed_on, asked_on=london_day(asked_at), is_unasked=page.is_unasked)
    if answers.setting != page.row.setting and get_placements().setting(answers.setting) is None:
        raise RuleViolation("Select a setting from the list", field="setting")


def _write(
    page: queries.RequestPage | queries.AssessmentPage, answers: Answers, signer: Signer, **columns: Any
) -> tuple[Assessment, list[Model]]:
    return write_assessment(
        page.form,
        ratings=answers.ratings,
        texts=answers.texts,
        answers=answers.answers,
        no_identifiers=answers.no_identifiers,
        framework_version_id=page.version.id,
        assessor_id=signer.person_id,
        role=signer.role,
        profession=signer.profession,
        identity_grade=signer.grade,
        signature_id=signer.file_id,
        setting=answers.setting,
        observed_on=answers.observed_on,
        is_simulated=answers.is_simulated,
        seen_as=answers.seen_as,
        is_unsafe=answers.is_unsafe,
        complexity=answers.complexity or "",
        minutes=answers.minutes,
        **columns,
    )


def write_assessment(
    form: queries.FormVersion,
    *,
    ratings: Mapping[str, int | None],
    texts: Mapping[str, str],
    answers: Mapping[str, Answer],
    no_identifiers: bool,
    **columns: Any,
) -> tuple[Assessment, list[Model]]:
    """Write an assessment inside the transaction of who makes it; returns it and the rows written with it.

    `texts` are those with a column of their own, `answers` those to the free questions of the form, `columns` all else.
    Raises RuleViolation for an answer the form does not take, or one that may identify a patient.
    """
    free = form.form.free_fields
    said = rules.kept_answers(free, answers)
    check_answers(free, said, no_identifiers=no_identifiers)
    kept = {field: keep_text(text) if text else None for field, text in texts.items()}
    made = Assessment(form_kind=form.form.slug, form_version_id=form.id, **kept, **columns)
    db.session.add(made)
    db.session.flush()
    rows: list[Model] = [
        AssessmentRating(assessment_id=made.id, capability_code=code, level=level)
        for code, level in sorted(ratings.items())
    ]
    rows += answer_rows(made.id, free, said)
    db.session.add_all(rows)
    return made, rows


def correct_assessment(actor: Viewer, assessment_id: UUID, *, reason: str, **said: Any) -> Assessment:
    """Replace an assessment of one's own by what is right, and say why. The earlier one stays on record.

    `said` are the fields of Answers. Raises NotFound for anybody else's and for what nobody asked for, RuleViolation
    without a reason, if it was corrected already, and while its signature is in doubt or was found not to be theirs:
    what was struck out must not count again. That leaves a trace.
    """
    answers = Answers(**said)
    answers.check()
    if not reason.strip():
        raise RuleViolation("Say why you correct this assessment", field="reason")
    check_free_text(reason, no_identifiers=answers.no_identifiers, field="reason")
    trainee_id = queries.get_signed_assessment(actor, assessment_id).row.trainee_id
    with _noting(assessment_id, trainee_id, actor), transaction():
        hold(trainee_id)
        page = queries.get_signed_assessment(actor, assessment_id)
        _check_not_in_doubt(page, "corrected")
        return _correct(actor, page, answers, reason)


def _check_not_in_doubt(page: queries.AssessmentPage, done: str) -> None:
    if page.barred_because:
        raise Refused(Refusal.RECORD_IN_DOUBT, f"This assessment cannot be {done}. {page.barred_because}.")


def _correct(actor: Viewer, page: queries.AssessmentPage, answers: Answers, reason: str) -> Assessment:
    before = page.row
    if page.replaced_by_id is not None:
        raise RuleViolation("This assessment was corrected already. Correct the newer one.")
    rules.check_ratings(answers.ratings, page.version.framework.capabilities)
    actor = queries.acting_on(actor, before.trainee_id, page.form.form)
    signer = Signer(
        person_id=actor.id,
        name=actor.name,
        profession=page.assessor.profession,
        role=actor.acting,
        grade=IdentityGrade.ACCOUNT,
    )
    assert page.asked_at is not None
    _check(page, answers, signer, asked_at=page.asked_at, before=before.observed_on)
    made, rated = _write(
        page,
        answers,
        signer,
        request_id=before.request_id,
        trainee_id=before.trainee_id,
        supersedes_id=before.id,
        reason=keep_text(reason),
    )
    record(actor, "assessment.corrected", made, *rated, about=before.trainee_id)
    tell_of_reviews(actor, before.trainee_id, made.id)
    tell(before.trainee_id, f"{actor.name} corrected an assessment of your work", f"/assessments/{made.id}")
    return made


def add_words(actor: Viewer, assessment_id: UUID, *, words: str, no_identifiers: bool = False) -> AssessmentAddition:
    """Add words to an assessment one signed. What was signed stays as it was; the trainee is told.

    Raises NotFound for anybody else's, RuleViolation without words, and while its signature is in doubt or was found
    not to be theirs, which leaves a trace.
    """
    if not words.strip():
        raise RuleViolation("Enter what you want to add", field="words")
    check_free_text(words, no_identifiers=no_identifiers, field="words")
    trainee_id = queries.get_signed_assessment(actor, assessment_id).row.trainee_id
    with _noting(assessment_id, trainee_id, actor), transaction() as session:
        hold(trainee_id)
        page = queries.get_signed_assessment(actor, assessment_id)
        _check_not_in_doubt(page, "added to")
        added = AssessmentAddition(
            assessment_id=page.row.id,
            by_id=actor.id,
            role=actor.role_for(Permission.ASSESSMENT_COMPLETE),
            text=keep_text(words),
        )
        session.add(added)
        record(actor, "assessment.added-to", added, about=page.row.trainee_id, under=Permission.ASSESSMENT_COMPLETE)
        tell(page.row.trainee_id, f"{actor.name} added to an assessment of your work", f"/assessments/{page.row.id}")
    return added


def reply(actor: Viewer, assessment_id: UUID, *, action: str, no_identifiers: bool = False) -> AssessmentReply:
    """Answer an assessment of one's own with the one thing one will do. The assessor is told.

    Raises NotFound for anybody else's, RuleViolation without words, or if it was answered before.
    """
    if not action.strip():
        raise RuleViolation("Say the one thing you will do", field="action")
    check_free_text(action, no_identifiers=no_identifiers, field="action")
    with transaction() as session:
        hold(actor.id)
        page = queries.get_own_assessment(actor, assessment_id)
        if page.reply is not None:
            raise RuleViolation("You have answered this assessment.")
        answer = AssessmentReply(assessment_id=page.row.id, trainee_id=actor.id, action=keep_text(action))
        session.add(answer)
        record(actor, "assessment.replied", answer, about=actor.id, under=Permission.ASSESSMENT_ASK)
        if page.row.form_kind.is_rated and not page.assessor.is_guest:
            tell(page.row.assessor_id, f"{actor.name} answered your assessment", f"/assessments/{page.row.id}")
    return answer


def send_signing_receipt(made: Assessment) -> None:
    """Send whoever signed without being signed in what they signed, if they have an address."""
    if db.session.get_one(Person, made.assessor_id).email:
        send_receipt(Purpose.ASSESSMENT, made.id, trainee_id=made.trainee_id, person_id=made.assessor_id)
