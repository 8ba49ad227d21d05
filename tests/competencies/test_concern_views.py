import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from lms.audit.models import ReadEntry
from lms.competencies import services
from lms.competencies.models import Assessment, Concern
from lms.competencies.rules import OpinionView, Rung
from lms.core.clock import today
from lms.core.db import db
from lms.identity.services import give_role, viewer_for
from lms.policy import Role
from tests.factories import competencies as make
from tests.factories import concerns, quality
from tests.statements import count_statements


@pytest.fixture
def raised(app, cast):
    """A recorded concern by a supervisor who sees the trainee."""
    with app.app_context():
        concerns.let_see(cast.supervisor, cast.trainee, Role.SUPERVISOR)
        return concerns.raise_concern(cast.supervisor, cast.trainee).id


@pytest.fixture
def plan(app, cast, raised):
    with app.app_context():
        nurse = concerns.manager(cast.consultant_nurse)
        services.move_concern(nurse, raised, rung=Rung.ACTION_PLAN, reason="It happened twice.")
    return raised


def own(concern_id, page=""):
    return f"/concerns/about-me/{concern_id}{page}"


def main(text):
    return text.partition("<main")[2]


def test_the_trainee_reads_everything_about_themselves_and_who_raised_it(cast, plan, sign_in):
    trainee = sign_in("trainee")
    listed = trainee.get("/concerns/about-me").text
    assert f'href="/concerns/about-me/{plan}"' in listed
    page = trainee.get(own(plan)).text
    for words in (
        "A concern about you: action plan",
        concerns.TEXT,
        "by Sam Okoro, supervisor",
        "Moved to action plan",
        "It happened twice.",
        "Open, by 30 December 2026",
        "May read it",
        "You have not replied",
        "bank holidays are not taken off",
    ):
        assert words in page
    assert "Ask for redaction" not in page
    assert "/move" not in page


def test_the_trainee_sees_the_same_table_as_everybody_else(cast, raised, sign_in):
    tables = {
        re.search(r"<caption[^>]*>Who is told.*?</table>", sign_in(name).get(url).text, re.DOTALL)[0]
        for name, url in (
            ("trainee", "/concerns/about-me"),
            ("trainee", own(raised)),
            ("consultant_nurse", f"/concerns/{raised}"),
            ("supervisor", f"/concerns/{raised}"),
            ("supervisor", f"/trainees/{cast.trainee}/concerns/raise"),
        )
    }
    assert len(tables) == 1
    assert "Administrators never see a concern" in sign_in("trainee").get("/concerns/about-me").text


def test_a_trainee_without_a_concern_is_told_what_they_can_rely_on(sign_in):
    page = sign_in("trainee").get("/concerns/about-me").text
    assert "There is no concern about you" in page
    assert "Nobody has written one yet" in page
    assert "You may reply as often as you like" in page


@pytest.mark.parametrize(
    ("name", "status"),
    [("trainee_b", 404), ("supervisor", 403), ("consultant_nurse", 403), ("administrator", 403)],
)
@pytest.mark.parametrize("page", ["", "/reply", "/second-opinion", "/progress"])
def test_the_trainees_page_is_the_trainees(raised, sign_in, name, status, page):
    sign_in(name).get(own(raised, page), status=status)


def test_a_reply_is_shown_to_whoever_decides_and_has_to_be_in_view(app, cast, raised, sign_in):
    trainee, nurse = sign_in("trainee"), sign_in("consultant_nurse")
    opened = nurse.get(f"/concerns/{raised}/move").text
    assert "What the trainee says" not in opened
    assert "Say how you see it" in trainee.post(own(raised, "/reply"), {"text": " "}, status=422).text
    sent = trainee.follow(trainee.post(own(raised, "/reply"), {"text": "The nurse sent me on."}))
    assert "Your reply is recorded" in sent.text
    decision = {"rung": "action-plan", "reason": "It happened twice.", "seen_reply_id": ""}
    refused = nurse.post(f"/concerns/{raised}/move", decision, status=422).text
    assert "The trainee has replied since you opened this page" in refused
    assert "The nurse sent me on." in refused
    assert "It happened twice." in refused
    seen = re.search(r'name="seen_reply_id" value="([^"]+)"', refused)[1]
    done = nurse.follow(nurse.post(f"/concerns/{raised}/move", {**decision, "seen_reply_id": seen})).text
    assert "1 reply was read before this decision." in done
    assert "1 reply was read before this decision." in trainee.get(own(raised)).text


