"""The corpus of the identifier guard: what stands in braces is taken out of the text and noted as a place."""

import re
from dataclasses import dataclass
from pathlib import Path

import yaml

from lms.core.identifiers import Found, IdentifierKind

PATH = Path(__file__).with_name("identifier_corpus.yaml")
KINDS = {
    "nhs": IdentifierKind.NHS_NUMBER,
    "email": IdentifierKind.EMAIL,
    "phone": IdentifierKind.PHONE,
    "dob": IdentifierKind.DATE_OF_BIRTH,
    "incident": IdentifierKind.INCIDENT_NUMBER,
    "postcode": IdentifierKind.POSTCODE,
    "name": IdentifierKind.NAME,
}
MARKED = re.compile(rf"\{{({'|'.join(KINDS)}):([^{{}}]*)\}}")


@dataclass(frozen=True)
class Sample:
    """One text and the places in it that identify somebody."""

    text: str
    places: frozenset[Found]


def read_corpus() -> dict[str, list[Sample]]:
    """The sections of the corpus: `holds` and `clear`, and the same of later texts."""
    sections = yaml.safe_load(PATH.read_text(encoding="utf-8"))
    return {name: [_sample(marked) for marked in texts] for name, texts in sections.items()}


def _sample(marked: str) -> Sample:
    text, at, places = "", 0, set()
    for match in MARKED.finditer(marked):
        text += marked[at : match.start()]
        places.add(Found(KINDS[match[1]], len(text), len(text) + len(match[2])))
        text, at = text + match[2], match.end()
    return Sample(text + marked[at:], frozenset(places))
