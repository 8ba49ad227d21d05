"""A case as one person meets it: the patient drawn, the state reached, and the texts with their names filled in."""

import itertools
import re
from dataclasses import dataclass
from functools import partial

from lms.cases.rules.engine import Draw, State, advance, begin, names
from lms.cases.rules.format import Case, Scene, fill, link_citations
from lms.cases.rules.scoring import Result, score

_HEADING = re.compile(r"^## +(.+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Run:
    """What the pages of a scene and of the debrief show, whether it is an attempt or a preview."""

    case: Case
    draw: Draw
    state: State

    @property
    def names(self) -> dict[str, str]:
        """What the placeholders of the texts stand for in the state the run has reached."""
        return names(self.case, self.draw, self.state)

    @property
    def stations(self) -> tuple[State, ...]:
        """The states the run came through: one before each step, and last the one it has reached."""
        first = begin(self.case, self.draw)
        return tuple(itertools.accumulate(self.state.path, partial(advance, self.case), initial=first))

    @property
    def scene(self) -> Scene:
        """The scene the run is at."""
        return self.case.scenes[self.state.scene]

    @property
    def result(self) -> Result:
        """The score so far."""
        return score(self.case, self.state)

    def told(self, text: str) -> str:
        """A text of the case as this run tells it."""
        return fill(text, self.names)

    @property
    def chapters(self) -> tuple[tuple[str, str], ...]:
        """The teaching points as pairs of a heading and its text, with every citation leading to its source.

        Both are Markdown. What stands before the first heading has an empty one.
        """
        first, *rest = _HEADING.split(link_citations(self.told(self.case.debrief), self.case.sources))
        pairs = [("", first), *zip(rest[::2], rest[1::2], strict=True)]
        return tuple((heading, text.strip()) for heading, text in pairs if heading or text.strip())
