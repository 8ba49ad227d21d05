import re
from collections.abc import Callable

import pytest
from flask import Flask

from lms.core.db import db
from lms.core.ids import new_id
from lms.curriculum import services
from lms.curriculum.models import QuestionAnswer, QuestionRound
from tests.client import PageClient
from tests.factories.curriculum import content_with_questions, module, programme, reading
from tests.statements import count_statements

URL = "/knowledge-checks/mhp703-knowledge-check"
SignIn = Callable[[str], PageClient]


@pytest.fixture(autouse=True)
def content(app: Flask) -> None:
    with app.app_context():
        services.sync_content(None, content_with_questions())


@pytest.fixture
def client(sign_in: SignIn) -> PageClient:
    return sign_in("trainee")


def begin(client: PageClient, number: int = 1, **fields: str) -> str:
    return client.follow(client.post(f"{URL}/rounds", {"number": str(number), **fields})).text


def round_id(client: PageClient, key: str) -> str:
    found = re.search(r'name="round_id" value="([^"]+)"', client.get(f"{URL}/questions/{key}").text)
    assert found
    return found[1]


def sent(client: PageClient, key: str, option: str = "ask", confidence: str = "certain") -> dict[str, str]:
    return {"round_id": round_id(client, key), "option": option, "confidence": confidence}


def answer(client: PageClient, key: str, option: str = "ask", confidence: str = "certain") -> str:
    return client.follow(client.post(f"{URL}/questions/{key}", sent(client, key, option, confidence))).text


def finish(client: PageClient) -> str:
    begin(client)
    answer(client, "one")
    answer(client, "two", "wait", "certain")
    answer(client, "three", "tell", "not-sure")
    return client.get(URL).text


def said(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def heading(page: str) -> str:
    return said(re.findall(r"<h1.*?</h1>", page, flags=re.DOTALL)[0])


def test_the_first_page_says_that_answers_are_private_and_count_nowhere(client: PageClient) -> None:
    page = client.get(URL).text
    assert "3 questions, about 20 minutes" in said(page)
    assert "Not started" in page
    assert "Only you can see your answers, and they count nowhere." in page
    assert "Staying safe from suicide" in page
    assert "not yet clinically approved" in page


def test_starting_leads_to_the_first_question(client: PageClient) -> None:
    page = begin(client)
    assert heading(page) == "Knowledge check - Question 1 of 3"
    assert "She waits, one." in page
    assert "What do you do?</legend>" in page
    for text in ("Ask her directly", "Certain", "Fairly sure", "Not sure"):
        assert text in page
    assert "Asking helps." not in page, "nothing is revealed before the answer"
    assert "Staying safe" not in page


def test_an_answer_shows_at_once_whether_it_was_right_and_every_reason(client: PageClient) -> None:
    begin(client)
    page = answer(client, "one")
    assert heading(page) == "Knowledge check - Right: question 1 of 3"
    assert "Your answer Best answer Ask her directly Asking helps." in said(page)
    for reason in ("It may not come.", "Nobody is safer.", "She has not agreed.", "Staying safe from suicide"):
        assert reason in page
    assert 'href="/knowledge-checks/mhp703-knowledge-check/questions/two"' in page


@pytest.mark.parametrize(
    ("confidence", "words"),
    [("certain", "You were certain, and not right: one to come back to."), ("not-sure", "You were not sure.")],
)
def test_a_wrong_answer_shows_the_best_beside_it(client: PageClient, confidence: str, words: str) -> None:
    begin(client)
    page = answer(client, "one", "wait", confidence)
    assert heading(page) == "Knowledge check - Not right: question 1 of 3"
    assert words in said(page)
    assert "Your answer Wait for it now It may not come." in said(page)
    assert "Best answer Ask her directly Asking helps." in said(page)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"option": ""}, "Select an answer"),
        ({"option": "other"}, "Select one of the options"),
        ({"confidence": ""}, "Select how sure you are"),
        ({"confidence": "very"}, "Select one of the options"),
    ],
)
def test_an_answer_without_both_parts_is_refused_and_reveals_nothing(
    app: Flask, client: PageClient, change: dict[str, str], sentence: str
) -> None:
    begin(client)
    page = client.post(f"{URL}/questions/one", {**sent(client, "one"), **change}, status=422).text
    assert page.count(sentence) == 2, "in the summary and beside the field"
    assert "Asking helps." not in page
    with app.app_context():
        assert db.session.query(QuestionAnswer).count() == 0


