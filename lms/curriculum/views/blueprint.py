"""The blueprint all curriculum pages belong to."""

from flask import Blueprint

bp = Blueprint("curriculum", __name__)
