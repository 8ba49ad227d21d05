"""What some trainees answered in the knowledge checks of the example service."""

import random
from dataclasses import dataclass
from datetime import time

from lms.core.confidence import Confidence
from lms.curriculum import queries, services
from lms.curriculum.rules.questions import Standing
from lms.curriculum.rules.versions import ContentKind
from lms.demo.cast import Cast
from lms.demo.stories import Story
from lms.demo.timeline import Timeline

MODULES = ("mhp701", "mhp702", "mhp703")
ANSWERING = frozenset({"yusuf", "okafor", "lin", "clarke"})
A_FEW = 5
SURE = (Confidence.CERTAIN, Confidence.FAIRLY_SURE, Confidence.FAIRLY_SURE, Confidence.NOT_SURE)


def plan_knowledge_checks(line: Timeline, cast: Cast, story: Story, chance: random.Random) -> None:
    """One round of the module somebody read last, and all rounds before; the last one is still open."""
    if story.key not in ANSWERING:
        return
    begun = min(len(MODULES), 1 + story.readings // 3)
    for number, module in enumerate(MODULES[:begun], start=1):
        round_of = _Answers(cast, story.key, module, chance, is_open=number == begun)
        line.on(line.day(1 + 5 * (begun - number)), time(20, 40), round_of.give)


@dataclass(slots=True)
class _Answers:
    """The answers of one trainee to the knowledge check of one module."""

    cast: Cast
    person: str
    module: str
    chance: random.Random
    is_open: bool

    def give(self) -> None:
        """Answer all questions, or the first few; nothing where the module has no knowledge check."""
        actor = self.cast.viewer(self.person)
        module = queries.find_content(ContentKind.MODULE, self.module)
        slug = module.body.get("knowledge_check") if module else None
        if slug is None:
            return
        services.begin_round(actor, slug, number=1)
        standing = queries.get_knowledge_check(actor, slug).standing
        asked = standing.round
        assert asked
        for key in asked.questions[: A_FEW if self.is_open else None]:
            option = self._option(standing, key)
            services.answer_question(
                actor, slug, key, round_id=asked.id, option=option, confidence=self.chance.choice(SURE)
            )

    def _option(self, standing: Standing, key: str) -> str:
        """Mostly the best one."""
        question = standing.check.question(key)
        assert question
        is_right = self.chance.random() < 0.75
        return self.chance.choice([option for option in question.options if option.best is is_right]).key
