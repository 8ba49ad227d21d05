"""What a drawing says in words."""

from collections.abc import Iterator
from xml.etree import ElementTree

WORDS = ("text", "title", "desc")
ALOUD = ("aria-label", "aria-description", "aria-roledescription")


def parsed(svg: str) -> ElementTree.Element | None:
    """The drawing as a tree; None if it is not well-formed or has a document type."""
    if "<!DOCTYPE" in svg:
        return None  # It could declare entities that never end.
    try:
        return ElementTree.fromstring(svg)
    except ElementTree.ParseError:
        return None


def words(svg: str) -> Iterator[str]:
    """Every text of a drawing, whether it is shown or read aloud."""
    drawing = parsed(svg)
    for element in () if drawing is None else drawing.iter():
        name = element.tag.rpartition("}")[2]
        if name in WORDS:
            yield " ".join("".join(element.itertext()).split())
        elif name not in ("tspan", "textPath") and (element.text or "").strip():
            yield " ".join((element.text or "").split())
        yield from (element.attrib[label] for label in ALOUD if label in element.attrib)
