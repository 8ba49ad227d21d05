import time

import pytest

from lms.core.errors import Problem
from lms.core.wording import banned_wording, not_taught, says_why_not, stated_risk_level


@pytest.mark.parametrize(
    "text",
    [
        "He is low risk.",
        "LOW-RISK today",
        "She was at high risk of suicide.",
        "medium risk, home with advice",
        "a moderate suicide risk",
        "low to medium risk",
        "low or no risk",
        "very high immediate risk",
        "The risk is low.",
        "His risk of suicide is now judged low.",
        "risk: high",
        "Risk remains elevated",
        "Write the risk level here.",
        "What is the level of risk?",
        "her risk category changed",
        "low suicidality",
        "NEWS2 is 0, so low risk",
        "AUDIT-C 8. He is high risk.",
        "an amber risk",
    ],
)
def test_a_risk_level_as_a_conclusion_is_found(text):
    assert stated_risk_level(text)


@pytest.mark.parametrize(
    "text",
    [
        "Ask what would make tonight safer.",
        "The NEWS2 is 0; low clinical concern is not safety.",
        "An AUDIT-C of 8 suggests higher risk drinking.",
        "The MARAC heard a high-risk domestic abuse case.",
        "A high-risk case goes to the MARAC.",
        "NEWS2 5 to 6 means medium clinical risk",
        "Your partner offers a risk score.",
        "There is a risk that he leaves. Low light fills the room.",
        "His mood is low. The risk he named was losing the house.",
        "Write no risk level, no score, no label.",
        "A narrative without a global risk level",
        "The highest priority is to stay with him.",
    ],
)
def test_needs_and_named_terms_are_left_alone(text):
    assert stated_risk_level(text) is None


def test_the_words_found_are_those_of_the_text():
    assert stated_risk_level("We think High  Risk, so go.") == "High  Risk"


@pytest.mark.parametrize(
    ("reason", "expected"),
    [("A category predicts nothing.", True), ("It does not hold.", True), ("He is low risk.", False)],
)
def test_a_reason_says_why_not(reason, expected):
    assert says_why_not(reason) is expected


MARKS = [
    "[",
    "](",
    "](a",
    "[a](",
    "&",
    "&#",
    "&#1",
    "_",
    "a_",
    "*",
    "\\",
    "<",
    "<a",
    "<a ",
    ">",
    "`",
    "\N{EN DASH}",
    "{",
]


@pytest.mark.parametrize("run", ["-", " ", "- ", "a-", "a ", "\n", "1", "risk ", "low-", "of ", "addict ", *MARKS])
@pytest.mark.parametrize("start", ["", "low", "very", "risk", "risk of ", "risk of a", "no ", "1 ", "non", "self"])
def test_the_time_a_text_takes_grows_with_its_length_and_no_faster(start, run):
    text = start + run * (20_000 // len(run)) + "!"
    began = time.process_time()
    list(banned_wording(text, ["a phrase"]))
    list(not_taught(text, ["a phrase"]))
    assert time.process_time() - began < 2


@pytest.mark.parametrize(
    "text",
    ["Her risk of self-harm is low.", "risk for a two-year-old: high", "The risk of harm remains high."],
)
def test_words_with_hyphens_do_not_hide_a_risk_level(text):
    assert stated_risk_level(text)


@pytest.mark.parametrize("between", ["\n  ", "\n" * 5_000])
def test_words_over_many_lines_are_told_on_one(between):
    [banned] = banned_wording(f"He is at high{between}risk.")
    assert banned.words == f"high{between}risk"
    assert banned.message.startswith("“high risk” states")
    assert str(Problem("a.yaml", 1, "text", banned.message)).startswith("a.yaml:1: text: “high risk” states")
