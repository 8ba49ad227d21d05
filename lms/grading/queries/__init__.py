"""Reads work, drafts, marks and outcomes; each function shows only what its viewer may see."""

from lms.grading.queries.feedback import get_own_feedback, get_sample, list_own_feedback, list_sample
from lms.grading.queries.marking import count_to_mark, get_marking, list_queue
from lms.grading.queries.outcomes import get_outcomes, load_module_outcomes, outcome_history

__all__ = [
    "count_to_mark",
    "get_marking",
    "get_outcomes",
    "get_own_feedback",
    "get_sample",
    "list_own_feedback",
    "list_queue",
    "list_sample",
    "load_module_outcomes",
    "outcome_history",
]
