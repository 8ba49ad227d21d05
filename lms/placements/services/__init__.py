"""Changing placements, one file for each subject."""

from lms.placements.services.approvals import ask_approval, open_approval_link, sign_hours
from lms.placements.services.checks import record_check
from lms.placements.services.clearances import (
    add_requirement,
    change_requirement,
    record_clearance,
    retire_requirement,
)
from lms.placements.services.debriefs import ask_debrief, hold_debrief, pass_on_debrief, take_back_debrief
from lms.placements.services.decisions import approve_shifts, query_shift
from lms.placements.services.drafts import (
    bring_back_draft,
    empty_thrown_away_drafts,
    save_draft,
    send_shift,
    throw_away_draft,
)
from lms.placements.services.encounters import add_encounter, add_encounters, take_back_encounter
from lms.placements.services.evaluations import evaluate, summarise
from lms.placements.services.feeds import make_feed, revoke_feed
from lms.placements.services.late_entry import ask_to_unlock, unlock_days
from lms.placements.services.offline import log_offline
from lms.placements.services.rota import import_own_rota, import_rotas
from lms.placements.services.safeguarding import report_risk, take_step
from lms.placements.services.shifts import check_entered, correct_shift, log_shift, withdraw_shift
from lms.placements.services.sites import add_site, change_site, close_site, reopen_site
from lms.placements.services.slots import cancel_slot, change_slot, make_slots

__all__ = [
    "add_encounter",
    "add_encounters",
    "add_requirement",
    "add_site",
    "approve_shifts",
    "ask_approval",
    "ask_debrief",
    "ask_to_unlock",
    "bring_back_draft",
    "cancel_slot",
    "change_requirement",
    "change_site",
    "change_slot",
    "check_entered",
    "close_site",
    "correct_shift",
    "empty_thrown_away_drafts",
    "evaluate",
    "hold_debrief",
    "import_own_rota",
    "import_rotas",
    "log_offline",
    "log_shift",
    "make_feed",
    "make_slots",
    "open_approval_link",
    "pass_on_debrief",
    "query_shift",
    "record_check",
    "record_clearance",
    "reopen_site",
    "report_risk",
    "retire_requirement",
    "revoke_feed",
    "save_draft",
    "send_shift",
    "sign_hours",
    "summarise",
    "take_back_debrief",
    "take_back_encounter",
    "take_step",
    "throw_away_draft",
    "unlock_days",
    "withdraw_shift",
]
