from dataclasses import replace
from datetime import date, timedelta

import pyotp
import pytest
from sqlalchemy import select

from lms.audit.models import LedgerEntry
from lms.core.clock import now, today
from lms.core.db import db
from lms.core.errors import NotFound, RuleViolation, Stale
from lms.identity import queries, services
from lms.identity.models import AccessGrantEnd, Credential, Person
from lms.identity.rules import CredentialKind, EndedBecause, InvitationState, OrganisationKind, TokenKind, token_digest
from lms.identity.services.sign_in import LOCKED, WRONG, find_token, pending_second_factor
from lms.notifications.models import Mail
from lms.notifications.services import facts_of
from lms.policy import Permission, Role
from tests.cast import Cast
from tests.conftest import MOMENT, FrozenClock

pytestmark = pytest.mark.usefixtures("context")
PASSWORD = "copper kettle umbrella"
ADDRESS = "amina.yusuf@example.org"


def refused(email: str, password: str) -> str:
    with pytest.raises(RuleViolation) as caught:
        services.sign_in(email, password)
    return caught.value.message


def test_the_right_password_signs_in_whatever_the_case_of_the_address(cast: Cast) -> None:
    services.set_password(cast.trainee, PASSWORD)
    assert services.sign_in(" Amina.Yusuf@EXAMPLE.org ", PASSWORD).id == cast.trainee


def test_wrong_address_wrong_password_and_a_closed_account_sound_the_same(cast: Cast) -> None:
    services.set_password(cast.trainee, PASSWORD)
    assert refused(ADDRESS, "something else entirely") == WRONG
    assert refused("nobody@example.org", PASSWORD) == WRONG
    services.deactivate(services.viewer_for(cast.administrator), cast.trainee)
    assert refused(ADDRESS, PASSWORD) == WRONG


def test_five_wrong_attempts_lock_even_the_right_password_for_fifteen_minutes(cast: Cast, clock: FrozenClock) -> None:
    services.set_password(cast.trainee, PASSWORD)
    for _ in range(5):
        assert refused(ADDRESS, "wrong wrong wrong") == WRONG
    assert refused(ADDRESS, PASSWORD) == LOCKED
    clock.set(MOMENT + timedelta(minutes=15))
    assert services.sign_in(ADDRESS, PASSWORD).id == cast.trainee


def test_an_address_without_an_account_locks_as_well(cast: Cast) -> None:
    for _ in range(5):
        refused("nobody@example.org", "wrong wrong wrong")
    assert refused("nobody@example.org", "x") == LOCKED


def test_a_success_forgets_the_failures_before_it(cast: Cast) -> None:
    services.set_password(cast.trainee, PASSWORD)
    for _ in range(3):
        for _ in range(4):
            refused(ADDRESS, "wrong wrong wrong")
        services.sign_in(ADDRESS, PASSWORD)


@pytest.mark.parametrize("password", ["short", "passwordpassword", "aaaaaaaaaaaa", "amina.yusuf-2026"])
def test_a_weak_password_is_refused(cast: Cast, password: str) -> None:
    with pytest.raises(RuleViolation):
        services.set_password(cast.trainee, password)


def test_a_new_password_ends_every_session(cast: Cast) -> None:
    token = services.open_session(cast.trainee, device="phone")
    services.set_password(cast.trainee, PASSWORD)
    assert queries.find_session(token_digest(token)) is None


def test_five_wrong_current_passwords_lock_the_change_and_the_sign_in(cast: Cast, clock: FrozenClock) -> None:
    services.set_password(cast.trainee, PASSWORD)
    actor = services.viewer_for(cast.trainee)
    for _ in range(5):
        with pytest.raises(RuleViolation, match="Enter your current password"):
            services.check_current_password(actor, "wrong wrong wrong", field="current")
    with pytest.raises(RuleViolation, match="Too many") as caught:
        services.check_current_password(actor, PASSWORD, field="current")
    assert caught.value.field == "current"
    assert refused(ADDRESS, PASSWORD) == LOCKED
    clock.set(MOMENT + timedelta(minutes=15))
    services.check_current_password(actor, PASSWORD, field="current")
    for _ in range(4):
        with pytest.raises(RuleViolation, match="Enter your current password"):
            services.check_current_password(actor, "wrong wrong wrong", field="current")
    services.check_current_password(actor, PASSWORD, field="current")
    assert refused(ADDRESS, "wrong wrong wrong") == WRONG
    assert services.sign_in(ADDRESS, PASSWORD).id == cast.trainee