def test_the_list_says_what_waits(cast, raised, sign_in):
    trainee, nurse = sign_in("trainee"), sign_in("consultant_nurse")
    assert "A reply to read" not in nurse.get("/concerns").text
    trainee.post(own(raised, "/reply"), {"text": "The nurse sent me on."})
    assert "A reply to read" in nurse.get("/concerns").text
    trainee.post(own(raised, "/second-opinion"), {"text": "Is once enough?"})
    assert "A reply to read, a second opinion to give" in nurse.get("/concerns").text
    assert "Your reply waits to be read" in trainee.get("/concerns/about-me").text


def test_a_second_opinion_is_asked_for_and_given(app, cast, plan, sign_in):
    trainee, educator, nurse = sign_in("trainee"), sign_in("educator"), sign_in("consultant_nurse")
    assert "look at" in trainee.post(own(plan, "/second-opinion"), {"text": ""}, status=422).text
    asked = trainee.follow(trainee.post(own(plan, "/second-opinion"), {"text": "Is once enough?"})).text
    assert "Nobody has given it yet" in asked
    assert "Ask for a second opinion" not in main(asked)
    assert "Give a second opinion" not in nurse.get(f"/concerns/{plan}").text
    refused = nurse.post(f"/concerns/{plan}/second-opinion", {"view": "agrees", "text": "Of course."}, status=422)
    assert "neither raised the concern nor decided" in refused.text
    assert "Give a second opinion" in educator.get(f"/concerns/{plan}").text
    form = educator.get(f"/concerns/{plan}/second-opinion").text
    assert "Is once enough?" in form
    assert concerns.TEXT in form
    empty = educator.post(f"/concerns/{plan}/second-opinion", {}, status=422).text
    assert "Select what you would decide" in empty
    given = {"view": "differs", "text": "A recorded concern is enough."}
    assert "Would decide otherwise" in educator.follow(educator.post(f"/concerns/{plan}/second-opinion", given)).text
    read = trainee.get(own(plan)).text
    assert "A recorded concern is enough." in read
    assert "Edith Lowe, educator" in read
    assert "A recorded concern is enough." in nurse.get(f"/concerns/{plan}/close").text


def test_a_concern_is_shared_with_a_reason_the_trainee_reads(cast, raised, sign_in):
    nurse, educator, trainee = sign_in("consultant_nurse"), sign_in("educator"), sign_in("trainee")
    educator.get(f"/concerns/{raised}", status=404)
    assert "Does not see it" in trainee.get(own(raised)).text
    assert "Share with the university" in nurse.get(f"/concerns/{raised}").text
    nurse.get(f"/concerns/{raised}/share")
    assert "Say why" in nurse.post(f"/concerns/{raised}/share", {"reason": ""}, status=422).text
    shown = nurse.follow(nurse.post(f"/concerns/{raised}/share", {"reason": "Study days are part of it."})).text
    assert "Share with the university" not in shown
    assert concerns.TEXT in educator.get(f"/concerns/{raised}").text
    read = trainee.get(own(raised)).text
    assert "Study days are part of it." in read
    assert "May read it" in read


def parts(name, on):
    return {f"{name}-day": on.day, f"{name}-month": on.month, f"{name}-year": on.year}


