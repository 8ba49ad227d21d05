"""What this domain asks, one file for each subject."""

from lms.competencies.forms.asking import AskForm, DeclineForm, ask_form
from lms.competencies.forms.assessing import AssessmentForm, assessment_form, level_choices
from lms.competencies.forms.concerns import CloseConcernForm, MoveConcernForm, RaiseConcernForm
from lms.competencies.forms.sign_offs import SignOffForm, WithdrawForm

__all__ = [
    "AskForm",
    "AssessmentForm",
    "CloseConcernForm",
    "DeclineForm",
    "MoveConcernForm",
    "RaiseConcernForm",
    "SignOffForm",
    "WithdrawForm",
    "ask_form",
    "assessment_form",
    "level_choices",
]
