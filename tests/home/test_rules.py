from dataclasses import dataclass

import pytest

from lms.competencies.rules import RequestState
from lms.home.rules import asked_now, turned_back

ASKED, OPENED, COMPLETED, DECLINED, CANCELLED, EXPIRED = RequestState


@dataclass(frozen=True)
class Row:
    state: RequestState
    codes: tuple[str, ...]


def rows(*states):
    return [Row(state, tuple(codes.split())) for state, codes in states]


@pytest.mark.parametrize(
    ("requests", "left"),
    [
        pytest.param(rows((DECLINED, "D1.1")), [0], id="declined"),
        pytest.param(rows((EXPIRED, "D1.1")), [0], id="expired"),
        pytest.param(rows((CANCELLED, "D1.1")), [], id="cancelled by the trainee"),
        pytest.param(rows((ASKED, "D1.1"), (DECLINED, "D1.1")), [], id="asked again and waiting"),
        pytest.param(rows((COMPLETED, "D1.1"), (EXPIRED, "D1.1")), [], id="asked again and answered"),
        pytest.param(rows((DECLINED, "D1.1"), (COMPLETED, "D1.1")), [0], id="declined after an earlier answer"),
        pytest.param(rows((ASKED, "D1.1"), (DECLINED, "D1.1 D3.1")), [1], id="only a part was asked again"),
        pytest.param(rows((CANCELLED, "D1.1"), (DECLINED, "D1.1")), [1], id="asked again and cancelled"),
        pytest.param(rows((EXPIRED, "D1.1"), (DECLINED, "D1.1")), [0], id="twice in vain is said once"),
    ],
)
def test_what_was_asked_in_vain_is_said_until_it_is_asked_again(requests, left):
    assert turned_back(requests) == [requests[index] for index in left]


def test_what_waits_is_asked_now():
    assert asked_now(rows((ASKED, "D1.1"), (OPENED, "D3.1 D4.1"), (COMPLETED, "D5.1"))) == {"D1.1", "D3.1", "D4.1"}
