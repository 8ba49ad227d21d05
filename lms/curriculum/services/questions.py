"""Answering knowledge checks: beginning a round, keeping the first answer to each question. Operational: no ledger."""

import enum
from uuid import UUID

from lms.core.confidence import Confidence
from lms.core.db import transaction
from lms.core.errors import NotFound, RuleViolation
from lms.curriculum import queries
from lms.curriculum.models import QuestionAnswer, QuestionRound
from lms.curriculum.rules.questions import Answer
from lms.identity.models import Person
from lms.policy import Viewer


class Kept(enum.StrEnum):
    """What became of an answer that was sent."""

    NOW = "now"
    BEFORE = "before"
    FIRST_STANDS = "first-stands"
    MOVED_ON = "moved-on"


def begin_round(actor: Viewer, slug: str, *, number: int, only_wrong: bool = False) -> None:
    """Begin the round of this number: all questions, or only those that are not right so far if there are any.

    A round that has begun goes on. Raises NotFound if the knowledge check is not taught now.
    """
    with transaction() as session:
        session.get(Person, actor.id, with_for_update=True)  # Two tabs of one person wait for each other.
        page = queries.get_knowledge_check(actor, slug)
        begun = len(page.standing.rounds)
        if number <= begun:
            return
        wrong = page.standing.wrong if only_wrong and page.standing.is_finished else ()
        keys = list(wrong or (question.key for question in page.check.questions))
        session.add(
            QuestionRound(person_id=actor.id, content_version_id=page.version.id, number=begun + 1, questions=keys)
        )


def answer_question(actor: Viewer, slug: str, key: str, *, round_id: UUID, option: str, confidence: Confidence) -> Kept:
    """Keep an answer to a question of the round that was on the page; the first answer of a round stands.

    Raises NotFound if there is no such question, RuleViolation if there is no such option.
    """
    with transaction() as session:
        session.get(Person, actor.id, with_for_update=True)
        page = queries.get_knowledge_check(actor, slug)
        question = page.check.question(key)
        if question is None:
            raise NotFound
        present = page.standing.round
        if present is None or present.id != round_id or key not in present.questions:
            return Kept.MOVED_ON
        if key in present.answers:
            again = present.answers[key] == Answer(option, confidence)
            return Kept.BEFORE if again else Kept.FIRST_STANDS
        if option not in {one.key for one in question.options}:
            raise RuleViolation("Select one of the options", field="option")
        session.add(QuestionAnswer(round_id=round_id, question=key, option=option, confidence=confidence))
    return Kept.NOW
