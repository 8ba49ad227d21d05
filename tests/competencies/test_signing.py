"""Four ways to sign, and the ways in which somebody may try to sign what is not theirs."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from lms.audit.models import LedgerEntry
from lms.audit.services import record
from lms.competencies import queries, rules, services
from lms.competencies.models import Assessment, AssessmentRequestStep, Concern, RequestDraft
from lms.competencies.rules import FormKind, Prepared, Rung, StepKind, Way
from lms.core.db import db, transaction
from lms.core.errors import NotFound, RuleViolation
from lms.files.models import StoredFile
from lms.identity.models import Credential, Person
from lms.identity.queries import list_in_roles, people_with_pin, roles_towards
from lms.identity.rules import CredentialKind, EndedBecause
from lms.identity.services import deactivate, give_role, open_grant, passkeys, viewer_for
from lms.identity.services.proofs import HASHER
from lms.notifications.models import NOTICE_LENGTH, Mail, Notice
from lms.notifications.services import facts_of
from lms.policy import Permission, Role
from lms.signing import queries as signing_queries
from lms.signing import services as signing
from lms.signing.models import FormSession, RefusedSignature, SigningLink, SigningReceipt
from lms.signing.rules import Channel, IdentityGrade, Method, Refusal, Verdict
from tests.conftest import MOMENT
from tests.factories import competencies as make
from tests.factories.drawings import drawing
from tests.factories.passkeys import Device

pytestmark = [pytest.mark.usefixtures("context")]
PIN = "804613"
PICTURE = drawing()
CASE = {"what_seen": "Consent under pressure."}
NELL = {"name": "Nell Abara", "profession": "Liaison nurse", "registration_number": "12A3456E"}


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
        proof=signing.Proof(method=method, **proof),
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
    return facts_of(mail)["url"].rpartition("/")[2]


def signed_by():
    """The actor and the role of the newest completed assessment in the ledger."""
    entry = db.session.scalars(
        select(LedgerEntry).where(LedgerEntry.event == "assessment.completed").order_by(LedgerEntry.id.desc())
    ).first()
    return entry.actor_id, entry.role


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
    made = sign(here(cast), Method.SIGNATURE, **NELL, drawn=drawn)
    grade = IdentityGrade.DRAWN_SIGNATURE if drawn else IdentityGrade.TYPED_SIGNATURE
    assert (made.identity_grade, made.profession, made.role) == (grade, "Liaison nurse", None)
    assert signed_by() == (None, None)  # Nobody's account did it, and in no role.
    assert db.session.get_one(Person, made.assessor_id).is_guest
    assert facts(cast).counted == ()
    assert db.session.scalar(select(func.count(StoredFile.id))) == bool(drawn)
    assert db.session.scalar(select(func.count(Mail.id))) == 0  # Nobody left an address.


def test_a_second_signature_under_the_same_name_or_address_is_a_guest_of_its_own(cast, content):
    proof = {**NELL, "email": "nell@northmere-general.example"}
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
    form = signing_queries.find_form_session(signing.open_on_device(link, None))
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


OTHER_WAYS = [
    pytest.param("AMINA.YUSUF@EXAMPLE.ORG", id="capitals"),
    pytest.param("amina.yusuf+x@example.org", id="a tag"),
    pytest.param("\uff41mina.yusuf@example.org", id="full width"),
]


@pytest.mark.both_databases
@pytest.mark.parametrize("email", OTHER_WAYS)
def test_a_trainee_does_not_ask_themselves_by_email(cast, content, email):
    with pytest.raises(RuleViolation, match="this address is yours"):
        by_email(cast, email=email)
    with pytest.raises(RuleViolation, match="this address is yours"):
        services.begin_request(viewer_for(cast.trainee), by_email_to(cast, email=email))
    assert refusals() == [Refusal.OWN_ADDRESS] * 2


@pytest.mark.both_databases
@pytest.mark.parametrize("way", [Way.EMAIL, Way.HERE])
@pytest.mark.parametrize(
    "change",
    [
        {"name": "943 476 5919"},
        {"profession": "943 476 5919"},
        {"email": "9434765919@x.example"},
        {"name": "N" * 201},
        {"profession": "N" * 101},
        {"email": f"{'n' * 250}@x.example"},
    ],
    ids=lambda change: "-".join((*change, *change.values()))[:25],
)
def test_a_draft_keeps_no_nhs_number_and_nothing_that_could_not_be_asked(cast, content, way, change):
    with pytest.raises(RuleViolation) as caught:
        services.begin_request(viewer_for(cast.trainee), by_email_to(cast, way=way, **change))
    assert [caught.value.field] == list(change)
    assert db.session.scalar(select(func.count(RequestDraft.id))) == 0


@pytest.mark.both_databases
@pytest.mark.parametrize(
    "change",
    [
        {"email": "9434765919@x.example"},
        {"name": "N" * 201},
        {"profession": "N" * 101},
        {"registration_number": "1" * 41},
        {"email": f"{'n' * 250}@x.example"},
    ],
    ids=lambda change: "-".join((*change, *change.values()))[:25],
)
def test_a_guest_signs_with_no_nhs_number_and_nothing_too_long(cast, content, change):
    with pytest.raises(RuleViolation) as caught:
        sign(here(cast), Method.SIGNATURE, **{**NELL, **change})
    assert [caught.value.field] == list(change)
    assert db.session.scalar(select(func.count(Person.id)).where(Person.is_guest)) == 0


@pytest.mark.both_databases
def test_two_people_with_long_names_are_told_of_what_is_passed_on(cast, content):
    for person_id in (cast.trainee, cast.assessor):
        with transaction() as session:
            person = session.get_one(Person, person_id)
            person.name = "N" * 200
            record(None, "account.changed", person)
    request, other = make.ask(cast.trainee, cast.assessor), make.another_assessor(cast.trust)
    services.pass_on(viewer_for(cast.assessor, Permission.ASSESSMENT_COMPLETE), request.id, to_id=other)
    told = db.session.scalars(select(Notice.text).where(Notice.person_id == other)).one()
    assert (len(told), told[-1]) == (NOTICE_LENGTH, "…")


def test_nobody_is_reminded_of_what_was_asked_of_whoever_is_there(cast, content, clock):
    request = here(cast)
    clock.set(clock.moment + timedelta(days=3))
    with pytest.raises(RuleViolation, match="nobody by name"):
        services.remind(viewer_for(cast.trainee), request.id)
    assert db.session.scalar(select(func.count(AssessmentRequestStep.id))) == 0


def prepared(cast, **changes):
    usual = {
        "way": Way.ACCOUNT,
        "assessor_id": cast.assessor,
        "form_kind": FormKind.MINI_CEX,
        "setting": "joint-response-car",
        "seen_on": make.today(),
        "is_simulated": False,
        "codes": ("D3.1",),
    }
    return Prepared(**{**usual, **changes})


def by_email_to(cast, **changes):
    asked = {"name": "Nell Abara", "profession": "Liaison nurse", "email": "nell.abara@northmere-general.example"}
    return prepared(cast, **{"way": Way.EMAIL, "assessor_id": None, **asked, **changes})


def test_the_ledger_tells_a_draft_begun_from_one_thrown_away_and_one_sent(cast, content):
    trainee = viewer_for(cast.trainee)
    first = services.begin_request(trainee, prepared(cast))
    second = services.begin_request(trainee, prepared(cast, note="Was I clear?"), replaces=first.id)
    services.send_request_draft(trainee, second.id, self_levels={"D3.1": 3})
    said = db.session.scalars(
        select(LedgerEntry.event).where(LedgerEntry.event.startswith("assessment.draft")).order_by(LedgerEntry.seq)
    )
    assert [event.rpartition(".")[2] for event in said] == [
        *("draft-begun", "draft-begun", "draft-discarded"),
        "draft-sent",
    ]


def test_a_draft_that_is_refused_replaces_nothing(cast, content):
    trainee = viewer_for(cast.trainee)
    first = services.begin_request(trainee, prepared(cast))
    with pytest.raises(RuleViolation):
        services.begin_request(trainee, prepared(cast, codes=()), replaces=first.id)
    assert [row.id for row in queries.list_request_drafts(trainee)] == [first.id]


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
    give_role(None, person_id=cast.trainee, role=Role.ASSESSOR, scope_id=cast.trust, cause="Test")
    give_pin(cast.trainee)
    with pytest.raises(RuleViolation, match="for somebody else to sign"):
        sign(here(cast), Method.PIN, person_id=cast.trainee, pin=PIN)
    assert refusals() == [Refusal.OWN_SIGNATURE]
    assert db.session.scalar(select(func.count(Assessment.id))) == 0


@pytest.fixture
def at_localhost(app):
    """The service has a name, as browsers want it for passkeys."""
    kept = app.config["SETTINGS"]
    app.config["SETTINGS"] = replace(kept, base_url="http://localhost:8000")
    yield
    app.config["SETTINGS"] = kept


def by_pin(person_id):
    give_pin(person_id)
    return Method.PIN, {"person_id": person_id, "pin": PIN}


def by_passkey(person_id):
    device, actor = Device(), viewer_for(person_id)
    passkeys.finish_passkey_registration(actor, device.register(passkeys.begin_passkey_registration(actor)), "Phone")
    options, challenge = passkeys.begin_passkey_assertion()
    return Method.PASSKEY, {"challenge": challenge, "passkey": device.sign(options)}


@pytest.mark.parametrize("prove", [by_pin, by_passkey])
def test_a_supervisor_signs_on_the_spot_what_their_account_may_and_as_a_supervisor(cast, content, at_localhost, prove):
    method, proof = prove(cast.supervisor)
    with pytest.raises(RuleViolation, match="Mini-CEX is completed by"):
        sign(here(cast), method, **proof)
    assert refusals() == [Refusal.WRONG_ROLE]
    assert db.session.scalar(select(func.count(Assessment.id))) == 0
    if method is Method.PASSKEY:
        method, proof = prove(cast.supervisor)
    request = here(cast, form_kind=FormKind.DIRECT_OBSERVATION)
    made = sign(request, method, answers={"what_seen": "Asked directly."}, **proof)
    assert (made.assessor_id, made.role) == (cast.supervisor, Role.SUPERVISOR)
    assert signed_by() == (cast.supervisor, "supervisor")


@pytest.mark.parametrize(("name", "signs"), [("educator", True), ("educator_b", False)])
def test_an_academic_is_handed_the_forms_of_their_own_trainees(cast, content, name, signs):
    person_id = getattr(cast, name)
    method, proof = by_pin(person_id)
    request = here(cast, form_kind=FormKind.CASE_BASED_DISCUSSION)
    completing = rules.roles_completing(queries.get_form(FormKind.CASE_BASED_DISCUSSION).form)
    near = list_in_roles(cast.trainee, completing - rules.IN_THE_FIELD)
    assert [each.id for each in people_with_pin(completing & rules.IN_THE_FIELD, near)] == [person_id] * signs
    if signs:
        assert sign(request, method, answers=CASE, **proof).role is Role.EDUCATOR
        return
    with pytest.raises(RuleViolation, match="Case-based discussion is completed by"):
        sign(request, method, answers=CASE, **proof)
    assert refusals() == [Refusal.WRONG_ROLE]
    assert db.session.scalar(select(func.count(Assessment.id))) == 0


def test_who_supervises_and_assesses_signs_in_the_role_the_form_names(cast, pin):
    give_role(None, person_id=cast.assessor, role=Role.SUPERVISOR, scope_id=cast.trust, cause="Test")
    open_grant(
        None, person_id=cast.assessor, scope_id=cast.trainee, role=Role.SUPERVISOR, cause="T", about=cast.trainee
    )
    assert sign(here(cast), Method.PIN, person_id=cast.assessor, pin=PIN).role is Role.ASSESSOR
    request = here(cast, codes=["D4.1"], form_kind=FormKind.DIRECT_OBSERVATION)
    answers = {"ratings": {"D4.1": 4}, "what_seen": "Asked directly."}
    assert sign(request, Method.PIN, answers=answers, person_id=cast.assessor, pin=PIN).role is Role.SUPERVISOR


def test_a_supervisor_who_takes_a_request_by_signing_sees_no_record(cast, content):
    request = make.ask(cast.trainee, cast.assessor, form_kind=FormKind.DIRECT_OBSERVATION)
    method, proof = by_pin(cast.supervisor)
    sign(request, method, answers={"what_seen": "Asked directly."}, **proof)
    assert roles_towards(viewer_for(cast.supervisor), [cast.trainee]) == {cast.trainee: frozenset()}


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
    assert refusals() == [Refusal.WRONG_DATE] * 2
    assert db.session.scalar(select(func.count(Assessment.id))) == 0


def test_an_account_does_not_sign_as_a_guest(cast, content):
    address = db.session.get_one(Person, cast.assessor).email
    with pytest.raises(RuleViolation, match="has an account here"):
        sign(
            here(cast), Method.SIGNATURE, name="Asha Patel", profession="Doctor", registration_number="1", email=address
        )


@pytest.mark.parametrize("missing", ["name", "profession", "registration_number"])
def test_a_guest_says_who_they_are(cast, content, missing):
    with pytest.raises(RuleViolation) as caught:
        sign(here(cast), Method.SIGNATURE, **{**NELL, missing: " "})
    assert caught.value.field == missing


def test_a_guest_of_a_profession_without_a_register_needs_no_number(cast, content):
    assert sign(here(cast), Method.SIGNATURE, name="Nell Abara", profession="Peer worker").profession == "Peer worker"


@pytest.mark.both_databases
@pytest.mark.parametrize("email", OTHER_WAYS)
def test_the_trainees_own_address_is_no_guests(cast, content, email):
    with pytest.raises(RuleViolation, match="this address is yours"):
        sign(here(cast), Method.SIGNATURE, **NELL, email=email)
    assert refusals() == [Refusal.OWN_ADDRESS]


@pytest.mark.parametrize("guest", [True, False])
def test_an_unsafe_moment_is_the_concern_of_whoever_signs(cast, pin, guest):
    method, proof = (Method.SIGNATURE, NELL) if guest else (Method.PIN, {"person_id": cast.assessor, "pin": PIN})
    unsafe = {"is_unsafe": True, "unsafe": "Left the airway unwatched."}
    with pytest.raises(RuleViolation, match="Say what was unsafe"):
        sign(here(cast), method, answers={"is_unsafe": True}, **proof)
    made = sign(here(cast, codes=["D4.1"]), method, answers={"ratings": {"D4.1": 2}, **unsafe}, **proof)
    concern = db.session.scalars(select(Concern)).one()
    assert (concern.raised_by_id, concern.role) == (made.assessor_id, None if guest else Role.ASSESSOR)
    assert concern.rung is Rung.RECORDED
    told = db.session.scalars(select(Notice.text).where(Notice.person_id == cast.consultant_nurse)).all()
    assert "A concern was raised" in told


@pytest.mark.parametrize("drawn", [b"<svg onload=alert(1)>", PICTURE[:8], PICTURE[:-1]])
def test_a_drawing_that_is_no_picture_is_refused(cast, content, drawn):
    with pytest.raises(RuleViolation, match="Draw your signature again"):
        sign(here(cast), Method.SIGNATURE, **NELL, drawn=drawn)
    assert db.session.scalar(select(func.count(StoredFile.id))) == 0


@pytest.mark.both_databases
@pytest.mark.parametrize("method", [Method.PIN, Method.SIGNATURE, Method.LINK])
def test_nothing_is_signed_about_a_trainee_whose_account_is_closed(cast, pin, method):
    proof = {
        Method.PIN: {"person_id": cast.assessor, "pin": PIN},
        Method.SIGNATURE: NELL,
        Method.LINK: {"channel": Channel.SENT},
    }[method]
    request = by_email(cast) if method is Method.LINK else here(cast)
    if method is Method.LINK:
        proof["sent_to"] = request.assessor_id
    deactivate(viewer_for(cast.administrator), cast.trainee)
    counted = [select(func.count(each.id)) for each in (Assessment, AssessmentRequestStep, LedgerEntry, Mail, Person)]
    before = [db.session.scalar(each) for each in counted]
    with pytest.raises(RuleViolation, match="account of this trainee is closed"):
        sign(request, method, **proof)
    assert ([db.session.scalar(each) for each in counted], refusals()) == (before, [])


def test_handing_over_ends_the_trainees_session_and_opens_a_form_for_half_an_hour(cast, content, clock):
    from lms.identity.queries import find_session
    from lms.identity.rules import token_digest
    from lms.identity.services import open_session

    request = here(cast)
    own = open_session(cast.trainee, device="phone")
    token = signing.hand_over(request_purpose(), request.id, trainee_id=cast.trainee, token=own)
    assert find_session(token_digest(own)) is None
    assert signing_queries.find_form_session(token).subject_id == request.id
    clock.set(clock.moment + timedelta(minutes=31))
    assert signing_queries.find_form_session(token) is None


def request_purpose():
    from lms.signing.rules import Purpose

    return Purpose.ASSESSMENT


@pytest.fixture
def claimed(cast, content):
    """A request to a guest who has opened the link, which somebody with an account has made theirs since."""
    request = by_email(cast)
    token = token_of("asked-to-assess")
    opened = services.open_signing_link(token, actor=None, session_token=None, claims=False)
    shown = services.show_link(viewer_for(cast.trainee), request.id).rpartition("/")[2]
    assessor = viewer_for(cast.assessor)
    services.open_signing_link(shown, actor=assessor, session_token=None, claims=True)
    return request, token, opened.form_token


def test_who_was_asked_by_email_can_no_longer_answer_what_somebody_else_claimed(cast, claimed):
    request, token, form = claimed
    guest = request.assessor_id
    assert signing_queries.find_form_session(form) is None
    with pytest.raises(RuleViolation, match="has ended"):
        services.open_signing_link(token, actor=None, session_token=None, claims=False)
    with pytest.raises(RuleViolation, match="somebody else’s"):
        services.decline_by_link(request.id, guest, reason="I was not there.")
    with pytest.raises(RuleViolation, match="somebody else’s"):
        sign(request, Method.LINK, channel=Channel.SENT, sent_to=guest)
    assert refusals() == [Refusal.ENDED_LINK] * 3
    (row,) = queries.list_waiting(viewer_for(cast.assessor, Permission.ASSESSMENT_COMPLETE))
    assert (row.id, row.assessor_id) == (request.id, cast.assessor)
    assert db.session.scalar(select(func.count(Assessment.id))) == 0


def test_a_link_shown_still_opens_after_somebody_claimed_the_request(cast, claimed):
    services.show_link(viewer_for(cast.trainee), claimed[0].id)
    assert db.session.scalar(select(func.count(SigningLink.id)).where(SigningLink.expires_at > MOMENT)) == 1


def test_signing_ends_every_link_and_device_of_the_form(cast, pin):
    request = here(cast)
    services.show_link(viewer_for(cast.trainee), request.id)
    link = db.session.scalars(select(SigningLink)).one()
    token = signing.open_on_device(link, None)
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
    assert any("saw your work and wrote an assessment" in text for text in told)


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
    with pytest.raises(RuleViolation, match="in doubt already"):
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
