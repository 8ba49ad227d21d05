"""Pages on which main rotas come in: a file is checked first, and kept once what it would change has been seen."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from lms.core.errors import RuleViolation
from lms.core.words import number_of
from lms.interop import queries
from lms.interop.forms import KeepRotaForm, RotaFileForm, RotasFileForm
from lms.interop.rules.rota import unpack
from lms.interop.views.blueprint import bp
from lms.placements import services
from lms.policy import Permission
from lms.web.access import requires, viewer
from lms.web.forms import form_page

REFUSED = RuleViolation("The file is refused: nothing in it can be used until it is right", "file")


@bp.route("/rota/import", methods=["GET", "POST"])
@requires(Permission.ROTA_IMPORT)
def import_rota() -> ResponseReturnValue:
    """Ask for the file of one's own main rota and show what it would change. Nothing is stored."""
    form = RotaFileForm()
    checked = None
    if form.validate_on_submit():
        try:
            checked = queries.check_own_rota(viewer(), *_sent(form), days=form.days)
        except RuleViolation as problem:
            form.reject(problem)
        else:
            if checked.change is not None:
                return render_template("interop/keep_rota.html", checked=checked)
            form.reject(REFUSED)
    return form_page("interop/import_rota.html", form, checked=checked)


@bp.post("/rota/import/confirmation")
@requires(Permission.ROTA_IMPORT)
def keep_rota() -> ResponseReturnValue:
    """Keep the rows that were seen as the viewer's own main rota."""
    form = KeepRotaForm()
    if form.validate_on_submit():
        try:
            packed = unpack(form.rows.data)
            if set(packed.rotas) != {viewer().id}:
                raise RuleViolation("These rows are of somebody else. Choose the file again.")
            spans = packed.rotas[viewer().id]
            services.import_own_rota(
                viewer(), spans=spans, from_on=packed.from_on, until_on=packed.until_on, source=packed.source
            )
        except RuleViolation as problem:
            form.reject(problem)
        else:
            flash(f"Your main rota is kept: {number_of(len(spans), 'shift')}")
            return redirect(url_for("placements.show_rota"))
    return _again(RotaFileForm(formdata=None), form, "interop/import_rota.html")


@bp.route("/rotas/import", methods=["GET", "POST"])
@requires(Permission.ROTA_MANAGE)
def import_rotas() -> ResponseReturnValue:
    """Ask for a file with the main rotas of many people and show what it would change. Nothing is stored."""
    form = RotasFileForm()
    checked = None
    if form.validate_on_submit():
        try:
            checked = queries.check_rotas(viewer(), *_sent(form), days=form.days)
        except RuleViolation as problem:
            form.reject(problem)
        else:
            if checked.rows:
                return render_template("interop/keep_rotas.html", checked=checked)
            form.reject(REFUSED)
    return form_page("interop/import_rotas.html", form, checked=checked)


@bp.post("/rotas/import/confirmation")
@requires(Permission.ROTA_MANAGE)
def keep_rotas() -> ResponseReturnValue:
    """Keep the rows that were seen as the main rotas of their people, and tell them."""
    form = KeepRotaForm()
    if form.validate_on_submit():
        try:
            packed = unpack(form.rows.data)
            services.import_rotas(
                viewer(),
                rotas=packed.rotas,
                from_on=packed.from_on,
                until_on=packed.until_on,
                source=packed.source,
            )
        except RuleViolation as problem:
            form.reject(problem)
        else:
            flash(f"The main rota of {number_of(len(packed.rotas), 'person', 'people')} is kept. They have been told.")
            return redirect(url_for(".import_rotas"))
    return _again(RotasFileForm(formdata=None), form, "interop/import_rotas.html")


def _sent(form: RotaFileForm) -> tuple[bytes, str]:
    """What the file holds, and its name."""
    with form.file.data.stream as sent:
        return sent.read(), form.file.data.filename


def _again(form: RotaFileForm, refused: KeepRotaForm, template: str) -> ResponseReturnValue:
    """Ask for the file again, with the reason why what was checked could not be kept."""
    for message, _ in refused.problems:
        form.reject(RuleViolation(message))
    return form_page(template, form, checked=None)
