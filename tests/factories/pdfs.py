"""Small PDFs, written by hand so that each byte is known."""

from collections.abc import Sequence

FONT = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>"


def pdf(*pages: str, root: bytes = b"", page: bytes = b"", more: Sequence[bytes] = ()) -> bytes:
    """A PDF with these pages; `root` and `page` add to their dictionaries, `more` are objects from number 4 on."""
    return pdf_of(*map(drawn, pages), root=root, page=page, more=more)


def pdf_of(*streams: bytes, root: bytes = b"", page: bytes = b"", more: Sequence[bytes] = ()) -> bytes:
    """A PDF whose pages have these streams of content, each with its dictionary."""
    first = 4 + len(more)
    pages = [first + 2 * place + 1 for place in range(len(streams))]
    kids = b" ".join(b"%d 0 R" % number for number in pages)
    objects = [
        b"<</Type/Catalog/Pages 2 0 R%b>>" % root,
        b"<</Type/Pages/Count %d/Kids[%b]>>" % (len(pages), kids),
        FONT,
        *more,
    ]
    for place, stream in enumerate(streams):
        about = b"/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</F1 3 0 R>>/XObject<</X1 4 0 R>>>>"
        objects += [stream, b"<</Type/Page%b/Contents %d 0 R%b>>" % (about, first + 2 * place, page)]
    return _file(objects)


def stream(content: bytes, about: bytes = b"") -> bytes:
    """An object that is a stream."""
    return b"<</Length %d%b>>stream\n%b\nendstream" % (len(content), about, content)


def drawn(text: str) -> bytes:
    """A stream that draws a text line by line."""
    lines = [b"(%b) Tj 0 -14 Td" % _escaped(line) for line in text.split("\n")]
    return stream(b"BT /F1 12 Tf 72 770 Td %b ET" % b" ".join(lines))


def _escaped(line: str) -> bytes:
    return line.encode("cp1252").replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")


def _file(objects: Sequence[bytes]) -> bytes:
    body, places = b"%PDF-1.4\n", []
    for number, each in enumerate(objects, start=1):
        places.append(len(body))
        body += b"%d 0 obj\n%b\nendobj\n" % (number, each)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    end = b"xref\n0 %d\n0000000000 65535 f \n%btrailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n"
    return body + end % (size, table, size, len(body))