def test_a_plan_carries_actions_to_its_end(cast, plan, sign_in):
    nurse, trainee = sign_in("consultant_nurse"), sign_in("trainee")
    assert "No action yet" in nurse.get(f"/concerns/{plan}").text
    wrong = {"what": "", "judged": "", **parts("due_on", today())}
    refused = nurse.post(f"/concerns/{plan}/actions/set", wrong, status=422).text
    assert "Say what is to be done" in refused
    assert "Say how it will be judged" in refused
    right = {"what": "Four handovers.", "judged": "All complete.", **parts("due_on", today())}
    assert "Four handovers." in nurse.follow(nurse.post(f"/concerns/{plan}/actions/set", right)).text
    form = trainee.get(own(plan, "/progress")).text
    assert re.search(r'type="radio"[^>]*checked', form), "a single action is chosen already"
    action = re.search(r'name="action_id"[^>]*value="([^"]+)"', form)[1]
    sent = trainee.post(own(plan, "/progress"), {"action_id": action, "text": "Two of four."})
    assert "Two of four." in trainee.follow(sent).text
    said = {"action_id": action, "text": "Saw the third."}
    assert "Saw the third." in nurse.follow(nurse.post(f"/concerns/{plan}/actions/progress", said)).text
    closing = {"reason": "All is well."}
    assert "1 action is still open" in nurse.post(f"/concerns/{plan}/close", closing, status=422).text
    ended = {"action_id": action, "outcome": "met", "text": "All four complete."}
    assert "Action 1: met" in nurse.follow(nurse.post(f"/concerns/{plan}/actions/end", ended)).text
    assert "No action of this plan is open" in trainee.get(own(plan, "/progress")).text
    assert "Closed" in nurse.follow(nurse.post(f"/concerns/{plan}/close", closing)).text
    assert "All four complete." in trainee.get(own(plan)).text


def test_a_heads_up_that_closed_itself_says_so(app, cast, clock, sign_in):
    with app.app_context():
        made = concerns.raise_concern(cast.consultant_nurse, cast.trainee, Rung.HEADS_UP).id
    clock.set(clock.moment.replace(month=12, day=10))
    page = sign_in("trainee").get(own(made)).text
    assert "Closed by itself, 3 December 2026" in page
    assert "Nobody raised it further within 14 days" in page
    assert "Ask for a second opinion" not in main(page)


def test_each_page_with_words_of_a_concern_is_noted_before_it_is_sent(app, cast, plan, sign_in):
    with app.app_context():
        services.ask_second_opinion(concerns.answering(cast.trainee), plan, text="Is once enough?")
    pages = [
        ("trainee", own(plan)),
        ("trainee", own(plan, "/reply")),
        ("educator", f"/concerns/{plan}/second-opinion"),
        ("consultant_nurse", f"/concerns/{plan}/move"),
        ("consultant_nurse", f"/concerns/{plan}/close"),
        ("consultant_nurse", f"/concerns/{plan}/actions/set"),
    ]
    for name, url in pages:
        sign_in(name).get(url)
    with app.app_context():
        rows = db.session.execute(select(ReadEntry.reader_id, ReadEntry.record_id).order_by(ReadEntry.read_at))
        noted = [tuple(row) for row in rows]
    assert noted == [(getattr(cast, name), plan) for name, _ in pages]


@pytest.mark.parametrize("who", ["trainee", "consultant_nurse"])
def test_a_concern_asks_the_database_no_more_when_more_was_said(app, cast, plan, sign_in, who):
    def say_more(times):
        with app.app_context():
            nurse, trainee = concerns.manager(cast.consultant_nurse), concerns.answering(cast.trainee)
            for _ in range(times):
                services.reply_to_concern(trainee, plan, text="The nurse sent me on.")
                action = services.set_action(nurse, plan, what="A handover.", judged="It is complete.", due_on=today())
                services.note_own_progress(trainee, plan, action_id=action.id, text="Done.")
                services.ask_second_opinion(trainee, plan, text="Is once enough?")
                educator = concerns.adviser(cast.educator)
                services.give_second_opinion(educator, plan, view=OpinionView.AGREES, text="It is.")

    client = sign_in(who)
    url = own(plan) if who == "trainee" else f"/concerns/{plan}"
    say_more(1)
    client.get(url)
    with count_statements(app) as few:
        client.get(url)
    say_more(5)
    with count_statements(app) as many:
        client.get(url)
    assert len(many) == len(few)
    assert len(few) < 30


