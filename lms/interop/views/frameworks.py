"""Pages on which frameworks leave as files and a file is checked."""

from uuid import UUID

from flask import Response
from flask.typing import ResponseReturnValue

from lms.core.errors import NotFound, RuleViolation
from lms.interop import queries
from lms.interop.forms import FrameworkFileForm
from lms.interop.rules import FileFormat, format_of
from lms.interop.views.blueprint import bp
from lms.policy import Permission
from lms.web.access import requires
from lms.web.forms import form_page


@bp.get("/frameworks/<uuid:version_id>/download/<string:shape>")
@requires(Permission.CAPABILITY_READ)
def download_framework(version_id: UUID, shape: str) -> ResponseReturnValue:
    """One version of the framework as a file."""
    if shape not in list(FileFormat):
        raise NotFound
    kind = FileFormat(shape)
    found = queries.export_framework(kind, version_id)
    disposition = f'attachment; filename="{found.name}"'
    return Response(found.text, content_type=kind.media_type, headers={"Content-Disposition": disposition})


@bp.route("/frameworks/check", methods=["GET", "POST"])
@requires(Permission.FRAMEWORK_MANAGE)
def check_framework() -> ResponseReturnValue:
    """Check a framework file: every problem by row and column, or what it would change. Nothing is stored."""
    form = FrameworkFileForm()
    checked = name = None
    if form.validate_on_submit():
        name = form.file.data.filename
        try:
            with form.file.data.stream as sent:
                checked = queries.check_file(sent.read(), format_of(name))
        except RuleViolation as problem:
            form.reject(problem)
        else:
            if not checked.reading.is_right:
                form.reject(RuleViolation("The file is refused: nothing in it can be used until it is right", "file"))
    return form_page("interop/check_framework.html", form, checked=checked, name=name)
