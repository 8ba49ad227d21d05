"""How well the identifier guard finds what it looks for: precision and recall on made-up texts, printed by the run."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import pytest

from lms.core.identifiers import IdentifierKind, find_identifiers
from tests.core.corpus import Sample, read_corpus

# A text that names somebody and is let through does harm; a find that is none costs its writer one tick. So recall has
# to be higher than precision. An NHS number is never stored, so that one that is missed fails the run. The later texts
# say what to expect in use: nothing was fitted to them.
RECALL, PRECISION = 0.97, 0.95
LATER_RECALL, LATER_PRECISION = 0.85, 0.80


@dataclass(frozen=True)
class Score:
    """How many finds were right, how many were none, and how many places were missed."""

    right: int
    wrong: int
    missed: int

    @property
    def precision(self) -> float:
        """The share of finds that are right."""
        return self.right / (self.right + self.wrong) if self.right + self.wrong else 1.0

    @property
    def recall(self) -> float:
        """The share of places that were found."""
        return self.right / (self.right + self.missed) if self.right + self.missed else 1.0

    def __str__(self) -> str:
        return f"precision {self.precision:.2f}, recall {self.recall:.2f} of {self.right + self.missed}"


def score(samples: Iterable[Sample], kind: IdentifierKind | None = None) -> Score:
    """Compare finds with places, exactly: kind, first and last character."""
    right = wrong = missed = 0
    for sample in samples:
        found = {item for item in find_identifiers(sample.text) if kind in (None, item.kind)}
        places = {item for item in sample.places if kind in (None, item.kind)}
        right, wrong, missed = right + len(found & places), wrong + len(found - places), missed + len(places - found)
    return Score(right, wrong, missed)


@pytest.fixture(scope="module")
def corpus() -> dict[str, list[Sample]]:
    """The texts by section."""
    return read_corpus()


def test_the_corpus_holds_enough_of_everything(corpus: dict[str, list[Sample]]) -> None:
    texts = [sample.text for samples in corpus.values() for sample in samples]
    assert len(texts) >= 240
    assert len(set(texts)) == len(texts)
    assert all(sample.places for sample in corpus["holds"] + corpus["later_holds"])
    assert not any(sample.places for sample in corpus["clear"] + corpus["later_clear"])
    counts = {kind: sum(item.kind is kind for s in corpus["holds"] for item in s.places) for kind in IdentifierKind}
    assert min(counts.values()) >= 10, counts


def test_what_identifies_is_found_and_little_else(
    corpus: dict[str, list[Sample]], record_property: Callable[[str, object], None]
) -> None:
    fitted, later = corpus["holds"] + corpus["clear"], corpus["later_holds"] + corpus["later_clear"]
    for kind in IdentifierKind:
        record_property("shown", f"identifier guard, {kind.label}: {score(fitted, kind)}")
    whole, fresh = score(fitted), score(later)
    record_property("shown", f"identifier guard, {len(fitted)} texts: {whole}")
    record_property("shown", f"identifier guard, {len(later)} texts written afterwards: {fresh}")
    assert score(fitted + later, IdentifierKind.NHS_NUMBER).missed == 0
    assert all(score(fitted, kind).recall >= 0.9 for kind in IdentifierKind)
    assert whole.recall >= RECALL
    assert whole.precision >= PRECISION
    assert fresh.recall >= LATER_RECALL
    assert fresh.precision >= LATER_PRECISION
