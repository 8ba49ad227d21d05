"""Drawn signatures, as downloads: beside the record they sign, and to the administrator who checks the guest."""

from uuid import UUID

from flask import send_file
from flask.typing import ResponseReturnValue

from lms.core.errors import NotFound
from lms.files.services import path_of
from lms.policy import Permission
from lms.signing import queries
from lms.signing.views.blueprint import bp
from lms.web.access import requires, viewer


def send_drawing(file_id: UUID | None) -> ResponseReturnValue:
    """The drawing of a signature, as a download; the caller has made sure that the viewer may see what it signs.

    Raises NotFound where nothing was drawn.
    """
    if file_id is None:
        raise NotFound
    stored, path = path_of(file_id)
    return send_file(path, mimetype=stored.media_type, as_attachment=True, download_name=stored.name)


@bp.get("/guests/<uuid:guest_id>/drawings/<uuid:file_id>")
@requires(Permission.GUEST_CHECK)
def download_drawing(guest_id: UUID, file_id: UUID) -> ResponseReturnValue:
    """What a guest drew to sign, for whoever checks them. It says nothing of what was signed, or about whom."""
    return send_drawing(queries.get_drawing(viewer(), guest_id, file_id).id)
