"""Texts that may identify somebody: whoever reads one says so, it is hidden, and a second person decides."""

from hmac import compare_digest
from uuid import UUID

from flask import current_app, flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from lms.audit import queries as audit
from lms.audit import services as audit_services
from lms.core.errors import NotFound, RuleViolation
from lms.core.words import join_words
from lms.home import services
from lms.home.forms import FateForm, QuestionForm, RedactionForm
from lms.home.queries.questioned import Shown, get_questioned
from lms.home.rules import reading_proof
from lms.home.rules.questioned import Fate
from lms.home.views.blueprint import bp
from lms.identity.queries import people_by_id
from lms.notifications.services import information_governance
from lms.policy import Permission
from lms.web.access import known, requires, signed_in, viewer
from lms.web.after import before_response
from lms.web.forms import form_page


def in_question(text_id: UUID) -> UUID | None:
    """The request that hides a text until it is decided, if one does; looked up once for a page."""
    if "in_question" not in g:
        g.in_question = audit.texts_in_question()
    found: UUID | None = g.in_question.get(text_id)
    return found


def question_url(text_id: UUID) -> str | None:
    """Where whoever reads a text says that it may identify somebody; none for a reader who is not signed in.

    The address holds a proof that this page showed the text to this person.
    """
    reader = known()
    return url_for("home.question_text", shown_id=text_id, proof=_proof(reader.id, text_id)) if reader else None


def _proof(reader_id: UUID, text_id: UUID) -> str:
    return reading_proof(current_app.config["SECRET_KEY"], reader_id, text_id)


@bp.get("/redactions")
@requires(Permission.TEXT_REDACT)
def list_redactions() -> ResponseReturnValue:
    """Texts that somebody asked to destroy and a second person has to decide about."""
    waiting = audit.list_open_redactions(viewer())
    people = people_by_id(row.asked_by_id for row in waiting)
    return render_template("home/list_redactions.html", waiting=waiting, people=people)


@bp.route("/texts/<uuid:text_id>/redaction", methods=["GET", "POST"])
@requires(Permission.TEXT_REDACT)
def ask_redaction(text_id: UUID) -> ResponseReturnValue:
    """Ask for one text to be destroyed."""
    _get_text(text_id)
    if in_question(text_id):
        flash("Somebody has asked already. Others do not see the text until it is decided.")
        return redirect(url_for(".list_redactions"))
    form = RedactionForm()
    if form.validate_on_submit():
        try:
            services.ask_redaction(viewer(), text_id, **form.answers)
        except RuleViolation as problem:
            form.reject(problem)
        else:
            flash("The text is hidden. A second person now has to confirm the redaction.")
            return redirect(url_for(".list_redactions"))
    return form_page("home/ask_redaction.html", form)


@bp.route("/texts/<uuid:shown_id>/question/<string:proof>", methods=["GET", "POST"])
@signed_in
def question_text(shown_id: UUID, proof: str) -> ResponseReturnValue:
    """Say that a text one was shown may identify somebody."""
    if not compare_digest(proof.encode(), _proof(viewer().id, shown_id).encode()):
        raise NotFound
    _get_text(shown_id)
    form = QuestionForm()
    if form.validate_on_submit():
        try:
            services.ask_redaction(
                viewer(), shown_id, reason=form.detail.data.label, where_found=audit.kind_of_record(shown_id)
            )
        except RuleViolation as problem:
            form.reject(problem)
        else:
            flash("Thank you. The text is hidden, and somebody else decides about it.")
            return redirect(url_for(".show_home"))
    return form_page("home/question_text.html", form, governance=bool(information_governance()))


def _get_text(text_id: UUID) -> None:
    body = audit.find_text(text_id)
    if body is None or body.stored is None:
        raise NotFound("There is no such text, or it is already redacted.")


@bp.route("/redactions/<uuid:request_id>", methods=["GET", "POST"])
@requires(Permission.TEXT_REDACT)
def decide_redaction(request_id: UUID) -> ResponseReturnValue:
    """Show one questioned text to those who read it where it stands, and ask the second person what becomes of it."""
    page = get_questioned(viewer(), request_id)
    form = FateForm()
    if form.validate_on_submit():
        try:
            services.decide_redaction(viewer(), request_id, **form.answers)
        except RuleViolation as problem:
            form.reject(problem)
        else:
            destroyed = form.fate.data is Fate.DESTROY
            flash("The text is destroyed. The record and the ledger stay." if destroyed else "The text shows again.")
            return redirect(url_for(".list_redactions"))
    if page.shown is not None:
        _note_that_read(page.shown)
    return form_page("home/decide_redaction.html", form, page=page)


def _note_that_read(shown: Shown) -> None:
    """Note that the viewer opens a text of which that is noted; nothing of it is sent before."""
    who, about = viewer(), shown.trainee_id
    if shown.noted and about is not None:
        before_response(
            "audit.note_reading",
            lambda: audit_services.note_reading(who, about=about, what=shown.noted, record_id=shown.record_id),
        )


@bp.post("/redactions/<uuid:request_id>/pass-on")
@requires(Permission.TEXT_REDACT)
def pass_on_redaction(request_id: UUID) -> ResponseReturnValue:
    """Leave a questioned text to those who may read it."""
    told = services.pass_on_redaction(viewer(), request_id)
    flash(f"Told: {join_words(told)}. The text stays hidden until it is decided.")
    return redirect(url_for(".list_redactions"))
