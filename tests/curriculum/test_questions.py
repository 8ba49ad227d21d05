from itertools import permutations
from uuid import UUID

import pytest

from lms.core.confidence import Confidence
from lms.curriculum.rules.questions import (
    Answer,
    Round,
    Standing,
    calibration,
    read_questions,
    shuffled,
    split_stem,
)
from tests.factories.curriculum import questions

CHECK = read_questions(questions().body)
ALL = ("one", "two", "three")


def asked(number: int, keys: tuple[str, ...], **chosen: str) -> Round:
    answers = {key: Answer(option, Confidence.CERTAIN) for key, option in chosen.items()}
    return Round(UUID(int=number), number, keys, answers)


FIRST = asked(1, ALL, one="ask", two="wait", three="tell")


@pytest.mark.parametrize(
    ("rounds", "words", "next_question", "wrong"),
    [
        pytest.param((), "Not started", None, ALL, id="nothing yet"),
        pytest.param((asked(1, ALL),), "0 of 3 answered", "one", ALL, id="begun"),
        pytest.param((asked(1, ALL, two="ask"),), "1 of 3 answered", "one", ("one", "three"), id="out of order"),
        pytest.param((asked(1, ALL, one="wait"),), "1 of 3 answered", "two", ALL, id="a wrong answer is an answer"),
        pytest.param((FIRST,), "1 of 3 right", None, ("two", "three"), id="finished"),
        pytest.param(
            (FIRST, asked(2, ("two", "three"), two="ask")),
            "1 of 2 answered again",
            "three",
            ("three",),
            id="trying the wrong ones again",
        ),
        pytest.param(
            (FIRST, asked(2, ("two", "three"), two="ask", three="wait")),
            "2 of 3 right",
            None,
            ("three",),
            id="what was right before stays right",
        ),
        pytest.param(
            (FIRST, asked(2, ("two", "three"), two="ask", three="wait"), asked(3, ("three",), three="ask")),
            "3 of 3 right",
            None,
            (),
            id="all right after three rounds",
        ),
        pytest.param((FIRST, asked(2, ALL)), "0 of 3 answered", "one", ALL, id="starting again forgets what was right"),
    ],
)
def test_where_somebody_stands(
    rounds: tuple[Round, ...], words: str, next_question: str | None, wrong: tuple[str, ...]
) -> None:
    standing = Standing(CHECK, rounds)
    assert standing.label == words
    assert standing.wrong == wrong
    assert (standing.round.next_question if standing.round else None) == next_question
    assert standing.is_finished is ("right" in words)


def test_answers_of_a_round_stand_in_the_order_of_its_questions() -> None:
    standing = Standing(CHECK, (FIRST, asked(2, ("two", "three"), three="ask", two="leave")))
    found = [(one.number, one.question.key, one.chosen.key, one.is_right) for one in standing.answered]
    assert found == [(1, "two", "leave", False), (2, "three", "ask", True)]


def test_confidence_is_held_against_what_was_right() -> None:
    answers = {
        "one": Answer("ask", Confidence.CERTAIN),
        "two": Answer("wait", Confidence.CERTAIN),
        "three": Answer("ask", Confidence.NOT_SURE),
    }
    rows = calibration(Standing(CHECK, (Round(UUID(int=1), 1, ALL, answers),)).answered)
    assert [(row.confidence.label, row.given, row.right) for row in rows] == [
        ("Certain", 2, 1),
        ("Fairly sure", 0, 0),
        ("Not sure", 1, 1),
    ]


def order(person: int = 1, version: int = 1, question: int = 0) -> tuple[str, ...]:
    found = shuffled(CHECK.questions[question], person_id=UUID(int=person), version_id=UUID(int=version))
    return tuple(option.key for option in found)


def test_options_keep_their_order_for_one_person_and_version() -> None:
    assert order() == order()
    assert set(order()) == {"ask", "wait", "leave", "tell"}


def test_options_are_shuffled_for_each_person_question_and_version() -> None:
    people = [order(person=number) for number in range(400)]
    assert set(people) == set(permutations(("ask", "leave", "tell", "wait")))
    assert 60 < sum(found[0] == "ask" for found in people) < 140
    assert len({order(person=2, question=number) for number in range(3)}) > 1
    assert len({order(version=number) for number in range(6)}) > 1


@pytest.mark.parametrize(
    ("stem", "situation", "question"),
    [
        ("He is awake. What do you do?", "He is awake.", "What do you do?"),
        ("One. Two! Three?  What now?\n", "One. Two! Three?", "What now?"),
        ("What do you do?", "", "What do you do?"),
        ("She says “I am fine.” What do you say?", "She says “I am fine.”", "What do you say?"),
        ('She sits. What do you say to "I am fine. Go."?', "She sits.", 'What do you say to "I am fine. Go."?'),
        ("She sits. What about “I am fine. Go.”?", "She sits.", "What about “I am fine. Go.”?"),
        ("He took 2.5 of them. What settles it?", "He took 2.5 of them.", "What settles it?"),
    ],
)
def test_the_last_sentence_of_a_stem_is_the_question(stem: str, situation: str, question: str) -> None:
    assert split_stem(stem) == (situation, question)
