from datetime import date

import pytest

from lms.core.words import count_words, day, duration, join_words, number_of


def test_a_date_reads_day_month_year():
    assert day(date(2025, 4, 4)) == "4 April 2025"


@pytest.mark.parametrize(
    ("minutes", "words"), [(0, "0 h"), (45, "45 min"), (60, "1 h"), (450, "7 h 30 min"), (-30, "minus 30 min")]
)
def test_minutes_read_as_hours(minutes, words):
    assert duration(minutes) == words


@pytest.mark.parametrize(
    ("words", "sentence"), [([], ""), (["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")]
)
def test_words_are_joined_as_a_list(words, sentence):
    assert join_words(words) == sentence
    assert join_words(words, "or") == sentence.replace("and", "or")


@pytest.mark.parametrize(("count", "words"), [(0, "0 hours"), (1, "1 hour"), (2, "2 hours"), (1200, "1,200 hours")])
def test_a_count_takes_the_right_form_of_its_noun(count, words):
    assert number_of(count, "hour") == words


def test_an_irregular_plural_is_given():
    assert number_of(2, "person", "people") == "2 people"


def test_words_are_what_stands_between_spaces():
    assert count_words("  He says\nhe cannot sleep. ") == 5
