"""Pages on which outside files leave and come in: frameworks, contacts, main rotas and calendars."""

from lms.interop.views import calendars, contacts, frameworks, rotas
from lms.interop.views.blueprint import bp

__all__ = ["bp", "calendars", "contacts", "frameworks", "rotas"]
