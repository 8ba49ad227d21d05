"""What colleagues, patients and carers say in the example service."""

from collections.abc import Callable, Sequence
from datetime import time, timedelta
from functools import partial
from uuid import UUID

from lms.competencies import queries, services
from lms.core.clock import from_london, today
from lms.demo.cast import CONSULTANT_NURSE, Cast
from lms.demo.people import CAR, PLACES
from lms.demo.timeline import Timeline
from lms.identity.queries import may_towards
from lms.policy import Permission
from lms.signing.rules import Purpose
from lms.signing.services import hand_over

FINISHED, BOOKED, RUNNING, OPENED = "yusuf", "mensah", "morgan", "raman"
RATERS = (
    ("patel", "paramedic"),
    ("okonkwo", "nurse"),
    ("jensen", "doctor"),
    ("mbeki", "social-worker"),
    ("rowska", "paramedic"),
    ("rahimi", "control-room"),
    ("okoro", "paramedic"),
    ("varga", "nurse"),
    ("duarte", "nurse"),
)
KEEP = (
    "Says what happens next, to the patient and to the crew.",
    "Asks the quiet person in the room what they think.",
    "Stays calm, and the scene gets calmer.",
    "Reads the plan back before leaving.",
    "Rings ahead early and clearly.",
    "Thanks people by name after a hard job.",
    "Says when they do not know.",
    "Speaks up about a worry before it becomes one.",
    "Makes space for the family without losing the patient.",
)
CHANGE = (
    "",
    "Take a break when it is offered.",
    "",
    "Say sooner who leads.",
    "",
    "",
    "Hand over the lead now and then.",
    "",
    "",
)
WHEN = ("always", "often", "always", "often", "often", "always", "often", "always", "seldom")
PATIENTS = (
    ("patient", "yes", "They did not rush me.", ""),
    ("carer", "a-little", "They spoke with me too.", "Tell us sooner how long it takes."),
)


def plan_feedback(line: Timeline, cast: Cast) -> None:
    """A round at each step from its opening to its release, and what two people said after a shift."""
    everybody = len(RATERS)
    _plan_round(line, cast, FINISHED, days_ago=80, answers=everybody, then=(_book, _release))
    _plan_round(line, cast, BOOKED, days_ago=17, answers=everybody, then=(_book,))
    _plan_round(line, cast, RUNNING, days_ago=24, answers=5)
    _plan_round(line, cast, OPENED, days_ago=5)
    line.on(line.day(14), time(16), partial(_ask_patients, cast))
    for number, said in enumerate(PATIENTS):
        line.on(line.day(13 - 4 * number), time(15, 20), partial(_answer_as_patient, cast, said))


Then = Callable[[Cast, UUID], object]


def _plan_round(
    line: Timeline, cast: Cast, trainee: str, *, days_ago: int, answers: int = 0, then: Sequence[Then] = ()
) -> None:
    found: list[UUID] = []

    def open_round() -> None:
        nurse = cast.viewer(CONSULTANT_NURSE)
        found.append(services.open_round(nurse, cast.people[trainee], setting=CAR).id)
        services.invite_raters(nurse, found[0], people=[cast.people[key] for key, _ in RATERS])

    line.on(line.day(days_ago), time(10), open_round)
    if answers:
        line.on(line.day(days_ago - 2), time(19), lambda: _give_own_view(cast, trainee, found[0]))
    for number in range(answers):
        moment = from_london(line.day(days_ago - 3 - number), time(12, 5 + 3 * number))
        line.at(moment, partial(_answer, cast, trainee, number))
    for number, step in enumerate(then):
        line.on(line.day(days_ago - 14 - 4 * number), time(14), partial(_with, step, cast, found))


def _with(step: Then, cast: Cast, found: Sequence[UUID]) -> None:
    step(cast, found[0])


def _sheet(number: int) -> dict[str, str]:
    keys = ("listens", "coordinates", "speaks_up", "challenges_bias", "learns")
    chosen = {key: WHEN[(number + place) % len(WHEN)] for place, key in enumerate(keys)}
    return {**chosen, "keep": KEEP[number], "change": CHANGE[number]}


def _give_own_view(cast: Cast, trainee: str, round_id: UUID) -> None:
    own = {**_sheet(3), "keep": "I keep people informed.", "change": "I could hand over the lead more often."}
    services.give_own_view(cast.viewer(trainee), round_id, answers=own)


def _answer(cast: Cast, trainee: str, number: int) -> None:
    key, profession = RATERS[number]
    asked = queries.list_invitations(cast.viewer(key))
    waiting = next(each for each in asked if each.row.fact.trainee_id == cast.people[trainee])
    services.answer_round(cast.viewer(key), waiting.id, profession=profession, answers=_sheet(number))


def _book(cast: Cast, round_id: UUID) -> None:
    services.book_conversation(cast.viewer(CONSULTANT_NURSE), round_id, conversation_on=today() + timedelta(days=4))


def _release(cast: Cast, round_id: UUID) -> None:
    services.release_round(
        cast.viewer(CONSULTANT_NURSE),
        round_id,
        ratings={"D7.1": 3, "D8.3": 3},
        answers={},
        what_seen="How others see the lead on a scene, and where the own view is stricter than theirs.",
        went_well="People know what happens next and feel heard.",
        next_time="Hand over the lead once in each shift, and say so aloud.",
    )


def _supervisor(cast: Cast) -> str | None:
    """Somebody who supervises the trainee these days, if anybody does."""
    keys: Sequence[str] = [place.supervisor for place in PLACES]
    about = cast.people[FINISHED]
    return next((key for key in keys if may_towards(cast.viewer(key), about, Permission.FEEDBACK_COLLECT)), None)


def _ask_patients(cast: Cast) -> None:
    key = _supervisor(cast)
    if key is not None:
        services.ask_patients(cast.viewer(key), cast.people[FINISHED], setting=CAR)


def _answer_as_patient(cast: Cast, said: tuple[str, str, str, str]) -> None:
    key = _supervisor(cast)
    if key is None:
        return
    supervisor, about = cast.viewer(key), cast.people[FINISHED]
    start_id = queries.get_patient_page(supervisor, about).starts.get(CAR)
    if start_id is None:
        return
    who, how, good, better = said
    services.keep_patient_feedback(
        supervisor,
        about,
        token=hand_over(Purpose.PATIENT_FEEDBACK, start_id, trainee_id=about, token="", person_id=supervisor.id),
        setting=CAR,
        is_settled=True,
        agrees=True,
        answers={"who": who, "listened": "yes", "explained": how, "choice": "yes", "safe": "yes"},
        went_well=good,
        next_time=better,
    )
