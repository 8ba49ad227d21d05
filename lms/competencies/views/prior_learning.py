"""Pages about prior learning: claiming it, one claim with its decision, the file that came with it."""

from uuid import UUID

from flask import flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from lms.competencies import queries, services
from lms.competencies.forms import ClaimDecisionForm, ClaimForm
from lms.competencies.forms.prior_learning import ACCEPT
from lms.competencies.queries.calibration import count_vignettes_left
from lms.competencies.rules import latest_expiry
from lms.competencies.views.blueprint import bp
from lms.core.clock import today
from lms.core.errors import RuleViolation
from lms.files.services import path_of
from lms.identity.queries import may_towards
from lms.policy import Permission
from lms.web.access import requires, viewer
from lms.web.forms import form_page


@bp.route("/prior-learning/claim", methods=["GET", "POST"])
@requires(Permission.ASSESSMENT_ASK)
def claim_prior_learning() -> ResponseReturnValue:
    """Claim a capability one has already, and see what became of earlier claims."""
    framework = queries.framework_of(viewer().id).framework
    form = ClaimForm(data={"code": request.args.get("code")})
    assessors = [(each.id, each.name) for each in queries.list_deciders(viewer().id)]
    form.offer(framework.capabilities.values(), framework.scale, assessors)
    if form.validate_on_submit():
        answers = form.answers
        sent = answers.pop("proof")
        try:
            claim = services.claim_prior_learning(viewer(), proof=sent.stream if sent else None, **answers)
        except RuleViolation as problem:
            form.reject(problem)
        else:
            flash("The assessor has been asked to decide", "success")
            return redirect(url_for(".show_claim", claim_id=claim.id))
    return form_page(
        "competencies/claim_prior_learning.html",
        form,
        claims=queries.list_own_claims(viewer()),
        titles=framework.titles,
    )


@bp.get("/prior-learning/<uuid:claim_id>")
@requires(Permission.CAPABILITY_READ)
def show_claim(claim_id: UUID) -> ResponseReturnValue:
    """One claim of prior learning and what was decided."""
    who, claim = viewer(), queries.get_claim(viewer(), claim_id)
    return render_template(
        "competencies/show_claim.html",
        claim=claim,
        capability=queries.find_titles().get(claim.code, ""),
        is_own=claim.trainee_id == who.id,
        may_decide=may_towards(who, claim.trainee_id, Permission.CAPABILITY_SIGN_OFF)
        and not queries.why_no_signer(who, [claim.trainee_id])[claim.trainee_id],
    )


@bp.get("/prior-learning/<uuid:claim_id>/evidence")
@requires(Permission.CAPABILITY_READ)
def download_evidence(claim_id: UUID) -> ResponseReturnValue:
    """The file of a claim, as a download and never shown in the page."""
    stored, path = path_of(queries.get_claim_file_id(viewer(), claim_id))
    return send_file(path, mimetype=stored.media_type, as_attachment=True, download_name=stored.name)


@bp.route("/prior-learning/<uuid:claim_id>/decide", methods=["GET", "POST"])
@requires(Permission.CAPABILITY_SIGN_OFF)
def decide_claim(claim_id: UUID) -> ResponseReturnValue:
    """Accept a claim at a level until a day, or decline it, with a reason."""
    claim = queries.get_claim(viewer(), claim_id, Permission.CAPABILITY_SIGN_OFF)
    version = queries.framework_of(claim.trainee_id)
    framework, left = version.framework, count_vignettes_left(viewer(), version.id)
    capability = framework.capabilities.get(claim.code)
    latest = latest_expiry(capability, today()) if capability else today()
    form = ClaimDecisionForm(data={"level": claim.level, "expires_on": latest})
    form.offer(framework.scale, latest)
    if form.validate_on_submit():
        try:
            _decide(claim_id, form)
        except RuleViolation as problem:
            form.reject(problem)
        else:
            flash("The decision is recorded and the trainee has been told", "success")
            return redirect(url_for(".show_claim", claim_id=claim_id))
    return form_page(
        "competencies/decide_claim.html",
        form,
        claim=claim,
        capability=capability,
        framework_id=version.id,
        vignettes_left=left,
        why_not=queries.why_no_signer(viewer(), [claim.trainee_id])[claim.trainee_id],
    )


def _decide(claim_id: UUID, form: ClaimDecisionForm) -> None:
    said = {"reason": form.reason.data, "no_identifiers": form.no_identifiers.data}
    if form.decision.data == ACCEPT:
        services.accept_claim(viewer(), claim_id, level=form.level.data, expires_on=form.expires_on.data, **said)
    else:
        services.decline_claim(viewer(), claim_id, **said)
