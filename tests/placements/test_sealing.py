import base64
from dataclasses import replace
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.core.ids import new_id
from lms.placements.rules.sealing import CannotOpen, Place, key_for, lock_for, open_entry
from tests.factories.offline import seal

SECRET, ANOTHER_SECRET = "x" * 40, "y" * 40
AMINA, BEN, SHIFT, ENTRY = (UUID(int=number) for number in (1, 2, 3, 4))
PLACE = Place(AMINA, SHIFT, ENTRY, "end")
ANSWERS = [("starts", "21:10"), ("note", "Long night, “very” cold\nand wet")]
SEALED = seal(ANSWERS, lock_for(SECRET, AMINA), PLACE)


def opened(sealed: str = SEALED, *, secret: str = SECRET, person: UUID = AMINA, place: Place = PLACE) -> object:
    return open_entry(key_for(secret, person), sealed, place)


def test_the_service_opens_what_was_sealed_for_whoever_is_signed_in() -> None:
    assert opened() == ANSWERS


def test_a_device_seals_the_same_text_differently_each_time_and_to_the_same_length() -> None:
    lock = lock_for(SECRET, AMINA)
    again, short = seal(ANSWERS, lock, PLACE), seal([("part", "led")], lock, PLACE)
    assert again != SEALED
    assert len(short) == len(SEALED)


def test_a_lock_is_always_the_same_for_a_person_and_another_for_everybody_else() -> None:
    people = [new_id() for _ in range(20)]
    assert len({lock_for(SECRET, person) for person in people}) == 20
    assert lock_for(SECRET, AMINA) == lock_for(SECRET, AMINA) != lock_for(ANOTHER_SECRET, AMINA)
    assert len(base64.b64decode(lock_for(SECRET, AMINA))) == 65


@pytest.mark.parametrize(
    "place",
    [
        pytest.param(replace(PLACE, person_id=BEN), id="another person"),
        pytest.param(replace(PLACE, shift_id=ENTRY), id="another shift"),
        pytest.param(replace(PLACE, entry_id=SHIFT), id="another entry"),
        pytest.param(replace(PLACE, use="contact"), id="another use"),
    ],
)
def test_an_entry_opens_only_in_its_own_place(place: Place) -> None:
    with pytest.raises(CannotOpen):
        opened(place=place)


@pytest.mark.parametrize(
    ("secret", "person"),
    [pytest.param(SECRET, BEN, id="somebody else"), pytest.param(ANOTHER_SECRET, AMINA, id="a new secret")],
)
def test_an_entry_opens_with_the_key_of_its_person_alone(secret: str, person: UUID) -> None:
    with pytest.raises(CannotOpen):
        opened(secret=secret, person=person)


@given(st.integers(0, len(base64.b64decode(SEALED)) - 1), st.integers(1, 255))
def test_no_byte_can_be_changed(position: int, change: int) -> None:
    raw = bytearray(base64.b64decode(SEALED))
    raw[position] ^= change
    with pytest.raises(CannotOpen):
        opened(base64.b64encode(raw).decode())


@given(st.one_of(st.text(max_size=200), st.binary(max_size=200).map(lambda raw: base64.b64encode(raw).decode())))
def test_what_nobody_sealed_does_not_open(sealed: str) -> None:
    with pytest.raises(CannotOpen):
        opened(sealed)


@pytest.mark.parametrize(
    "answers", [{"starts": "21:10"}, [["starts"]], [["starts", 2110]], "starts", None, [[["a"], "b"]]]
)
def test_what_is_no_list_of_answers_is_not_taken_for_one(answers: object) -> None:
    with pytest.raises(CannotOpen):
        opened(seal(answers, lock_for(SECRET, AMINA), PLACE))


def test_what_is_nested_without_end_is_refused() -> None:
    deep: list[object] = []
    for _ in range(400):
        deep = [deep]
    with pytest.raises(CannotOpen):
        opened(seal(deep, lock_for(SECRET, AMINA), PLACE))
