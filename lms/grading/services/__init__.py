"""Changes drafts, marks, releases and module outcomes."""

from lms.grading.services.marking import mark, release, save_draft
from lms.grading.services.outcomes import record_module_outcome

__all__ = ["mark", "record_module_outcome", "release", "save_draft"]
