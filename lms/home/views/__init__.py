"""The pages of this domain."""

from lms.home.views import digest, homes, redactions, running
from lms.home.views.blueprint import bp
from lms.home.views.navigation import navigation
from lms.home.views.redactions import in_question, question_url

__all__ = ["bp", "digest", "homes", "in_question", "navigation", "question_url", "redactions", "running"]
