"""What this domain stores, one file for each subject."""

from lms.competencies.models.assessments import Assessment, AssessmentDraft, AssessmentRating
from lms.competencies.models.concerns import Concern, ConcernStep
from lms.competencies.models.requests import AssessmentRequest, AssessmentRequestStep
from lms.competencies.models.sign_offs import SignOff, SignOffWithdrawal

__all__ = [
    "Assessment",
    "AssessmentDraft",
    "AssessmentRating",
    "AssessmentRequest",
    "AssessmentRequestStep",
    "Concern",
    "ConcernStep",
    "SignOff",
    "SignOffWithdrawal",
]
