"""Pages of this domain."""

from lms.cases.views import debrief, discussions, educators, play, preview
from lms.cases.views.blueprint import bp

__all__ = ["bp", "debrief", "discussions", "educators", "play", "preview"]
