import struct
import zlib

import pytest

from lms.signing.rules.drawings import LONGEST_SIDE, SIGNATURE, is_drawing
from tests.factories.drawings import chunk, drawing, png

GREY, BLUE = b"\x7f\x40\x81\xff", b"\0\0\xff\xff"
GOOD = drawing()


@pytest.mark.parametrize("size", [(1, 2), (LONGEST_SIDE, 2), (2, LONGEST_SIDE), (560, 180)])
def test_a_line_on_a_sheet_of_any_sensible_size_is_a_drawing(size: tuple[int, int]) -> None:
    assert is_drawing(drawing(*size))


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(SIGNATURE, id="the first eight bytes alone"),
        pytest.param(b"<svg onload=alert(1)>", id="another kind of file"),
        pytest.param(SIGNATURE + b"0" * 40, id="no chunks"),
        pytest.param(GOOD[:-12], id="no end"),
        pytest.param(GOOD + b"?", id="something after the end"),
        pytest.param(GOOD[:40] + bytes([GOOD[40] ^ 1]) + GOOD[41:], id="damaged"),
        pytest.param(SIGNATURE + chunk(b"IEND", b""), id="no head"),
        pytest.param(SIGNATURE + chunk(b"IHDR", b"short") + chunk(b"IEND", b""), id="a short head"),
        pytest.param(SIGNATURE + struct.pack(">I4s", 2**32 - 1, b"IHDR"), id="a chunk without an end"),
        pytest.param(png(b"", width=0, height=4), id="no width"),
        pytest.param(png(b"\0", width=4, height=0), id="no height"),
        pytest.param(drawing(LONGEST_SIDE + 1, 2), id="too wide"),
        pytest.param(drawing(2, LONGEST_SIDE + 1), id="too high"),
        pytest.param(png(b"\0" + BLUE, width=2, height=1), id="too few pixels"),
        pytest.param(png(b"\0" + BLUE + GREY * 2, width=2, height=1), id="too many pixels"),
        pytest.param(png(b"\0\1\2", width=2, height=1, colours=3), id="a palette"),
        pytest.param(png(b"\0" + BLUE * 2 + GREY * 2, width=2, height=1, bits=16), id="sixteen bits"),
    ],
)
def test_what_is_no_drawing(data: bytes) -> None:
    assert not is_drawing(data)


def test_what_unpacks_without_end_is_refused_at_once() -> None:
    packed = zlib.compress(bytes(100_000_000))
    head = struct.pack(">2I5B", 2, 2, 8, 6, 0, 0, 0)
    assert not is_drawing(SIGNATURE + chunk(b"IHDR", head) + chunk(b"IDAT", packed) + chunk(b"IEND", b""))
