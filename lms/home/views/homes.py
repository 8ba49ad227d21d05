"""One home page for each role: what to do next, what waits, how far."""

from collections.abc import Callable, Iterator

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from lms.competencies.rules import RequestState, named
from lms.competencies.rules.declining import DeclineReason
from lms.core.clock import today
from lms.core.words import day
from lms.curriculum.queries import ModuleRow
from lms.home import queries
from lms.home.queries import TraineeHome
from lms.home.rules import Line, Urgency, in_order
from lms.home.views.blueprint import bp
from lms.home.views.hours import hours_lines, shift_lines
from lms.home.views.placements import placement_lines, waiting_placements
from lms.home.views.supervision import supervision_lines
from lms.notifications import queries as notifications
from lms.notifications import services as notification_services
from lms.placements.rules.rota import known_until, runs_out_soon
from lms.placements.rules.states import Status
from lms.policy import Role, Viewer
from lms.readiness.rules.result import Overall, Owner
from lms.web.access import signed_in, viewer


@bp.get("/")
@signed_in
def show_home() -> ResponseReturnValue:
    """The home page of the role the viewer acts in."""
    return HOMES[viewer().acting](viewer())


@bp.post("/notices/read")
@signed_in
def read_notices() -> ResponseReturnValue:
    """Mark all notices as read."""
    notification_services.mark_read(viewer())
    return redirect(url_for(".show_home"))


def _page(name: str, who: Viewer, **context: object) -> str:
    return render_template(f"home/{name}.html", notices=notifications.list_notices(who, limit=6), **context)


def _trainee(who: Viewer) -> str:
    home = queries.get_trainee_home(who)
    return _page(
        "trainee",
        who,
        home=home,
        next_lines=in_order(_next(home)),
        waiting=[*_waiting(home), *waiting_placements(home), *_waiting_for_decisions(home)],
    )


def _next(home: TraineeHome) -> Iterator[Line]:
    """What the trainee can do now."""
    yield from _unanswered(home)
    for row in home.shifts:
        if row.fact.status is Status.QUERIED:
            yield Line(
                "Answer a query about your shift",
                url_for("placements.show_shift", shift_id=row.fact.id),
                f"{row.site_name}, {day(row.fact.on)}",
                Urgency.TURNED_BACK,
            )
    yield from _ask_again(home)
    yield from hours_lines(home.drafts, home.to_log)
    yield from supervision_lines(home.supervision)
    yield from placement_lines(home)
    yield from _next_cases(home)
    for feedback in home.feedback:
        if feedback.released_at is not None:
            url = url_for("grading.show_feedback", work_id=feedback.work.id)
            yield Line("Read your feedback", url, feedback.work.title, Urgency.NEW)
    yield from _next_readings(home)
    yield from _next_steps(home)
    yield from _next_rota(home)


def _next_rota(home: TraineeHome) -> Iterator[Line]:
    """The main rota, when it runs out, or once enrolled was never there."""
    is_enrolled = home.readiness is not None and home.readiness.enrolment is not None
    if (home.rota or is_enrolled) and runs_out_soon(home.rota, today()):
        until = known_until(home.rota, today())
        detail = f"It is known until {day(until)}" if until else "Without it, nobody can say whether you rest enough"
        yield Line("Import your main rota", url_for("placements.show_rota"), detail)


def _unanswered(home: TraineeHome) -> Iterator[Line]:
    """The concerns the trainee has said nothing to: nothing else matters more to them."""
    for concern in home.unanswered:
        yield Line(
            "Read a concern about you and say how you see it",
            url_for("competencies.show_own_concern", concern_id=concern.id),
            f"{concern.rung(today()).label}, raised on {day(concern.raised_on)}",
            Urgency.CONCERN,
        )


def _ask_again(home: TraineeHome) -> Iterator[Line]:
    """What was asked in vain lately and not asked again since."""
    for request in home.in_vain:
        url = url_for("competencies.ask", again=request.id)
        if request.state is RequestState.DECLINED:
            detail = f"{request.assessor_name}: {request.declined_because or 'declined'}"
            yield Line("Ask somebody else to assess you", url, detail, Urgency.TURNED_BACK)
        else:
            detail = f"{request.assessor_name} did not answer in time: {named(request.codes, home.titles)}"
            yield Line("Ask again for an assessment", url, detail, Urgency.TURNED_BACK)


def _next_cases(home: TraineeHome) -> Iterator[Line]:
    for row in home.cases:
        title, discussed = row.case.title, queries.is_discussed(home.discussions.get(row.slug, ()))
        waiting = next((each for each in row.attempts if each.finish and each.debriefed_at is None), None)
        if row.open_attempt is not None and not discussed:
            url = url_for("cases.play", attempt_id=row.open_attempt.attempt.id)
            yield Line("Go on with your case", url, title, Urgency.UNFINISHED)
        elif waiting is not None:
            url = url_for("cases.show_debrief", attempt_id=waiting.attempt.id)
            yield Line("Read the debrief", url, title, Urgency.UNFINISHED)
        elif not discussed and queries.graded_open(row):
            yield Line("Play a case", url_for("cases.show_case", slug=row.slug), title)


