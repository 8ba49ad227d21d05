"""Pages of this domain."""

from lms.competencies.views import assessments, capabilities, concerns
from lms.competencies.views.blueprint import bp

__all__ = ["assessments", "bp", "capabilities", "concerns"]
