"""Pages of this domain."""

from lms.competencies.views import (
    asking,
    assessments,
    calibration,
    capabilities,
    concern_process,
    concerns,
    feedback,
    frameworks,
    meetings,
    own_concerns,
    own_work,
    patients,
    positive_notes,
    prior_learning,
    sampling,
    sign_offs,
    signing,
    supervision,
)
from lms.competencies.views.blueprint import bp
from lms.competencies.views.signing import note_refused_form

__all__ = [
    "asking",
    "assessments",
    "bp",
    "calibration",
    "capabilities",
    "concern_process",
    "concerns",
    "feedback",
    "frameworks",
    "meetings",
    "note_refused_form",
    "own_concerns",
    "own_work",
    "patients",
    "positive_notes",
    "prior_learning",
    "sampling",
    "sign_offs",
    "signing",
    "supervision",
]
