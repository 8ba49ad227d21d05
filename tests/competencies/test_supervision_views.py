import re
from datetime import date, timedelta

import pytest

from lms.competencies.rules.meetings import MeetingKind
from lms.core.clock import today
from tests.factories import placements as places
from tests.factories.supervision import enrol, held, log, meet, name


@pytest.fixture
def site(app, cast):
    with app.app_context():
        site_id = places.prepare()
        places.log(cast.trainee, site_id, cast.supervisor)
    return site_id


@pytest.fixture
def named(app, cast):
    with app.app_context():
        enrol(cast, cast.trainee)
        name(cast, cast.supervisor)


def parts(field, on):
    return {f"{field}-day": on.day, f"{field}-month": on.month, f"{field}-year": on.year}


def spoken(**changes):
    return {**parts("held_on", today()), "minutes": "45", "themes": ["wellbeing"], **changes}


def words(response):
    return " ".join(re.sub(r"<[^>]+>", " ", response.text).split())


def said(response):
    """The words of a page without the way to say that one of its texts identifies somebody."""
    return re.sub(r" Identifies somebody\? Say so of [\w ]+?(?= [,.(]|[,.]|$)", "", words(response))


def test_the_trainee_sees_who_co_ordinates_and_what_is_expected(cast, named, sign_in):
    client = sign_in("trainee")
    page = words(client.get(f"/trainees/{cast.trainee}/supervision"))
    assert "Co-ordinating supervisor: Sam Okoro , since 18 November 2026" in page.replace("Okoro,", "Okoro ,")
    assert "Supervision is expected at least once in 4 weeks, whatever the working share." in page
    assert "an example and not yet agreed by the service" in page
    assert "10 weeks without" in page
    assert "Supervision is due" in page
    assert "7 September 2026 to 15 November 2026: 10 weeks, longer than expected" in page
    assert "Nothing has been logged yet. Log it after you have talked: it takes half a minute." in page
    assert "Co-ordinating supervisor: Sam Okoro" in words(client.get("/"))
    assert "Co-ordinating supervisor: Sam Okoro." in words(client.get(f"/trainees/{cast.trainee}/readiness"))


def test_supervision_is_logged_and_the_other_is_asked(cast, named, sign_in):
    client = sign_in("trainee")
    form = client.get(f"/trainees/{cast.trainee}/supervision/log").text
    assert 'value="18"' in form
    assert "Leave out names" in form
    listed = client.follow(
        client.post(f"/trainees/{cast.trainee}/supervision/log", spoken(supervisor_id=cast.supervisor))
    )
    assert "The other person has been asked to confirm it" in listed.text
    assert "Waiting to be confirmed by Sam Okoro" in words(listed)
    home = sign_in("supervisor").get("/").text
    assert "Amina Yusuf: supervision on 18 November 2026" in home


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"minutes": ""}, "Enter the length in minutes"),
        ({"minutes": "0"}, "Enter a length from 1 to 480 minutes"),
        ({"themes": []}, "Select at least one theme"),
        (parts("held_on", date(2026, 11, 19)), "The date cannot be in the future"),
        ({"action": "Ring 07700 900123"}, "This text seems to hold a phone number"),
        ({"supervisor_id": "00000000-0000-0000-0000-000000000007"}, "Select one of the options"),
    ],
)
def test_what_is_wrong_with_an_entry_is_said_beside_its_field(cast, named, sign_in, changes, problem):
    sent = {**spoken(supervisor_id=cast.supervisor), **changes}
    page = sign_in("trainee").post(f"/trainees/{cast.trainee}/supervision/log", sent, 422)
    assert page.text.count(problem) >= 2


def test_what_looks_like_an_identifier_can_be_confirmed_to_be_none(cast, named, sign_in):
    client, url = sign_in("trainee"), f"/trainees/{cast.trainee}/supervision/log"
    sent = spoken(supervisor_id=cast.supervisor, action="Ring 07700 900123")
    assert 'name="no_identifiers"' in client.post(url, sent, 422).text
    client.post(url, {**sent, "no_identifiers": "y"})


def test_whoever_has_no_supervisor_is_told_what_to_do(cast, sign_in):
    page = sign_in("trainee").get(f"/trainees/{cast.trainee}/supervision/log").text
    assert "The consultant nurse names your co-ordinating supervisor" in page
    assert "<button" not in page.partition("<main")[2].partition("</main")[0]


