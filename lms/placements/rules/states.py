"""What a shift's facts say about it: its status, and who may do what next."""

import enum
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
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
    APPROVED = "approved"
    WITHDRAWN = "withdrawn"
    CORRECTED = "corrected"

    @property
    def label(self) -> str:
        """The status in words."""
        return STATUS_WORDS[self]


STATUS_WORDS = {
    Status.DRAFT: "Not sent yet",
    Status.SUBMITTED: "Waiting for approval",
    Status.QUERIED: "Queried",
    Status.APPROVED: "Approved",
    Status.WITHDRAWN: "Withdrawn",
    Status.CORRECTED: "Replaced by a correction",
}


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


@dataclass(frozen=True, slots=True)
class DecisionFact:
    """One decision on a shift."""

    verdict: Verdict
    by_id: UUID
    recorded_at: datetime
    id: UUID


@dataclass(frozen=True, slots=True)
class EncounterFact:
    """One de-identified contact with a patient, as far as rules need it."""

    id: UUID
    shift_id: UUID
    setting: str
    on: date
    presentation: Presentation
    part: Part
    shift_status: Status


def status_of(decisions: Iterable[DecisionFact], *, sent: bool = True, corrected: bool = False) -> Status:
    """The status that follows from the facts: the latest decision speaks, and a correction replaces all of it."""
    if not sent:
        return Status.DRAFT
    if corrected:
        return Status.CORRECTED
    ordered = sorted(decisions, key=lambda decision: (decision.recorded_at, decision.id))
    if any(decision.verdict is Verdict.WITHDRAWN for decision in ordered):
        return Status.WITHDRAWN
    return Status(ordered[-1].verdict.value) if ordered else Status.SUBMITTED


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
    if status not in (Status.SUBMITTED, Status.QUERIED):
        raise RuleViolation(f"This shift cannot be approved. It is {status.label.lower()}.")


def check_query(status: Status, comment: str, *, actor_id: UUID, trainee_id: UUID) -> None:
    """Refuse a query that says nothing, on one's own shift, or on a shift that no longer stands.

    Raises RuleViolation.
    """
    if actor_id == trainee_id:
        raise RuleViolation("Nobody decides on their own shift")
    if status not in (Status.SUBMITTED, Status.QUERIED, Status.APPROVED):
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


def exposure(encounters: Iterable[EncounterFact]) -> dict[Presentation, dict[Part, int]]:
    """How many contacts there are of each presentation, by what the trainee did; withdrawn shifts are left out."""
    counts = {presentation: dict.fromkeys(Part, 0) for presentation in Presentation}
    for encounter in encounters:
        if encounter.shift_status is not Status.WITHDRAWN:
            counts[encounter.presentation][encounter.part] += 1
    return counts