# --- Positive notes ---


def test_a_positive_note_is_offered_beside_a_concern_and_read_by_the_trainee(app, cast, raised, sign_in):
    with app.app_context():
        make.load_framework()
    supervisor, trainee = sign_in("supervisor"), sign_in("trainee")
    url = f"/trainees/{cast.trainee}/positive-notes"
    assert f'href="{url}/write"' in supervisor.get(f"/trainees/{cast.trainee}/concerns/raise").text
    assert f'href="{url}/write"' in sign_in("educator").get(f"/trainees/{cast.trainee}/capabilities").text
    assert "Say what went well" in supervisor.post(f"{url}/write", {"text": ""}, status=422).text
    sent = supervisor.follow(supervisor.post(f"{url}/write", {"text": "Sat down and waited."}))
    assert "Your note is with Amina Yusuf" in sent.text
    assert "Sat down and waited." in trainee.get(url).text
    assert "1 note" in trainee.get("/concerns/about-me").text
    assert "Sat down and waited." in sign_in("consultant_nurse").get(url).text
    for name, status in (("supervisor", 403), ("educator", 403), ("administrator", 403), ("trainee_b", 404)):
        sign_in(name).get(url, status=status)
    trainee.get(f"{url}/write", status=403)


def test_a_heads_up_is_chosen_already_and_needs_words_only(cast, raised, sign_in):
    supervisor = sign_in("supervisor")
    form = supervisor.get(f"/trainees/{cast.trainee}/concerns/raise").text
    assert re.search(r'value="heads-up"[^>]*checked', form)
    assert form.index('name="text"') < form.index('name="rung"')


def test_text_of_others_is_shown_as_text(app, cast, plan, sign_in):
    script = "<script>alert(1)</script>"
    trainee = sign_in("trainee")
    trainee.post(own(plan, "/reply"), {"text": script})
    page = sign_in("consultant_nurse").get(f"/concerns/{plan}").text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_who_is_a_trainee_and_more_reads_their_own_concern_on_their_own_page(app, cast, raised, sign_in):
    with app.app_context():
        concerns.let_see(cast.trainee, cast.trainee_b, Role.ASSESSOR)
        give_role(None, person_id=cast.trainee, role=Role.ASSESSOR, scope_id=cast.trust, cause="Test cast")
        assert Role.ASSESSOR in viewer_for(cast.trainee).roles
    both = sign_in("trainee")
    both.get(f"/concerns/{raised}", status=404)
    both.get(own(raised))


@pytest.mark.parametrize(
    ("name", "address"),
    [("trainee", "/concerns/about-me"), ("trainee", "/concerns/about-me/{}"), ("consultant_nurse", "/concerns/{}")],
)
def test_a_heads_up_says_the_same_day_everywhere(app, cast, clock, sign_in, name, address):
    with app.app_context():
        made = concerns.raise_concern(cast.consultant_nurse, cast.trainee, Rung.HEADS_UP).id
    page = sign_in(name).get(address.format(made)).text
    assert "Open, closes by itself on 3 December 2026" in page
    assert "Open, by" not in page
    clock.set(clock.moment.replace(month=12, day=2))
    assert "Open, closes by itself on 3 December 2026" in sign_in(name).get(address.format(made)).text
    clock.set(clock.moment.replace(month=12, day=3))
    assert "Closed" in main(sign_in(name).get(address.format(made)).text)


ADVISES = (
    "A second opinion comes from a consultant nurse or deputy, or from an educator where the university may read the"
    " concern: somebody who neither raised the concern nor decided about it."
)


