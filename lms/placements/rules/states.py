"""What a shift's facts say about it: its status, and who may do what next."""

import enum
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import takewhile
from uuid import UUID

from lms.core.errors import RuleViolation
from lms.core.words import join_words


class Verdict(enum.StrEnum):
    """What somebody decided about a shift."""

    APPROVED = "approved"
    QUERIED = "queried"
    WITHDRAWN = "withdrawn"

    @property
    def label(self) -> str:
        """The decision in words."""
        return self.value.capitalize()


class Status(enum.StrEnum):
    """Where a shift stands. Never stored: it follows from the shift and the decisions on it."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    QUERIED = "queried"
    UNCONFIRMED = "unconfirmed"
    APPROVED = "approved"
    WITHDRAWN = "withdrawn"
    CORRECTED = "corrected"

    @property
    def label(self) -> str:
        """The status in words."""
        return STATUS_WORDS[self]

    @property
    def waits(self) -> bool:
        """Say whether the shift waits for somebody: `waits_on` says for whom."""
        return self in UNDECIDED

    @property
    def stands(self) -> bool:
        """Say whether the shift was sent, and neither withdrawn nor replaced."""
        return self in (*UNDECIDED, Status.APPROVED)


STATUS_WORDS = {
    Status.DRAFT: "Not sent yet",
    Status.SUBMITTED: "Waiting for approval",
    Status.QUERIED: "Queried",
    Status.UNCONFIRMED: "Approved, not confirmed yet",
    Status.APPROVED: "Approved",
    Status.WITHDRAWN: "Withdrawn",
    Status.CORRECTED: "Replaced by a correction",
}


UNDECIDED = (Status.SUBMITTED, Status.QUERIED, Status.UNCONFIRMED)
"""Where a shift waits for somebody."""


class Presentation(enum.StrEnum):
    """What the contact was about, broad enough that nobody can be recognised."""

    SUICIDAL_THOUGHTS = "suicidal-thoughts"
    SELF_HARM = "self-harm"
    OVERDOSE = "overdose"
    PSYCHOSIS = "psychosis"
    LOW_MOOD = "low-mood"
    ANXIETY_OR_PANIC = "anxiety-or-panic"
    TRAUMA_RESPONSE = "trauma-response"
    ALCOHOL_OR_DRUGS = "alcohol-or-drugs"
    DELIRIUM_OR_CONFUSION = "delirium-or-confusion"
    DISTURBED_BEHAVIOUR = "disturbed-behaviour"
    EATING_DISORDER = "eating-disorder"
    PERINATAL = "perinatal"
    SAFEGUARDING = "safeguarding"
    OTHER = "other"

    @property
    def label(self) -> str:
        """The presentation in words."""
        return PRESENTATION_WORDS.get(self, self.value.replace("-", " ").capitalize())


PRESENTATION_WORDS = {
    Presentation.ALCOHOL_OR_DRUGS: "Alcohol or drugs",
    Presentation.DISTURBED_BEHAVIOUR: "Acute behavioural disturbance",
    Presentation.PERINATAL: "Perinatal mental health",
    Presentation.SAFEGUARDING: "Safeguarding or domestic abuse",
    Presentation.SELF_HARM: "Self-harm",
}


class Part(enum.StrEnum):
    """What the trainee did in a contact."""

    OBSERVED = "observed"
    ASSISTED = "assisted"
    LED = "led"

    @property
    def label(self) -> str:
        """The part in words."""
        return self.value.capitalize()


class Activity(enum.StrEnum):
    """What the time of a shift went into."""

    PATIENT_CONTACT = "patient-contact"
    STANDBY = "standby"
    HOSPITAL_WAIT = "hospital-wait"
    DEBRIEF = "debrief"
    TEACHING = "teaching"
    BREAK = "break"
    OPERATIONAL_DUTY = "operational-duty"

    @property
    def label(self) -> str:
        """The activity in words."""
        return _ACTIVITY_WORDS[self]


_ACTIVITY_WORDS = {
    Activity.PATIENT_CONTACT: "Patient contact",
    Activity.STANDBY: "Standby",
    Activity.HOSPITAL_WAIT: "Waiting at a hospital",
    Activity.DEBRIEF: "Debrief",
    Activity.TEACHING: "Teaching",
    Activity.BREAK: "Breaks",
    Activity.OPERATIONAL_DUTY: "Pulled to operational duty",
}


class ApprovalWay(enum.StrEnum):
    """How a supervisor is reached to approve shifts."""

    EMAIL = "email"
    HERE = "here"
    OFFLINE = "offline"


class DebriefOutcome(enum.StrEnum):
    """How a request for a debrief ended."""

    HELD = "held"
    PASSED_ON = "passed-on"
    NO_LONGER_WANTED = "no-longer-wanted"


class Doubt(enum.StrEnum):
    """Why a decision does not count, or not yet."""

    SAID_OFFLINE = "said-offline"
    NOT_CHECKED = "not-checked"
    REFUSED = "refused"
    OWN = "own"
    DENIED = "denied"

    @property
    def label(self) -> str:
        """The reason in words."""
        return _DOUBT_WORDS[self]

    @property
    def may_end(self) -> bool:
        """Say whether somebody may still confirm the decision; one of the others speaks no more."""
        return self in (Doubt.SAID_OFFLINE, Doubt.NOT_CHECKED)


_DOUBT_WORDS = {
    Doubt.SAID_OFFLINE: "It counts once the supervisor confirms it, signed in or with the link they were sent",
    Doubt.NOT_CHECKED: "It counts once an administrator has checked who signed",
    Doubt.REFUSED: "It counts for nothing: an administrator could not confirm who signed",
    Doubt.OWN: "It counts for nothing: the trainee signed it",
    Doubt.DENIED: "The person named says that they did not sign this",
}


@dataclass(frozen=True, slots=True)
class DecisionFact:
    """One decision on a shift, and why it does not count, if it does not.

    A supervisor who said yes on a device without a signal approved it as well: that is not confirmed yet.
    """

    verdict: Verdict
    recorded_at: datetime
    id: UUID
    doubt: Doubt | None = None

    @property
    def counts(self) -> bool:
        """Say whether it is an approval that counts."""
        return self.verdict is Verdict.APPROVED and self.doubt is None


def speaking(decisions: Iterable[DecisionFact]) -> DecisionFact | None:
    """The decision that speaks for a shift: a withdrawal, else the latest of those that may count; none of no others.

    What was said without a signal comes before all that was written down. An approval that is not confirmed yet takes
    nothing away from one that counts.
    """
    standing = [each for each in decisions if each.doubt is None or each.doubt.may_end]
    standing.sort(key=lambda each: (each.doubt is not Doubt.SAID_OFFLINE, each.recorded_at, each.id))
    for decision in standing:
        if decision.verdict is Verdict.WITHDRAWN:
            return decision
    approvals = list(takewhile(lambda each: each.verdict is Verdict.APPROVED, reversed(standing)))
    return next((each for each in approvals if each.counts), standing[-1] if standing else None)


def status_of(decisions: Iterable[DecisionFact], *, sent: bool = True, corrected: bool = False) -> Status:
    """The status that follows from the facts: what speaks among the decisions, and a correction replaces all of it."""
    if not sent:
        return Status.DRAFT
    if corrected:
        return Status.CORRECTED
    decision = speaking(decisions)
    if decision is None:
        return Status.SUBMITTED
    if decision.verdict is Verdict.APPROVED and not decision.counts:
        return Status.UNCONFIRMED
    return Status(decision.verdict.value)


def check_names_another(trainee_id: UUID, supervisor_id: UUID) -> None:
    """Refuse a shift that would be approved by the person who worked it.

    Raises RuleViolation on `supervisor_id`.
    """
    if trainee_id == supervisor_id:
        raise RuleViolation("Nobody approves their own shift. Choose the supervisor who was there.", "supervisor_id")


def check_supervises(supervisor_id: UUID, named: Mapping[UUID, str], *, site: str) -> None:
    """Refuse a supervisor whom a site does not name; `named` are those it names, and none means that anybody may.

    Raises RuleViolation on `supervisor_id`.
    """
    if named and supervisor_id not in named:
        raise RuleViolation(
            f"Choose somebody who supervises at {site}: {join_words(list(named.values()), 'or')}", "supervisor_id"
        )


def check_approval(status: Status, *, actor_id: UUID, trainee_id: UUID) -> None:
    """Refuse an approval of one's own shift, or of one that is not waiting.

    Raises RuleViolation.
    """
    if actor_id == trainee_id:
        raise RuleViolation("Nobody approves their own shift")
    if status is Status.APPROVED:
        raise RuleViolation("This shift is already approved")
    if not status.waits:
        raise RuleViolation(f"This shift cannot be approved. It is {status.label.lower()}.")


def check_query(status: Status, comment: str, *, actor_id: UUID, trainee_id: UUID) -> None:
    """Refuse a query that says nothing, on one's own shift, or on a shift that no longer stands.

    Raises RuleViolation.
    """
    if actor_id == trainee_id:
        raise RuleViolation("Nobody decides on their own shift")
    if status not in (*UNDECIDED, Status.APPROVED):
        raise RuleViolation(f"This shift cannot be queried. It is {status.label.lower()}.")
    if not comment.strip():
        raise RuleViolation("Say what the trainee should check or change", "comment")


def check_standing(status: Status) -> None:
    """Refuse to change anything about a shift that was withdrawn or replaced.

    Raises RuleViolation.
    """
    if status in (Status.WITHDRAWN, Status.CORRECTED):
        raise RuleViolation(f"This shift cannot be changed. It is {status.label.lower()}.")


def check_reason(reason: str) -> None:
    """Refuse a correction without a reason.

    Raises RuleViolation on `reason`.
    """
    if not reason.strip():
        raise RuleViolation("Say why you are correcting this shift", "reason")
