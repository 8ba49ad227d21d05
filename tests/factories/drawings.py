"""Pictures as a page sends them for a drawn signature."""

import struct
import zlib


def chunk(kind: bytes, body: bytes) -> bytes:
    """One part of a picture, with its length before it and its checksum after it."""
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(rows: bytes, *, width: int, height: int, colours: int = 6, bits: int = 8) -> bytes:
    """A picture of these rows, each with the number of its filter before it."""
    head = struct.pack(">2I5B", width, height, bits, colours, 0, 0, 0)
    parts = (chunk(b"IHDR", head), chunk(b"IDAT", zlib.compress(rows)), chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def drawing(width: int = 8, height: int = 4) -> bytes:
    """A line on nothing: what a canvas makes of one stroke."""
    nothing, ink = bytes(4), b"\0\0\0\xff"
    rows = [b"\0" + nothing * width for _ in range(height)]
    rows[-1] = b"\0" + ink * (width - 1) + nothing
    return png(b"".join(rows), width=width, height=height)
