from dataclasses import replace
from datetime import date
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.competencies import rules
from lms.competencies.rules import RoundFact, RoundState, Said, Written
from lms.competencies.rules.form_checks import check_form
from lms.competencies.rules.form_files import form_from
from lms.core.errors import RuleViolation
from lms.core.ids import new_id

ROOT = Path(__file__).parents[2]
NEEDS = form_from(check_form(ROOT / "content/forms/msf.yaml", ROOT)[0]).raters
TRAINEE, SUPERVISOR, RATER = uuid4(), uuid4(), uuid4()
TODAY = date(2026, 11, 18)
WHO = st.dictionaries(st.sampled_from([each.value for each in NEEDS.professions]), st.integers(1, 9))
THREE = {"nurse": 4, "paramedic": 3, "doctor": 1}
FACT = RoundFact(
    id=uuid4(), trainee_id=TRAINEE, has_own_view=True, invited=10, answered=8, professions=THREE, conversation_on=TODAY
)


def changed(**changes):
    return replace(FACT, **changes)


@pytest.mark.parametrize(
    ("fact", "words"),
    [
        pytest.param(
            changed(answered=7, professions={"nurse": 4, "paramedic": 2, "doctor": 1}), "1 more answer", id="7"
        ),
        pytest.param(changed(professions={"nurse": 5, "paramedic": 3}), "1 more profession", id="two professions"),
        pytest.param(changed(professions={"nurse": 8}), "2 more professions", id="one profession"),
        pytest.param(changed(conversation_on=date(2026, 11, 19)), "19 November 2026 or later", id="before the day"),
        pytest.param(changed(conversation_on=None), "Book the conversation first", id="not booked"),
        pytest.param(changed(is_released=True), "released already", id="a second time"),
    ],
)
def test_a_round_is_released_only_with_enough_answers_and_in_its_conversation(fact, words):
    with pytest.raises(RuleViolation, match=words):
        rules.check_release(fact, NEEDS, actor_id=SUPERVISOR, today=TODAY)


@pytest.mark.parametrize("held_on", [TODAY, date(2026, 11, 2)])
def test_a_round_is_released_on_the_day_of_its_conversation_or_later(held_on):
    rules.check_release(changed(conversation_on=held_on), NEEDS, actor_id=SUPERVISOR, today=TODAY)


def test_nobody_releases_books_or_opens_a_round_about_themselves():
    with pytest.raises(RuleViolation, match="own feedback"):
        rules.check_release(FACT, NEEDS, actor_id=TRAINEE, today=TODAY)
    with pytest.raises(RuleViolation, match="own feedback"):
        rules.check_booking(FACT, NEEDS, actor_id=TRAINEE, conversation_on=TODAY, today=TODAY)
    with pytest.raises(RuleViolation, match="themselves"):
        rules.check_opening(actor_id=TRAINEE, trainee_id=TRAINEE, has_open_round=False)


@pytest.mark.parametrize(
    ("changes", "on", "words"),
    [
        ({"answered": 7}, TODAY, "Nobody reads an answer yet"),
        ({"professions": {"nurse": 8}}, TODAY, "more professions"),
        ({"has_own_view": False}, TODAY, "own view first"),
        ({}, date(2026, 11, 17), "today or later"),
        ({"is_released": True}, TODAY, "has been released"),
    ],
)
def test_a_conversation_is_booked_only_when_enough_have_answered(changes, on, words):
    fact = changed(conversation_on=None, **changes)
    with pytest.raises(RuleViolation, match=words):
        rules.check_booking(fact, NEEDS, actor_id=SUPERVISOR, conversation_on=on, today=TODAY)


@pytest.mark.parametrize(
    ("changes", "facts", "words"),
    [
        ({"has_own_view": False}, {}, "own view first"),
        ({"conversation_on": TODAY}, {}, "closed"),
        ({}, {"has_answered": True}, "answered already"),
        ({}, {"actor_id": TRAINEE, "rater_id": TRAINEE}, "somebody else"),
        ({}, {"actor_id": SUPERVISOR}, "somebody else"),
        ({}, {"profession": "pilot"}, "profession"),
        ({}, {"profession": None}, "profession"),
    ],
)
def test_a_rater_answers_once_after_the_own_view_and_before_the_end(changes, facts, words):
    usual = {"actor_id": RATER, "rater_id": RATER, "has_answered": False, "profession": "nurse"}
    fact = changed(**{"conversation_on": None, **changes})
    with pytest.raises(RuleViolation, match=words):
        rules.check_answering(fact, NEEDS, **{**usual, **facts})
    rules.check_answering(changed(conversation_on=None), NEEDS, **usual)


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({"is_released": True}, RoundState.RELEASED),
        ({}, RoundState.BOOKED),
        ({"conversation_on": None}, RoundState.ENOUGH),
        ({"conversation_on": None, "answered": 7}, RoundState.ANSWERING),
        ({"conversation_on": None, "has_own_view": False}, RoundState.OPENED),
    ],
)
def test_a_round_says_where_it_stands(changes, state):
    assert changed(**changes).state(NEEDS) is state


@given(
    st.integers(0, 30), st.dictionaries(st.sampled_from([each.value for each in NEEDS.professions]), st.integers(1, 9))
)
def test_nobody_reads_before_8_people_of_3_professions_have_answered(answered, professions):
    fact = changed(answered=answered, professions=professions)
    assert fact.may_be_read(NEEDS) is (answered >= 8 and len(professions) >= 3)
    assert not changed(answered=answered, professions=professions, conversation_on=None).may_be_read(NEEDS)


@given(WHO)
def test_a_profession_is_named_only_from_five_people_on(professions):
    words = rules.profession_words(professions, NEEDS)
    names = {each.value: each.text.lower() for each in NEEDS.professions}
    for key, count in professions.items():
        assert (f"of: {names[key]}" in words) is (count >= 5)


def said(key, value=None, text=None, *, own=False):
    return Said(key, own, value, Written(new_id(), text) if text else None)


def test_the_summary_counts_and_lists_and_gives_no_average():
    answers = [
        *(said("listens", "always") for _ in range(5)),
        *(said("listens", "often") for _ in range(3)),
        said("listens", "seldom", own=True),
        said("keep", text="Zeal"),
        said("keep", text="calm"),
        said("keep", text="My pace", own=True),
    ]
    by_label = {each.label: each for each in rules.summary_of(NEEDS.fields, answers)}
    listens = by_label["Listens, and treats people with respect"]
    assert listens.counts == (("Seldom", 0), ("Often", 3), ("Always", 5), ("I cannot say", 0))
    assert listens.own == "Seldom"
    keep = by_label["What should they keep doing?"]
    assert [each.text for each in keep.texts] == ["calm", "Zeal"]
    assert keep.own_text.text == "My pace"


@given(st.permutations(["listens", "keep", "change"]), st.permutations(range(4)))
def test_the_order_of_answers_tells_nothing(keys, order):
    texts = [said("keep", text=f"Text {number}") for number in range(4)]
    first = rules.summary_of(NEEDS.fields, texts)
    assert rules.summary_of(NEEDS.fields, [texts[number] for number in order]) == first


@pytest.mark.parametrize(
    ("asked", "received", "words"),
    [(False, 0, "Not asked yet"), (True, 0, "Asked, none received"), (True, 1, "1 answer"), (True, 3, "3 answers")],
)
def test_what_patients_say_is_told_in_words_and_never_blocks(asked, received, words):
    told = rules.PatientVoice(asked, received).words
    assert told.startswith(words)
    assert "never blocks" in told
