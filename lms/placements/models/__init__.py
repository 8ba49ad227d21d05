"""What this domain stores, one file for each subject."""

from lms.placements.models.bookings import Booking, BookingDecision, BookingSwap, BookingSwapStep
from lms.placements.models.checks import Check
from lms.placements.models.decisions import ApprovalRequest, ApprovalRequestShift, ShiftDecision
from lms.placements.models.encounters import Encounter, EncounterWithdrawal
from lms.placements.models.evaluations import (
    EvaluationSummary,
    PlacementEvaluation,
    SafeguardingReport,
    SafeguardingStep,
)
from lms.placements.models.rota import CalendarFeed, RotaImport, RotaShift
from lms.placements.models.shifts import DebriefEnd, DebriefRequest, LateEntryUnlock, Shift, ShiftActivity, ShiftDraft
from lms.placements.models.sites import Clearance, Site, SiteRequirement, Slot, SlotCancellation

__all__ = [
    "ApprovalRequest",
    "ApprovalRequestShift",
    "Booking",
    "BookingDecision",
    "BookingSwap",
    "BookingSwapStep",
    "CalendarFeed",
    "Check",
    "Clearance",
    "DebriefEnd",
    "DebriefRequest",
    "Encounter",
    "EncounterWithdrawal",
    "EvaluationSummary",
    "LateEntryUnlock",
    "PlacementEvaluation",
    "RotaImport",
    "RotaShift",
    "SafeguardingReport",
    "SafeguardingStep",
    "Shift",
    "ShiftActivity",
    "ShiftDecision",
    "ShiftDraft",
    "Site",
    "SiteRequirement",
    "Slot",
    "SlotCancellation",
]
