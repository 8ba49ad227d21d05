import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from lms.competencies import queries
from lms.core.clock import today
from lms.core.db import db
from lms.identity.services import viewer_for
from lms.signing.models import FormSession
from tests.factories import competencies as make
from tests.factories import feedback
from tests.statements import count_statements

SAID = {f"answer_{key}": value for key, value in feedback.SAID.items()}
EASY = {f"answer_{key}": value for key, value in feedback.EASY.items()}


@pytest.fixture
def people(app, cast):
    with app.app_context():
        make.load_framework()
        feedback.let_supervise(cast.supervisor, cast.trainee)
        return feedback.colleagues(cast.trust)


@pytest.fixture
def answered(app, cast, people):
    with app.app_context():
        return feedback.answered_round(cast.trainee, cast.supervisor, people).id


@pytest.fixture
def opened(app, cast, people):
    with app.app_context():
        return feedback.open_round(cast.trainee, cast.supervisor, [cast.educator]).id


def day_parts(name, on):
    return {f"{name}-day": on.day, f"{name}-month": on.month, f"{name}-year": on.year}


def test_the_list_says_where_each_trainee_stands_and_what_to_do(cast, people, sign_in):
    page = sign_in("supervisor").get("/feedback-rounds").text
    assert "Amina Yusuf" in page
    assert "Ben Carter" not in page
    assert "No round yet" in page
    assert page.count("Feedback about trainees") == 3  # The header, the window and the heading use the same words.
    assert "Open a round" in page


def test_nobody_to_collect_for_is_said_kindly(app, cast, sign_in):
    with app.app_context():
        make.load_framework()
    assert "No trainee works with you at the moment." in sign_in("supervisor").get("/feedback-rounds").text


def test_a_round_asks_for_a_setting_and_leads_on_to_inviting(cast, people, sign_in):
    client = sign_in("supervisor")
    url = f"/trainees/{cast.trainee}/feedback-rounds/open"
    assert "Select a setting" in client.post(url, {}, status=422).text
    page = client.follow(client.post(url, {"setting": "crisis-team"})).text
    assert "Invite colleagues" in page
    assert "Colleague 3" in page
    assert "Ben Carter" not in page  # Trainees are not asked, nor named.


def test_people_to_invite_are_found_by_name(opened, people, sign_in):
    client = sign_in("supervisor")
    page = client.get(f"/feedback-rounds/{opened}/raters?search=league+4").text
    assert "Colleague 4" in page
    assert "Colleague 3" not in page
    assert "Nobody who can be invited matches" in client.get(f"/feedback-rounds/{opened}/raters?search=zzz").text
    assert "Select at least 1 person" in client.post(f"/feedback-rounds/{opened}/raters", {}, status=422).text
    page = client.follow(client.post(f"/feedback-rounds/{opened}/raters", {"people": [str(people[0])]})).text
    assert "8 more answers (now 0)" in page


def test_a_rater_is_told_plainly_who_sees_what(app, cast, opened, sign_in):
    client = sign_in("educator")
    assert "they give their own view first" in client.get("/feedback-rounds/asked").text
    with app.app_context():
        rater = queries.list_invitations(viewer_for(cast.educator))[0].id
    client.get(f"/feedback-raters/{rater}/answer", status=302)
    trainee = sign_in("trainee")
    assert "Give your own view first" in trainee.get(f"/feedback-rounds/{opened}/own").text
    assert (
        "Answer: What should they keep doing?"
        in trainee.post(f"/feedback-rounds/{opened}/own-view", {**SAID, "answer_keep": ""}, status=422).text
    )
    trainee.post(f"/feedback-rounds/{opened}/own-view", SAID)
    page = client.get(f"/feedback-raters/{rater}/answer").text
    for words in (
        "Your name is not kept with your answers.",
        "With fewer than 8 answers, nothing is shown to anybody.",
        "Sam Okoro, other supervisors of Amina Yusuf and the consultant nurse read all answers together",
        "in a conversation and never before it",
        "only if 5 or more of it answered",
    ):
        assert words in " ".join(page.split())
    assert "Select your profession" in client.post(f"/feedback-raters/{rater}/answer", SAID, status=422).text
    client.post(f"/feedback-raters/{rater}/answer", {**SAID, "profession": "doctor"})
    assert "You have answered. Thank you." in client.get("/feedback-rounds/asked").text
    client.post(f"/feedback-raters/{rater}/answer", {**SAID, "profession": "doctor"}, status=303)
    client.get(f"/feedback-raters/{rater}/answer", status=302)


