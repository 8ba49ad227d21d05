"""Rounds of feedback for tests, made as the service makes them, and people who answer."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from lms.competencies import queries, services
from lms.competencies.models import FeedbackRound
from lms.core.clock import today
from lms.core.db import transaction
from lms.core.ids import new_id
from lms.identity.services import create_person, give_role, open_grant, viewer_for
from lms.policy import Permission, Role
from lms.signing.rules import Purpose
from lms.signing.services import hand_over

PROFESSIONS = ("paramedic", "paramedic", "paramedic", "nurse", "nurse", "nurse", "nurse", "nurse", "social-worker")
SAID: dict[str, Any] = {
    "listens": "always",
    "coordinates": "often",
    "speaks_up": "often",
    "challenges_bias": "cannot-say",
    "learns": "always",
    "keep": "Says the plan back to everybody.",
    "change": "",
}
LEVELS: dict[str, int | None] = {"D7.1": 3, "D8.3": 4}
AGREED = {"went_well": "Colleagues value the calm.", "next_time": "Hand over the lead once a shift."}
EASY: dict[str, Any] = {"who": "patient", "listened": "yes", "explained": "yes", "choice": "a-little", "safe": "yes"}


def let_supervise(person_id: UUID, trainee_id: UUID) -> None:
    """Let a supervisor see the trainee, as a booked shift does."""
    with transaction():
        open_grant(
            None, person_id=person_id, scope_id=trainee_id, role=Role.SUPERVISOR, cause="Shift", about=trainee_id
        )


def colleagues(trust: UUID, count: int = 9) -> list[UUID]:
    """People who work with the trainee."""
    found = []
    for number in range(count):
        person = create_person(
            None, name=f"Colleague {number}", email=f"colleague.{number}@example.org", organisation_id=trust
        )
        give_role(None, person_id=person.id, role=Role.ASSESSOR, scope_id=trust, cause="Test cast")
        found.append(person.id)
    return found


def collector(person_id: UUID):
    """Somebody who collects feedback."""
    return viewer_for(person_id, Permission.FEEDBACK_COLLECT)


def open_round(trainee_id: UUID, by_id: UUID, people: Sequence[UUID] = ()) -> FeedbackRound:
    """A round with these people invited."""
    made = services.open_round(collector(by_id), trainee_id, setting="joint-response-car")
    if people:
        services.invite_raters(collector(by_id), made.id, people=people)
    return made


def own_view(made: FeedbackRound) -> None:
    """The trainee's own view of a round."""
    viewer = viewer_for(made.trainee_id, Permission.ASSESSMENT_ASK)
    services.give_own_view(viewer, made.id, answers={**SAID, "keep": "I keep people informed."})


def answer(person_id: UUID, profession: str = "nurse", **changes: Any) -> None:
    """The answer of somebody to the newest round they are asked about."""
    viewer = viewer_for(person_id, Permission.FEEDBACK_GIVE)
    found = queries.list_invitations(viewer)[0]
    services.answer_round(viewer, found.id, profession=profession, answers={**SAID, **changes})


def answered_round(trainee_id: UUID, by_id: UUID, people: Sequence[UUID]) -> FeedbackRound:
    """A round in which all these people have answered, of three professions."""
    made = open_round(trainee_id, by_id, people)
    own_view(made)
    for number, person_id in enumerate(people):
        answer(person_id, PROFESSIONS[number % len(PROFESSIONS)], keep=f"Keep number {number}.")
    return made


def release(made: FeedbackRound, by_id: UUID, **changes: Any):
    """The conversation, today: booked and held."""
    services.book_conversation(collector(by_id), made.id, conversation_on=today())
    return services.release_round(collector(by_id), made.id, **{"ratings": LEVELS, "answers": {}, **AGREED, **changes})


def hand_to_patient(trainee_id: UUID, by_id: UUID) -> str:
    """A device handed to a patient: the token of its form session."""
    return hand_over(Purpose.PATIENT_FEEDBACK, new_id(), trainee_id=trainee_id, token="", person_id=by_id)


def patient_answer(trainee_id: UUID, by_id: UUID, *, token: str | None = None, **changes: Any):
    """What a patient says on a device that was handed over."""
    facts = {"setting": "crisis-team", "is_settled": True, "agrees": True, "answers": EASY, **changes}
    facts["token"] = token or hand_to_patient(trainee_id, by_id)
    return services.keep_patient_feedback(collector(by_id), trainee_id, **facts)
