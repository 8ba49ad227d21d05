"""Pages of the curriculum: `study` for programmes, modules and readings, `cohorts` for cohorts and enrolments."""

from lms.curriculum.views import cohorts, study
from lms.curriculum.views.blueprint import bp

__all__ = ["bp", "cohorts", "study"]
