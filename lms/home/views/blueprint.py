"""The blueprint of this domain."""

from flask import Blueprint

bp = Blueprint("home", __name__)
