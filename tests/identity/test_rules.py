import pytest

from lms.core.errors import RuleViolation
from lms.identity.rules import DETAIL_LENGTHS, check_details, mailbox


@pytest.mark.parametrize(
    "written",
    [
        pytest.param(" Daniel.Okafor@THAMESIDE.example ", id="capitals and spaces"),
        pytest.param("daniel.okafor+x@thameside.example", id="a tag"),
        pytest.param("daniel.okafor+x+y@thameside.example", id="two tags"),
        pytest.param("\uff44aniel.okafor@thameside.example", id="full width"),
        pytest.param("daniel.okafor\uff0bx@thameside.example", id="a tag in full width"),
        pytest.param("daniel.oka\u200bfor@thameside.example", id="an invisible character"),
        pytest.param('"daniel.okafor"@thameside.example', id="quoted"),
        pytest.param('"daniel\\.okafor+x"@thameside.example', id="quoted, with a tag"),
    ],
)
def test_one_mailbox_however_its_address_is_written(written):
    assert mailbox(written) == "daniel.okafor@thameside.example"


@pytest.mark.parametrize("other", ["daniel.okafor@thameside+x.example", "d.okafor@thameside.example"])
def test_another_name_or_place_is_another_mailbox(other):
    assert mailbox(other) != mailbox("daniel.okafor@thameside.example")


@pytest.mark.parametrize("field", DETAIL_LENGTHS)
@pytest.mark.parametrize("text", ["943 476 5919", "9434765919@x.example", "nhs.943-476-5919@x.example"])
def test_no_detail_of_a_person_holds_an_nhs_number(field, text):
    with pytest.raises(RuleViolation, match="NHS number") as refused:
        check_details(**{field: text})
    assert refused.value.field == field


@pytest.mark.parametrize(("field", "longest"), DETAIL_LENGTHS.items())
def test_a_detail_is_as_long_as_what_is_kept(field, longest):
    check_details(**{field: "x" * longest})
    for text in ("x" * (longest + 1), "\u0130" * longest):  # In lower case the second is twice as long.
        with pytest.raises(RuleViolation, match=f"Use {longest} characters or fewer") as refused:
            check_details(**{field: text})
        assert refused.value.field == field
