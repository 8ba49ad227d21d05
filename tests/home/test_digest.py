from dataclasses import fields
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from lms.audit.models import LedgerEntry
from lms.core.db import db
from lms.core.errors import Stale
from lms.home import services
from lms.home.queries import count_all_waiting, get_digest_setting
from lms.home.rules import DigestPace, Waiting, digest_id, person_to_stop, stop_token
from lms.identity.services import deactivate, viewer_for
from lms.jobs.services import HANDLERS
from lms.notifications.models import Mail
from lms.notifications.services import compose
from tests.client import PageClient
from tests.factories import competencies as make
from tests.factories import feedback, quality, supervision
from tests.factories.sign_offs import claim, propose
from tests.statements import count_statements

MONDAY = datetime(2026, 11, 23, 7, tzinfo=UTC)
SECRET = "x" * 40


@pytest.mark.parametrize(
    ("pace", "days"),
    [(DigestPace.WEEKLY, [23]), (DigestPace.DAILY, list(range(23, 30))), (DigestPace.NONE, [])],
)
def test_each_pace_has_its_days(pace: DigestPace, days: list[int]) -> None:
    assert [day for day in range(23, 30) if pace.is_due(date(2026, 11, day))] == days


def test_a_digest_says_counts_and_leaves_out_what_does_not_wait() -> None:
    assert Waiting().lines == []
    everything = Waiting(*[1 for _ in fields(Waiting)])
    assert len(everything.lines) == len(fields(Waiting))
    assert Waiting(requests=1, shifts=2).lines == ["1 request for an assessment", "2 shifts to approve or query"]


@given(st.uuids(), st.text(max_size=90))
def test_only_the_link_made_for_a_person_stops_their_digest(person_id: UUID, other: str) -> None:
    token = stop_token(SECRET, person_id)
    assert person_to_stop(SECRET, token) == person_id
    assert person_to_stop("another secret", token) is None
    assert person_to_stop(SECRET, token[:-1] + ("0" if token[-1] != "0" else "1")) is None
    assert other == token or person_to_stop(SECRET, other) is None


def test_every_person_and_day_has_a_digest_of_its_own() -> None:
    ids = {digest_id(UUID(int=n), date(2026, 11, day)) for n in range(3) for day in range(1, 4)}
    assert len(ids) == 9


@pytest.fixture
def asked(app, cast):
    with app.app_context():
        make.load_framework()
        make.ask(cast.trainee, cast.assessor, note="Was I clear about means?")


def sent_to(person_id: UUID) -> int:
    return db.session.scalar(select(func.count(Mail.id)).where(Mail.person_id == person_id)) or 0


@pytest.mark.both_databases
def test_on_monday_one_mail_goes_to_whom_something_waits_for(app, cast, asked, clock) -> None:
    with app.app_context():
        assert services.send_digests(SECRET) == 0
        clock.set(MONDAY)
        assert services.send_digests(SECRET) == 1
        assert services.send_digests(SECRET) == 0
        assert (sent_to(cast.assessor), sent_to(cast.stranger)) == (1, 0)
        clock.set(MONDAY + timedelta(days=1))
        assert services.send_digests(SECRET) == 0


def test_the_mail_says_how_much_and_nothing_of_whom(app, cast, asked, clock) -> None:
    clock.set(MONDAY)
    with app.app_context():
        services.send_digests(SECRET)
        mail = db.session.scalars(select(Mail).where(Mail.person_id == cast.assessor)).one()
        message = compose(mail, "Asha Patel", "asha.patel@example.org")
        text = "".join(part.get_content() for part in message.walk() if part.get_content_maintype() == "text")
    assert "1 request for an assessment" in text
    assert "/account/digest" in text
    assert f"/digest/stop/{stop_token(SECRET, cast.assessor)}" in text
    for word in ("Amina", "Yusuf", "D3.1", "means"):
        assert word not in text + message["Subject"]


def test_the_worker_knows_the_daily_job(app, cast, asked, clock) -> None:
    clock.set(MONDAY)
    with app.app_context():
        HANDLERS["digest"]({})
        assert sent_to(cast.assessor) == 1


def test_somebody_who_left_gets_no_digest(app, cast, asked, clock) -> None:
    with app.app_context():
        deactivate(viewer_for(cast.administrator), cast.assessor)
        clock.set(MONDAY)
        assert services.send_digests(SECRET) == 0


