"""Approvals that are not confirmed yet: whom they wait for, on every page, and what their signers drew."""

from datetime import date

import pytest
from sqlalchemy import select

from lms.core.clock import now
from lms.core.db import db
from lms.identity.models import Person
from lms.identity.services import viewer_for
from lms.placements import queries, services
from lms.placements.models import ShiftDecision
from lms.placements.rules.states import ApprovalWay, Doubt, Status
from lms.placements.rules.waiting import WaitsOn
from lms.signing.rules import Channel, Method
from lms.signing.rules.guests import GuestVerdict
from lms.signing.services import Proof, check_guest
from tests.factories.drawings import drawing
from tests.factories.placements import log, prepare

NELL = {"name": "Nell Abara", "profession": "Liaison nurse", "registration_number": "12A3456E"}
BY_GUEST, OFFLINE = "Approved by a guest, not checked yet", "Approved without a signal, not confirmed yet"


@pytest.fixture
def signed(app, cast):
    """A shift that a guest approved on the trainee's phone with a drawn signature, and one approved offline."""
    with app.app_context():
        site_id = prepare()
        trainee, days = viewer_for(cast.trainee), (date(2026, 11, 16), date(2026, 11, 12))
        shifts = [log(cast.trainee, site_id, cast.supervisor, worked_on=day) for day in days]
        request = services.ask_approval(trainee, [shifts[0].id], way=ApprovalWay.HERE)
        services.sign_hours(
            request.id,
            channel=Channel.HANDED_OVER,
            sent_to=None,
            proof=Proof(method=Method.SIGNATURE, **NELL, drawn=drawing()),
            shifts=[shifts[0].id],
        )
        services.ask_approval(trainee, [shifts[1].id], way=ApprovalWay.OFFLINE, supervisor_id=cast.supervisor)
        return [shift.id for shift in shifts]


def guest():
    return db.session.scalar(select(Person.id).where(Person.is_guest))


def refuse(cast):
    administrator = viewer_for(cast.administrator)
    check_guest(administrator, guest(), GuestVerdict.REFUSED, reason="Nobody knows them there.")


@pytest.mark.both_databases
@pytest.mark.usefixtures("context")
def test_each_is_on_the_list_of_whoever_has_to_act_in_few_statements(cast, signed, statements):
    supervisor = viewer_for(cast.supervisor)
    by_guest, said = signed

    def lists():
        rows = queries.list_open(supervisor)
        return {on: [row.fact.id for row in rows[on]] for on in rows}

    def known():
        trainees = select(Person.id).where(Person.id == cast.trainee)
        shifts, _ = queries.load_practice(trainees, known_at=now())
        return {fact.id: (fact.status, fact.doubt) for fact in shifts[cast.trainee]}

    assert lists() == {WaitsOn.SUPERVISOR: [said], WaitsOn.ADMINISTRATOR: [by_guest]}
    assert known() == {
        by_guest: (Status.UNCONFIRMED, Doubt.NOT_CHECKED),
        said: (Status.UNCONFIRMED, Doubt.SAID_OFFLINE),
    }
    db.session.rollback()
    statements.clear()
    assert (queries.count_waiting(supervisor), queries.count_waiting_long(supervisor)) == (1, 0)
    assert len(statements) == 2 * 5  # The shifts, and what is in doubt about who signed.
    assert queries.list_supervised(supervisor) == []
    refuse(cast)
    assert lists() == {WaitsOn.SUPERVISOR: [said, by_guest], WaitsOn.ADMINISTRATOR: []}
    assert known()[by_guest] == (Status.SUBMITTED, None)
    services.approve_shifts(supervisor, signed)
    assert lists() == {WaitsOn.SUPERVISOR: [], WaitsOn.ADMINISTRATOR: []}
    assert {status for status, _ in known().values()} == {Status.APPROVED}
    assert len(queries.list_supervised(supervisor)) == 2


def test_every_page_says_for_whom_it_waits(sign_in, signed):
    trainee, supervisor = sign_in("trainee"), sign_in("supervisor")
    by_guest, said = (f"/hours/shifts/{each}" for each in signed)
    for client, address, words in (
        (trainee, "/hours", (BY_GUEST, OFFLINE, "An administrator checks who signed", "that is the service’s time")),
        (trainee, "/hours", ("Whoever said yes confirms it, signed in or with the link they were sent",)),
        (trainee, "/", ("An administrator checks who signed. It does not count against you",)),
        (trainee, "/", ("The supervisor said yes without a signal and confirms it",)),
        (trainee, by_guest, (BY_GUEST, "It counts once an administrator has checked who signed")),
        (trainee, said, (OFFLINE, "it counts once they confirm it, signed in or with the link they were sent")),
        (supervisor, "/", (f"Riverside crisis team. {OFFLINE}",)),
        (supervisor, "/hours/waiting", (OFFLINE, BY_GUEST, '<h2 class="nhsuk-heading-m">Approved by a guest</h2>')),
        (supervisor, by_guest, ("You can also approve it yourself", "Approve shift")),
        (trainee, "/hours/requirements/crisis-team", ("has not confirmed it yet", "has not checked yet")),
    ):
        page = client.get(address).text
        for each in words:
            assert each in page, (address, each)
    page = supervisor.get("/hours/waiting").text
    assert f'value="{signed[1]}"' in page
    assert f'value="{signed[0]}"' not in page, "a week is not approved with what waits for somebody else"


def test_a_guest_who_is_refused_gives_the_shift_back_to_the_supervisor(app, cast, sign_in, signed):
    with app.app_context():
        refuse(cast)
    supervisor = sign_in("supervisor")
    page = supervisor.get("/hours/waiting").text
    assert f'value="{signed[0]}"' in page
    assert BY_GUEST not in page
    page = sign_in("trainee").get(f"/hours/shifts/{signed[0]}").text
    assert "It counts for nothing: an administrator could not confirm who signed" in page
    assert "Waiting for approval" in page


def test_whoever_reads_the_decision_or_checks_the_guest_may_have_the_drawing(app, cast, sign_in, signed):
    with app.app_context():
        decision, drawn = db.session.execute(select(ShiftDecision.id, ShiftDecision.signature_id)).one()
        guest_id = guest()
    own = f"/hours/shifts/{signed[0]}/decisions/{decision}/signature"
    theirs = f"/guests/{guest_id}/drawings/{drawn}"
    for client, page, address in (
        (sign_in("trainee"), f"/hours/shifts/{signed[0]}", own),
        (sign_in("supervisor"), f"/hours/shifts/{signed[0]}", own),
        (sign_in("administrator"), f"/guests/{guest_id}", theirs),
    ):
        assert f'href="{address}"' in client.get(page).text
        answer = client.get(address)
        assert answer.data == drawing()
        assert (answer.mimetype, answer.headers["Content-Disposition"].split(";")[0]) == ("image/png", "attachment")
    sign_in("trainee_b").get(own, 404)
    sign_in("trainee").get(f"/hours/shifts/{signed[1]}/decisions/{decision}/signature", 404)
    sign_in("administrator").get(f"/guests/{guest_id}/drawings/{decision}", 404)
    sign_in("supervisor").get(theirs, 403)
