"""The blueprint all pages of this domain hang on."""

from flask import Blueprint

bp = Blueprint("cases", __name__)
