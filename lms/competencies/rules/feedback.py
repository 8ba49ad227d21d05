"""Rounds of multi-source feedback, and feedback of patients and carers: when what may happen, and what is shown."""

import enum
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from lms.competencies.rules.form_files import FieldFile, RatersFile
from lms.core.anonymity import FEWEST_PEOPLE
from lms.core.errors import RuleViolation
from lms.core.words import day, join_words, number_of


class RoundState(enum.StrEnum):
    """Where a round of feedback stands."""

    OPENED = "opened"
    ANSWERING = "answering"
    ENOUGH = "enough"
    BOOKED = "booked"
    RELEASED = "released"

    @property
    def label(self) -> str:
        """The state in words."""
        return _STATE_WORDS[self]


_STATE_WORDS = {
    RoundState.OPENED: "Waiting for the trainee's own view",
    RoundState.ANSWERING: "Waiting for answers",
    RoundState.ENOUGH: "Enough answers: book the conversation",
    RoundState.BOOKED: "Conversation booked",
    RoundState.RELEASED: "Released",
}


@dataclass(frozen=True, slots=True)
class RoundFact:
    """One round: who it is about, how many answered of which professions, and what was decided."""

    id: UUID
    trainee_id: UUID
    has_own_view: bool
    invited: int
    answered: int
    professions: Mapping[str, int]
    conversation_on: date | None = None
    is_released: bool = False

    @property
    def is_closed(self) -> bool:
        """Whether nobody can answer any more, because the conversation is booked."""
        return self.conversation_on is not None

    def lacking(self, needs: RatersFile) -> tuple[str, ...]:
        """What is missing before anybody may read an answer, each in words; empty when there is enough."""
        found = []
        if self.answered < needs.at_least:
            found.append(f"{number_of(needs.at_least - self.answered, 'more answer')} (now {self.answered})")
        there = len(self.professions)
        if there < needs.professions_at_least:
            more = number_of(needs.professions_at_least - there, "more profession")
            found.append(f"{more} among those who answer (now {there})")
        return tuple(found)

    def state(self, needs: RatersFile) -> RoundState:
        """Where the round stands."""
        if self.is_released:
            return RoundState.RELEASED
        if self.is_closed:
            return RoundState.BOOKED
        if not self.has_own_view:
            return RoundState.OPENED
        return RoundState.ANSWERING if self.lacking(needs) else RoundState.ENOUGH

    def may_be_read(self, needs: RatersFile) -> bool:
        """Whether a supervisor may read the answers: enough were given, and nobody can add one any more."""
        return self.is_closed and not self.lacking(needs)


def check_opening(*, actor_id: UUID, trainee_id: UUID, has_open_round: bool) -> None:
    """Refuse a round about oneself, or a second one while one is open.

    Raises RuleViolation.
    """
    if actor_id == trainee_id:
        raise RuleViolation("Nobody opens a round of feedback about themselves.")
    if has_open_round:
        raise RuleViolation("A round of feedback about this trainee is open. Finish that one first.")


def check_inviting(fact: RoundFact, people: Collection[UUID], allowed: Collection[UUID]) -> None:
    """Refuse nobody, the trainee, people who are not on the list, or invitations after the answering ended.

    Raises RuleViolation.
    """
    _check_open(fact)
    if not people:
        raise RuleViolation("Select at least 1 person", field="people")
    if fact.trainee_id in people:
        raise RuleViolation("The trainee gives a view of their own and is not a rater", field="people")
    if not set(people) <= set(allowed):
        raise RuleViolation("Select people from the list", field="people")


def check_own_view(fact: RoundFact, *, actor_id: UUID) -> None:
    """Refuse an own view of somebody else, a second one, or one after the answering ended.

    Raises RuleViolation.
    """
    if actor_id != fact.trainee_id:
        raise RuleViolation("Only the trainee gives their own view.")
    if fact.has_own_view:
        raise RuleViolation("You have given your own view already.")
    _check_open(fact)


def check_answering(
    fact: RoundFact, needs: RatersFile, *, actor_id: UUID, rater_id: UUID, has_answered: bool, profession: str | None
) -> None:
    """Refuse an answer by somebody else or the trainee, before the trainee's own view, twice, or after the end.

    Raises RuleViolation.
    """
    if actor_id != rater_id or actor_id == fact.trainee_id:
        raise RuleViolation("This was asked of somebody else.")
    if has_answered:
        raise RuleViolation("You have answered already. Nobody can change an answer, because nobody knows whose it is.")
    _check_open(fact)
    if not fact.has_own_view:
        raise RuleViolation("The trainee gives their own view first. You will be told when it is your turn.")
    if profession not in {each.value for each in needs.professions}:
        raise RuleViolation("Select your profession", field="profession")


def check_booking(fact: RoundFact, needs: RatersFile, *, actor_id: UUID, conversation_on: date, today: date) -> None:
    """Refuse to book for oneself, before enough answered, for a day that has passed, or after the release.

    Raises RuleViolation.
    """
    if actor_id == fact.trainee_id:
        raise RuleViolation("Nobody books the conversation about their own feedback.")
    if fact.is_released:
        raise RuleViolation("This round has been released.")
    if not fact.has_own_view:
        raise RuleViolation("The trainee gives their own view first.")
    _check_enough(fact, needs)
    if conversation_on < today:
        raise RuleViolation("The conversation is today or later", field="conversation_on")


