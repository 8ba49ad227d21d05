"""Pages of placements: `hours` for progress, `shifts` for trainees, `decisions` for supervisors, and `sites`."""

from lms.placements.views import decisions, hours, shifts, sites
from lms.placements.views.blueprint import bp

__all__ = ["bp", "decisions", "hours", "shifts", "sites"]
