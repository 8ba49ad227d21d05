"""Pages of this domain."""

from flask import Blueprint

bp = Blueprint("competencies", __name__)
