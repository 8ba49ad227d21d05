"""Pages of a knowledge check: beginning it, one question at a time, and what the answers show."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from lms.core.errors import NotFound
from lms.curriculum import queries, services
from lms.curriculum.forms import AnswerForm, RoundForm
from lms.curriculum.queries import CheckPage
from lms.curriculum.rules.format import Option, Question
from lms.curriculum.rules.questions import Round, calibration, shuffled, split_stem
from lms.curriculum.services import Kept
from lms.curriculum.views.blueprint import bp
from lms.curriculum.views.study import review_of
from lms.policy import Permission
from lms.web.access import requires, viewer
from lms.web.forms import form_page

NOT_KEPT = {
    Kept.FIRST_STANDS: "You had already answered this question, so your first answer stands.",
    Kept.MOVED_ON: "You have gone on since you opened that question, so that answer was not kept.",
}


@bp.get("/knowledge-checks/<string:slug>")
@requires(Permission.CURRICULUM_READ)
def show_knowledge_check(slug: str) -> ResponseReturnValue:
    """Show what a knowledge check is and the way into it; at the end of a round, what the answers show."""
    page = queries.get_knowledge_check(viewer(), slug)
    answers = page.standing.answered
    return render_template(
        "curriculum/show_answers.html" if page.standing.is_finished else "curriculum/show_knowledge_check.html",
        page=page,
        answers=answers,
        calibration=calibration(answers),
        review=review_of(page.version.body),
    )


@bp.post("/knowledge-checks/<string:slug>/rounds")
@requires(Permission.CURRICULUM_READ)
def begin_round(slug: str) -> ResponseReturnValue:
    """Begin a round and go to its first question."""
    form = RoundForm()
    if not form.validate_on_submit():
        raise NotFound
    services.begin_round(viewer(), slug, **form.answers)
    return redirect(_present_place(queries.get_knowledge_check(viewer(), slug)))


@bp.route("/knowledge-checks/<string:slug>/questions/<string:key>", methods=["GET", "POST"])
@requires(Permission.CURRICULUM_READ)
def show_question(slug: str, key: str) -> ResponseReturnValue:
    """Ask a question; once it is answered, say whether the answer was right and give the reason of every option."""
    page = queries.get_knowledge_check(viewer(), slug)
    question = page.check.question(key)
    if question is None:
        raise NotFound
    asked = page.standing.round
    form = AnswerForm(data={"round_id": str(asked.id) if asked else ""})
    form.offer(split_stem(question.stem)[1], [(option.key, option.text) for option in _options(page, question)])
    if form.is_submitted():
        return _take(page, question, form)
    if asked is None or key not in asked.questions:
        return redirect(url_for(".show_knowledge_check", slug=slug))
    return _question(page, asked, question, form)


def _take(page: CheckPage, question: Question, form: AnswerForm) -> ResponseReturnValue:
    """Keep an answer. A page from before the present round or version offers what is no longer asked."""
    slug, key, asked = page.version.slug, question.key, page.standing.round
    valid = form.validate()
    if form.round_id.errors:
        raise NotFound
    if asked is None or asked.id != form.round_id.data or key not in asked.questions:
        kept = Kept.MOVED_ON
    elif valid:
        kept = services.answer_question(viewer(), slug, key, **form.answers)
    elif key in asked.answers:
        kept = Kept.FIRST_STANDS
    else:
        return _question(page, asked, question, form)
    if kept in NOT_KEPT:
        flash(NOT_KEPT[kept], "important")
    if kept is Kept.MOVED_ON:
        return redirect(url_for(".show_knowledge_check", slug=slug))
    return redirect(url_for(".show_question", slug=slug, key=key))


def _question(page: CheckPage, asked: Round, question: Question, form: AnswerForm) -> ResponseReturnValue:
    answered = next((answer for answer in page.standing.answered if answer.question is question), None)
    return form_page(
        "curriculum/show_answer.html" if answered else "curriculum/show_question.html",
        form,
        page=page,
        number=asked.questions.index(question.key) + 1,
        number_of_questions=len(asked.questions),
        situation=split_stem(question.stem)[0],
        answer=answered,
        options=_options(page, question),
        next_url=_present_place(page),
    )


def _options(page: CheckPage, question: Question) -> tuple[Option, ...]:
    return shuffled(question, person_id=viewer().id, version_id=page.version.id)


def _present_place(page: CheckPage) -> str:
    """The next question, or what the answers show."""
    asked = page.standing.round
    if asked is None or asked.next_question is None:
        return url_for(".show_knowledge_check", slug=page.version.slug)
    return url_for(".show_question", slug=page.version.slug, key=asked.next_question)