def _modules(home: TraineeHome) -> Iterator[ModuleRow]:
    for programme in home.study:
        yield from programme.modules


def _next_readings(home: TraineeHome) -> Iterator[Line]:
    """The reading that was begun, or else the next one: one line, not a reading list."""
    unread = [row for module in _modules(home) for row in module.readings if not row.progress.is_finished]
    begun = [row for row in unread if row.progress.section]
    for row in (begun or unread)[:1]:
        words = "Go on reading" if row.progress.section else "Read"
        minutes = f", about {row.minutes} minutes" if row.minutes else ""
        yield Line(words, url_for("curriculum.show_reading", slug=row.slug), f"{row.title}{minutes}")


def _next_steps(home: TraineeHome) -> Iterator[Line]:
    """The next step towards the setting that is nearest, leaving out what has been asked for and waits."""
    if home.readiness is None:
        return
    settings = [each for each in home.readiness.settings if each.result.blockers and not each.status.may_work]
    nearest = max(settings, key=lambda each: each.result.met_count / max(each.result.total, 1), default=None)
    if nearest is None:
        return
    for blocker in nearest.result.blockers:
        if blocker.owner is Owner.TRAINEE and blocker.key not in home.asked:
            if blocker.key in home.titles:
                url = url_for("competencies.ask", code=blocker.key)
            else:
                url = url_for("readiness.show_setting", trainee_id=home.readiness.person.id, setting=nearest.setting)
            yield Line(
                blocker.next_step.rstrip("."), url, f"{blocker.title}: {blocker.words}. For {nearest.title.lower()}"
            )
            return


def _waiting(home: TraineeHome) -> Iterator[Line]:
    """What others have to do."""
    yield from shift_lines(home.shifts)
    for request in home.requests:
        if request.state.is_waiting:
            detail = f"{request.assessor_name} completes the assessment"
            yield Line(
                f"Assessment of {named(request.codes, home.titles)}",
                url_for("competencies.list_own_requests"),
                detail,
                since=request.asked_at,
            )
    for discussion in (row for rows in home.discussions.values() for row in rows if row.is_open):
        yield Line(
            f"Discussion of {discussion.case.title}",
            url_for("cases.arrange_discussion", slug=discussion.slug),
            "An educator of your university arranges it with you",
            since=discussion.asked_at,
        )
    for feedback in home.feedback:
        if feedback.released_at is None:
            yield Line(
                feedback.work.title,
                url_for("grading.list_feedback"),
                "Your university marks it",
                since=feedback.work.handed_in_at,
            )


def _waiting_for_decisions(home: TraineeHome) -> Iterator[Line]:
    """What the trust owes towards readiness: decisions about what is ready, and what blocks, each once."""
    if home.readiness is None:
        return
    owed: dict[tuple[str, str], str] = {}
    for view in home.readiness.settings:
        url = url_for("readiness.show_setting", trainee_id=home.readiness.person.id, setting=view.setting)
        if view.result.overall is Overall.READY and view.due is not None:
            yield Line(f"Decision about {view.title.lower()}", url, "The consultant nurse decides")
        for blocker in view.result.blockers:
            if blocker.owner in (Owner.ADMINISTRATOR, Owner.CONSULTANT_NURSE):
                owed.setdefault((blocker.title, f"{blocker.words}. The {blocker.owner.label}'s turn"), url)
    for (title, words), url in owed.items():
        yield Line(title, url, words)


def _supervisor(who: Viewer) -> str:
    return _page("supervisor", who, home=queries.get_supervisor_home(who))


def _assessor(who: Viewer) -> str:
    return _page("assessor", who, home=queries.get_assessor_home(who), decline_reasons=list(DeclineReason))


def _educator(who: Viewer) -> str:
    home = queries.get_educator_home(who)
    return _page("educator", who, home=home, queue=home.queue, outcomes=home.outcomes)


def _external_examiner(who: Viewer) -> str:
    return _page("external_examiner", who)


def _consultant_nurse(who: Viewer) -> str:
    return _page("consultant_nurse", who, home=queries.get_consultant_nurse_home(who))


def _administrator(who: Viewer) -> str:
    governance = notification_services.information_governance()
    return _page("administrator", who, home=queries.get_administrator_home(who), governance=governance)


HOMES: dict[Role, Callable[[Viewer], str]] = {
    Role.TRAINEE: _trainee,
    Role.SUPERVISOR: _supervisor,
    Role.ASSESSOR: _assessor,
    Role.EDUCATOR: _educator,
    Role.EXTERNAL_EXAMINER: _external_examiner,
    Role.CONSULTANT_NURSE: _consultant_nurse,
    Role.ADMINISTRATOR: _administrator,
}