def test_who_gives_a_second_opinion_is_the_same_promise_on_both_sides(cast, raised, sign_in):
    trainee = sign_in("trainee")
    assert ADVISES in trainee.get(own(raised, "/second-opinion")).text
    trainee.post(own(raised, "/second-opinion"), {"text": "Is once enough?"})
    assert ADVISES in trainee.get(own(raised)).text
    assert ADVISES in sign_in("consultant_nurse").get(f"/concerns/{raised}").text


def test_the_list_says_to_each_role_which_concerns_it_sees(app, cast, raised, sign_in):
    assert "your university" not in sign_in("supervisor").get("/concerns").text
    assert "You see the concerns you raised." in sign_in("supervisor").get("/concerns").text
    assert "for your university's trainees, those from an action plan up" in sign_in("educator").get("/concerns").text
    assert "every concern about the trainees of your service" in sign_in("consultant_nurse").get("/concerns").text


# --- An unsafe moment on the record of the assessment ---


@pytest.fixture
def unsafe(app, cast):
    """An assessment signed with an unsafe moment, and the concern it opened."""
    with app.app_context():
        make.load_framework()
        made = make.complete(make.ask(cast.trainee, cast.assessor), {"D3.1": 2}, is_unsafe=True, unsafe=concerns.TEXT)
        return made.id, db.session.scalars(select(Concern.id)).one()


MARKED = "An unsafe moment was marked."


@pytest.mark.parametrize("name", ["trainee", "assessor", "consultant_nurse"])
def test_an_unsafe_moment_stands_on_the_assessment_with_the_way_to_its_concern(unsafe, sign_in, name):
    assessment_id, concern_id = unsafe
    client = sign_in(name)
    page = client.get(f"/assessments/{assessment_id}").text
    address = own(concern_id) if name == "trainee" else f"/concerns/{concern_id}"
    assert MARKED in page
    assert f'href="{address}"' in page
    assert concerns.TEXT not in page
    assert concerns.TEXT in client.get(address).text


def test_the_university_learns_of_an_unsafe_moment_once_it_may_read_the_concern(app, cast, unsafe, sign_in):
    assessment_id, concern_id = unsafe
    educator = sign_in("educator")
    assert "unsafe" not in educator.get(f"/assessments/{assessment_id}").text
    with app.app_context():
        nurse = concerns.manager(cast.consultant_nurse)
        services.move_concern(nurse, concern_id, rung=Rung.ACTION_PLAN, reason="It happened twice.")
    page = educator.get(f"/assessments/{assessment_id}").text
    assert MARKED in page
    assert f'href="/concerns/{concern_id}"' in page


def test_an_unsafe_moment_leads_to_its_own_concern_and_stays_on_a_correction(app, cast, clock, unsafe, sign_in):
    assessment_id, concern_id = unsafe
    clock.set(clock() + timedelta(days=1))
    with app.app_context():
        concerns.raise_concern(cast.assessor, cast.trainee)
        corrected = quality.correct(db.session.get_one(Assessment, assessment_id), 3).id
        safe = make.assess(cast.trainee, cast.assessor, {"D3.1": 4}).id
    trainee = sign_in("trainee")
    for each in (assessment_id, corrected):
        page = trainee.get(f"/assessments/{each}").text
        assert MARKED in page
        assert re.findall(r"/concerns/about-me/[^\"]+", page) == [own(concern_id)]
    assert "unsafe" not in trainee.get(f"/assessments/{safe}").text


@pytest.mark.parametrize("name", ["trainee", "assessor", "consultant_nurse", "educator"])
def test_an_unsafe_moment_is_found_with_as_many_statements_however_much_was_raised(app, cast, unsafe, sign_in, name):
    client, address = sign_in(name), f"/assessments/{unsafe[0]}"
    client.get(address)
    with count_statements(app) as before:
        client.get(address)
    with app.app_context():
        for _ in range(3):
            concerns.raise_concern(cast.assessor, cast.trainee)
    with count_statements(app) as after:
        client.get(address)
    assert len(after) == len(before)
