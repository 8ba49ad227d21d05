"""Answering a knowledge check: the order of options, where somebody stands, and what their answers show."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from lms.core.confidence import Confidence
from lms.core.content import from_body
from lms.curriculum.rules.format import KnowledgeCheck, Option, Question

SENTENCE_END = re.compile(r"(?<=[.!?])[”’\"')]*\s+")


@dataclass(frozen=True, slots=True)
class Answer:
    """What somebody chose and how sure they were."""

    option: str
    confidence: Confidence


@dataclass(frozen=True, slots=True)
class Round:
    """One go at a knowledge check: the questions it asks, in order, and the answers so far."""

    id: UUID
    number: int
    questions: tuple[str, ...]
    answers: Mapping[str, Answer]

    @property
    def next_question(self) -> str | None:
        """The first question that is not answered yet."""
        return next((key for key in self.questions if key not in self.answers), None)

    @property
    def is_finished(self) -> bool:
        """Whether every question is answered."""
        return self.next_question is None


@dataclass(frozen=True, slots=True)
class Answered:
    """One answered question of a round."""

    number: int
    question: Question
    chosen: Option
    confidence: Confidence

    @property
    def is_right(self) -> bool:
        """Whether the best option was chosen."""
        return self.chosen.best


@dataclass(frozen=True, slots=True)
class Calibration:
    """How many answers were given with one confidence, and how many of them were right."""

    confidence: Confidence
    given: int
    right: int


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one person stands in the current version of a knowledge check: all their rounds on it, in order."""

    check: KnowledgeCheck
    rounds: tuple[Round, ...] = ()

    @property
    def round(self) -> Round | None:
        """The present round."""
        return self.rounds[-1] if self.rounds else None

    @property
    def is_finished(self) -> bool:
        """Whether the present round has come to its end."""
        return self.round is not None and self.round.is_finished

    @property
    def repeats(self) -> bool:
        """Whether the present round asks only some questions again."""
        return self.round is not None and len(self.round.questions) < len(self.check.questions)

    @property
    def wrong(self) -> tuple[str, ...]:
        """The questions that are not right so far, by the last answer to each since the last round of all questions."""
        last: dict[str, Answer] = {}
        for one in self.rounds:
            last = {**(last if len(one.questions) < len(self.check.questions) else {}), **one.answers}
        keys = [question.key for question in self.check.questions if not self._is_right(question, last)]
        return tuple(keys)

    @property
    def right_count(self) -> int:
        """How many questions are right so far."""
        return len(self.check.questions) - len(self.wrong)

    @property
    def label(self) -> str:
        """The standing in words."""
        total = len(self.check.questions)
        if self.round is None:
            return "Not started"
        if self.is_finished:
            return f"{self.right_count} of {total} right"
        again = " again" if self.repeats else ""
        return f"{len(self.round.answers)} of {len(self.round.questions)} answered{again}"

    @property
    def answered(self) -> tuple[Answered, ...]:
        """The answers of the present round, in the order of its questions."""
        if self.round is None:
            return ()
        return tuple(
            Answered(number, question, question.option(answer.option), answer.confidence)
            for number, key in enumerate(self.round.questions, start=1)
            if (answer := self.round.answers.get(key)) and (question := self.check.question(key))
        )

    @staticmethod
    def _is_right(question: Question, answers: Mapping[str, Answer]) -> bool:
        return question.key in answers and answers[question.key].option == question.best.key


def read_questions(body: Mapping[str, Any]) -> KnowledgeCheck:
    """The knowledge check of a stored body."""
    return from_body(body, KnowledgeCheck)


def shuffled(question: Question, *, person_id: UUID, version_id: UUID) -> tuple[Option, ...]:
    """The options in an order that looks like chance and stays the same for one person and version."""

    def place(option: Option) -> bytes:
        return hashlib.sha256(f"{person_id} {version_id} {question.key} {option.key}".encode()).digest()

    return tuple(sorted(question.options, key=place))


def split_stem(stem: str) -> tuple[str, str]:
    """The situation and, as the last sentence, the question about it."""
    text = stem.strip()
    for found in reversed(list(SENTENCE_END.finditer(text))):
        last = text[found.end() :]
        if last.count('"') % 2 == 0 and last.count("“") == last.count("”"):  # Not inside what somebody says.
            return text[: found.end()].rstrip(), last
    return "", text


def calibration(answers: Sequence[Answered]) -> tuple[Calibration, ...]:
    """Answers by confidence, the surest first."""
    return tuple(
        Calibration(confidence, len(given), sum(answer.is_right for answer in given))
        for confidence in reversed(Confidence)
        for given in [[answer for answer in answers if answer.confidence is confidence]]
    )