def test_whoever_samples_is_told_how_many_wait(app, cast, asked) -> None:
    with app.app_context():
        quality.set_policy(cast.consultant_nurse)
        make.assess(cast.trainee, cast.assessor, {"D4.1": 3})
        assert count_all_waiting(viewer_for(cast.consultant_nurse)).sampled == 1
        assert count_all_waiting(viewer_for(cast.assessor)) == Waiting(requests=1)


def test_reviews_claims_and_withdrawals_are_told_to_whose_turn_it_is(app, cast, asked, clock) -> None:
    with app.app_context():
        other = make.another_assessor(cast.trust)
        make.meet_enquiry(cast.trainee, cast.assessor, other)
        signed = make.sign_off(cast.trainee, cast.assessor)
        claim(cast.trainee, other, code="D3.3")
        clock.set(clock() + timedelta(days=1))
        make.assess(cast.trainee, other, {"D3.1": 2})
        waits = count_all_waiting(viewer_for(cast.assessor))
        assert (waits.reviews, waits.claims, waits.withdrawals) == (1, 0, 0)
        propose(other, signed.id)
        waits = count_all_waiting(viewer_for(other))
        assert (waits.reviews, waits.claims, waits.withdrawals) == (0, 1, 0)
        for person_id in (cast.assessor, cast.consultant_nurse):
            assert "1 proposed withdrawal to answer" in count_all_waiting(viewer_for(person_id)).lines


def test_supervision_and_meetings_to_confirm_are_told_and_one_question_asks_for_all_of_them(app, cast, asked) -> None:
    with app.app_context():
        feedback.let_supervise(cast.supervisor, cast.trainee)
        viewer = viewer_for(cast.supervisor)
        with count_statements(app) as none:
            assert count_all_waiting(viewer).lines == []
        for minutes in (30, 45):
            supervision.log(cast.trainee, cast.trainee, cast.supervisor, minutes=minutes)
        with count_statements(app) as two:
            assert count_all_waiting(viewer).lines == ["2 entries of supervision to confirm"]
        assert len(two) == len(none)


@pytest.mark.both_databases
def test_a_choice_is_kept_by_version_with_its_ledger_entry(app, cast) -> None:
    with app.app_context():
        viewer = viewer_for(cast.assessor)
        assert get_digest_setting(viewer) == (DigestPace.WEEKLY, 0)
        services.choose_digest(viewer, pace=DigestPace.DAILY, version=0)
        assert get_digest_setting(viewer) == (DigestPace.DAILY, 1)
        with pytest.raises(Stale):
            services.choose_digest(viewer, pace=DigestPace.NONE, version=0)
        services.stop_digest(cast.assessor)
        services.stop_digest(cast.assessor)
        assert get_digest_setting(viewer) == (DigestPace.NONE, 2)
        entries = select(func.count(LedgerEntry.id)).where(LedgerEntry.event == "digest.chosen")
        assert db.session.scalar(entries) == 2


def test_a_person_chooses_on_the_account_page(app, cast, asked, sign_in, clock) -> None:
    client = sign_in("assessor")
    page = client.get("/account").text
    assert 'href="/account/digest"' in page
    assert 'href="/assessments/certificate"' in page
    assert 'value="weekly"' in client.get("/account/digest").text
    assert "Select how often" in client.post("/account/digest", {"version": "0"}, 422).text
    client.post("/account/digest", {"pace": "none", "version": "0"})
    client.post("/account/digest", {"pace": "daily", "version": "0"}, 409)
    clock.set(MONDAY)
    with app.app_context():
        assert services.send_digests(SECRET) == 0


def test_the_link_in_the_mail_stops_it_only_when_the_button_is_pressed(app, cast, asked, client: PageClient) -> None:
    url = f"/digest/stop/{stop_token(app.config['SETTINGS'].secret_key, cast.assessor)}"
    assert "Stop the digest" in client.get(url).text
    with app.app_context():
        assert get_digest_setting(viewer_for(cast.assessor))[0] is DigestPace.WEEKLY
    page = client.follow(client.post(url)).text
    assert "The digest is stopped" in page
    with app.app_context():
        assert get_digest_setting(viewer_for(cast.assessor))[0] is DigestPace.NONE


@pytest.mark.parametrize("token", ["x", "0" * 32, "0" * 72, "é" * 40])
def test_a_link_that_was_made_up_leads_nowhere(client: PageClient, cast, token: str) -> None:
    client.get(f"/digest/stop/{token}", 404)
    client.post(f"/digest/stop/{token}", status=404)