def test_the_same_answer_sent_twice_is_kept_once(app: Flask, client: PageClient) -> None:
    begin(client)
    form = {**sent(client, "one"), "request_id": str(new_id())}
    for _ in range(2):
        assert "Right: question 1" in heading(client.follow(client.post(f"{URL}/questions/one", form)).text)
    client.post(f"{URL}/questions/one", {**form, "request_id": str(new_id())})
    with app.app_context():
        assert db.session.query(QuestionAnswer).count() == 1


@pytest.mark.parametrize("change", [{"option": "wait"}, {"option": ""}])
def test_another_answer_to_the_same_question_says_that_the_first_stands(
    client: PageClient, change: dict[str, str]
) -> None:
    begin(client)
    other = {**sent(client, "one"), **change}
    answer(client, "one")
    page = client.follow(client.post(f"{URL}/questions/one", other)).text
    assert "your first answer stands" in page
    assert "Right: question 1 of 3" in heading(page)


def test_one_goes_on_where_one_stopped_on_another_device(client: PageClient, sign_in: SignIn) -> None:
    begin(client)
    answer(client, "one")
    elsewhere = sign_in("trainee")
    page = elsewhere.get(URL).text
    assert "1 of 3 answered" in page
    assert f'href="{URL}/questions/two"' in page
    assert "1 of 3 answered" in elsewhere.get("/modules/mhp703").text


def test_the_end_shows_what_was_certain_and_wrong_first(client: PageClient) -> None:
    page = finish(client)
    assert heading(page) == "Knowledge check - 1 of 3 right"
    words = said(page)
    places = [words.index(part) for part in ("Certain, and not right", "Not right Question", "Right 1 right answer")]
    assert places == sorted(places)
    assert "Your answer: certain Wait for it now Best answer Ask her directly Why Asking helps." in words
    assert "Your answer: not sure Tell her sister" in words
    assert "Certain 2 1 1 Fairly sure 0 0 0 Not sure 1 0 1" in words
    assert "they count nowhere" in words
    assert "1 of 3 right" in client.get("/modules/mhp703").text
    assert "1 of 3 right" in client.get("/modules").text


def test_the_wrong_ones_are_tried_again(client: PageClient) -> None:
    assert "Try the ones you got wrong again" in finish(client)
    page = begin(client, 2, only_wrong="yes")
    assert heading(page) == "Knowledge check - Question 1 of 2"
    assert "She waits, two." in page
    assert "0 of 2 answered again" in client.get(URL).text
    answer(client, "two")
    page = client.follow(client.post(f"{URL}/questions/three", sent(client, "three"))).text
    assert "See your answers" in page
    page = client.get(URL).text
    assert heading(page) == "Knowledge check - 2 of 2 right"
    assert "Together with your earlier answers: 3 of 3 right." in said(page)
    assert "Nothing you were certain of turned out to be wrong." in page
    assert "Try the ones you got wrong again" not in page


def test_starting_again_asks_everything_in_the_same_order(app: Flask, client: PageClient) -> None:
    finish(client)
    for _ in range(2):
        assert heading(begin(client, 2)) == "Knowledge check - Question 1 of 3"
    with app.app_context():
        assert db.session.query(QuestionRound).count() == 2


def test_a_page_of_an_earlier_round_keeps_nothing_and_says_so(client: PageClient) -> None:
    begin(client)
    old = sent(client, "one")
    finish(client)
    begin(client, 2)
    page = client.follow(client.post(f"{URL}/questions/one", old)).text
    assert "that answer was not kept" in page
    assert "0 of 3 answered" in page