def check_release(fact: RoundFact, needs: RatersFile, *, actor_id: UUID, today: date) -> None:
    """Refuse to release one's own round, twice, too few answers, or before the day of the conversation.

    Raises RuleViolation.
    """
    if actor_id == fact.trainee_id:
        raise RuleViolation("Nobody releases their own feedback.")
    if fact.is_released:
        raise RuleViolation("This round has been released already.")
    _check_enough(fact, needs)
    if fact.conversation_on is None:
        raise RuleViolation("Book the conversation first: the answers are released in it.")
    if today < fact.conversation_on:
        raise RuleViolation(f"The answers are released in the conversation, on {day(fact.conversation_on)} or later.")


def _check_open(fact: RoundFact) -> None:
    if fact.is_closed or fact.is_released:
        raise RuleViolation("This round is closed: its conversation is booked.")


def _check_enough(fact: RoundFact, needs: RatersFile) -> None:
    lacking = fact.lacking(needs)
    if lacking:
        raise RuleViolation(f"Nobody reads an answer yet. Missing: {join_words(lacking)}.")


def check_required(fields: Iterable[FieldFile], said: Mapping[str, str]) -> None:
    """Refuse a sheet on which a question that needs an answer has none.

    Raises RuleViolation.
    """
    for field in fields:
        if field.required and field.key not in said:
            raise RuleViolation(f"Answer: {field.label}", field=f"answer_{field.key}")


def profession_words(professions: Mapping[str, int], needs: RatersFile) -> str:
    """Who answered, in words that point at nobody: a profession is named only from five people on."""
    names = {each.value: each.text for each in needs.professions}
    named = [(names.get(key, key), count) for key, count in professions.items() if count >= FEWEST_PEOPLE]
    others = sum(count for count in professions.values() if count < FEWEST_PEOPLE)
    parts = [f"{count} of: {name.lower()}" for name, count in sorted(named)]
    if others and named:
        parts.append(f"{others} of other professions")
    total = number_of(sum(professions.values()), "person", "people")
    who = f"{total} of {number_of(len(professions), 'profession')} answered"
    return f"{who}: {join_words(parts)}." if parts else f"{who}."


@dataclass(frozen=True, slots=True)
class Written:
    """One text that was written to a question; None where it was redacted."""

    text_id: UUID
    text: str | None


@dataclass(frozen=True, slots=True)
class Said:
    """One answer: to which question, whether it is the trainee's own, and what was chosen or written."""

    key: str
    is_own: bool
    value: str | None = None
    written: Written | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """What all raters together say to one question, beside the trainee's own view: counts and texts, no average."""

    label: str
    counts: tuple[tuple[str, int], ...]
    texts: tuple[Written, ...]
    own: str
    own_text: Written | None


def summary_of(fields: Sequence[FieldFile], answers: Collection[Said]) -> list[Question]:
    """The answers of a round, question by question. Texts stand by their first letters, so no order tells a person."""
    return [_question(field, [each for each in answers if each.key == field.key]) for field in fields]


def _question(field: FieldFile, answers: Collection[Said]) -> Question:
    counted = Counter(each.value for each in answers if not each.is_own and each.value is not None)
    texts = [each.written for each in answers if not each.is_own and each.written is not None]
    own = next((each for each in answers if each.is_own), None)
    offered = [choice.value for choice in field.choices] or sorted(counted)
    return Question(
        label=field.label,
        counts=tuple((field.in_words(value), counted[value]) for value in offered if field.kind != "text"),
        texts=tuple(sorted(texts, key=lambda each: ((each.text or "").casefold(), each.text_id.hex[-12:]))),
        own=field.in_words(own.value) if own and own.value is not None else "",
        own_text=own.written if own else None,
    )


def check_asking_patients(*, actor_id: UUID, trainee_id: UUID) -> None:
    """Refuse to ask patients or carers about oneself.

    Raises RuleViolation.
    """
    if actor_id == trainee_id:
        raise RuleViolation("Nobody asks patients or carers about their own work.")


def check_settled(is_settled: bool) -> None:
    """Refuse to ask somebody who is not settled and well enough, or whose crisis is not over.

    Raises RuleViolation.
    """
    if not is_settled:
        raise RuleViolation(
            "Do not ask now. Nobody is asked during a crisis, or before they are settled and well enough.",
            field="is_settled",
        )


@dataclass(frozen=True, slots=True)
class PatientVoice:
    """Whether patients and carers are asked about a capability, and how many answered."""

    is_asked: bool
    received: int

    @property
    def short(self) -> str:
        """Both in a few words."""
        if self.received:
            return f"{number_of(self.received, 'answer')} received"
        return "Asked, none received" if self.is_asked else "Not asked yet"

    @property
    def words(self) -> str:
        """Both in one sentence, with what it means."""
        return f"{self.short}. It informs and never blocks."
