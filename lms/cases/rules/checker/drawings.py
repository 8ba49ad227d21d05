"""Drawings: what may stand in one, what it says in words, and whether a scene shows it."""

import contextlib
import re
from collections.abc import Iterator
from xml.etree import ElementTree

from lms.cases.rules.checker.found import Found
from lms.cases.rules.format import Case
from lms.core.plain import is_blank

SVG = "http://www.w3.org/2000/svg"
MOST_CHARACTERS, DEEPEST = 50_000, 40
ALOUD = ("aria-label", "aria-description", "aria-roledescription")

# Everything that shows or says something of itself: no scripts, no styles, nothing that loads, repeats or moves.
_ELEMENTS = """
svg g defs title desc path rect circle ellipse line polyline polygon text tspan textPath marker linearGradient
radialGradient stop clipPath
"""
_ATTRIBUTES = """
id class style href lang role focusable aria-hidden aria-labelledby aria-describedby version viewBox
preserveAspectRatio x y x1 y1 x2 y2 cx cy r rx ry fx fy dx dy width height d points transform rotate pathLength
textLength lengthAdjust startOffset offset gradientUnits gradientTransform spreadMethod clipPathUnits
markerWidth markerHeight markerUnits refX refY orient marker-start marker-mid marker-end clip-path clip-rule
fill fill-opacity fill-rule stroke stroke-width stroke-opacity stroke-dasharray stroke-dashoffset
stroke-linecap stroke-linejoin stroke-miterlimit opacity color stop-color stop-opacity paint-order
vector-effect shape-rendering text-rendering font-family font-size font-style font-weight font-variant
font-stretch text-anchor text-decoration dominant-baseline alignment-baseline baseline-shift letter-spacing
word-spacing writing-mode
"""
_SHAPES, _LOOKS = frozenset(_ELEMENTS.split()), frozenset([*_ATTRIBUTES.split(), *ALOUD])
_ELSEWHERE = re.compile(r"url\(\s*[\"']?(?!\s*[\"']?#)|\\", re.IGNORECASE)
_INSTRUCTION = re.compile(r"(?!^)<\?|^<\?(?!xml\s)")


def images(case: Case) -> Iterator[Found]:
    """Images that say nothing to who cannot see them, that are no plain drawing, or that no scene shows."""
    shown = {scene.image for scene in case.scenes.values()}
    for key, image in case.images.items():
        if is_blank(image.alt):
            yield Found(("images", key), "This image has no text alternative: say in `alt` what it shows.")
        for message, part in dict.fromkeys(_faults(image.svg)):
            yield Found(("images", key, "svg"), message, part)
        if key not in shown:
            yield Found(("images", key), "No scene shows this image.", is_warning=True)
    for name, scene in case.scenes.items():
        if scene.image is not None and scene.image not in case.images:
            yield Found(("scenes", name, "image"), f"There is no image `{scene.image}`.")
        if "![" in scene.text:
            yield Found(("scenes", name, "text"), "Images stand under `images`, not in the text.", "![")


def words(svg: str) -> list[str]:
    """What a drawing says: its texts as one, however its letters are divided, and each text that is read aloud."""
    drawing, _ = _read(svg)
    if drawing is None:
        return []
    pieces = list(_pieces(drawing))
    aloud = [element.attrib[label] for element in drawing.iter() for label in ALOUD if label in element.attrib]
    return list(dict.fromkeys(["".join(pieces), " ".join(" ".join(pieces).split()), *aloud]))


def _pieces(element: ElementTree.Element, *, is_text: bool = False) -> Iterator[str]:
    """Each piece of text once, without the spaces that only lay out the file."""
    is_text = is_text or element.tag.rpartition("}")[2] in ("text", "title", "desc")
    if element.text and (is_text or not is_blank(element.text)):
        yield element.text
    for part in element:
        yield from _pieces(part, is_text=is_text)
        if part.tail and (is_text or not is_blank(part.tail)):
            yield part.tail


def _read(svg: str) -> tuple[ElementTree.Element | None, str]:
    """The drawing as a tree, or why it is not even read."""
    if len(svg) > MOST_CHARACTERS:
        return None, f"A drawing has at most {MOST_CHARACTERS:,} characters, this one has {len(svg):,}."
    drawing = None
    if "<!DOCTYPE" not in svg and not _INSTRUCTION.search(svg):  # It could declare entities that never end.
        with contextlib.suppress(ElementTree.ParseError):
            drawing = ElementTree.fromstring(svg)
    if drawing is None or drawing.tag != f"{{{SVG}}}svg":
        return None, f"An image is well-formed SVG with xmlns={SVG!r}, no DOCTYPE and no instructions."
    if any(depth > DEEPEST for _, depth in _parts(drawing)):
        return None, f"More than {DEEPEST} parts of this drawing stand inside each other."
    return drawing, ""


def _parts(drawing: ElementTree.Element) -> Iterator[tuple[ElementTree.Element, int]]:
    """Every part of a drawing, with the number of parts it stands in."""
    waiting = [(drawing, 1)]
    while waiting:
        element, depth = waiting.pop()
        yield element, depth
        waiting += [(part, depth + 1) for part in element]


def _faults(svg: str) -> Iterator[tuple[str, str]]:
    """What makes a drawing unfit to be shown, each with the words that do."""
    drawing, message = _read(svg)
    if drawing is None:
        yield message, ""
        return
    if "{" in svg or "}" in svg:
        yield "Nothing fills names in a drawing: leave out the braces.", "{" if "{" in svg else "}"
    for element, _ in _parts(drawing):
        space, _, name = element.tag.rpartition("}")
        if space != f"{{{SVG}" or name not in _SHAPES:
            yield f"A drawing has no `{name}`: use shapes and text alone.", f"<{name}"
        yield from _attributes(element)


def _attributes(element: ElementTree.Element) -> Iterator[tuple[str, str]]:
    for name, value in element.attrib.items():
        short = name.rpartition("}")[2]
        if name not in _LOOKS or (name == "style" and "(" in value):
            yield f"Nothing in a drawing has a `{short}`: say how it looks with plain attributes.", f"{short}="
        elif (name == "href" and not value.startswith("#")) or (name not in ALOUD and _ELSEWHERE.search(value)):
            yield f"`{short}` can lead only to a part of the same drawing, such as `#arrow`.", f"{short}="
