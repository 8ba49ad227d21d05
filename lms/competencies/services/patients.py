"""Asking patients and carers. Whoever declines leaves no trace; who answered is neither asked nor kept."""

from collections.abc import Mapping
from uuid import UUID

from lms.audit.services import hold, record
from lms.competencies import queries, rules
from lms.competencies.models import Assessment, PatientFeedbackStart
from lms.competencies.rules import Answer, Completer, FormKind, SeenAs
from lms.competencies.services.assessments import write_assessment
from lms.core.clock import today
from lms.core.db import transaction
from lms.core.errors import RuleViolation
from lms.core.identifiers import check_free_text
from lms.identity.queries import acting_towards, get_trainee
from lms.placements.queries import get_placements
from lms.policy import Permission, Viewer
from lms.signing.rules import IdentityGrade
from lms.signing.services import check_in_use, use_up_form

COLLECT = Permission.FEEDBACK_COLLECT


def ask_patients(actor: Viewer, trainee_id: UUID, *, setting: str) -> PatientFeedbackStart:
    """Say that patients and carers are asked about a trainee in a setting from now on. It names nobody.

    Raises NotFound outside the actor's scope, RuleViolation about oneself, in a role that does not ask, or twice.
    """
    with transaction() as session:
        hold(trainee_id)
        actor = _asker(actor, trainee_id)
        if get_placements().setting(setting) is None:
            raise RuleViolation("Select a setting from the list", field="setting")
        if setting in queries.get_patient_page(actor, trainee_id).settings:
            raise RuleViolation("Patients and carers are asked there already", field="setting")
        start = PatientFeedbackStart(
            trainee_id=trainee_id, by_id=actor.id, role=actor.role_for(COLLECT), setting=setting
        )
        session.add(start)
        record(actor, "feedback.patients-asked", start, about=trainee_id, under=COLLECT)
    return start


def _asker(actor: Viewer, trainee_id: UUID) -> Viewer:
    """The actor in the role in which they ask patients and carers about this trainee."""
    trainee = get_trainee(actor, trainee_id, COLLECT)
    rules.check_asking_patients(actor_id=actor.id, trainee_id=trainee.id)
    actor = acting_towards(actor, trainee.id, COLLECT)
    form = queries.get_form(FormKind.PATIENT_FEEDBACK).form
    if rules.asker_of(actor.role_for(COLLECT)) not in form.asked_by:
        raise RuleViolation("Only the trainee's supervisor asks patients and carers.")
    return actor


def check_moment(actor: Viewer, trainee_id: UUID, *, is_settled: bool) -> None:
    """Refuse to ask somebody now who is not settled and well enough. Nothing is stored.

    Raises NotFound outside the actor's scope, RuleViolation.
    """
    _asker(actor, trainee_id)
    rules.check_settled(is_settled)


def keep_patient_feedback(
    actor: Viewer,
    trainee_id: UUID,
    *,
    token: str,
    setting: str,
    is_settled: bool,
    agrees: bool,
    answers: Mapping[str, Answer],
    went_well: str = "",
    next_time: str = "",
    no_identifiers: bool = False,
) -> Assessment | None:
    """Keep what a patient or carer says; None, and nothing at all kept, where they do not agree or have answered.

    `token` is that of the device's form session, which is used up in the same transaction. The answer gives no level.
    Its day is kept as the month, and nobody is told at once, so that the moment does not say whose answer it is.

    Raises NotFound outside the actor's scope, RuleViolation during a crisis, where nobody said that patients are
    asked, or about a trainee whose account is closed.
    """
    check_moment(actor, trainee_id, is_settled=is_settled)
    if not agrees:
        use_up_form(token)
        return None
    texts = {"went_well": went_well, "next_time": next_time}
    for field, text in texts.items():
        check_free_text(text, no_identifiers=no_identifiers, field=field)
    with transaction():
        hold(trainee_id)
        check_in_use(trainee_id)
        if not use_up_form(token):
            return None  # The button was pressed twice.
        actor = _asker(actor, trainee_id)
        if setting not in queries.get_patient_page(actor, trainee_id).settings:
            raise RuleViolation("Say first that patients and carers are asked there.")
        form, version = queries.get_form(FormKind.PATIENT_FEEDBACK), queries.framework_of(trainee_id)
        codes = [code for code in version.framework.capabilities if form.form.covers(code)]
        ratings: dict[str, int | None] = dict.fromkeys(codes)
        rules.check_completing(
            form.form, by=Completer.PATIENT_OR_CARER, ratings=ratings, known=version.framework.capabilities
        )
        free = form.form.free_fields
        rules.check_required(free, rules.kept_answers(free, answers))
        made, rows = write_assessment(
            form,
            ratings=ratings,
            texts=texts,
            answers=answers,
            no_identifiers=no_identifiers,
            trainee_id=trainee_id,
            assessor_id=actor.id,
            role=actor.role_for(COLLECT),
            identity_grade=IdentityGrade.ACCOUNT,
            framework_version_id=version.id,
            setting=setting,
            observed_on=today().replace(day=1),
            is_simulated=False,
            seen_as=SeenAs.REPORTED,
        )
        record(actor, "feedback.patient-answered", made, *rows, about=trainee_id, under=COLLECT)
    return made
