import pytest

from lms.core.lengths import uneven


@pytest.mark.parametrize(
    ("lengths", "place"),
    [
        pytest.param((), None, id="nothing to compare"),
        pytest.param((4, 7, 5), None, id="just even enough"),
        pytest.param((4, 8, 5), 1, id="one is too long"),
        pytest.param((0, 1), 1, id="one says nothing"),
    ],
)
def test_a_text_much_longer_than_another_is_found(lengths, place):
    found = uneven(["x" * length for length in lengths])
    assert (found and found[0]) == place
    assert found is None or f"{min(lengths)} to {max(lengths)} characters" in found[1]
