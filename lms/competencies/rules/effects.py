"""What one piece of evidence did for each capability it names, and what the rule of each still lacks."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from lms.competencies.rules.evaluation import Assessment
from lms.competencies.rules.framework import Capability
from lms.competencies.rules.standing import Standing


@dataclass(frozen=True, slots=True)
class Effect:
    """One capability of one assessment: what the piece did, in words, and where its rule stands now."""

    code: str
    capability: Capability | None
    level: int | None
    words: str
    standing: Standing | None

    @property
    def missing(self) -> tuple[str, ...]:
        """What the rule still lacks at the level the award asks for."""
        return self.standing.result.missing if self.standing else ()


def effect_of(assessment: Assessment, code: str, standing: Standing | None) -> Effect:
    """Say what a piece did for one capability, from where the capability stands with it."""
    level = assessment.ratings[code]
    if standing is None:
        return Effect(code, None, level, "The framework of today does not have this capability.", None)
    return Effect(code, standing.capability, level, _words(assessment, code, standing), standing)


def _words(assessment: Assessment, code: str, standing: Standing) -> str:
    if not assessment.kind.is_rated:
        return "It informs and gives no level. It never blocks."
    if assessment.ratings[code] is None:
        return "Not observed: this is no fail, and changes nothing."
    reasons = _reasons(standing)
    if assessment.id not in reasons:
        return "It does not count yet: it was seen later than today."
    why_not = reasons[assessment.id]
    if why_not:
        return f"It does not count at level {standing.level}. {why_not}."
    return f"It counts at level {standing.level}."


def _reasons(standing: Standing) -> Mapping[UUID, str]:
    result = standing.result
    return {piece.assessment.id: piece.why_not for piece in (*result.counted, *result.not_counted)}
