"""What this domain asks, one file for each subject."""

from lms.competencies.forms.asking import (
    AnswerForm,
    AskForm,
    DeclineForm,
    PassOnForm,
    StartForm,
    ask_form,
    self_rating_form,
)
from lms.competencies.forms.assessing import AssessmentForm, assessment_form, level_choices
from lms.competencies.forms.concern_process import (
    ActionForm,
    AskOpinionForm,
    EndActionForm,
    GiveOpinionForm,
    ProgressForm,
    ReplyForm,
)
from lms.competencies.forms.concerns import CloseConcernForm, MoveConcernForm, RaiseConcernForm, ShareConcernForm
from lms.competencies.forms.mappings import MappingForm, MappingReviewForm, mapping_form
from lms.competencies.forms.meetings import DropActionForm, MeetingForm, meeting_form
from lms.competencies.forms.positive_notes import PositiveNoteForm
from lms.competencies.forms.prior_learning import ClaimDecisionForm, ClaimForm
from lms.competencies.forms.sign_offs import ReviewForm, SecondPersonForm, SignOffForm, WithdrawForm
from lms.competencies.forms.signing import CorrectionForm, SignedForm, WordsForm
from lms.competencies.forms.supervision import (
    CorrectSupervisionForm,
    LogSupervisionForm,
    NameSupervisorForm,
    NotAgreedForm,
)

__all__ = [
    "ActionForm",
    "AnswerForm",
    "AskForm",
    "AskOpinionForm",
    "AssessmentForm",
    "ClaimDecisionForm",
    "ClaimForm",
    "CloseConcernForm",
    "CorrectSupervisionForm",
    "CorrectionForm",
    "DeclineForm",
    "DropActionForm",
    "EndActionForm",
    "GiveOpinionForm",
    "LogSupervisionForm",
    "MappingForm",
    "MappingReviewForm",
    "MeetingForm",
    "MoveConcernForm",
    "NameSupervisorForm",
    "NotAgreedForm",
    "PassOnForm",
    "PositiveNoteForm",
    "ProgressForm",
    "RaiseConcernForm",
    "ReplyForm",
    "ReviewForm",
    "SecondPersonForm",
    "ShareConcernForm",
    "SignOffForm",
    "SignedForm",
    "StartForm",
    "WithdrawForm",
    "WordsForm",
    "ask_form",
    "assessment_form",
    "level_choices",
    "mapping_form",
    "meeting_form",
    "self_rating_form",
]
