"""The blueprint all placement pages belong to."""

from flask import Blueprint

bp = Blueprint("placements", __name__)
