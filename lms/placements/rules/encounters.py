"""De-identified contacts as values: what came of one, how old the person was, and which legal framework was present."""

import enum
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from lms.core.errors import RuleViolation
from lms.placements.rules.states import Doubt, Part, Presentation, Status


class Outcome(enum.StrEnum):
    """What came of a contact. It is never counted by person, and no rule rests on it."""

    LEFT_WITH_PLAN = "left-with-plan"
    REFERRED = "referred"
    CONVEYED = "conveyed"
    OTHER = "other"

    @property
    def label(self) -> str:
        """The outcome in words."""
        return _OUTCOME_WORDS[self]


_OUTCOME_WORDS = {
    Outcome.LEFT_WITH_PLAN: "Left at home with a plan",
    Outcome.REFERRED: "Referred",
    Outcome.CONVEYED: "Conveyed",
    Outcome.OTHER: "Other",
}


class AgeBand(enum.StrEnum):
    """How old the person was, broad enough that nobody can be recognised."""

    UNDER_18 = "under-18"
    FROM_18_TO_64 = "18-to-64"
    FROM_65 = "65-and-over"
    NOT_KNOWN = "not-known"

    @property
    def label(self) -> str:
        """The band in words."""
        return _AGE_WORDS[self]


_AGE_WORDS = {
    AgeBand.UNDER_18: "Under 18",
    AgeBand.FROM_18_TO_64: "18 to 64",
    AgeBand.FROM_65: "65 and over",
    AgeBand.NOT_KNOWN: "Not known",
}


class LegalFramework(enum.StrEnum):
    """Which legal framework was present in a contact; several may be.

    Mental Capacity Act 2005 sections 5 and 6; Mental Health Act 1983 sections 6, 135, 136 and 137.
    """

    CONSENT = "consent"
    CAPACITY_ACT = "mca-5-6"
    SECTION_136 = "mha-136"
    SECTION_135 = "mha-135"
    CONVEYANCE = "mha-6-137"
    NONE = "none"

    @property
    def label(self) -> str:
        """The framework in words."""
        return _FRAMEWORK_WORDS[self]


_FRAMEWORK_WORDS = {
    LegalFramework.CONSENT: "Consent",
    LegalFramework.CAPACITY_ACT: "Mental Capacity Act, sections 5 and 6",
    LegalFramework.SECTION_136: "Section 136, by police",
    LegalFramework.SECTION_135: "Section 135 warrant",
    LegalFramework.CONVEYANCE: "Conveyance under section 6 or 137",
    LegalFramework.NONE: "None",
}


@dataclass(frozen=True, slots=True)
class Contact:
    """What a trainee says of one contact: chosen, never typed."""

    presentation: Presentation
    part: Part
    outcome: Outcome
    age_band: AgeBand
    frameworks: tuple[LegalFramework, ...]
    safety_plan_made: bool


@dataclass(frozen=True, slots=True)
class EncounterFact:
    """One de-identified contact with a patient, as far as rules need it: what came of it is not among it.

    `shift_doubt` is why an approval of its shift is not confirmed yet.
    """

    id: UUID
    shift_id: UUID
    setting: str
    on: date
    presentation: Presentation
    part: Part
    shift_status: Status
    safety_plan_made: bool = False
    taken_back: bool = False
    shift_doubt: Doubt | None = None

    @property
    def stands(self) -> bool:
        """Say whether neither the contact nor its shift was taken back."""
        return not self.taken_back and self.shift_status is not Status.WITHDRAWN


def check_frameworks(frameworks: Collection[LegalFramework]) -> None:
    """Refuse "none" beside a legal framework that was present.

    Raises RuleViolation on `frameworks`.
    """
    if LegalFramework.NONE in frameworks and len(set(frameworks)) > 1:
        raise RuleViolation('Select the legal frameworks that were present, or "None"', "frameworks")


def in_order(frameworks: Collection[LegalFramework]) -> list[str]:
    """The frameworks once each, in the order of their list, as they are stored."""
    return [each.value for each in LegalFramework if each in frameworks]


def check_not_taken_back(*, taken_back: bool) -> None:
    """Refuse to take back what was taken back already.

    Raises RuleViolation.
    """
    if taken_back:
        raise RuleViolation("This contact was already taken back")
