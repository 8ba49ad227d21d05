"""The blueprint all pages of this domain hang on."""

from flask import Blueprint

bp = Blueprint("signing", __name__)