def test_new_questions_begin_again_and_the_page_says_so(app: Flask, client: PageClient) -> None:
    begin(client)
    old = sent(client, "one")
    with app.app_context():
        services.sync_content(None, content_with_questions("one", "four"))
    page = client.follow(client.post(f"{URL}/questions/one", old)).text
    assert "that answer was not kept" in page
    assert "These questions changed after you answered them" in page
    assert heading(begin(client)) == "Knowledge check - Question 1 of 2"


def test_a_question_that_is_not_asked_leads_to_the_knowledge_check(client: PageClient) -> None:
    assert "Not started" in client.follow(client.get(f"{URL}/questions/one", status=302)).text
    finish(client)
    begin(client, 2, only_wrong="yes")
    assert "0 of 2 answered again" in client.follow(client.get(f"{URL}/questions/one", status=302)).text


@pytest.mark.parametrize("change", [{"round_id": "x"}, {"round_id": ""}])
def test_an_answer_that_was_tampered_with_is_refused(client: PageClient, change: dict[str, str]) -> None:
    begin(client)
    client.post(f"{URL}/questions/one", {**sent(client, "one"), **change}, status=404)
    client.post(f"{URL}/questions/one", {"option": "ask", "confidence": "certain"}, status=404)


@pytest.mark.parametrize("number", ["", "x", "0", "-1", "1e9", "9" * 5000])
def test_a_round_without_a_number_is_refused(client: PageClient, number: str) -> None:
    client.post(f"{URL}/rounds", {"number": number}, status=404)


def test_a_module_without_a_knowledge_check_says_so(app: Flask, client: PageClient) -> None:
    with app.app_context():
        services.sync_content(None, [programme(), module(readings=("asking",)), reading("asking")])
    assert "This module has no knowledge check." in client.get("/modules/mhp703").text
    assert "nowledge check" not in client.get("/modules").text


def test_what_is_not_taught_is_not_found(client: PageClient) -> None:
    for url in ("/knowledge-checks/none", "/knowledge-checks/none/questions/one", f"{URL}/questions/none"):
        client.get(url, status=404)
    client.post("/knowledge-checks/none/rounds", {"number": "1"}, status=404)


@pytest.mark.parametrize("who", ["educator", "consultant_nurse", "external_examiner"])
def test_others_may_take_it_and_see_their_own_answers_alone(client: PageClient, sign_in: SignIn, who: str) -> None:
    finish(client)
    other = sign_in(who)
    page = other.get("/modules/mhp703").text
    assert "Not started" in page
    assert "1 of 3 right" not in page
    assert heading(begin(other)) == "Knowledge check - Question 1 of 3"
    assert "Right: question 1" in heading(answer(other, "one"))
    assert "1 of 3 right" in client.get("/modules/mhp703").text


def test_who_may_not_read_the_curriculum_does_not_reach_it(sign_in: SignIn) -> None:
    sign_in("supervisor").get(URL, status=403)


def test_text_of_questions_never_becomes_markup(app: Flask, client: PageClient) -> None:
    item = content_with_questions()[-1]
    for question in item.body["questions"]:
        question["stem"] = "<b>He</b> waits. <i>What</i> now?"
        question["options"] = [
            {**option, "text": "<u>Ask</u>", "because": "<s>No</s>"} for option in question["options"]
        ]
    with app.app_context():
        services.sync_content(None, [*content_with_questions()[:-1], item])
    pages = [begin(client), answer(client, "one"), answer(client, "two", "wait"), answer(client, "three", "wait")]
    for page in [*pages, client.get(URL).text]:
        assert not re.search(r"<(b|i|u|s)>", page)


def test_pages_cost_as_many_statements_for_many_answers_as_for_few(app: Flask, client: PageClient) -> None:
    urls = ("/modules", "/modules/mhp703", URL, f"{URL}/questions/three")
    begin(client)

    def cost() -> list[int]:
        found = []
        for url in urls:
            client.get(url)
            with count_statements(app) as asked:
                client.get(url)
            found.append(len(asked))
        return found

    few = cost()
    for key in ("one", "two"):
        answer(client, key, "wait")
    for number in range(2, 6):
        begin(client, number)
    assert cost() == few
