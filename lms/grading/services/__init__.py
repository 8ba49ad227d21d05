"""Changes drafts, marks, releases and module outcomes."""

from lms.audit.services import BEFORE_REDACTION
from lms.grading.services.drafts import forget_text
from lms.grading.services.marking import mark, release, save_draft
from lms.grading.services.outcomes import record_module_outcome

BEFORE_REDACTION.append(forget_text)

__all__ = ["mark", "record_module_outcome", "release", "save_draft"]
