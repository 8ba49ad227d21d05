"""Pages about capabilities: the matrix, one capability with its evidence, signing off."""

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms.competencies import queries, services
from lms.competencies.forms import SignOffForm
from lms.competencies.queries.calibration import count_vignettes_left
from lms.competencies.rules import LEVELS
from lms.competencies.views.blueprint import bp
from lms.core.errors import RuleViolation
from lms.identity.queries import may_towards, roles_towards
from lms.policy import Permission, allows
from lms.web.access import requires, viewer
from lms.web.forms import form_page


def _level_asked() -> int | None:
    level = request.args.get("level", type=int)
    return level if level in LEVELS else None


@bp.get("/trainees/<uuid:trainee_id>/capabilities")
@requires(Permission.CAPABILITY_READ)
def list_capabilities(trainee_id: UUID) -> ResponseReturnValue:
    """Where a trainee stands on every capability."""
    who = viewer()
    towards = roles_towards(who, [trainee_id])[trainee_id] if trainee_id != who.id else frozenset()
    return render_template(
        "competencies/list_capabilities.html",
        page=queries.get_matrix(who, trainee_id),
        is_own=trainee_id == who.id,
        rounds=queries.list_own_rounds(who) if trainee_id == who.id else [],
        may_raise=allows(towards, Permission.CONCERN_RAISE),
        may_assess=allows(towards, Permission.ASSESSMENT_COMPLETE),
    )


@bp.get("/trainees/<uuid:trainee_id>/capabilities/<code>")
@requires(Permission.CAPABILITY_READ)
def show_capability(trainee_id: UUID, code: str) -> ResponseReturnValue:
    """One capability: its rule, what counted, what did not and why, the next step, the sign-offs."""
    page = queries.get_capability_page(viewer(), trainee_id, code, level=_level_asked())
    who = viewer()
    signs = trainee_id != who.id and may_towards(who, trainee_id, Permission.CAPABILITY_SIGN_OFF)
    why_not = queries.why_no_signer(who, [trainee_id])[trainee_id] if signs else ""
    return render_template(
        "competencies/show_capability.html",
        page=page,
        is_own=trainee_id == who.id,
        may_sign=signs and not why_not,
        why_not=why_not,
        may_withdraw=trainee_id != who.id and may_towards(who, trainee_id, Permission.SIGN_OFF_WITHDRAW),
    )


@bp.route("/trainees/<uuid:trainee_id>/capabilities/<code>/sign-off", methods=["GET", "POST"])
@requires(Permission.CAPABILITY_SIGN_OFF)
def sign_off(trainee_id: UUID, code: str) -> ResponseReturnValue:
    """Sign off a capability with the evidence in view."""
    page = queries.get_capability_page(
        viewer(), trainee_id, code, level=_level_asked(), permission=Permission.CAPABILITY_SIGN_OFF
    )
    form = SignOffForm(data={"level": page.standing.level_to_sign})
    form.offer(page.version.framework.scale, page.standing.supported_level or 0)
    if form.validate_on_submit():
        try:
            services.sign_off(viewer(), trainee_id, code, **form.answers)
        except RuleViolation as problem:
            form.reject(problem)
        else:
            flash(f"{page.capability.name} is signed off at level {form.level.data}", "success")
            return redirect(url_for(".show_capability", trainee_id=trainee_id, code=code))
    left = count_vignettes_left(viewer(), page.version.id)
    why_not = queries.why_no_signer(viewer(), [trainee_id])[trainee_id]
    return form_page("competencies/sign_off.html", form, page=page, vignettes_left=left, why_not=why_not)