def test_answers_stay_closed_until_the_conversation_is_booked_and_then_until_its_day(app, answered, sign_in):
    client = sign_in("supervisor")
    assert "Keep number 3." not in client.get(f"/feedback-rounds/{answered}").text
    url = f"/feedback-rounds/{answered}/release"
    page = client.post(url, release(), status=422).text
    assert "Book the conversation first" in page
    tomorrow = today().replace(day=today().day + 1)
    booked = client.post(f"/feedback-rounds/{answered}/conversation", day_parts("conversation_on", tomorrow))
    page = client.follow(booked).text
    assert "Keep number 3." in page
    assert "9 people of 3 professions answered: 5 of: nurse and 4 of other professions." in page
    assert "paramedic" not in page.lower()
    assert "19 November 2026 or later" in client.post(url, release(), status=422).text
    trainee = sign_in("trainee")
    page = trainee.get(f"/feedback-rounds/{answered}/own").text
    assert "You talk about it on 19 November 2026." in page
    assert "Keep number" not in page


def release(**changes):
    return {"level_D7_1": "3", "level_D8_3": "not-observed", **feedback.AGREED, **changes}


def test_a_released_round_is_read_by_the_trainee_with_what_was_agreed(app, answered, sign_in):
    client = sign_in("supervisor")
    client.post(f"/feedback-rounds/{answered}/conversation", day_parts("conversation_on", today()))
    url = f"/feedback-rounds/{answered}/release"
    refused = client.post(url, release(level_D7_1="", next_time=""), status=422).text
    assert "Select the level you agreed for D7.1, or not observed" in refused
    assert "Answer: One action you agreed" in refused
    client.post(url, release())
    trainee = sign_in("trainee")
    page = trainee.get(f"/feedback-rounds/{answered}/own").text
    assert "Keep number 3." in page
    assert "Always: 9" in page
    link = page.split("Read what you agreed")[0].rpartition('href="')[2].partition('"')[0]
    page = trainee.get(link).text
    assert "Colleagues value the calm." in page
    assert "Through what others said" in page
    assert "It counts at level 3." in page


@pytest.mark.parametrize("name", ["assessor", "educator", "trainee_b", "stranger"])
def test_others_find_no_round(answered, sign_in, name):
    client = sign_in(name)
    for url in (f"/feedback-rounds/{answered}", f"/feedback-rounds/{answered}/own"):
        assert client.client.get(url).status_code in (403, 404)


