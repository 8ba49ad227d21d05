"""Everything readiness is decided from: one trainee's facts, and what a setting requires."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from lms.cases.rules.discussions import DiscussionFact
from lms.cases.rules.results import AttemptFact
from lms.competencies.rules import Assessment, ConcernFact, Framework, SignOffFact
from lms.competencies.rules.wordings import NOTHING_KNOWN, Records, Wordings, read_under
from lms.curriculum.rules.pace import Pause
from lms.grading.rules.outcomes import ModuleOutcomeFact
from lms.placements.rules.checks import CheckFact
from lms.placements.rules.encounters import EncounterFact
from lms.placements.rules.hours import ShiftFact
from lms.readiness.rules.format import RequirementSet
from lms.readiness.rules.result import Supervision
from lms.readiness.rules.status import DecisionFact


@dataclass(frozen=True, slots=True)
class TraineeFacts:
    """What is known about one trainee at one moment; the order of the facts means nothing."""

    trainee_id: UUID
    assessments: tuple[Assessment, ...] = ()
    sign_offs: tuple[SignOffFact, ...] = ()
    concerns: tuple[ConcernFact, ...] = ()
    shifts: tuple[ShiftFact, ...] = ()
    encounters: tuple[EncounterFact, ...] = ()
    outcomes: tuple[ModuleOutcomeFact, ...] = ()
    cases: tuple[AttemptFact, ...] = ()
    discussions: tuple[DiscussionFact, ...] = ()
    checks: tuple[CheckFact, ...] = ()
    pauses: tuple[Pause, ...] = ()
    decisions: tuple[DecisionFact, ...] = ()
    wordings: Wordings = NOTHING_KNOWN

    def read_under(self, framework_id: UUID | None) -> Records:
        """The assessments and sign-offs as one version of the framework reads them."""
        return read_under(framework_id, self.assessments, self.sign_offs, self.wordings)


@dataclass(frozen=True, slots=True)
class Requirements:
    """One version of a requirement set beside the framework and the names its codes stand for.

    `supervision` is what an authorisation is asked for; it may be less than the set grants, never more.
    """

    body: RequirementSet
    framework: Framework
    supervision: Supervision
    version_id: UUID | None = None
    framework_id: UUID | None = None
    settings: Mapping[str, str] = field(default_factory=dict)
    modules: Mapping[str, str] = field(default_factory=dict)
    cases: Mapping[str, str] = field(default_factory=dict)

    @property
    def setting(self) -> str:
        """The setting an authorisation is for."""
        return self.body.setting
