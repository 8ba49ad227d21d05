"""How surely a signature belongs to the person named, and how somebody comes to sign: decides, stores nothing."""

from lms.signing.rules.drawings import is_drawing
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
    Refused,
    grade_of,
    methods_for,
    refusal_of,
)
from lms.signing.rules.suspensions import Described, SuspensionFact, Verdict, by_record, check_decision

__all__ = [
    "DONE_FOR",
    "GRADE_LABELS",
    "HANDED_OVER_FOR",
    "HANDED_OVER_MINUTES",
    "LINK_LASTS",
    "NEEDS_CHECK",
    "ON_THE_SPOT",
    "OPENED_FOR",
    "RANKS",
    "RECEIPT_LASTS",
    "Channel",
    "Described",
    "IdentityGrade",
    "Method",
    "Purpose",
    "Refusal",
    "Refused",
    "SuspensionFact",
    "Verdict",
    "by_record",
    "check_decision",
    "grade_known",
    "grade_of",
    "is_drawing",
    "methods_for",
    "refusal_of",
]
