"""Changing the record of competency: requests and assessments, sign-offs, concerns."""

from lms.competencies.services.assessments import (
    ask_for_assessment,
    cancel_request,
    complete_assessment,
    decline_request,
    open_request,
    save_draft,
)
from lms.competencies.services.concerns import close_concern, move_concern, raise_concern
from lms.competencies.services.sign_offs import sign_off, withdraw_sign_off

__all__ = [
    "ask_for_assessment",
    "cancel_request",
    "close_concern",
    "complete_assessment",
    "decline_request",
    "move_concern",
    "open_request",
    "raise_concern",
    "save_draft",
    "sign_off",
    "withdraw_sign_off",
]
