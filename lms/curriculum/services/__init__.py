"""Changing content versions, cohorts, enrolments, reading progress and answers."""

from lms.curriculum.rules.versions import ContentItem
from lms.curriculum.services.content import SyncReport, republish, sync_content
from lms.curriculum.services.enrolments import (
    change_working_share,
    create_cohort,
    end_enrolment,
    enrol,
    enrol_by_email,
    pause,
    pin_requirement_sets,
    resume,
)
from lms.curriculum.services.questions import Kept, answer_question, begin_round
from lms.curriculum.services.readings import mark_reading
from lms.curriculum.services.taught_days import add_taught_day, cancel_taught_day, change_taught_day

__all__ = [
    "ContentItem",
    "Kept",
    "SyncReport",
    "add_taught_day",
    "answer_question",
    "begin_round",
    "cancel_taught_day",
    "change_taught_day",
    "change_working_share",
    "create_cohort",
    "end_enrolment",
    "enrol",
    "enrol_by_email",
    "mark_reading",
    "pause",
    "pin_requirement_sets",
    "republish",
    "resume",
    "sync_content",
]
