import pytest

from lms.core.wording import says_why_not, stated_risk_level


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
