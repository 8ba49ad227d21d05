"""What became of concerns in the example service: replies, a plan with actions, second opinions, and positive notes."""

from datetime import time, timedelta
from functools import partial
from uuid import UUID

from lms.competencies import queries, services
from lms.competencies.rules import ConcernActionOutcome, OpinionView, Rung
from lms.core.clock import today
from lms.demo.cast import CONSULTANT_NURSE, Cast
from lms.demo.people import DEPUTY
from lms.demo.timeline import Timeline

DOUBTED, TIRED, HURRIED, BUSY = "raman", "okafor", "kelly", "zielinski"

REPLY = (
    "Both handovers were at the end of long nights. I had made the plan with the person and left it out of the letter. "
    "I would like to practise handovers with somebody beside me."
)
ACTIONS = (
    (
        "Give four handovers while an assessor listens, and talk each one through on the same day.",
        "An assessor ticks the parts of the handover that were there; all four handovers are complete.",
    ),
    (
        "Meet your supervisor each week for 30 minutes and bring one handover to look at.",
        "The weeks are in the supervision log.",
    ),
)
PROGRESS = "Two of four done. The second had everything in it; in the first the review date was missing."
ENDED = "Met every week, and each time with a handover to look at."
OPINION_ASKED = "I would like somebody else to look at whether two handovers are enough for an action plan."
OPINION = (
    "I read both handovers. A plan with observed practice is the right size: it helps, it ends on a date, and it says "
    "how it is judged."
)
TIRED_TEXT = (
    "Came to two shifts straight from a day at the university and was too tired to lead. We agreed to stop and rest "
    "both times."
)
TIRED_SHARED = "Study days are half of the reason. The university can move them if it knows."
HURRIED_TEXT = "Not yet: started the questions before saying who we are and why we came. Fine once slowed down."
HURRIED_REPLY = "That is fair. I felt the clock. I will begin with my name and role and take a breath."
HURRIED_ASKED = "I see it the same way, but is one visit enough to write down?"
BUSY_TEXT = "Arrived after the briefing twice this month. Has said why, and we changed the meeting point."
NOTES = (
    (
        "yusuf",
        "patel",
        12,
        "D3.1",
        "Asked about suicide in plain words, waited through a long silence, and was thanked for it.",
    ),
    ("yusuf", "lowe", 33, None, "Explained to two newer colleagues how she plans a visit. They still talk about it."),
    ("okafor", "okonkwo", 9, "D1.1", "Sat down on the floor beside the person and lowered the whole room with it."),
    ("raman", "jensen", 8, "D5.4", "A handover a ward could act on without ringing back."),
)


def plan_fair_process(line: Timeline, cast: Cast) -> None:
    """Replies, actions and opinions on the concerns there are, three more concerns, and some positive notes."""
    _plan_action_plan(line, cast)
    _plan_shared(line, cast)
    _plan_heads_ups(line, cast)
    for trainee, writer, days_ago, code, text in NOTES:
        line.on(line.day(days_ago), time(16, 20), partial(_note, cast, trainee, writer, code, text))


def _note(cast: Cast, trainee: str, writer: str, code: str | None, text: str) -> None:
    services.write_positive_note(cast.viewer(writer), cast.people[trainee], text=text, code=code)


def _plan_action_plan(line: Timeline, cast: Cast) -> None:
    """The trainee replies to the plan and asks for a second opinion; one of two actions has ended."""
    nurse = CONSULTANT_NURSE

    def plan_id() -> UUID:
        rows = queries.list_own_concerns(cast.viewer(DOUBTED))
        return next(row.fact.id for row in rows if row.rung is Rung.ACTION_PLAN)

    def action_id(number: int) -> UUID:
        page = queries.get_concern(cast.viewer(nurse), plan_id())
        return next(row.fact.id for row in page.process.actions if row.what == ACTIONS[number][0])

    def set_actions() -> None:
        for weeks, (what, judged) in zip((5, 1), ACTIONS, strict=True):
            due_on = today() + timedelta(weeks=weeks)
            services.set_action(cast.viewer(nurse), plan_id(), what=what, judged=judged, due_on=due_on)

    def end() -> None:
        services.end_action(
            cast.viewer(nurse), plan_id(), action_id=action_id(1), outcome=ConcernActionOutcome.MET, text=ENDED
        )

    line.on(line.day(19), time(9, 30), set_actions)
    line.on(line.day(18), time(19), lambda: services.reply_to_concern(cast.viewer(DOUBTED), plan_id(), text=REPLY))
    line.on(
        line.day(17),
        time(12),
        lambda: services.ask_second_opinion(cast.viewer(DOUBTED), plan_id(), text=OPINION_ASKED),
    )
    line.on(
        line.day(15),
        time(11),
        lambda: services.give_second_opinion(cast.viewer(DEPUTY), plan_id(), view=OpinionView.AGREES, text=OPINION),
    )
    line.on(line.day(12), time(10), end)
    line.on(
        line.day(7),
        time(17, 45),
        lambda: services.note_own_progress(cast.viewer(DOUBTED), plan_id(), action_id=action_id(0), text=PROGRESS),
    )


def _plan_shared(line: Timeline, cast: Cast) -> None:
    """A recorded concern that the consultant nurse shared with the university."""
    found: dict[str, UUID] = {}

    def record() -> None:
        found["id"] = services.raise_concern(
            cast.viewer("okonkwo"), cast.people[TIRED], rung=Rung.RECORDED, text=TIRED_TEXT
        ).id

    line.on(line.day(9), time(18, 10), record)
    line.on(
        line.day(6),
        time(9, 15),
        lambda: services.share_concern(cast.viewer(CONSULTANT_NURSE), found["id"], reason=TIRED_SHARED),
    )


def _plan_heads_ups(line: Timeline, cast: Cast) -> None:
    """One that closed itself, and one that was answered and waits for a second opinion."""
    found: dict[str, UUID] = {}

    def hurried() -> None:
        found["id"] = services.raise_concern(
            cast.viewer("rowska"), cast.people[HURRIED], rung=Rung.HEADS_UP, text=HURRIED_TEXT, code="D1.1"
        ).id

    line.on(
        line.day(40),
        time(20),
        lambda: services.raise_concern(cast.viewer("lowe"), cast.people[BUSY], rung=Rung.HEADS_UP, text=BUSY_TEXT),
    )
    line.on(line.day(5), time(15), hurried)
    line.on(
        line.day(4), time(8), lambda: services.reply_to_concern(cast.viewer(HURRIED), found["id"], text=HURRIED_REPLY)
    )
    line.on(
        line.day(3), time(8), lambda: services.ask_second_opinion(cast.viewer(HURRIED), found["id"], text=HURRIED_ASKED)
    )
