"""Pages about calibration: two short vignettes before signing off."""

from uuid import UUID

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms.competencies.forms.calibration import VignetteForm
from lms.competencies.queries.calibration import get_calibration, get_own_vignette
from lms.competencies.services import calibration as services
from lms.competencies.views.blueprint import bp
from lms.core.errors import RuleViolation
from lms.policy import Permission
from lms.web.access import requires, safe_next, viewer
from lms.web.forms import form_page


@bp.get("/calibration")
@requires(Permission.CAPABILITY_SIGN_OFF)
def list_vignettes() -> ResponseReturnValue:
    """The vignettes drawn for the viewer, and what was answered."""
    page = get_calibration(viewer(), _framework_id())
    return render_template("competencies/list_vignettes.html", page=page, onward=_onward())


@bp.route("/calibration/<uuid:vignette_id>", methods=["GET", "POST"])
@requires(Permission.CAPABILITY_SIGN_OFF)
def answer_vignette(vignette_id: UUID) -> ResponseReturnValue:
    """Read a vignette and commit a level and a reason; then see what the panel chose and why."""
    page, row = get_own_vignette(viewer(), vignette_id, _framework_id())
    form = VignetteForm()
    form.offer(page.version.framework.scale)
    if form.validate_on_submit():
        try:
            services.answer_vignette(viewer(), vignette_id, framework_id=page.version.id, **form.answers)
        except RuleViolation as problem:
            form.reject(problem)
        else:
            version_id, onward = page.version.id, _onward()
            return redirect(url_for(".answer_vignette", vignette_id=row.id, framework=version_id, onward=onward))
    return form_page("competencies/answer_vignette.html", form, page=page, row=row, onward=_onward())


def _framework_id() -> UUID | None:
    """The version of the framework a sign-off is made under, where it is not the one in force."""
    return request.args.get("framework", type=UUID)


def _onward() -> str | None:
    """The page that asked for the vignettes, such as a sign-off."""
    return safe_next(request.args.get("onward"))
