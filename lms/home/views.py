"""The home page of each role."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from lms.web.access import signed_in
from lms.web.jinja import NavigationLink

bp = Blueprint("home", __name__)


def navigation() -> list[NavigationLink]:
    """Links of the header for the viewer."""
    return []


@bp.get("/")
@signed_in
def show_home() -> ResponseReturnValue:
    """The viewer's home."""
    return "home"
