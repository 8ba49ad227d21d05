"""Approving hours away from an account: by PIN, passkey, the link that was sent, or a signature."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from lms.audit.models import LedgerEntry, TextBody
from lms.core.clock import now
from lms.core.db import db, transaction
from lms.core.errors import NotFound, RuleViolation
from lms.identity.models import Credential, Person
from lms.identity.rules import CredentialKind
from lms.identity.services import create_person, give_role, passkeys, viewer_for
from lms.identity.services.proofs import HASHER
from lms.notifications.models import Mail, Notice
from lms.notifications.services import facts_of
from lms.placements import queries, services
from lms.placements.models import ShiftDecision
from lms.placements.rules.approvals import check_answer, check_ask, check_reachable
from lms.placements.rules.states import ApprovalWay, DecisionFact, Doubt, Status, Verdict, status_of
from lms.placements.rules.waiting import WaitsOn
from lms.policy import Role
from lms.signing import services as signing
from lms.signing.models import RefusedSignature, SigningLink
from lms.signing.queries import count_to_check, find_link, list_suspensions
from lms.signing.rules import Channel, IdentityGrade, Method, Refusal
from lms.signing.rules import Verdict as Ruling
from lms.signing.rules.guests import GuestVerdict
from tests.factories.drawings import drawing
from tests.factories.passkeys import Device
from tests.factories.placements import add_site, answers, log, prepare

PIN = "804613"
NELL = {"name": "Nell Abara", "profession": "Liaison nurse", "registration_number": "12A3456E"}
ADDRESS = "nell.abara@northmere-general.example"


@pytest.fixture
def site_id(context, cast):
    found = prepare()
    give_pin(cast.supervisor)
    return found


@pytest.fixture
def shift(cast, site_id):
    return log(cast.trainee, site_id, cast.supervisor)


@pytest.fixture
def at_localhost(app):
    """The service has a name, as browsers want it for passkeys."""
    kept = app.config["SETTINGS"]
    app.config["SETTINGS"] = replace(kept, base_url="http://localhost:8000")
    yield
    app.config["SETTINGS"] = kept


def give_pin(person_id):
    with transaction() as session:
        session.add(
            Credential(
                person_id=person_id, credential_kind=CredentialKind.PIN, secret=HASHER.hash(PIN), confirmed_at=now()
            )
        )


def ask(cast, *shifts, way=ApprovalWay.HERE, **whom):
    return services.ask_approval(viewer_for(cast.trainee), [each.id for each in shifts], way=way, **whom)


def sign(request, *shifts, method=Method.PIN, channel=Channel.HANDED_OVER, sent_to=None, comment="", **proof):
    return services.sign_hours(
        request.id,
        channel=channel,
        sent_to=sent_to,
        proof=signing.Proof(method=method, **proof),
        shifts=[each.id for each in shifts],
        comment=comment,
    )


def by_pin(cast, request, *shifts, **more):
    return sign(request, *shifts, person_id=cast.supervisor, pin=PIN, **more)


def by_guest(request, *shifts, **proof):
    return sign(request, *shifts, method=Method.SIGNATURE, **NELL, **proof)


def fact(cast, shift):
    return queries.get_shift(viewer_for(cast.trainee), shift.id).row.fact


def minutes(cast):
    """What counts, as readiness reads it: in bulk, as known now."""
    shifts, _ = queries.load_practice(select(Person.id).where(Person.id == cast.trainee), known_at=now())
    return sum(each.minutes for each in shifts.get(cast.trainee, []) if each.status is Status.APPROVED)


def refusals():
    return list(db.session.scalars(select(RefusedSignature.refusal).order_by(RefusedSignature.id)))


def sent_to_guest(cast, shift):
    """A request by email and the guest it went to."""
    request = ask(cast, shift, way=ApprovalWay.EMAIL, name="Nell Abara", profession="Recovery worker", email=ADDRESS)
    return request, request.supervisor_id


def token_of(template):
    mail = db.session.scalars(select(Mail).where(Mail.template == template).order_by(Mail.id.desc())).first()
    return facts_of(mail)["url"].rpartition("/")[2]


def test_a_pin_on_the_trainees_phone_approves_what_is_chosen_and_queries_the_rest(cast, site_id, shift):
    other = log(cast.trainee, site_id, cast.supervisor, worked_on=date(2026, 11, 10))
    request = ask(cast, shift, other)
    made = by_pin(cast, request, shift, comment="You left at noon.")
    assert {each.shift_id: each.verdict for each in made} == {shift.id: Verdict.APPROVED, other.id: Verdict.QUERIED}
    approved = next(each for each in made if each.verdict is Verdict.APPROVED)
    assert (approved.by_id, approved.role, approved.identity_grade) == (
        cast.supervisor,
        Role.SUPERVISOR,
        IdentityGrade.PIN,
    )
    assert (fact(cast, shift).status, fact(cast, other).status) == (Status.APPROVED, Status.QUERIED)
    assert minutes(cast) == 450
    assert db.session.scalars(select(Mail.template).where(Mail.person_id == cast.supervisor)).all() == ["signed"]
    entry = db.session.scalars(
        select(LedgerEntry).where(LedgerEntry.event == "hours.approved").order_by(LedgerEntry.seq.desc())
    ).first()
    assert (entry.actor_id, entry.role) == (cast.supervisor, Role.SUPERVISOR)


def test_one_comment_about_several_shifts_is_one_text(cast, site_id, shift):
    left_out = [log(cast.trainee, site_id, cast.supervisor, worked_on=date(2026, 11, day)) for day in (10, 11)]
    made = by_pin(cast, ask(cast, shift, *left_out), shift, comment="You left at noon.")
    texts = [each.comment_id for each in made if each.verdict is Verdict.QUERIED]
    assert len(texts) == 2
    assert len(set(texts)) == 1
    told = db.session.scalars(select(Notice.text).where(Notice.person_id == cast.trainee).order_by(Notice.id.desc()))
    assert told.first().endswith(" approved 1 shift and asked about 2 shifts")
    stored = select(func.count()).select_from(TextBody).where(TextBody.stored == "You left at noon.")
    assert db.session.scalar(stored) == 1


def test_a_passkey_on_the_trainees_phone_is_kept_as_one(cast, site_id, shift, at_localhost):
    device, actor = Device(), viewer_for(cast.supervisor)
    passkeys.finish_passkey_registration(actor, device.register(passkeys.begin_passkey_registration(actor)), "Phone")
    options, challenge = passkeys.begin_passkey_assertion()
    made = sign(ask(cast, shift), shift, method=Method.PASSKEY, challenge=challenge, passkey=device.sign(options))
    assert made[0].identity_grade is IdentityGrade.PASSKEY
    assert minutes(cast) == 450


def test_a_link_to_an_account_counts_at_once_and_one_to_a_guest_after_the_check(cast, site_id, shift):
    request = ask(cast, shift, way=ApprovalWay.EMAIL, supervisor_id=cast.supervisor)
    token = token_of("asked-to-approve")
    assert find_link(token).person_id == cast.supervisor
    services.open_approval_link(token, actor=None, session_token=None)
    made = sign(request, shift, method=Method.LINK, channel=Channel.SENT, sent_to=cast.supervisor)
    assert made[0].identity_grade is IdentityGrade.VERIFIED_LINK
    assert minutes(cast) == 450
    assert find_link(token).used_at is not None

    second = log(cast.trainee, site_id, cast.supervisor, worked_on=date(2026, 11, 10))
    request, guest_id = sent_to_guest(cast, second)
    made = sign(request, second, method=Method.LINK, channel=Channel.SENT, sent_to=guest_id)
    assert (made[0].identity_grade, made[0].role) == (IdentityGrade.EMAIL_LINK, None)
    assert fact(cast, second).status is Status.UNCONFIRMED
    assert minutes(cast) == 450
    accept(cast, guest_id)
    assert fact(cast, second).status is Status.APPROVED
    assert minutes(cast) == 900


def accept(cast, guest_id):
    version = db.session.get_one(Person, guest_id).version
    add_known = viewer_for(cast.administrator)
    signing.add_domain(add_known, domain="northmere-general.example", name="Northmere General")
    signing.check_guest(add_known, guest_id, GuestVerdict.ACCEPTED, version=version, registration_checked=True)


@pytest.mark.parametrize("drawn", [b"", drawing()])
def test_a_signature_names_a_guest_whose_approval_does_not_count_yet(cast, site_id, shift, drawn):
    made = by_guest(ask(cast, shift), shift, drawn=drawn)
    grade = IdentityGrade.DRAWN_SIGNATURE if drawn else IdentityGrade.TYPED_SIGNATURE
    assert (made[0].identity_grade, made[0].profession, made[0].role) == (grade, "Liaison nurse", None)
    assert (fact(cast, shift).status, minutes(cast)) == (Status.UNCONFIRMED, 0)


def test_the_named_supervisor_can_still_approve_what_a_guest_signed(cast, site_id, shift):
    by_guest(ask(cast, shift), shift)
    services.approve_shifts(viewer_for(cast.supervisor), [shift.id])
    assert (fact(cast, shift).status, minutes(cast)) == (Status.APPROVED, 450)


def test_what_was_said_offline_counts_only_once_the_supervisor_confirms_it(cast, site_id, shift):
    ask(cast, shift, way=ApprovalWay.OFFLINE, supervisor_id=cast.supervisor)
    found = fact(cast, shift)
    assert (found.status, found.doubt, minutes(cast)) == (Status.UNCONFIRMED, Doubt.SAID_OFFLINE, 0)
    assert waiting(cast) == ([shift.id], [], 1)
    services.approve_shifts(viewer_for(cast.supervisor), [shift.id])
    assert (fact(cast, shift).doubt, minutes(cast)) == (None, 450)
    assert waiting(cast) == ([], [], 0)


def test_a_correction_of_what_was_said_offline_waits_for_its_supervisor_as_any_other(cast, site_id, shift):
    ask(cast, shift, way=ApprovalWay.OFFLINE, supervisor_id=cast.supervisor)
    corrected = services.correct_shift(
        viewer_for(cast.trainee), shift.id, reason="The end", **answers(site_id, cast.supervisor)
    )
    assert (fact(cast, corrected).status, waiting(cast)) == (Status.SUBMITTED, ([corrected.id], [], 1))


def test_a_link_answers_what_was_said_offline_and_a_denial_of_it_takes_both_back(cast, site_id, shift):
    request = ask(cast, shift, way=ApprovalWay.OFFLINE, supervisor_id=cast.supervisor)
    sign(request, shift, method=Method.LINK, channel=Channel.SENT, sent_to=cast.supervisor)
    assert fact(cast, shift).status is Status.APPROVED
    signing.deny(token_of("signed"))
    assert (fact(cast, shift).status, waiting(cast)) == (Status.SUBMITTED, ([shift.id], [], 1))


def waiting(cast):
    """What waits for the supervisor, what waits for an administrator, and the number the supervisor is shown."""
    supervisor = viewer_for(cast.supervisor)
    rows = queries.list_open(supervisor)
    theirs, to_check = ([row.fact.id for row in rows[on]] for on in (WaitsOn.SUPERVISOR, WaitsOn.ADMINISTRATOR))
    return theirs, to_check, queries.count_waiting(supervisor)


def test_what_a_guest_approved_waits_for_an_administrator_and_for_the_supervisor_once_they_refuse(cast, site_id, shift):
    by_guest(ask(cast, shift), shift)
    assert (fact(cast, shift).doubt, waiting(cast)) == (Doubt.NOT_CHECKED, ([], [shift.id], 0))
    assert count_to_check(viewer_for(cast.administrator)) == 1
    guest = db.session.scalar(select(Person.id).where(Person.is_guest))
    signing.check_guest(viewer_for(cast.administrator), guest, GuestVerdict.REFUSED, reason="Nobody knows them there.")
    assert (fact(cast, shift).status, waiting(cast)) == (Status.SUBMITTED, ([shift.id], [], 1))
    assert [each.doubt for each in queries.get_shift(viewer_for(cast.trainee), shift.id).decisions] == [Doubt.REFUSED]


def test_a_guest_who_was_the_trainee_approves_nothing(cast, site_id, shift):
    by_guest(ask(cast, shift), shift)
    guest = db.session.scalar(select(Person.id).where(Person.is_guest))
    signing.join_people(viewer_for(cast.administrator), guest, cast.trainee, reason="The same telephone.")
    assert (fact(cast, shift).status, minutes(cast)) == (Status.SUBMITTED, 0)
    assert waiting(cast) == ([shift.id], [], 1)


def test_what_counts_was_approved_when_the_approval_that_speaks_was_given(cast, site_id, shift, clock):
    by_pin(cast, ask(cast, shift), shift)
    denied_at = fact(cast, shift).approved_at
    signing.deny(token_of("signed"))
    assert fact(cast, shift).approved_at is None
    clock.set(clock.moment + timedelta(hours=1))
    services.approve_shifts(viewer_for(cast.supervisor), [shift.id])
    approved_at = fact(cast, shift).approved_at
    nurse = viewer_for(cast.consultant_nurse)
    clock.set(clock.moment + timedelta(hours=1))
    signing.decide(nurse, list_suspensions(nurse)[0].id, verdict=Ruling.STRUCK_OUT, reason="It was somebody else.")
    assert fact(cast, shift).approved_at == approved_at > denied_at


def test_whoever_says_it_was_not_them_takes_the_approval_back_until_it_is_decided(cast, site_id, shift):
    before = now()
    by_pin(cast, ask(cast, shift), shift)
    assert minutes(cast) == 450
    signing.deny(token_of("signed"))
    assert (fact(cast, shift).status, minutes(cast)) == (Status.SUBMITTED, 0)
    assert queries.count_waiting(viewer_for(cast.supervisor)) == 1
    nurse = viewer_for(cast.consultant_nurse)
    (waiting,) = list_suspensions(nurse)
    signing.decide(nurse, waiting.id, verdict=Ruling.STANDS, reason="They remember it now.")
    assert (fact(cast, shift).status, minutes(cast)) == (Status.APPROVED, 450)
    assert before <= fact(cast, shift).approved_at


def test_an_approval_that_was_struck_out_leaves_the_shift_waiting_and_may_be_given_again(cast, site_id, shift):
    by_pin(cast, ask(cast, shift), shift)
    signing.deny(token_of("signed"))
    nurse = viewer_for(cast.consultant_nurse)
    signing.decide(nurse, list_suspensions(nurse)[0].id, verdict=Ruling.STRUCK_OUT, reason="It was somebody else.")
    assert minutes(cast) == 0
    services.approve_shifts(viewer_for(cast.supervisor), [shift.id])
    assert minutes(cast) == 450


def test_a_request_is_answered_once(cast, site_id, shift):
    request = ask(cast, shift)
    by_pin(cast, request, shift)
    with pytest.raises(RuleViolation, match="no longer wait"):
        by_pin(cast, request, shift)
    assert refusals() == [Refusal.CLOSED_REQUEST]
    assert db.session.scalar(select(func.count(ShiftDecision.id))) == 1


def test_a_request_is_answered_for_what_still_waits(cast, site_id, shift):
    others = [log(cast.trainee, site_id, cast.supervisor, worked_on=date(2026, 11, day)) for day in (9, 10)]
    request = ask(cast, shift, *others)
    services.approve_shifts(viewer_for(cast.supervisor), [others[0].id])
    services.withdraw_shift(viewer_for(cast.trainee), others[1].id)
    assert [made.shift_id for made in by_pin(cast, request, shift)] == [shift.id]
    assert fact(cast, shift).status is Status.APPROVED


def test_a_corrected_shift_is_not_approved_by_an_old_request(cast, site_id, shift):
    request = ask(cast, shift)
    services.correct_shift(
        viewer_for(cast.trainee), shift.id, **answers(site_id, cast.supervisor), reason="The end was later."
    )
    with pytest.raises(RuleViolation, match="no longer wait"):
        by_pin(cast, request, shift)


def test_what_a_trainee_might_try_is_refused_counts_for_nothing_and_leaves_a_trace(cast, site_id, shift):
    give_pin(cast.trainee)
    own = db.session.get_one(Person, cast.trainee).email
    request = ask(cast, shift)
    attempts = [
        (Refusal.WRONG_PIN, lambda: sign(request, shift, person_id=cast.supervisor, pin="111222")),
        (Refusal.WRONG_PIN, lambda: sign(request, shift, person_id=cast.trainee, pin=PIN)),
        (Refusal.WRONG_PIN, lambda: sign(request, shift, person_id=cast.assessor, pin=PIN)),
        (Refusal.WRONG_PASSKEY, lambda: sign(request, shift, method=Method.PASSKEY, challenge="x", passkey="{}")),
        (Refusal.NOT_ALLOWED_HERE, lambda: sign(request, shift, method=Method.LINK)),
        (Refusal.OWN_ADDRESS, lambda: by_guest(request, shift, email=own)),
        (
            Refusal.OWN_ADDRESS,
            lambda: ask(cast, shift, way=ApprovalWay.EMAIL, name="Me", profession="Nurse", email=own),
        ),
    ]
    for expected, attempt in attempts:
        with pytest.raises(RuleViolation):
            attempt()
        assert refusals()[-1] is expected
    assert len(refusals()) == len(attempts)
    assert (fact(cast, shift).status, minutes(cast)) == (Status.SUBMITTED, 0)


def test_a_trainee_who_opens_the_link_to_their_own_hours_is_refused(cast, site_id, shift):
    ask(cast, shift, way=ApprovalWay.EMAIL, supervisor_id=cast.supervisor)
    token = token_of("asked-to-approve")
    with pytest.raises(RuleViolation):
        services.open_approval_link(token, actor=viewer_for(cast.trainee), session_token=None)
    with pytest.raises(NotFound):
        services.open_approval_link("never-was", actor=viewer_for(cast.trainee), session_token=None)
    assert refusals() == [Refusal.OWN_SESSION, Refusal.UNKNOWN_LINK]
    with transaction() as session:
        session.execute(SigningLink.__table__.update().values(expires_at=now() - timedelta(minutes=1)))
    with pytest.raises(RuleViolation):
        services.open_approval_link(token, actor=None, session_token=None)
    assert refusals()[-1] is Refusal.ENDED_LINK


def test_a_supervisor_of_another_site_cannot_sign(cast, site_id, shift):
    elsewhere = add_site("Elsewhere", "liaison-psychiatry").id
    for name, where in (("Una Reyes", elsewhere), ("Ola Berg", site_id)):
        address = f"{name.split()[0].lower()}@thameside.example"
        person = create_person(None, name=name, email=address, organisation_id=cast.trust, profession="Nurse")
        give_role(None, person_id=person.id, role=Role.SUPERVISOR, scope_id=where, cause="Supervises there")
        give_pin(person.id)
    una = db.session.scalar(select(Person).where(Person.name == "Una Reyes"))
    with pytest.raises(RuleViolation, match="Choose somebody who supervises at"):
        sign(ask(cast, shift), shift, person_id=una.id, pin=PIN)


def test_somebody_elses_shift_cannot_be_put_into_a_request(cast, site_id, shift):
    with pytest.raises(NotFound):
        services.ask_approval(viewer_for(cast.stranger), [shift.id], way=ApprovalWay.HERE)
    request = ask(cast, shift)
    with pytest.raises(NotFound):
        queries.get_own_approval(viewer_for(cast.stranger), request.id)


def decided(verdict, at, doubt=None):
    return DecisionFact(verdict, recorded_at=now() + timedelta(minutes=at), id=at_id(at), doubt=doubt)


def at_id(number):
    return UUID(int=number)


A, Q, W = Verdict.APPROVED, Verdict.QUERIED, Verdict.WITHDRAWN
NEW, SAID = Doubt.NOT_CHECKED, Doubt.SAID_OFFLINE


@pytest.mark.parametrize(
    ("decisions", "expected"),
    [
        pytest.param([(A, 1, Doubt.DENIED)], Status.SUBMITTED, id="a denied approval speaks no more"),
        pytest.param([(Q, 1, None), (A, 2, Doubt.DENIED)], Status.QUERIED, id="what stood before it speaks again"),
        pytest.param([(A, 1, NEW)], Status.UNCONFIRMED, id="a guest's approval is not confirmed yet"),
        pytest.param([(A, 1, NEW), (A, 2, None)], Status.APPROVED, id="an account confirms it"),
        pytest.param([(A, 1, None), (A, 2, NEW)], Status.APPROVED, id="what is not confirmed takes nothing away"),
        pytest.param([(A, 1, None), (Q, 2, None), (A, 3, NEW)], Status.UNCONFIRMED, id="a question took it away"),
        pytest.param([(A, 1, Doubt.REFUSED)], Status.SUBMITTED, id="a guest who was refused speaks no more"),
        pytest.param([(Q, 1, Doubt.REFUSED)], Status.SUBMITTED, id="nor does their question"),
        pytest.param([(A, 1, Doubt.OWN)], Status.SUBMITTED, id="a trainee who signed as a guest approves nothing"),
        pytest.param([(A, 1, SAID)], Status.UNCONFIRMED, id="a yes without a signal is not confirmed yet"),
        pytest.param([(A, 2, SAID), (A, 1, None)], Status.APPROVED, id="an account confirms it, whenever it was said"),
        pytest.param([(A, 2, SAID), (Q, 1, None)], Status.QUERIED, id="what was written down speaks before it"),
        pytest.param([(A, 1, SAID), (A, 2, Doubt.REFUSED)], Status.UNCONFIRMED, id="it still waits for its supervisor"),
        pytest.param([(Q, 1, NEW)], Status.QUERIED, id="a guest's question is a question"),
        pytest.param([(A, 1, NEW), (W, 2, None)], Status.WITHDRAWN, id="withdrawn is withdrawn"),
    ],
)
def test_what_follows_from_decisions_that_are_in_doubt(decisions, expected):
    assert status_of([decided(*each) for each in decisions]) is expected


@given(st.lists(st.tuples(st.sampled_from([A, A, Q]), st.sampled_from([None, *Doubt])), max_size=6))
def test_an_approval_in_doubt_neither_makes_a_shift_count_nor_keeps_it_from_counting(made):
    decisions = [decided(verdict, at, doubt) for at, (verdict, doubt) in enumerate(made)]
    sure = [each for each in decisions if each.verdict is not A or each.doubt is None]
    assert (status_of(decisions) is Status.APPROVED) is (status_of(sure) is Status.APPROVED)
    if status_of(decisions) is Status.UNCONFIRMED:
        assert any(each.doubt in (NEW, SAID) for each in decisions)


def test_what_is_asked_and_answered_has_to_make_sense():
    one, two = at_id(1), at_id(2)
    for wrong in ([], [Status.APPROVED], [Status.SUBMITTED, Status.WITHDRAWN]):
        with pytest.raises(RuleViolation):
            check_ask(wrong)
    check_ask([Status.SUBMITTED, Status.QUERIED, Status.UNCONFIRMED])
    for way in (ApprovalWay.EMAIL, ApprovalWay.OFFLINE):
        with pytest.raises(RuleViolation, match="email address"):
            check_reachable(way, supervisor_id=None, email=" ")
    check_reachable(ApprovalWay.HERE, supervisor_id=None, email="")
    with pytest.raises(RuleViolation, match="from the list"):
        check_answer([one], [one, two], "")
    with pytest.raises(RuleViolation, match="Say what"):
        check_answer([one, two], [one], " ")
    check_answer([one, two], [one], "Which end is right?")
    check_answer([one, two], [one, two], "")
