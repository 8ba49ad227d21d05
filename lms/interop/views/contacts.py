"""Pages on which contacts leave as files that name nobody."""

from flask import Response, render_template
from flask.typing import ResponseReturnValue

from lms.core.anonymity import FEWEST_PEOPLE
from lms.core.errors import NotFound
from lms.interop import queries
from lms.interop.rules import FileFormat
from lms.interop.views.blueprint import bp
from lms.placements.queries import find_shared_until
from lms.placements.rules.sharing import FEWEST, Detail
from lms.policy import Permission
from lms.web.access import requires, viewer


@bp.get("/contacts/files")
@requires(Permission.ENCOUNTER_EXPORT)
def show_contact_files() -> ResponseReturnValue:
    """Say what a file of contacts holds and what it never says, and offer one for each detail."""
    return render_template(
        "interop/show_contact_files.html",
        details=Detail,
        fewest=FEWEST,
        trainees=FEWEST_PEOPLE,
        until=find_shared_until(viewer()),
    )


@bp.get("/contacts/files/<string:detail>")
@requires(Permission.ENCOUNTER_EXPORT)
def download_contacts(detail: str) -> ResponseReturnValue:
    """Contacts by month and setting, with one detail more, as a file that names nobody."""
    if detail not in list(Detail):
        raise NotFound
    found = queries.export_contacts(viewer(), Detail(detail))
    disposition = f'attachment; filename="{found.name}"'
    return Response(found.text, content_type=FileFormat.CSV.media_type, headers={"Content-Disposition": disposition})