def test_changing_it_asks_for_the_current_password(cast: Cast) -> None:
    services.set_password(cast.trainee, PASSWORD)
    actor = services.viewer_for(cast.trainee)
    with pytest.raises(RuleViolation, match="current password"):
        services.change_password(actor, current="not this one", password="another copper kettle")
    services.change_password(actor, current=PASSWORD, password="another copper kettle")
    assert services.sign_in(ADDRESS, "another copper kettle").id == cast.trainee


def test_an_invitation_works_once(cast: Cast) -> None:
    path = services.invite(services.viewer_for(cast.administrator), cast.assessor)
    token = path.rpartition("/")[2]
    mail = db.session.scalars(select(Mail)).one()
    assert facts_of(mail) == {"url": path}
    assert services.accept_invitation(token, password=PASSWORD) == cast.assessor
    with pytest.raises(NotFound, match="used or has expired"):
        services.accept_invitation(token, password="another copper kettle")


def test_an_invitation_expires_after_a_week(cast: Cast, clock: FrozenClock) -> None:
    token = services.invite(services.viewer_for(cast.administrator), cast.assessor).rpartition("/")[2]
    clock.set(MOMENT + timedelta(days=7))
    assert find_token(token, TokenKind.INVITATION) is None


def test_a_newer_invitation_replaces_the_older(cast: Cast) -> None:
    actor = services.viewer_for(cast.administrator)
    first = services.invite(actor, cast.assessor).rpartition("/")[2]
    services.invite(actor, cast.assessor)
    assert find_token(first, TokenKind.INVITATION) is None


def test_a_weak_password_does_not_use_the_invitation_up(cast: Cast) -> None:
    token = services.invite(services.viewer_for(cast.administrator), cast.assessor).rpartition("/")[2]
    with pytest.raises(RuleViolation):
        services.accept_invitation(token, password="short")
    assert find_token(token, TokenKind.INVITATION) is not None


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"email": "9434765919@x.example"}, "NHS number"),
        ({"name": "N" * 201}, "200 characters"),
        ({"email": f"{'n' * 250}@x.example"}, "254 characters"),
    ],
)
def test_an_account_takes_no_nhs_number_and_nothing_too_long(cast: Cast, change: dict[str, str], words: str) -> None:
    details = {"name": "New Person", "email": "new@example.org", "profession": "", "registration_number": ""}
    with pytest.raises(RuleViolation, match=words) as refused:
        services.create_person(None, organisation_id=cast.trust, **{**details, **change})
    assert [refused.value.field] == list(change)
    actor, person = services.viewer_for(cast.administrator), db.session.get_one(Person, cast.assessor)
    with pytest.raises(RuleViolation, match=words):
        services.update_person(actor, cast.assessor, version=person.version, **{**details, **change})


@pytest.mark.parametrize("change", [{"slug": "u-9434765919"}, {"name": "University of 943 476 5919"}])
def test_an_organisation_takes_no_nhs_number(cast: Cast, change: dict[str, str]) -> None:
    said = {"slug": "northmere", "name": "University of Northmere", **change}
    with pytest.raises(RuleViolation, match="NHS number"):
        services.create_organisation(None, kind=OrganisationKind.UNIVERSITY, **said)


def test_a_reset_says_nothing_about_unknown_addresses(cast: Cast) -> None:
    services.ask_password_reset("nobody@example.org")
    assert db.session.scalars(select(Mail)).all() == []
    services.ask_password_reset(ADDRESS)
    token = facts_of(db.session.scalars(select(Mail)).one())["url"].rpartition("/")[2]
    assert services.reset_password(token, password=PASSWORD) == cast.trainee


