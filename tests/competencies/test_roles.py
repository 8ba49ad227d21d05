"""Each fact that somebody made from their account keeps the role they made it in."""

import pytest
from sqlalchemy import select

from lms.audit.models import LedgerEntry
from lms.competencies import services
from lms.competencies.models import AssessmentRequestStep, FeedbackRater
from lms.competencies.rules import FormKind, StepKind, Way
from lms.core.clock import today
from lms.core.db import db
from lms.identity.models import RoleAssignment, RoleEnd
from lms.identity.services import viewer_for
from lms.notifications.models import Mail
from lms.notifications.services import facts_of
from lms.policy import Permission, Role
from lms.signing import services as signing
from lms.signing.models import RefusedSignature, Suspension
from lms.signing.rules import Purpose, Refusal, Refused
from tests.factories import competencies as make
from tests.factories.feedback import let_supervise, open_round
from tests.factories.supervision import name

pytestmark = [pytest.mark.usefixtures("context")]


@pytest.fixture
def content(context, cast):
    make.load_framework()


def steps():
    rows = db.session.scalars(select(AssessmentRequestStep))
    return {row.step: row.role for row in rows}


def test_who_asked_and_what_became_of_it(cast, content):
    request = make.ask(cast.trainee, cast.assessor)
    assert request.role is Role.TRAINEE
    assessor = viewer_for(cast.assessor)
    services.open_request(assessor, request.id)
    services.pass_on(assessor, request.id, to_id=cast.stranger)
    assert steps() == {StepKind.OPENED: Role.ASSESSOR, StepKind.PASSED_ON: Role.ASSESSOR}
    services.cancel_request(viewer_for(cast.trainee), make.ask(cast.trainee, cast.assessor, codes=["D1.3"]).id)
    assert steps()[StepKind.CANCELLED] is Role.TRAINEE


def open_shown(request, cast):
    link = services.show_link(viewer_for(cast.trainee), request.id)
    services.open_signing_link(link.rpartition("/")[2], actor=None, session_token=None, claims=False)


def test_a_link_is_opened_in_no_role(cast, content):
    open_shown(make.ask(cast.trainee, None, way=Way.HERE), cast)
    assert steps() == {StepKind.OPENED: None}


def test_what_is_begun_unasked_and_added_to(cast, content):
    let_supervise(cast.supervisor, cast.trainee)
    supervisor = viewer_for(cast.supervisor, Permission.ASSESSMENT_COMPLETE)
    request = services.start_assessment(
        supervisor,
        cast.trainee,
        codes=["D3.1"],
        setting="joint-response-car",
        seen_on=today(),
        form_kind=FormKind.DIRECT_OBSERVATION,
    )
    assert request.role is Role.SUPERVISOR
    made = make.complete(make.ask(cast.trainee, cast.assessor), {"D3.1": 3})
    added = services.add_words(viewer_for(cast.assessor), made.id, words="Calm with the family as well.")
    assert added.role is Role.ASSESSOR


def test_who_invites_to_a_feedback_round(cast, content):
    let_supervise(cast.supervisor, cast.trainee)
    open_round(cast.trainee, cast.supervisor, [cast.assessor])
    assert db.session.scalars(select(FeedbackRater.role)).one() is Role.SUPERVISOR


def test_who_says_that_a_signature_was_not_theirs(cast, content):
    first = make.complete(make.ask(cast.trainee, cast.assessor), {"D3.1": 3})
    row = signing.deny_own(viewer_for(cast.assessor), Purpose.ASSESSMENT, first.id, trainee_id=cast.trainee)
    assert row.role is Role.ASSESSOR
    second = make.complete(make.ask(cast.trainee, cast.assessor, codes=["D1.3"]), {"D1.3": 3})
    signing.send_receipt(Purpose.ASSESSMENT, second.id, trainee_id=cast.trainee, person_id=cast.assessor)
    mail = db.session.scalars(select(Mail).where(Mail.template == "signed").order_by(Mail.id.desc())).first()
    signing.deny(str(facts_of(mail)["url"]).rpartition("/")[2])
    assert db.session.scalars(select(Suspension.role).where(Suspension.record_id == second.id)).one() is None


def test_whose_session_a_refused_signature_was(cast, content):
    request = make.ask(cast.trainee, None, way=Way.HERE)
    about = {"trainee_id": cast.trainee}
    for refusal, actor in ((Refusal.OWN_SESSION, viewer_for(cast.trainee)), (Refusal.USED_LINK, None)):
        with pytest.raises(Refused), signing.noting_refusals(Purpose.ASSESSMENT, request.id, **about, actor=actor):
            raise Refused(refusal, "This form is not yours.")
    found = dict(db.session.execute(select(RefusedSignature.refusal, RefusedSignature.role)).all())
    assert found == {Refusal.OWN_SESSION: Role.TRAINEE, Refusal.USED_LINK: None}


def test_who_made_somebody_a_supervisor_and_ended_it(cast):
    name(cast, cast.assessor)
    name(cast, cast.supervisor)
    given = select(RoleAssignment.given_by_id).where(RoleAssignment.scope_id == cast.trainee)
    assert db.session.scalars(given).one() == cast.consultant_nurse
    assert db.session.scalars(select(RoleEnd.ended_by_id)).one() == cast.consultant_nurse
    entries = select(LedgerEntry.actor_id, LedgerEntry.role).where(
        LedgerEntry.event.in_(["role.given", "role.ended"]), LedgerEntry.actor_id.is_not(None)
    )
    assert db.session.execute(entries).all() == [(cast.consultant_nurse, "consultant-nurse")] * 2
