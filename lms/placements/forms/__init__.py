"""Questions about placements, one file for each subject."""

from lms.placements.forms.approvals import AskApprovalForm, SignHoursForm
from lms.placements.forms.checks import CheckCorrectionForm, CheckForm
from lms.placements.forms.clearances import ClearanceCorrectionForm, ClearanceForm, RequirementForm
from lms.placements.forms.debriefs import AskDebriefForm, PassOnDebriefForm
from lms.placements.forms.decisions import ApproveForm, ConfirmForm, QueryForm
from lms.placements.forms.encounters import EncounterForm
from lms.placements.forms.evaluations import EvaluationForm, RiskForm, StepForm, SummaryForm
from lms.placements.forms.late_entry import AskToUnlockForm, UnlockForm
from lms.placements.forms.shifts import MINUTES, CorrectionForm, ShiftForm, drafted_form
from lms.placements.forms.sites import ChangeSiteForm, SiteForm
from lms.placements.forms.slots import CancelSlotForm, ChangeSlotForm, SlotsForm, TermsForm

__all__ = [
    "MINUTES",
    "ApproveForm",
    "AskApprovalForm",
    "AskDebriefForm",
    "AskToUnlockForm",
    "CancelSlotForm",
    "ChangeSiteForm",
    "ChangeSlotForm",
    "CheckCorrectionForm",
    "CheckForm",
    "ClearanceCorrectionForm",
    "ClearanceForm",
    "ConfirmForm",
    "CorrectionForm",
    "EncounterForm",
    "EvaluationForm",
    "PassOnDebriefForm",
    "QueryForm",
    "RequirementForm",
    "RiskForm",
    "ShiftForm",
    "SignHoursForm",
    "SiteForm",
    "SlotsForm",
    "StepForm",
    "SummaryForm",
    "TermsForm",
    "UnlockForm",
    "drafted_form",
]
