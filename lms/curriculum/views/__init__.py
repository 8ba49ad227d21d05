"""Pages of the curriculum: `study` for what is taught, `questions` for knowledge checks, `cohorts` for enrolments."""

from lms.curriculum.views import cohorts, questions, study, taught_days
from lms.curriculum.views.blueprint import bp

__all__ = ["bp", "cohorts", "questions", "study", "taught_days"]