def set_up_totp(person_id: object, token: str) -> tuple[str, list[str]]:
    services.begin_second_factor(person_id)  # type: ignore[arg-type]
    secret = pending_second_factor(person_id)  # type: ignore[arg-type]
    assert secret is not None
    codes = services.confirm_second_factor(person_id, pyotp.TOTP(secret).at(now()), token=token)  # type: ignore[arg-type]
    return secret, codes


def test_a_code_works_once_and_a_recovery_code_once(cast: Cast, clock: FrozenClock) -> None:
    first = services.open_session(cast.assessor, device="phone")
    secret, codes = set_up_totp(cast.assessor, first)
    assert len(set(codes)) == 10
    clock.set(MOMENT + timedelta(minutes=5))
    code = pyotp.TOTP(secret).at(now())
    services.pass_second_factor(services.open_session(cast.assessor, device="a"), code)
    with pytest.raises(RuleViolation):
        services.pass_second_factor(services.open_session(cast.assessor, device="b"), code)
    services.pass_second_factor(services.open_session(cast.assessor, device="c"), codes[0].upper())
    with pytest.raises(RuleViolation):
        services.pass_second_factor(services.open_session(cast.assessor, device="d"), codes[0])


def test_wrong_codes_lock_the_second_factor(cast: Cast, clock: FrozenClock) -> None:
    first = services.open_session(cast.assessor, device="phone")
    secret, _ = set_up_totp(cast.assessor, first)
    clock.set(MOMENT + timedelta(minutes=5))
    token = services.open_session(cast.assessor, device="a")
    for _ in range(5):
        with pytest.raises(RuleViolation, match="six-digit"):
            services.pass_second_factor(token, "000000")
    with pytest.raises(RuleViolation, match="Too many wrong codes"):
        services.pass_second_factor(token, pyotp.TOTP(secret).at(now()))


def test_the_first_code_must_be_right(cast: Cast) -> None:
    token = services.open_session(cast.assessor, device="phone")
    services.begin_second_factor(cast.assessor)
    with pytest.raises(RuleViolation):
        services.confirm_second_factor(cast.assessor, "123", token=token)
    assert queries.find_credential(cast.assessor, CredentialKind.TOTP) is None


def test_removing_a_second_factor_signs_the_person_out(cast: Cast) -> None:
    token = services.open_session(cast.assessor, device="phone")
    set_up_totp(cast.assessor, token)
    services.remove_second_factor(services.viewer_for(cast.administrator), cast.assessor)
    assert queries.find_session(token_digest(token)) is None
    assert db.session.scalars(select(Credential).where(Credential.person_id == cast.assessor)).all() == []


def test_no_secret_is_stored_in_the_clear(cast: Cast) -> None:
    token = services.open_session(cast.trainee, device="phone")
    services.set_password(cast.trainee, PASSWORD)
    stored = [row.secret for row in db.session.scalars(select(Credential))]
    assert all(PASSWORD not in secret and secret.startswith("$argon2id$") for secret in stored)
    assert token not in token_digest(token)


def test_signing_out_everywhere_ends_all_sessions_of_one_person(cast: Cast) -> None:
    mine = [services.open_session(cast.trainee, device=str(number)) for number in range(3)]
    other = services.open_session(cast.assessor, device="x")
    services.end_all_sessions(cast.trainee)
    assert [queries.find_session(token_digest(token)) for token in mine] == [None] * 3
    assert queries.find_session(token_digest(other)) is not None


def test_one_cannot_act_in_a_role_one_does_not_hold(cast: Cast) -> None:
    token = services.open_session(cast.trainee, device="phone")
    with pytest.raises(NotFound):
        services.act_as(services.viewer_for(cast.trainee), Role.CONSULTANT_NURSE, token)


