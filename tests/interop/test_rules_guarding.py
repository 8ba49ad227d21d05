"""No text of a framework file may hold an NHS number; numbers in a row of cells are no text."""

import pytest

from lms.core.errors import RuleViolation
from lms.interop.rules import check_texts


def test_a_text_with_an_nhs_number_is_refused_by_its_place_and_without_its_words() -> None:
    body = {"title": "Framework", "domains": [{"title": "Care", "capabilities": [{"name": "As for 999 819 3036"}]}]}
    with pytest.raises(RuleViolation, match="domains 1, capabilities 1, name") as refusal:
        check_texts(body)
    assert "999" not in refusal.value.message
    assert refusal.value.field == "file"


def test_levels_beside_each_other_are_no_number() -> None:
    check_texts({"levels": [9, 9, 9, 8, 1, 9, 3, 0, 3, 6], "codes": list("9998193036"), "name": "Care of 999 callers"})
