import re
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from lms.audit.models import ReadEntry
from lms.core.db import db
from lms.core.errors import NotFound, RuleViolation
from lms.identity.queries import list_people_with_role
from lms.identity.services import add_to_scope, create_person, deactivate, give_role, open_grant, viewer_for
from lms.notifications.models import Mail, Notice
from lms.placements import queries, services
from lms.placements.models import SafeguardingReport
from lms.placements.rules import evaluations as rules
from lms.placements.rules.evaluations import Evaluation, Placement, Question, SafeguardingOutcome, shown_to_site
from lms.policy import Role
from tests.factories.placements import log, prepare

FIRST = datetime(2026, 9, 1, tzinfo=UTC)
AGREES = {question.value: 4 for question in Question}
TAKEN_UP, PASSED_ON, CLOSED = SafeguardingOutcome


def made(number, trainee, score=4, **texts):
    ratings = {question.value: score for question in Question}
    return Evaluation(UUID(int=number), trainee, FIRST + timedelta(days=number), ratings, **texts)


several = st.lists(st.tuples(st.integers(1, 8), st.integers(1, 5)), max_size=40).map(
    lambda found: [made(number, trainee, score) for number, (trainee, score) in enumerate(found)]
)


@given(several)
def test_one_more_answer_changes_nothing_or_comes_with_five_trainees_answers(found):
    for end in range(len(found)):
        before = {each.id for batch in rules.batches(found[:end]) for each in batch}
        after = {each.id for batch in rules.batches(found[: end + 1]) for each in batch}
        new = {each.trainee for each in found if each.id in after - before}
        assert before <= after
        assert after == before or len(new) >= 5


@given(several)
def test_below_five_trainees_nothing_is_shown(found):
    shown = shown_to_site(found)
    assert (shown is None) is (len({each.trainee for each in found}) < 5)


def test_texts_stand_in_an_order_that_stays_and_is_not_that_of_time():
    found = [made(number, number, went_well=f"Text {number}", could_change=None) for number in range(10)]
    shown = shown_to_site(found)
    assert shown.went_well == shown_to_site(found[::-1]).went_well
    assert shown.went_well != tuple(f"Text {number}" for number in range(10))
    assert sorted(shown.went_well) == [f"Text {number}" for number in range(10)]
    assert (shown.count, shown.could_change, set(shown.averages.values())) == (10, (), {4.0})


@pytest.mark.parametrize(
    ("last", "evaluated", "is_open"),
    [
        pytest.param(date(2026, 11, 1), None, True, id="not evaluated yet"),
        pytest.param(date(2026, 11, 1), date(2026, 10, 1), False, id="evaluated once"),
        pytest.param(date(2026, 11, 1), date(2026, 4, 1), True, id="came back after half a year"),
        pytest.param(date(2026, 3, 1), date(2026, 4, 1), False, id="long ago and not come back"),
    ],
)
def test_a_placement_is_evaluated_once(last, evaluated, is_open):
    assert Placement(last, evaluated).is_open() is is_open


@pytest.mark.parametrize("wrong", [{}, {**AGREES, "time": 6}, {**AGREES, "time": None}, {**AGREES, "other": 1}])
def test_every_statement_is_rated_from_1_to_5(wrong):
    rules.check_ratings(AGREES)
    with pytest.raises(RuleViolation):
        rules.check_ratings(wrong)


@pytest.mark.parametrize(
    ("before", "outcome", "refused"),
    [
        ([], TAKEN_UP, ""),
        ([], CLOSED, "Take it up first"),
        ([TAKEN_UP], TAKEN_UP, "already taken up"),
        ([TAKEN_UP], PASSED_ON, ""),
        ([TAKEN_UP, PASSED_ON], CLOSED, ""),
        ([TAKEN_UP, CLOSED], PASSED_ON, "closed"),
    ],
)
def test_a_report_is_taken_up_then_passed_on_or_closed(before, outcome, refused):
    who, trainee = UUID(int=1), UUID(int=2)
    assert (outcome in rules.next_steps(before)) is not bool(refused)
    if not refused:
        rules.check_step(before, outcome, actor_id=who, trainee_id=trainee)
        with pytest.raises(RuleViolation, match="own report"):
            rules.check_step(before, outcome, actor_id=trainee, trainee_id=trainee)
        return
    with pytest.raises(RuleViolation, match=refused):
        rules.check_step(before, outcome, actor_id=who, trainee_id=trainee)


def test_a_summary_needs_two_trainees_and_a_time_that_is_over():
    day, later = date(2026, 11, 1), date(2026, 11, 2)
    rules.check_summary(2, day, later, later)
    for trainees, first, last, field in ((1, day, later, "from_on"), (2, later, day, "until_on"), (2, day, day, "")):
        if field:
            with pytest.raises(RuleViolation) as refusal:
                rules.check_summary(trainees, first, last, later)
            assert refusal.value.field == field
    with pytest.raises(RuleViolation):
        rules.check_summary(2, day, later, day)


