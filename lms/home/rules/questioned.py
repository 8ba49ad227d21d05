"""Where a questioned text stands, and who of those who decide reads it there."""

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field

from lms.core.errors import RuleViolation
from lms.policy import Permission, Role, roles_with


class Fate(enum.StrEnum):
    """What becomes of a questioned text."""

    DESTROY = "destroy"
    STAY = "stay"

    @property
    def label(self) -> str:
        """The decision in words."""
        return {"destroy": "Destroy the text for good", "stay": "It may stay, and shows again"}[self]


@dataclass(frozen=True, slots=True)
class Home:
    """The page on which the texts of one table stand, and what it takes to read them there.

    `trainees` names the columns that say whose record it is; empty where it is about no trainee. `noted` says what is
    noted of its readers; `is_nameless` that they are not told whose record it is.
    """

    permission: Permission
    endpoint: str
    arguments: Mapping[str, str] = field(default_factory=dict)
    trainees: tuple[str, ...] = ("trainee_id",)
    noted: str = ""
    is_nameless: bool = False

    @property
    def roles(self) -> frozenset[Role]:
        """The roles that both decide about texts and read this one."""
        return roles_with(Permission.TEXT_REDACT) & roles_with(self.permission)


OF_TRAINEE = {"trainee_id": "trainee_id"}
HOMES: Mapping[str, Home] = {
    "assessment": Home(Permission.ASSESSMENT_READ, "competencies.show_assessment", {"assessment_id": "id"}),
    "authorisation": Home(Permission.READINESS_READ, "readiness.show_authorisation", {"authorisation_id": "id"}),
    "booking": Home(Permission.BOOKING_DECIDE, "placements.decide_slot", {"slot_id": "slot_id"}),
    "booking_swap": Home(
        Permission.BOOKING_DECIDE,
        "placements.decide_swap",
        {"swap_id": "id"},
        trainees=("asked_by_id", "asked_of_id"),
    ),
    "concern": Home(Permission.CONCERN_MANAGE, "competencies.show_concern", {"concern_id": "id"}, noted="concern"),
    "evaluation_summary": Home(
        Permission.EVALUATION_READ, "placements.show_evaluations", {"site_id": "site_id"}, trainees=()
    ),
    "framework_mapping": Home(
        Permission.FRAMEWORK_REVIEW, "competencies.show_mapping", {"mapping_id": "id"}, trainees=()
    ),
    "guest_check": Home(Permission.GUEST_CHECK, "signing.show_guest", {"guest_id": "person_id"}, trainees=()),
    "late_entry_unlock": Home(Permission.HOURS_UNLOCK, "placements.unlock_days", OF_TRAINEE),
    "meeting_action": Home(Permission.SUPERVISION_READ, "competencies.show_meeting", {"meeting_id": "meeting_id"}),
    "person_check": Home(Permission.CHECK_MANAGE, "placements.list_checks", {"person_id": "person_id"}, trainees=()),
    "person_join": Home(Permission.GUEST_CHECK, "signing.list_guests", trainees=()),
    "placement_evaluation": Home(
        Permission.EVALUATION_READ, "placements.show_evaluations", {"site_id": "site_id"}, is_nameless=True
    ),
    "placement_meeting": Home(Permission.SUPERVISION_READ, "competencies.show_meeting", {"meeting_id": "id"}),
    "positive_note": Home(Permission.POSITIVE_NOTE_READ, "competencies.list_positive_notes", OF_TRAINEE),
    "prior_learning_claim": Home(Permission.CAPABILITY_READ, "competencies.show_claim", {"claim_id": "id"}),
    "redaction_request": Home(Permission.TEXT_REDACT, "home.list_redactions", trainees=()),
    "safeguarding_report": Home(
        Permission.SAFEGUARDING_READ, "placements.show_report", {"report_id": "id"}, noted="safeguarding-report"
    ),
    "sample_look": Home(Permission.ASSESSMENT_SAMPLE, "competencies.look_at", {"assessment_id": "assessment_id"}),
    "sampling_policy": Home(Permission.ASSESSMENT_SAMPLE, "competencies.show_sampling", trainees=()),
    "shift": Home(Permission.HOURS_READ, "placements.show_shift", {"shift_id": "id"}),
    "shift_decision": Home(Permission.HOURS_READ, "placements.show_shift", {"shift_id": "shift_id"}),
    "sign_off": Home(
        Permission.CAPABILITY_READ,
        "competencies.show_capability",
        {"trainee_id": "trainee_id", "code": "capability_code"},
    ),
    "slot_cancellation": Home(Permission.SLOT_MANAGE, "placements.show_slot", {"slot_id": "slot_id"}, trainees=()),
    "supervision_entry": Home(Permission.SUPERVISION_READ, "competencies.show_supervision", OF_TRAINEE),
    "suspension": Home(Permission.SIGNATURE_DECIDE, "signing.show_suspension", {"suspension_id": "id"}),
}
"""Tables whose texts the consultant nurse or an administrator reads. Of any other, neither does here."""

PARENTS: Mapping[str, str] = {
    "assessment_addition": "assessment_id",
    "assessment_answer": "assessment_id",
    "assessment_reply": "assessment_id",
    "booking_decision": "booking_id",
    "booking_swap_step": "swap_id",
    "concern_action": "concern_id",
    "concern_action_entry": "action_id",
    "concern_reply": "concern_id",
    "concern_share": "concern_id",
    "concern_step": "concern_id",
    "framework_mapping_review": "mapping_id",
    "meeting_action_step": "action_id",
    "meeting_answer": "meeting_id",
    "prior_learning_decision": "claim_id",
    "safeguarding_step": "report_id",
    "second_opinion": "request_id",
    "second_opinion_request": "concern_id",
    "sign_off_review": "sign_off_id",
    "sign_off_withdrawal": "sign_off_id",
    "supervision_answer": "entry_id",
    "suspension_end": "suspension_id",
    "withdrawal_decline": "proposal_id",
    "withdrawal_proposal": "sign_off_id",
}
"""Tables whose texts stand on the page of another record, by the column that names it."""


def check_may_decide(*, reads: bool, others_read: bool) -> None:
    """Refuse a decision about words one has not read while somebody else who decides may read them.

    Where nobody who decides may read them, it is decided by who asked and why. Raises RuleViolation.
    """
    if others_read and not reads:
        raise RuleViolation("You may not read this text, and somebody else who decides may. Leave it to them.")


def check_sure(fate: Fate, *, is_sure: bool) -> None:
    """Refuse to destroy a text without a tick that says that nobody can bring it back. Raises RuleViolation."""
    if fate is Fate.DESTROY and not is_sure:
        raise RuleViolation("Tick that you know that nobody can bring the text back", "is_sure")