def test_an_entry_is_confirmed_with_one_tap_declined_with_a_reason_and_corrected(app, cast, named, sign_in):
    with app.app_context():
        first = log(cast.trainee, cast.trainee, cast.supervisor).id
        second = log(cast.trainee, cast.trainee, cast.supervisor).id
    client = sign_in("supervisor")
    assert "Supervision confirmed" in client.follow(client.post(f"/supervision/{first}/confirm")).text
    assert "Say what is not right" in client.post(f"/supervision/{second}/decline", status=422).text
    page = client.follow(client.post(f"/supervision/{second}/decline", {"reason": "It was half an hour."}))
    assert "Not agreed because: It was half an hour." in words(page)
    page = client.post(f"/supervision/{second}/correct", spoken(minutes="30"), 422)
    assert "Say why you correct this entry" in page.text
    page = client.follow(client.post(f"/supervision/{second}/correct", spoken(minutes="30", reason="As we said.")))
    assert "18 November 2026, 30 minutes" in words(page)
    assert "Waiting to be confirmed by Amina Yusuf" in words(page)


def test_an_entry_is_not_confirmed_by_whoever_logged_it(app, cast, named, sign_in):
    with app.app_context():
        entry = log(cast.trainee, cast.trainee, cast.supervisor).id
    page = sign_in("trainee").post(f"/supervision/{entry}/confirm", status=422)
    assert "The other person confirms it" in page.text


def test_the_consultant_nurse_sees_everybody_and_names_who_co_ordinates(app, cast, named, sign_in):
    with app.app_context():
        held(cast.trainee, cast.supervisor, days_ago=10)
    client = sign_in("consultant_nurse")
    page = words(client.get("/supervision"))
    assert "Amina Yusuf Sam Okoro 8 November 2026 1 week without" in page
    assert "Ben Carter Name somebody for Ben Carter" in page
    assert "Nobody is scored" not in page
    url = f"/trainees/{cast.trainee_b}/co-ordinating-supervisor"
    sent = {"person_id": cast.assessor, "cause": "begins", **parts("from_on", today())}
    assert "Select why" in client.post(url, {**sent, "cause": ""}, 422).text
    late = {**sent, **parts("from_on", today() + timedelta(days=1))}
    assert "The first day cannot be in the future" in client.post(url, late, 422).text
    assert "Co-ordinating supervisor: Asha Patel" in words(client.follow(client.post(url, sent)))


@pytest.mark.parametrize(
    ("person", "status"),
    [
        ("trainee", 200),
        ("supervisor", 200),
        ("educator", 200),
        ("consultant_nurse", 200),
        ("educator_b", 404),
        ("trainee_b", 404),
        ("assessor", 403),
        ("administrator", 403),
        ("external_examiner", 403),
    ],
)
def test_supervision_and_meetings_are_seen_by_those_who_may(cast, named, sign_in, person, status):
    client = sign_in(person)
    client.get(f"/trainees/{cast.trainee}/supervision", status=status)
    client.get(f"/trainees/{cast.trainee}/meetings", status=status)


def test_an_educator_reads_and_records_nothing(cast, named, site, sign_in):
    client = sign_in("educator")
    page = client.get(f"/trainees/{cast.trainee}/supervision").text
    assert "Log supervision" not in page
    assert "/record" not in client.get(f"/trainees/{cast.trainee}/meetings").text


# --- Meetings ---


def record_url(cast, site, kind="initial"):
    return f"/trainees/{cast.trainee}/placements/{site}/meetings/{kind}/record"


def meeting(cast, **changes):
    return {"supervisor_id": cast.supervisor, **parts("held_on", today()), "summary": "What to see here.", **changes}


def test_a_placement_without_a_shift_says_how_it_begins(cast, sign_in):
    page = sign_in("trainee").get(f"/trainees/{cast.trainee}/meetings").text
    assert "It begins with the first shift that is logged at a site." in page
    assert "No action is open." in page


