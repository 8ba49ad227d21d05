"""How surely a signature belongs to the person named, and how somebody comes to sign: decides, stores nothing."""

from lms.signing.rules.grades import GRADE_LABELS, NEEDS_CHECK, RANKS, IdentityGrade, grade_known
from lms.signing.rules.links import (
    DONE_FOR,
    HANDED_OVER_FOR,
    HANDED_OVER_MINUTES,
    LINK_LASTS,
    ON_THE_SPOT,
    OPENED_FOR,
    RECEIPT_LASTS,
    Channel,
    Method,
    Purpose,
    Refusal,
    grade_of,
    methods_for,
    refusal_of,
)
from lms.signing.rules.suspensions import Described, SuspensionFact, Verdict, check_decision

__all__ = [
    "Channel",
    "DONE_FOR",
    "Described",
    "GRADE_LABELS",
    "HANDED_OVER_FOR",
    "HANDED_OVER_MINUTES",
    "IdentityGrade",
    "LINK_LASTS",
    "Method",
    "NEEDS_CHECK",
    "ON_THE_SPOT",
    "OPENED_FOR",
    "Purpose",
    "RANKS",
    "RECEIPT_LASTS",
    "Refusal",
    "SuspensionFact",
    "Verdict",
    "check_decision",
    "grade_known",
    "grade_of",
    "methods_for",
    "refusal_of",
]
