"""Reads work, drafts, marks and outcomes; each function shows only what its viewer may see."""

from lms.grading.queries.feedback import (
    Feedback,
    FeedbackRow,
    Sample,
    SampleRow,
    get_own_feedback,
    get_sample,
    list_own_feedback,
    list_sample,
)
from lms.grading.queries.marking import Marking, Queue, QueueRow, count_to_mark, get_marking, list_queue
from lms.grading.queries.outcomes import (
    Outcomes,
    OutcomeWaiting,
    get_outcomes,
    list_outcomes_waiting,
    load_module_outcomes,
    outcome_history,
)

__all__ = [
    "Feedback",
    "FeedbackRow",
    "Marking",
    "OutcomeWaiting",
    "Outcomes",
    "Queue",
    "QueueRow",
    "Sample",
    "SampleRow",
    "count_to_mark",
    "get_marking",
    "get_outcomes",
    "get_own_feedback",
    "get_sample",
    "list_outcomes_waiting",
    "list_own_feedback",
    "list_queue",
    "list_sample",
    "load_module_outcomes",
    "outcome_history",
]
