"""What this domain stores, one file for each subject."""

from lms.competencies.models.answers import AssessmentAnswer
from lms.competencies.models.assessments import (
    Assessment,
    AssessmentAddition,
    AssessmentDraft,
    AssessmentRating,
    AssessmentReply,
)
from lms.competencies.models.calibration import CalibrationAnswer
from lms.competencies.models.concern_process import (
    ConcernAction,
    ConcernActionEntry,
    ConcernClockTold,
    ConcernReply,
    ConcernReplySeen,
    ConcernShare,
    SecondOpinion,
    SecondOpinionRequest,
)
from lms.competencies.models.concerns import Concern, ConcernStep
from lms.competencies.models.feedback import (
    FeedbackAnswer,
    FeedbackBooking,
    FeedbackRater,
    FeedbackRelease,
    FeedbackRound,
    FeedbackSheet,
    FeedbackTicket,
    PatientFeedbackStart,
)
from lms.competencies.models.mappings import FrameworkMapping, FrameworkMappingReview
from lms.competencies.models.meetings import MeetingAction, MeetingActionStep, MeetingAnswer, PlacementMeeting
from lms.competencies.models.notices import SentReviewNotice
from lms.competencies.models.positive_notes import PositiveNote
from lms.competencies.models.prior_learning import PriorLearningClaim, PriorLearningDecision
from lms.competencies.models.requests import AssessmentRequest, AssessmentRequestStep, RequestDraft
from lms.competencies.models.sampling import SampleLook, SamplingPolicy
from lms.competencies.models.sign_offs import SignOff, SignOffReview, SignOffWithdrawal
from lms.competencies.models.supervision import CoordinatingSupervisor, SupervisionAnswer, SupervisionEntry
from lms.competencies.models.withdrawals import WithdrawalDecline, WithdrawalProposal

__all__ = [
    "Assessment",
    "AssessmentAddition",
    "AssessmentAnswer",
    "AssessmentDraft",
    "AssessmentRating",
    "AssessmentReply",
    "AssessmentRequest",
    "AssessmentRequestStep",
    "CalibrationAnswer",
    "Concern",
    "ConcernAction",
    "ConcernActionEntry",
    "ConcernClockTold",
    "ConcernReply",
    "ConcernReplySeen",
    "ConcernShare",
    "ConcernStep",
    "CoordinatingSupervisor",
    "FeedbackAnswer",
    "FeedbackBooking",
    "FeedbackRater",
    "FeedbackRelease",
    "FeedbackRound",
    "FeedbackSheet",
    "FeedbackTicket",
    "FrameworkMapping",
    "FrameworkMappingReview",
    "MeetingAction",
    "MeetingActionStep",
    "MeetingAnswer",
    "PatientFeedbackStart",
    "PlacementMeeting",
    "PositiveNote",
    "PriorLearningClaim",
    "PriorLearningDecision",
    "RequestDraft",
    "SampleLook",
    "SamplingPolicy",
    "SecondOpinion",
    "SecondOpinionRequest",
    "SentReviewNotice",
    "SignOff",
    "SignOffReview",
    "SignOffWithdrawal",
    "SupervisionAnswer",
    "SupervisionEntry",
    "WithdrawalDecline",
    "WithdrawalProposal",
]
