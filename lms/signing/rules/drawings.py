"""Whether what was sent as a drawn signature is a picture."""

import struct
import zlib
from collections.abc import Iterator

SIGNATURE = b"\x89PNG\r\n\x1a\n"
LONGEST_SIDE = 2_000
SAMPLES = {0: 1, 2: 3, 4: 2, 6: 4}
"""Bytes of a pixel by colour type, at the eight bits a sample that browsers write."""


def is_drawing(data: bytes) -> bool:
    """Say whether this is a readable PNG as browsers write them, of a sensible size."""
    try:
        chunks = list(_chunks(data))
        (first, head), (last, _) = chunks[0], chunks[-1]
        width, height, *format_ = struct.unpack(">2I5B", head)
        if (first, last) != (b"IHDR", b"IEND") or not 1 <= min(width, height) <= max(width, height) <= LONGEST_SIDE:
            return False
        bits, colours, *others = format_
        if bits != 8 or colours not in SAMPLES or any(others):
            return False
        size = height * (1 + width * SAMPLES[colours])
        packed = zlib.decompressobj()
        pixels = packed.decompress(b"".join(body for kind, body in chunks if kind == b"IDAT"), size + 1)
    except (IndexError, ValueError, struct.error, zlib.error):
        return False
    return packed.eof and len(pixels) == size


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The kind and body of each chunk. Raises ValueError or struct.error where one is damaged."""
    at = len(SIGNATURE)
    if not data.startswith(SIGNATURE):
        raise ValueError
    while at < len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        (check,) = struct.unpack_from(">I", data, at + 8 + length)
        body = data[at + 8 : at + 8 + length]
        if check != zlib.crc32(kind + body):
            raise ValueError
        yield kind, body
        at += 12 + length
