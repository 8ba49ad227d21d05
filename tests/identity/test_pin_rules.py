"""What a PIN must be."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.core.errors import RuleViolation
from lms.identity.rules import check_pin_choice


@pytest.mark.parametrize("pin", ["804613", "100200", "135790", "112233"])
def test_six_digits_that_nobody_guesses_first_will_do(pin: str) -> None:
    check_pin_choice(pin, registration_number="PA012345")


@pytest.mark.parametrize(
    ("pin", "words"),
    [
        ("80461", "6 digits"),
        ("8046137", "6 digits"),
        ("80461x", "6 digits"),
        ("٨٠٤٦١٣", "6 digits"),
        ("", "6 digits"),
        ("123456", "run or repeat"),
        ("987654", "run or repeat"),
        ("789012", "run or repeat"),
        ("000000", "run or repeat"),
        ("121212", "run or repeat"),
        ("470470", "run or repeat"),
        ("012345", "run or repeat"),
        ("772345", "registration number"),
        ("234590", "registration number"),
    ],
)
def test_other_pins_are_refused(pin: str, words: str) -> None:
    with pytest.raises(RuleViolation, match=words) as refused:
        check_pin_choice(pin, registration_number="PA 01-2345")
    assert refused.value.field == "pin"


@given(st.from_regex(r"[0-9]{6}", fullmatch=True), st.from_regex(r"[A-Z]{0,2}[0-9]{0,8}[A-Z]?", fullmatch=True))
def test_a_pin_that_passes_shares_no_four_last_digits_and_holds_three_different_steps_or_digits(
    pin: str, number: str
) -> None:
    try:
        check_pin_choice(pin, registration_number=number)
    except RuleViolation:
        return
    digits = "".join(char for char in number if char.isdigit())
    assert len(digits) < 4 or digits[-4:] not in pin
    assert len(set(pin)) > 1
    assert pin not in "01234567890123456789"
    assert pin not in "98765432109876543210"
