"""Pages about people, accounts and sign-in."""

from lms.identity.views import account, elsewhere, people, sign_in
from lms.identity.views.blueprint import bp

__all__ = ["account", "bp", "elsewhere", "people", "sign_in"]