# --- On the database ---


@pytest.fixture
def site_id(app, cast):
    with app.app_context():
        found = prepare()
        log(cast.trainee, found, cast.supervisor)
        give_role(None, person_id=cast.supervisor, role=Role.SUPERVISOR, scope_id=found, cause="Test cast")
        return found


def one_more(cast, site_id, number):
    """A trainee of the first university who evaluates the site."""
    person = create_person(None, name=f"T {number}", email=f"t{number}@example.org", organisation_id=cast.trust).id
    give_role(None, person_id=person, role=Role.TRAINEE, scope_id=cast.trust, cause="Test cast")
    for scope in (person, cast.university_a, cast.trust):
        add_to_scope(None, trainee_id=person, scope_id=scope, cause="Test cast")
    open_grant(None, person_id=person, scope_id=person, role=Role.TRAINEE, cause="Own record", about=person)
    log(person, site_id, cast.supervisor)
    services.evaluate(viewer_for(person), site_id, ratings=AGREES, went_well=f"Words of {number}")


@pytest.mark.both_databases
def test_a_site_sees_a_summary_below_five_and_batches_after(context, cast, site_id):
    supervisor, educator = viewer_for(cast.supervisor), viewer_for(cast.educator)
    services.evaluate(viewer_for(cast.trainee), site_id, ratings=AGREES, went_well="Words of 0")
    with pytest.raises(RuleViolation, match="already evaluated"):
        services.evaluate(viewer_for(cast.trainee), site_id, ratings=AGREES)
    time = {"from_on": date(2026, 11, 1), "until_on": date(2026, 11, 18)}
    with pytest.raises(RuleViolation, match="at least 2"):
        services.summarise(educator, site_id, text="Kept as it is", **time)
    one_more(cast, site_id, 1)
    services.summarise(educator, site_id, text="They felt welcome", **time)
    for number in (2, 3):
        one_more(cast, site_id, number)
    feedback = queries.get_site_feedback(supervisor, site_id)
    assert feedback.shown is None
    assert [row.text for row in feedback.summaries] == ["They felt welcome"]
    for number in (4, 5):
        one_more(cast, site_id, number)
    feedback = queries.get_site_feedback(supervisor, site_id)
    assert (feedback.shown.count, sorted(feedback.shown.went_well)) == (5, [f"Words of {n}" for n in range(5)])
    assert len(queries.get_site_evaluations(educator, site_id).evaluations) == 6
    assert len(queries.get_site_evaluations(viewer_for(cast.consultant_nurse), site_id).evaluations) == 6
    for stranger in (cast.educator_b, cast.stranger):
        with pytest.raises(NotFound):
            queries.get_site_evaluations(viewer_for(stranger), site_id)
    with pytest.raises(NotFound):
        queries.get_site_feedback(viewer_for(cast.stranger), site_id)
    with pytest.raises(NotFound):
        services.evaluate(viewer_for(cast.trainee_b), site_id, ratings=AGREES)


@pytest.mark.both_databases
def test_a_report_reaches_the_consultant_nurse_at_once_without_its_words(context, cast, site_id):
    nurse, trainee = viewer_for(cast.consultant_nurse), viewer_for(cast.trainee)
    row = services.report_risk(trainee, site_id, text="A door was left unlocked")
    told = db.session.execute(select(Notice.text, Notice.url).where(Notice.person_id == cast.consultant_nurse)).all()
    assert told == [("A trainee reports a risk at a placement", f"/safeguarding/{row.id}")]
    (mail,) = db.session.scalars(select(Mail).where(Mail.template == "safeguarding-reported"))
    assert mail.person_id == cast.consultant_nurse
    assert [each.state for each in queries.list_own_reports(trainee)] == ["Arrived, not taken up yet"]
    services.take_step(nurse, row.id, outcome=TAKEN_UP, words="I rang the site")
    services.take_step(nurse, row.id, outcome=CLOSED, words="The lock is mended")
    (own,) = queries.list_own_reports(trainee)
    assert (own.state, own.is_open) == ("Closed", False)
    assert (
        "Your report of a risk: closed"
        in db.session.scalars(select(Notice.text).where(Notice.person_id == cast.trainee)).all()
    )
    for other in (cast.trainee, cast.educator, cast.supervisor, cast.trainee_b):
        with pytest.raises(NotFound):
            queries.get_report(viewer_for(other), row.id)


