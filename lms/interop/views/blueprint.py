"""The blueprint of this domain."""

from flask import Blueprint

bp = Blueprint("interop", __name__)
