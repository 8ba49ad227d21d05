"""Four ways to sign, and the ways in which somebody may try to sign what is not theirs."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from lms.audit.models import LedgerEntry
from lms.competencies import queries, services
from lms.competencies.models import Assessment, AssessmentRequestStep
from lms.competencies.rules import StepKind, Way
from lms.core.db import db, transaction
from lms.core.errors import NotFound, RuleViolation
from lms.files.models import StoredFile
from lms.identity.models import Credential, Person
from lms.identity.rules import CredentialKind, EndedBecause
from lms.identity.services import deactivate, viewer_for
from lms.identity.services.proofs import HASHER
from lms.notifications.models import Mail, Notice
from lms.policy import Permission
from lms.signing import queries as signing_queries
from lms.signing import services as signing
from lms.signing.models import FormSession, RefusedSignature, SigningLink, SigningReceipt
from lms.signing.rules import Channel, IdentityGrade, Method, Refusal, Verdict
from tests.conftest import MOMENT
from tests.factories import competencies as make

pytestmark = [pytest.mark.usefixtures("context")]
PIN = "804613"
PICTURE = b"\x89PNG\r\n\x1a\n" + b"0" * 40


@pytest.fixture
def content(cast, context):
    make.load_framework()


@pytest.fixture
def pin(cast, content):
    give_pin(cast.assessor)


def give_pin(person_id, secret=PIN):
    with transaction() as session:
        session.add(
            Credential(
                person_id=person_id,
                credential_kind=CredentialKind.PIN,
                secret=HASHER.hash(secret),
                confirmed_at=MOMENT,
            )
        )


def said(request, **changes):
    usual = {
        "ratings": {"D3.1": 4},
        "setting": request.setting,
        "observed_on": request.seen_on,
        "is_simulated": False,
        "went_well": "Asked directly.",
        "next_time": "Say the plan back.",
    }
    return {**usual, **changes}


def sign(request, method, *, channel=Channel.HANDED_OVER, sent_to=None, answers=None, **proof):
    return services.sign_assessment(
        request.id,
        channel=channel,
        sent_to=sent_to,
        proof=services.Proof(method=method, **proof),
        **said(request, **(answers or {})),
    )


def here(cast, **changes):
    return make.ask(cast.trainee, None, way=Way.HERE, **changes)


def by_email(cast, email="nell.abara@northmere-general.example", **changes):
    return make.ask(
        cast.trainee, None, way=Way.EMAIL, name="Nell Abara", profession="Liaison nurse", email=email, **changes
    )


def facts(cast):
    page = queries.get_capability_page(viewer_for(cast.trainee), cast.trainee, "D3.1")
    return page.standing.result


def refusals():
    return [row.refusal for row in db.session.scalars(select(RefusedSignature).order_by(RefusedSignature.id))]


def token_of(mail_template):
    mail = db.session.scalars(select(Mail).where(Mail.template == mail_template).order_by(Mail.id.desc())).first()
    return mail.facts["url"].rpartition("/")[2]


def test_a_pin_on_the_trainees_device_is_kept_as_a_pin(cast, pin):
    made = sign(here(cast), Method.PIN, person_id=cast.assessor, pin=PIN)
    assert (made.assessor_id, made.identity_grade) == (cast.assessor, IdentityGrade.PIN)
    assert [piece.assessment.id for piece in facts(cast).counted] == [made.id]
    assert db.session.scalars(select(Mail.template).where(Mail.person_id == cast.assessor)).all() == ["signed"]
    assert db.session.scalar(select(func.count(LedgerEntry.id)).where(LedgerEntry.event == "assessment.completed")) == 1


def test_whoever_signs_on_the_spot_becomes_the_one_who_was_asked(cast, pin):
    other = make.another_assessor(cast.trust)
    request = make.ask(cast.trainee, other)
    made = sign(request, Method.PIN, person_id=cast.assessor, pin=PIN)
    assert made.assessor_id == cast.assessor
    assert queries.list_waiting(viewer_for(other, Permission.ASSESSMENT_COMPLETE)) == []
    assert [row.id for row in queries.list_written(viewer_for(cast.assessor))] == [request.id]


@pytest.mark.parametrize("drawn", [b"", PICTURE])
def test_a_signature_names_a_guest_who_counts_for_nothing_yet(cast, content, drawn):
    made = sign(
        here(cast),
        Method.SIGNATURE,
        name="Nell Abara",
        profession="Liaison nurse",
        registration_number="12A3456E",
        drawn=drawn,
    )
    grade = IdentityGrade.DRAWN_SIGNATURE if drawn else IdentityGrade.TYPED_SIGNATURE
    assert (made.identity_grade, made.profession) == (grade, "Liaison nurse")
    assert db.session.get_one(Person, made.assessor_id).is_guest
    assert facts(cast).counted == ()
    assert db.session.scalar(select(func.count(StoredFile.id))) == bool(drawn)
    assert db.session.scalar(select(func.count(Mail.id))) == 0  # Nobody left an address.


def test_a_second_signature_under_the_same_name_or_address_is_a_guest_of_its_own(cast, content):
    proof = {"name": "Nell Abara", "profession": "Liaison nurse", "email": "nell@northmere-general.example"}
    first = sign(here(cast), Method.SIGNATURE, **proof)
    second = sign(here(cast, codes=["D4.1"]), Method.SIGNATURE, answers={"ratings": {"D4.1": 4}}, **proof)
    assert first.assessor_id != second.assessor_id
    assert db.session.get_one(Person, second.assessor_id).email is None


def test_the_link_that_was_sent_signs_as_whom_it_was_sent_to_and_works_once(cast, content):
    request = by_email(cast)
    token = token_of("asked-to-assess")
    link = signing_queries.find_link(token)
    assert (link.channel, link.person_id) == (Channel.SENT, request.assessor_id)
    assert token not in link.token_digest
    form = signing_queries.find_form_session(signing.open_form(link))
    made = sign(request, Method.LINK, channel=form.channel, sent_to=form.person_id)
    assert made.identity_grade is IdentityGrade.EMAIL_LINK
    assert signing_queries.find_link(token).used_at is not None
    assert facts(cast).counted == ()
    (receipt,) = db.session.scalars(select(SigningReceipt))
    assert (receipt.person_id, receipt.record_id) == (request.assessor_id, made.id)


def test_a_reminder_sends_a_new_link_and_the_old_one_ends(cast, content, clock):
    request = by_email(cast)
    old = token_of("asked-to-assess")
    clock.set(clock.moment + timedelta(days=3))
    services.remind(viewer_for(cast.trainee), request.id)
    assert signing_queries.find_link(old).expires_at <= MOMENT + timedelta(days=3)
    assert signing_queries.find_link(token_of("reminded-to-assess")).person_id == request.assessor_id


def test_a_trainee_does_not_ask_themselves_by_email(cast, content):
    address = db.session.get_one(Person, cast.trainee).email
    with pytest.raises(RuleViolation, match="nobody assesses themselves"):
        by_email(cast, email=address.upper())


def test_somebody_with_an_account_is_asked_by_name_and_not_by_email(cast, content):
    with pytest.raises(RuleViolation, match="Choose that person by name"):
        by_email(cast, email=db.session.get_one(Person, cast.assessor).email)


@pytest.mark.parametrize(
    ("method", "channel", "refusal"),
    [
        pytest.param(Method.LINK, Channel.HANDED_OVER, Refusal.NOT_ALLOWED_HERE, id="no link was sent"),
        pytest.param(Method.LINK, Channel.SHOWN, Refusal.NOT_ALLOWED_HERE, id="the trainee saw the link"),
        pytest.param(Method.PIN, Channel.SENT, Refusal.NOT_ALLOWED_HERE, id="a sent link takes no PIN"),
        pytest.param(Method.SIGNATURE, Channel.SENT, Refusal.NOT_ALLOWED_HERE, id="a sent link takes no name"),
    ],
)
def test_a_way_to_sign_that_is_not_offered_is_refused_and_leaves_a_trace(cast, pin, method, channel, refusal):
    request = here(cast)
    with pytest.raises(RuleViolation, match="one of the ways offered"):
        sign(
            request,
            method,
            channel=channel,
            sent_to=cast.assessor,
            person_id=cast.assessor,
            pin=PIN,
            name="A",
            profession="B",
        )
    assert refusals() == [refusal]
    assert db.session.scalar(select(func.count(Assessment.id))) == 0


def test_a_wrong_pin_is_refused_and_leaves_a_trace(cast, pin):
    request = here(cast)
    for secret in ("804614", "", "80461"):
        with pytest.raises(RuleViolation) as caught:
            sign(request, Method.PIN, person_id=cast.assessor, pin=secret)
        assert caught.value.field == "pin"
    assert refusals() == [Refusal.WRONG_PIN] * 3
    assert db.session.scalar(select(func.count(Assessment.id))) == 0


def test_the_pin_of_a_deactivated_assessor_signs_nothing(cast, pin):
    request = here(cast)
    deactivate(viewer_for(cast.administrator), cast.assessor)
    with pytest.raises(RuleViolation, match="enter your own PIN"):
        sign(request, Method.PIN, person_id=cast.assessor, pin=PIN)
    assert refusals() == [Refusal.WRONG_PIN]


def test_the_pin_of_somebody_who_no_longer_assesses_signs_nothing(cast, pin):
    from lms.identity.models import RoleAssignment
    from lms.identity.services import end_role

    request = here(cast)
    role = db.session.scalars(select(RoleAssignment).where(RoleAssignment.person_id == cast.assessor)).one()
    end_role(viewer_for(cast.administrator), role.id, cause=list(EndedBecause)[0])
    with pytest.raises(RuleViolation, match="enter your own PIN"):
        sign(request, Method.PIN, person_id=cast.assessor, pin=PIN)


def test_a_trainee_who_assesses_others_does_not_sign_for_themselves(cast, pin):
    from lms.identity.services import give_role
    from lms.policy import Role

    give_role(None, person_id=cast.trainee, role=Role.ASSESSOR, scope_id=cast.trust, cause="Test")
    give_pin(cast.trainee)
    with pytest.raises(RuleViolation, match="Nobody assesses themselves"):
        sign(here(cast), Method.PIN, person_id=cast.trainee, pin=PIN)
    assert db.session.scalar(select(func.count(Assessment.id))) == 0


def test_a_form_that_was_signed_is_not_signed_again(cast, pin):
    request = here(cast)
    sign(request, Method.PIN, person_id=cast.assessor, pin=PIN)
    with pytest.raises(RuleViolation, match="no longer waits"):
        sign(request, Method.PIN, person_id=cast.assessor, pin=PIN, answers={"ratings": {"D3.1": 5}})
    assert refusals() == [Refusal.CLOSED_REQUEST]
    assert db.session.scalar(select(func.count(Assessment.id))) == 1


def test_nobody_backdates_what_they_sign(cast, pin):
    request = here(cast)
    for days in (8, -1):
        with pytest.raises(RuleViolation):
            sign(
                request,
                Method.PIN,
                person_id=cast.assessor,
                pin=PIN,
                answers={"observed_on": request.seen_on - timedelta(days=days)},
            )
    assert db.session.scalar(select(func.count(Assessment.id))) == 0


def test_an_account_does_not_sign_as_a_guest(cast, content):
    address = db.session.get_one(Person, cast.assessor).email
    with pytest.raises(RuleViolation, match="has an account here"):
        sign(here(cast), Method.SIGNATURE, name="Asha Patel", profession="Nurse", email=address)


@pytest.mark.parametrize("missing", ["name", "profession"])
def test_a_guest_says_who_they_are(cast, content, missing):
    proof = {"name": "Nell Abara", "profession": "Nurse", missing: " "}
    with pytest.raises(RuleViolation) as caught:
        sign(here(cast), Method.SIGNATURE, **proof)
    assert caught.value.field == missing


def test_a_drawing_that_is_no_picture_is_refused(cast, content):
    with pytest.raises(RuleViolation, match="Draw your signature again"):
        sign(here(cast), Method.SIGNATURE, name="Nell", profession="Nurse", drawn=b"<svg onload=alert(1)>")
    assert db.session.scalar(select(func.count(StoredFile.id))) == 0


def test_handing_over_ends_the_trainees_session_and_opens_a_form_for_half_an_hour(cast, content, clock):
    from lms.identity.queries import find_session
    from lms.identity.services import open_session
    from lms.signing.queries.links import digest_of

    request = here(cast)
    own = open_session(cast.trainee, device="phone")
    token = signing.hand_over(request_purpose(), request.id, trainee_id=cast.trainee, token=own)
    assert find_session(digest_of(own)) is None
    assert signing_queries.find_form_session(token).subject_id == request.id
    clock.set(clock.moment + timedelta(minutes=31))
    assert signing_queries.find_form_session(token) is None


def request_purpose():
    from lms.signing.rules import Purpose

    return Purpose.ASSESSMENT


def test_signing_ends_every_link_and_device_of_the_form(cast, pin):
    request = here(cast)
    services.show_link(viewer_for(cast.trainee), request.id)
    link = db.session.scalars(select(SigningLink)).one()
    token = signing.open_form(link)
    made = sign(request, Method.PIN, person_id=cast.assessor, pin=PIN)
    assert signing_queries.find_form_session(token).record_id == made.id  # It shows that it was signed.
    assert db.session.scalars(select(FormSession.ended_at)).one() is not None
    assert db.session.scalars(select(SigningLink.used_at)).one() is not None


def test_passing_on_moves_the_request_the_access_and_the_time(cast, content, clock):
    other = make.another_assessor(cast.trust)
    request = make.ask(cast.trainee, cast.assessor)
    asked = viewer_for(cast.assessor, Permission.ASSESSMENT_COMPLETE)
    services.save_draft(asked, request.id, version=0, body={"went_well": "Something"})
    clock.set(clock.moment + timedelta(days=13))
    services.pass_on(asked, request.id, to_id=other)
    assert queries.list_waiting(asked) == []
    (row,) = queries.list_waiting(viewer_for(other, Permission.ASSESSMENT_COMPLETE))
    assert (row.state.value, row.assessor_id) == ("passed-on", other)
    assert queries.get_request_page(viewer_for(other, Permission.ASSESSMENT_COMPLETE), request.id).draft == {}
    with pytest.raises(NotFound):
        services.open_request(asked, request.id)
    clock.set(clock.moment + timedelta(days=10))
    assert queries.count_waiting(viewer_for(other, Permission.ASSESSMENT_COMPLETE)) == 1


def test_an_expired_request_is_given_more_time_once(cast, content, clock):
    request = make.ask(cast.trainee, cast.assessor)
    asked, trainee = viewer_for(cast.assessor, Permission.ASSESSMENT_COMPLETE), viewer_for(cast.trainee)
    clock.set(clock.moment + timedelta(days=15))
    assert queries.list_waiting(asked) == []
    services.reset(trainee, request.id)
    assert [row.id for row in queries.list_waiting(asked)] == [request.id]
    clock.set(clock.moment + timedelta(days=15))
    with pytest.raises(RuleViolation, match="given more time once"):
        services.reset(trainee, request.id)
    kinds = db.session.scalars(select(AssessmentRequestStep.step)).all()
    assert kinds == [StepKind.RESET]


def test_an_unsafe_moment_opens_a_concern_and_tells_the_trainee(cast, content):
    from lms.competencies.models import Concern

    make.ask(cast.trainee, cast.assessor)  # The assessor sees the trainee.
    actor = viewer_for(cast.assessor, Permission.ASSESSMENT_COMPLETE)
    request = services.start_assessment(
        actor, cast.trainee, codes=["D2.1"], setting="crisis-team", seen_on=make.today()
    )
    with pytest.raises(RuleViolation, match="Say what was unsafe"):
        make.complete(request, {"D2.1": 2}, is_unsafe=True)
    made = make.complete(request, {"D2.1": 2}, is_unsafe=True, unsafe="Left the airway unwatched.")
    concern = db.session.scalars(select(Concern)).one()
    assert (concern.trainee_id, concern.raised_by_id, concern.rung.value) == (
        cast.trainee,
        cast.assessor,
        "recorded-concern",
    )
    assert made.is_unsafe
    told = db.session.scalars(select(Notice.text).where(Notice.person_id == cast.trainee)).all()
    assert any("completed your assessment" in text for text in told)


def test_this_was_not_me_suspends_at_once_and_is_decided_by_the_consultant_nurse(cast, pin):
    made = sign(here(cast), Method.PIN, person_id=cast.assessor, pin=PIN)
    assert len(facts(cast).counted) == 1
    token = token_of("signed")
    denied = signing.deny(token, words="I was on leave that day.")
    assert facts(cast).counted == ()
    (piece,) = facts(cast).not_counted
    assert "did not sign" in piece.why_not
    told = db.session.scalars(select(Notice.text).where(Notice.person_id == cast.consultant_nurse)).all()
    assert "Somebody says that a signature was not theirs" in told
    with pytest.raises(RuleViolation, match="reported already"):
        signing.deny(token)
    nurse = viewer_for(cast.consultant_nurse)
    with pytest.raises(RuleViolation, match="Say why"):
        signing.decide(nurse, denied.id, verdict=Verdict.STANDS, reason=" ")
    signing.decide(nurse, denied.id, verdict=Verdict.STANDS, reason="Their rota shows them on that car.")
    assert [each.assessment.id for each in facts(cast).counted] == [made.id]
    with pytest.raises(RuleViolation, match="decided already"):
        signing.decide(nurse, denied.id, verdict=Verdict.STRUCK_OUT, reason="Again.")


def test_a_struck_out_assessment_never_counts(cast, pin):
    sign(here(cast), Method.PIN, person_id=cast.assessor, pin=PIN)
    denied = signing.deny(token_of("signed"))
    signing.decide(viewer_for(cast.consultant_nurse), denied.id, verdict=Verdict.STRUCK_OUT, reason="On leave.")
    (piece,) = facts(cast).not_counted
    assert piece.why_not.startswith("Struck out")


def test_a_guest_counts_from_the_check_on_and_not_before(cast, content):
    request = by_email(cast)
    link = signing_queries.find_link(token_of("asked-to-assess"))
    sign(request, Method.LINK, channel=Channel.SENT, sent_to=link.person_id)
    (piece,) = facts(cast).not_counted
    assert "administrator" in piece.why_not


def test_an_assessor_adds_words_and_corrects_but_never_edits(cast, content):
    request = make.ask(cast.trainee, cast.assessor)
    made = make.complete(request, {"D3.1": 2})
    actor = viewer_for(cast.assessor, Permission.ASSESSMENT_COMPLETE)
    with pytest.raises(RuleViolation, match="Enter what you want to add"):
        services.add_words(actor, made.id, words=" ")
    services.add_words(actor, made.id, words="We spoke about it afterwards.")
    with pytest.raises(RuleViolation, match="Say why"):
        services.correct_assessment(actor, made.id, reason="", **said(request))
    corrected = services.correct_assessment(actor, made.id, reason="I ticked the wrong level.", **said(request))
    assert [piece.assessment.id for piece in facts(cast).counted] == [corrected.id]
    with pytest.raises(RuleViolation, match="corrected already"):
        services.correct_assessment(actor, made.id, reason="Again.", **said(request))
    for person_id in (cast.trainee, cast.stranger):
        with pytest.raises(NotFound):
            services.add_words(viewer_for(person_id), made.id, words="Mine.")


def test_a_trainee_answers_once_and_the_action_is_kept_for_the_next_request(cast, content):
    made = make.complete(make.ask(cast.trainee, cast.assessor), {"D3.1": 2})
    trainee = viewer_for(cast.trainee)
    services.reply(trainee, made.id, action="I will say the plan back.")
    assert queries.find_reply(trainee, made.id) == "I will say the plan back."
    assert queries.find_reply(viewer_for(cast.trainee_b), made.id) == ""
    with pytest.raises(RuleViolation, match="have answered"):
        services.reply(trainee, made.id, action="Something else.")
    with pytest.raises(NotFound):
        services.reply(viewer_for(cast.trainee_b), made.id, action="Not mine.")
    (row,) = queries.list_own_requests(trainee)
    assert row.state.value == "replied"
