"""Decides about readiness: met or missing with the reasons, and what a decision amounts to. Values in, values out."""

from lms.placements.rules.checks import CheckFact, CheckKind
from lms.readiness.rules.assess import RULES_VERSION, assess, assess_held, is_ready
from lms.readiness.rules.describe import describe
from lms.readiness.rules.ending import FirstEnd, first_end
from lms.readiness.rules.facts import Requirements, TraineeFacts
from lms.readiness.rules.format import RequirementSet, check_requirement_set
from lms.readiness.rules.result import (
    GroupResult,
    Lapse,
    Overall,
    Owner,
    Record,
    RequirementResult,
    Result,
    Supervision,
)
from lms.readiness.rules.separation import check_separate, separation_words, signed_by
from lms.readiness.rules.status import (
    Decision,
    DecisionFact,
    Due,
    Status,
    StatusKind,
    check_decision,
    decision_due,
    status_on,
)

__all__ = [
    "RULES_VERSION",
    "CheckFact",
    "CheckKind",
    "Decision",
    "DecisionFact",
    "Due",
    "FirstEnd",
    "GroupResult",
    "Lapse",
    "Overall",
    "Owner",
    "Record",
    "RequirementResult",
    "RequirementSet",
    "Requirements",
    "Result",
    "Status",
    "StatusKind",
    "Supervision",
    "TraineeFacts",
    "assess",
    "assess_held",
    "check_decision",
    "check_requirement_set",
    "check_separate",
    "decision_due",
    "describe",
    "first_end",
    "is_ready",
    "separation_words",
    "signed_by",
    "status_on",
]