def test_patients_are_asked_only_after_the_crisis_and_may_say_no(app, cast, people, sign_in):
    client, url = sign_in("supervisor"), f"/trainees/{cast.trainee}/patient-feedback"
    assert "Not asked yet" in client.get(url).text
    client.get("/patient-feedback", status=302)  # Nobody handed the device over.
    client.post(f"{url}/start", {"setting": "crisis-team"})
    refused = client.post(f"{url}/moment", {"is_settled": "no", "setting": "crisis-team"}, status=422).text
    assert "Do not ask now." in refused
    easy = client.follow(client.post(f"{url}/moment", {"is_settled": "yes", "setting": "crisis-team"})).text
    assert "You can say no. That is fine." in easy
    assert "Cancel" not in easy
    first, second = (match.start() for match in re.finditer("I am done", easy))
    assert easy.index('name="agrees"') < first < easy.index('name="answer_safe"') < second
    assert "/sign-in" in client.get(url, status=302).headers["Location"]  # The device shows the questions and no more.
    answers = "/patient-feedback"
    said_no = client.follow(client.post(answers, {"agrees": "no", "went_well": "Secret"})).text
    assert "/sign-in" in client.get(answers, status=302).headers["Location"]
    client = sign_in("supervisor")
    assert "Asked, none received" in client.get(url).text
    client.post(f"{url}/moment", {"is_settled": "yes", "setting": "crisis-team"})
    refused = client.post(answers, {**EASY, "agrees": "yes", "answer_safe": ""}, status=422).text
    assert "Answer: Did you feel safe with them?" in refused
    assert "no_identifiers" not in refused
    named = client.post(answers, {**EASY, "agrees": "yes", "went_well": "Ring 07700 900123"}, status=422).text
    assert "no_identifiers" in named
    said_yes = client.follow(client.post(answers, {**EASY, "agrees": "yes", "went_well": "Kind."})).text
    assert said_no == said_yes
    with app.app_context():
        assert db.session.scalar(select(FormSession.id)) is None  # Nothing says that one of them said no.
    assert "1 answer received" in sign_in("supervisor").get(url).text
    capability = sign_in("trainee").get(f"/trainees/{cast.trainee}/capabilities/D1.1").text
    assert "Patient and carer feedback: 1 answer received. It informs and never blocks." in capability
    assert "November 2026" in capability
    assert "18 November 2026" not in capability


def test_who_presses_the_button_twice_is_thanked_and_answers_once(app, cast, people, sign_in, clock):
    client, url = sign_in("supervisor"), f"/trainees/{cast.trainee}/patient-feedback"
    client.post(f"{url}/start", {"setting": "crisis-team"})
    client.post(f"{url}/moment", {"is_settled": "yes", "setting": "crisis-team"})
    with client.client.session_transaction() as held:
        token = held["form_token"]
    for _tap in range(2):
        with client.client.session_transaction() as held:
            held["form_token"] = token  # The second tap is sent before the first is answered.
        answered = client.post("/patient-feedback", {**EASY, "agrees": "yes"})
        assert answered.headers["Location"] == "/patient-feedback/thanks"
    assert "1 answer received" in sign_in("supervisor").get(url).text
    client = sign_in("supervisor")
    client.post(f"{url}/moment", {"is_settled": "yes", "setting": "crisis-team"})
    clock.set(clock() + timedelta(hours=1))
    late = client.post("/patient-feedback", {**EASY, "agrees": "yes"})
    assert "/sign-in" in late.headers["Location"]  # Nobody is thanked for what was not kept.


def test_the_consultant_nurse_sees_that_patients_are_asked_and_does_not_ask(cast, people, sign_in):
    page = sign_in("consultant_nurse").get(f"/trainees/{cast.trainee}/patient-feedback").text
    assert "Only the trainee's supervisor asks." in page
    assert "Start asking" not in page


def test_the_list_asks_no_more_when_there_are_more_rounds(app, cast, people):
    def statements():
        with app.app_context(), count_statements(app) as sent:
            queries.list_collected(feedback.collector(cast.consultant_nurse))
        return len(sent)

    with app.app_context():
        feedback.open_round(cast.trainee, cast.consultant_nurse, people[:2])
    statements()
    before = statements()
    with app.app_context():
        for name in ("One", "Two", "Three"):
            other = another_trainee(cast, name)
            made = feedback.open_round(other, cast.consultant_nurse, people)
            feedback.own_view(made)
    assert statements() == before


def another_trainee(cast, name):
    from lms.identity.services import add_to_scope, create_person, give_role, open_grant
    from lms.policy import Role

    person = create_person(None, name=name, email=f"{name.lower()}@example.org", organisation_id=cast.trust)
    give_role(None, person_id=person.id, role=Role.TRAINEE, scope_id=cast.trust, cause="Test cast")
    for scope in (person.id, cast.trust):
        add_to_scope(None, trainee_id=person.id, scope_id=scope, cause="Test cast")
    open_grant(None, person_id=person.id, scope_id=person.id, role=Role.TRAINEE, cause="Own", about=person.id)
    return person.id