@pytest.mark.both_databases
def test_a_report_that_no_consultant_nurse_in_post_can_read_reaches_administrators_without_its_words(
    context, cast, site_id
):
    deactivate(viewer_for(cast.administrator), cast.consultant_nurse)
    made = services.report_risk(viewer_for(cast.trainee), site_id, text="A door was left unlocked")
    assert not made.has_reader
    assert db.session.scalars(select(Notice).where(Notice.url.startswith("/safeguarding"))).all() == []
    told = db.session.execute(select(Notice.text, Notice.url).where(Notice.person_id == cast.administrator)).all()
    assert told[-1] == ("A report of a risk waits and no consultant nurse is in post to read it", "/people")
    mails = db.session.scalars(select(Mail).where(Mail.template.startswith("safeguarding"))).all()
    assert {(each.person_id, each.template) for each in mails} >= {(cast.administrator, "safeguarding-unread")}
    assert cast.consultant_nurse not in {each.person_id for each in mails}
    with pytest.raises(NotFound):
        queries.get_report(viewer_for(cast.administrator), made.id)


def test_a_report_that_nobody_at_all_could_be_told_of_is_refused_and_not_kept(context, cast, site_id):
    actor, keeper, other = (viewer_for(each) for each in (cast.trainee, cast.administrator, cast.second_administrator))
    for role in (Role.CONSULTANT_NURSE, Role.ADMINISTRATOR):
        for person in list_people_with_role(role):
            deactivate(other if person.id == keeper.id else keeper, person.id)
    with pytest.raises(RuleViolation, match="not kept"):
        services.report_risk(actor, site_id, text="A door was left unlocked")
    assert db.session.scalars(select(SafeguardingReport)).all() == []


# --- Pages ---


def test_the_form_says_who_will_see_it_before_anything_is_typed(sign_in, site_id):
    client = sign_in("trainee")
    page = client.get(f"/hours/sites/{site_id}/evaluation").text
    assert page.index("Who will see this") < page.index("<textarea")
    assert "The site sees nothing of it until 5 trainees have answered" in page
    sent = {question.value.replace("-", "_"): "4" for question in Question}
    page = client.post(f"/hours/sites/{site_id}/evaluation", {**sent, "went_well": "Mr Smith was kind"}, 422).text
    assert "a title and surname" in page
    assert (
        "Select how far you agree: My supervisor had time for me"
        in client.post(f"/hours/sites/{site_id}/evaluation", {}, 422).text
    )
    page = client.follow(
        client.post(f"/hours/sites/{site_id}/evaluation", {**sent, "went_well": "Kind people"}, 303)
    ).text
    assert "Evaluated" in page
    page = client.get(f"/hours/sites/{site_id}/evaluation").text
    assert "You evaluated this placement on 18 November 2026." in page
    assert "<textarea" not in page
    assert "Send evaluation" not in page
    assert f"/hours/sites/{site_id}/risk" in page
    read = sign_in("educator").get(f"/evaluations/{site_id}").text
    assert "Kind people" in read
    assert "Amina Yusuf" not in read
    seen = sign_in("supervisor").get(f"/my-sites/{site_id}").text
    assert "Fewer than 5 trainees have evaluated this site" in seen
    assert "Kind people" not in seen


COUNTED = re.compile(r"Reports of a risk\s*<span class=\"app-count\"[^>]*>\s*(\d+)")


def test_a_report_of_a_risk_says_what_to_do_in_danger_and_its_reading_is_noted(app, cast, sign_in, site_id):
    client = sign_in("trainee")
    assert "Call 999" in client.get(f"/hours/sites/{site_id}/risk").text
    page = client.follow(client.post(f"/hours/sites/{site_id}/risk", {"text": "A door was left unlocked"}, 303)).text
    assert "arrived, not taken up yet" in page
    assert "A door was left unlocked" not in page
    with app.app_context():
        report_id = db.session.scalar(select(SafeguardingReport.id))
    nurse = sign_in("consultant_nurse")
    home = nurse.get("/").text
    assert "Take up a report of a risk" in home[: home.index("Open concerns")]
    assert "Nothing waits for a decision" not in home
    assert COUNTED.search(home)[1] == "1"
    assert "Arrived, not taken up yet" in nurse.get("/safeguarding").text
    page = nurse.get(f"/safeguarding/{report_id}").text
    assert "A door was left unlocked" in page
    assert "Taken up" in page
    assert "Passed on" not in page
    url = f"/safeguarding/{report_id}"
    page = nurse.follow(nurse.post(url, {"outcome": "taken-up", "words": "I rang the site"}, 303)).text
    assert "I rang the site" in page
    home = nurse.get("/").text
    assert "Take up a report of a risk" not in home
    assert COUNTED.search(home) is None
    with app.app_context():
        noted = db.session.execute(select(ReadEntry.reader_id, ReadEntry.what).distinct()).all()
    assert noted == [(cast.consultant_nurse, "safeguarding-report")]
    sign_in("educator").get(url, 403)


def test_the_page_does_not_say_that_somebody_was_told_who_was_not(app, cast, sign_in, site_id):
    with app.app_context():
        deactivate(viewer_for(cast.administrator), cast.consultant_nurse)
    client = sign_in("trainee")
    page = client.follow(client.post(f"/hours/sites/{site_id}/risk", {"text": "A door was left unlocked"}, 303)).text
    assert "The consultant nurse has been told" not in page
    assert "no consultant nurse is in post to read it" in page