def test_a_role_opens_the_grant_it_needs_and_its_end_closes_it(cast: Cast) -> None:
    actor = services.viewer_for(cast.administrator)
    assignment = services.give_role(
        actor, person_id=cast.stranger, role=Role.EDUCATOR, scope_id=cast.university_a, cause="Joins the team"
    )
    viewer = services.viewer_for(cast.stranger)
    assert queries.get_trainee(viewer, cast.trainee, Permission.SUBMISSION_MARK).id == cast.trainee
    with pytest.raises(NotFound):
        queries.get_trainee(viewer, cast.trainee_b, Permission.SUBMISSION_MARK)
    services.end_role(actor, assignment.id, cause=EndedBecause.LEFT)
    assert db.session.scalars(select(AccessGrantEnd)).one().cause == "Left the team"
    with pytest.raises(NotFound):
        queries.get_trainee(viewer, cast.trainee, Permission.SUBMISSION_MARK)
    with pytest.raises(RuleViolation, match="already ended"):
        services.end_role(actor, assignment.id, cause=EndedBecause.LEFT)


def test_a_deputy_has_the_nurses_powers_only_between_the_dates(cast: Cast, clock: FrozenClock) -> None:
    services.give_role(
        services.viewer_for(cast.administrator),
        person_id=cast.stranger,
        role=Role.CONSULTANT_NURSE,
        scope_id=cast.trust,
        cause="Deputy during leave",
        until_on=today() + timedelta(days=7),
    )
    viewer = services.viewer_for(cast.stranger)
    assert viewer.may(Permission.AUTHORISATION_DECIDE)
    clock.set(MOMENT + timedelta(days=8))
    assert not services.viewer_for(cast.stranger).may(Permission.AUTHORISATION_DECIDE)
    with pytest.raises(NotFound):
        queries.get_trainee(viewer, cast.trainee, Permission.READINESS_READ)


def test_two_roles_at_two_universities_never_add_up(cast: Cast) -> None:
    actor = services.viewer_for(cast.administrator)
    services.give_role(
        actor, person_id=cast.external_examiner, role=Role.EDUCATOR, scope_id=cast.university_b, cause="Teaches there"
    )
    viewer = services.viewer_for(cast.external_examiner)
    assert queries.get_trainee(viewer, cast.trainee, Permission.SUBMISSION_SAMPLE)
    assert queries.get_trainee(viewer, cast.trainee_b, Permission.SUBMISSION_MARK)
    for trainee, permission in (
        (cast.trainee, Permission.SUBMISSION_MARK),
        (cast.trainee_b, Permission.SUBMISSION_SAMPLE),
    ):
        with pytest.raises(NotFound):
            queries.get_trainee(viewer, trainee, permission)


def test_a_grant_holds_from_its_first_to_its_last_day(cast: Cast, clock: FrozenClock) -> None:
    services.open_grant(
        None,
        person_id=cast.supervisor,
        scope_id=cast.trainee,
        role=Role.SUPERVISOR,
        cause="Booked",
        from_on=date(2026, 11, 20),
        until_on=date(2026, 11, 21),
        about=cast.trainee,
    )
    viewer = services.viewer_for(cast.supervisor)
    seen = []
    for day in range(19, 23):
        clock.set(MOMENT.replace(day=day))
        seen.append(bool(queries.list_trainees(viewer, Permission.HOURS_APPROVE)))
    assert seen == [False, True, True, False]


def test_a_stale_correction_shows_what_is_stored(cast: Cast) -> None:
    actor = services.viewer_for(cast.administrator)
    version = db.session.get_one(Person, cast.trainee).version
    fields = {"email": ADDRESS, "profession": "Paramedic", "registration_number": "PA000001"}
    services.update_person(actor, cast.trainee, version=version, name="Amina Y. Yusuf", **fields)
    with pytest.raises(Stale) as caught:
        services.update_person(actor, cast.trainee, version=version, name="Amina Yusuf-Bell", **fields)
    assert caught.value.theirs["name"] == "Amina Y. Yusuf"


def test_one_address_is_one_account(cast: Cast) -> None:
    with pytest.raises(RuleViolation, match="already has an account"):
        services.create_person(None, name="Twin", email=ADDRESS.upper(), organisation_id=cast.trust)