def test_a_meeting_that_is_due_is_on_both_homes_and_recorded(cast, site, sign_in):
    client = sign_in("trainee")
    home = words(client.get("/"))
    assert "Arrange a meeting with your supervisor Initial meeting at Riverside crisis team, due by" in home
    assert "Amina Yusuf: arrange the initial meeting" in sign_in("supervisor").get("/").text
    assert (
        "Within 14 days of the first shift".lower() in words(client.get(f"/trainees/{cast.trainee}/meetings")).lower()
    )
    sent = meeting(cast, action_1="Read the local pathway", weeks_1="2")
    page = said(client.follow(client.post(record_url(cast, site), sent)))
    assert "Waiting to be confirmed by Sam Okoro" in page
    assert "Read the local pathway , by 2 December 2026. Still open." in page
    assert "Arrange a meeting" not in words(client.get("/"))
    assert "Amina Yusuf: confirm the initial meeting" in sign_in("supervisor").get("/").text


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"summary": ""}, "Say what you talked about"),
        ({"goals": "Ring 07700 900123"}, "This text seems to hold a phone number"),
        (parts("planned_end_on", date(2026, 1, 20)), "cannot be before the first shift"),
    ],
)
def test_what_is_wrong_with_a_meeting_is_said_beside_its_field(cast, site, sign_in, changes, problem):
    page = sign_in("trainee").post(record_url(cast, site), meeting(cast, **changes), 422)
    assert page.text.count(problem) >= 2


def test_a_meeting_of_no_such_kind_or_site_is_not_found(cast, site, sign_in):
    client = sign_in("trainee")
    client.get(record_url(cast, site, "weekly"), status=404)
    client.get(record_url(cast, cast.trainee), status=404)


def test_open_actions_come_first_in_the_next_meeting(app, cast, site, sign_in):
    with app.app_context():
        meet(cast.trainee, cast.trainee, site, cast.supervisor)
    client = sign_in("trainee")
    form = client.get(record_url(cast, site, "final")).text
    assert form.index("Open actions first") < form.index("What did you talk about?")
    assert "Read the local pathway (by 2 December 2026)" in form
    look = re.search(r'name="(look_[0-9a-f]{32})"', form)[1]
    why = look.replace("look", "why")
    refused = client.post(record_url(cast, site, "final"), meeting(cast, **{look: "dropped", why: ""}), 422)
    assert "Say why this is no longer needed" in refused.text
    client.post(record_url(cast, site, "final"), meeting(cast, **{look: "dropped", why: "It was withdrawn."}))
    page = said(client.get(f"/trainees/{cast.trainee}/meetings"))
    assert "No action is open." in page
    assert "Dropped: Read the local pathway . Because: It was withdrawn." in page.replace("pathway.", "pathway .")


def test_an_action_is_done_with_one_tap_or_dropped_with_a_reason(app, cast, site, sign_in):
    with app.app_context():
        for kind in (MeetingKind.INITIAL, MeetingKind.FINAL):
            meet(cast.trainee, cast.trainee, site, cast.supervisor, kind=kind)
    client, url = sign_in("supervisor"), f"/trainees/{cast.trainee}/meetings"
    first, second = re.findall(r'action="(/meeting-actions/[0-9a-f-]+/)done"', client.get(url).text)
    assert "The action is done" in client.follow(client.post(f"{first}done")).text
    assert "closed already" in client.post(f"{first}done", status=422).text
    assert "Say why this is no longer needed" in client.post(f"{second}drop", status=422).text
    assert "The action is dropped" in client.follow(client.post(f"{second}drop", {"reason": "Not here."})).text


def test_a_meeting_is_confirmed_or_declined_by_the_other(app, cast, site, sign_in):
    with app.app_context():
        first = meet(cast.supervisor, cast.trainee, site, cast.supervisor).id
        second = meet(cast.supervisor, cast.trainee, site, cast.supervisor, kind=MeetingKind.FINAL).id
    client = sign_in("trainee")
    assert "Confirm a meeting" in client.get("/").text
    assert "Confirmed by both" in client.follow(client.post(f"/meetings/{first}/confirm")).text
    page = client.follow(client.post(f"/meetings/{second}/decline", {"reason": "It was a call."}))
    assert "Not agreed because: It was a call." in words(page)
    sign_in("consultant_nurse").get(f"/meetings/{second}/decline", status=403)
    sign_in("assessor").get(f"/meetings/{second}", status=403)
