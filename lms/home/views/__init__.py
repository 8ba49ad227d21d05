"""The pages of this domain."""

from lms.home.views import digest, homes, running
from lms.home.views.blueprint import bp
from lms.home.views.navigation import navigation

__all__ = ["bp", "digest", "homes", "navigation", "running"]