def test_one_database_is_one_trust(cast: Cast) -> None:
    with pytest.raises(RuleViolation, match="one trust"):
        services.create_organisation(None, slug="second", name="Second", kind=OrganisationKind.TRUST)


def test_nobody_closes_their_own_account_or_ends_their_own_administration(cast: Cast) -> None:
    actor = services.viewer_for(cast.administrator)
    with pytest.raises(RuleViolation):
        services.deactivate(actor, cast.administrator)
    own = queries.list_role_assignments(actor, cast.administrator)[0]
    with pytest.raises(RuleViolation):
        services.end_role(actor, own.id, cause=EndedBecause.DUTIES)


def test_nobody_gives_themselves_a_role(cast: Cast) -> None:
    with pytest.raises(RuleViolation, match="Another administrator"):
        services.give_role(
            services.viewer_for(cast.administrator),
            person_id=cast.administrator,
            role=Role.CONSULTANT_NURSE,
            scope_id=cast.trust,
            cause="I would like to",
        )


def test_a_changed_address_tells_the_old_one_and_ends_what_was_open(cast: Cast) -> None:
    actor = services.viewer_for(cast.administrator)
    session = services.open_session(cast.trainee, device="phone")
    link = services.invite(actor, cast.trainee).rpartition("/")[2]
    version = db.session.get_one(Person, cast.trainee).version
    services.update_person(
        actor,
        cast.trainee,
        version=version,
        name="Amina",
        email="new@example.org",
        profession="",
        registration_number="",
    )
    assert queries.find_session(token_digest(session)) is None
    assert find_token(link, TokenKind.INVITATION) is None
    mail = db.session.scalars(select(Mail).where(Mail.template == "address-changed")).one()
    assert facts_of(mail)["sent_to"] == ADDRESS


def test_an_open_invitation_ends_with_the_account(cast: Cast) -> None:
    actor = services.viewer_for(cast.administrator)
    token = services.invite(actor, cast.assessor).rpartition("/")[2]
    services.deactivate(actor, cast.assessor)
    services.reactivate(actor, cast.assessor)
    assert find_token(token, TokenKind.INVITATION) is None


def test_a_reset_opens_a_locked_account(cast: Cast) -> None:
    services.set_password(cast.trainee, PASSWORD)
    for _ in range(5):
        refused(ADDRESS, "wrong wrong wrong")
    services.set_password(cast.trainee, "another copper kettle")
    assert services.sign_in(ADDRESS, "another copper kettle").id == cast.trainee


def test_an_nhs_number_is_no_part_of_an_account(cast: Cast) -> None:
    with pytest.raises(RuleViolation, match="NHS number"):
        services.create_person(None, name="943 476 5919", email="n@example.org", organisation_id=cast.trust)


def test_an_account_is_changed_under_the_role_that_may_whatever_role_one_acts_in(cast: Cast) -> None:
    services.give_role(
        None, person_id=cast.administrator, role=Role.CONSULTANT_NURSE, scope_id=cast.trust, cause="Deputy"
    )
    services.deactivate(replace(services.viewer_for(cast.administrator), acting=Role.CONSULTANT_NURSE), cast.stranger)
    entry = db.session.scalars(select(LedgerEntry).where(LedgerEntry.event == "account.deactivated")).one()
    assert entry.role == "administrator"


def test_an_account_says_how_its_invitation_stands(cast: Cast, clock: FrozenClock) -> None:
    actor = services.viewer_for(cast.administrator)

    def states() -> set[InvitationState]:
        listed = next(row for row in queries.list_people(actor) if row.person.id == cast.assessor)
        return {listed.invitation, queries.get_account(actor, cast.assessor).invitation}

    assert states() == {InvitationState.NOT_SENT}
    services.invite(actor, cast.assessor)
    assert states() == {InvitationState.SENT}
    clock.set(MOMENT + timedelta(days=7))
    assert states() == {InvitationState.EXPIRED}
    services.accept_invitation(services.invite(actor, cast.assessor).rpartition("/")[2], password=PASSWORD)
    assert states() == {InvitationState.ACCEPTED}
