"""Pages about sign-offs that are made: what waits, looking again, and taking one back with a second person."""

from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from lms.competencies import queries, services
from lms.competencies.forms import ReviewForm, SecondPersonForm, WithdrawForm
from lms.competencies.forms.sign_offs import CONFIRM
from lms.competencies.views.blueprint import bp
from lms.core.errors import RuleViolation
from lms.placements.queries import find_placements
from lms.policy import Permission
from lms.web.access import requires, viewer
from lms.web.forms import form_page


@bp.get("/sign-offs")
@requires(Permission.SIGN_OFF_WITHDRAW)
def list_sign_off_work() -> ResponseReturnValue:
    """What waits about sign-offs: reviews, withdrawals for a second person, claims of prior learning."""
    who = viewer()
    return render_template(
        "competencies/list_sign_off_work.html",
        reviews=queries.list_reviews(who),
        proposals=queries.list_proposals(who),
        claims=queries.list_claims_waiting(who) if who.may(Permission.CAPABILITY_SIGN_OFF) else [],
        decides_claims=who.may(Permission.CAPABILITY_SIGN_OFF),
        titles=queries.find_titles(),
        viewer_id=who.id,
    )


@bp.route("/sign-offs/<uuid:sign_off_id>/review", methods=["GET", "POST"])
@requires(Permission.CAPABILITY_SIGN_OFF)
def review_sign_off(sign_off_id: UUID) -> ResponseReturnValue:
    """Look at a sign-off again after a later, lower rating, with that rating in view."""
    row = queries.get_sign_off(viewer(), sign_off_id, Permission.CAPABILITY_SIGN_OFF)
    form = ReviewForm()
    if form.validate_on_submit():
        try:
            services.review_sign_off(viewer(), sign_off_id, **form.answers)
        except RuleViolation as problem:
            form.reject(problem)
        else:
            flash(f"The sign-off of {row.capability} stands and the trainee has been told", "success")
            return redirect(url_for(".show_capability", trainee_id=row.fact.trainee_id, code=row.fact.code))
    return form_page(
        "competencies/review_sign_off.html",
        form,
        row=row,
        review=queries.find_review(row.fact.trainee_id, sign_off_id),
        settings=queries.setting_titles(find_placements()),
        why_not=queries.why_no_signer(viewer(), [row.fact.trainee_id])[row.fact.trainee_id],
    )


@bp.route("/sign-offs/<uuid:sign_off_id>/withdraw", methods=["GET", "POST"])
@requires(Permission.SIGN_OFF_WITHDRAW)
def propose_withdrawal(sign_off_id: UUID) -> ResponseReturnValue:
    """Propose that a sign-off be withdrawn; a second person confirms or declines."""
    row = queries.get_sign_off(viewer(), sign_off_id, Permission.SIGN_OFF_WITHDRAW)
    form = WithdrawForm()
    if form.validate_on_submit():
        try:
            services.propose_withdrawal(viewer(), sign_off_id, **form.answers)
        except RuleViolation as problem:
            form.reject(problem)
        else:
            flash("Your proposal waits for a second person. The sign-off stands until then.", "success")
            return redirect(url_for(".show_capability", trainee_id=row.fact.trainee_id, code=row.fact.code))
    return form_page("competencies/propose_withdrawal.html", form, row=row)


@bp.route("/sign-offs/<uuid:sign_off_id>/withdrawal", methods=["GET", "POST"])
@requires(Permission.SIGN_OFF_WITHDRAW)
def answer_withdrawal(sign_off_id: UUID) -> ResponseReturnValue:
    """Confirm or decline, as the second person, that a sign-off is withdrawn."""
    row = queries.get_sign_off(viewer(), sign_off_id, Permission.SIGN_OFF_WITHDRAW)
    form = SecondPersonForm()
    if form.validate_on_submit():
        confirmed = form.decision.data == CONFIRM
        answer = services.confirm_withdrawal if confirmed else services.decline_withdrawal
        answers = {key: value for key, value in form.answers.items() if key != "decision"}
        try:
            answer(viewer(), sign_off_id, **answers)
        except RuleViolation as problem:
            form.reject(problem)
        else:
            flash(f"The sign-off of {row.capability} {'is withdrawn' if confirmed else 'goes on standing'}", "success")
            return redirect(url_for(".show_capability", trainee_id=row.fact.trainee_id, code=row.fact.code))
    proposal = queries.get_proposal(viewer(), sign_off_id) if row.fact.withdrawn_on is None else None
    return form_page("competencies/answer_withdrawal.html", form, row=row, proposal=proposal, viewer_id=viewer().id)
