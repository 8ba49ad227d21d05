"""Asking patients and carers. Whoever declines leaves no trace; who answered is neither asked nor kept."""

from collections.abc import Mapping
from uuid import UUID

from lms.audit.services import hold, keep_text, record
from lms.competencies import queries, rules
from lms.competencies.models import Assessment, AssessmentRating, PatientFeedbackStart
from lms.competencies.rules import Answer, Completer, FormKind, SeenAs
from lms.competencies.services.answers import answer_rows, check_answers
from lms.core.clock import today
from lms.core.db import transaction
from lms.core.errors import RuleViolation
from lms.core.identifiers import check_free_text
from lms.identity.queries import acting_towards, get_trainee
from lms.placements.queries import get_placements
from lms.policy import Permission, Viewer
from lms.signing.rules import IdentityGrade

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
    setting: str,
    is_settled: bool,
    agrees: bool,
    answers: Mapping[str, Answer],
    went_well: str = "",
    next_time: str = "",
    no_identifiers: bool = False,
) -> Assessment | None:
    """Keep what a patient or carer says; None, and nothing at all kept, where they do not agree.

    It gives no level. Its day is kept as the month, and nobody is told at once, so that the moment does not say whose
    answer it is. Raises NotFound
    outside the actor's scope, RuleViolation during a crisis or where nobody said that patients are asked.
    """
    check_moment(actor, trainee_id, is_settled=is_settled)
    if not agrees:
        return None
    texts = {"went_well": went_well, "next_time": next_time}
    for field, text in texts.items():
        check_free_text(text, no_identifiers=no_identifiers, field=field)
    with transaction() as session:
        hold(trainee_id)
        actor = _asker(actor, trainee_id)
        if setting not in queries.get_patient_page(actor, trainee_id).settings:
            raise RuleViolation("Say first that patients and carers are asked there.")
        form, version = queries.get_form(FormKind.PATIENT_FEEDBACK), queries.framework_of(trainee_id)
        codes = [code for code in version.framework.capabilities if form.form.covers(code)]
        ratings: dict[str, int | None] = dict.fromkeys(codes)
        rules.check_completing(
            form.form, by=Completer.PATIENT_OR_CARER, ratings=ratings, known=version.framework.capabilities
        )
        said = rules.kept_answers(form.form.free_fields, answers)
        rules.check_required(form.form.free_fields, said)
        check_answers(form.form.free_fields, said, no_identifiers=no_identifiers)
        made = Assessment(
            trainee_id=trainee_id,
            assessor_id=actor.id,
            role=actor.role_for(COLLECT),
            identity_grade=IdentityGrade.ACCOUNT,
            form_kind=form.form.slug,
            form_version_id=form.id,
            framework_version_id=version.id,
            setting=setting,
            observed_on=today().replace(day=1),
            is_simulated=False,
            seen_as=SeenAs.REPORTED,
            **{field: keep_text(text) if text else None for field, text in texts.items()},
        )
        session.add(made)
        session.flush()
        rated = [AssessmentRating(assessment_id=made.id, capability_code=code, level=None) for code in codes]
        told = answer_rows(made.id, form.form.free_fields, said)
        session.add_all([*rated, *told])
        record(actor, "feedback.patient-answered", made, *rated, *told, about=trainee_id, under=COLLECT)
    return made
