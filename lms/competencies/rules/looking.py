"""What an assessor could look for today: the capabilities whose rule lacks pieces that this assessor could give."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from uuid import UUID

from lms.competencies.rules.evaluation import Assessment, CapabilityResult
from lms.competencies.rules.framework import Capability, Part
from lms.competencies.rules.standing import Standing
from lms.competencies.rules.words import FormKind
from lms.core.words import join_words, number_of

MOST_SHOWN = 3
"""How many capabilities an assessor is shown of one trainee. A proposal, to be confirmed by the service."""
NOT_FROM_ONE = frozenset({FormKind.MULTI_SOURCE_FEEDBACK, FormKind.PATIENT_FEEDBACK})


@dataclass(frozen=True, slots=True)
class LookFor:
    """One capability to look for, and in words what this assessor could add to it."""

    capability: Capability
    level: int
    lacking: tuple[str, ...]

    @property
    def words(self) -> str:
        """What is lacking, as one phrase."""
        return join_words(self.lacking)


def what_to_look_for(standings: Iterable[Standing], assessor_id: UUID) -> tuple[LookFor, ...]:
    """At most three capabilities of a trainee that lack what this assessor could give: critical ones first.

    Among equals the one that lacks least comes first, then the order in which they are given.
    """
    found = []
    for standing in standings:
        if standing.holds or standing.result.is_met:
            continue
        lacking = tuple(_lacking(standing.result, assessor_id))
        if lacking:
            found.append(LookFor(standing.capability, standing.level, lacking))
    found.sort(key=lambda each: (not each.capability.is_critical, len(each.lacking)))
    return tuple(found[:MOST_SHOWN])


def _lacking(result: CapabilityResult, assessor_id: UUID) -> Iterator[str]:
    """What the rule lacks that one assessor could add, each as a phrase."""
    rule = result.rule
    counted = [piece.assessment for piece in result.counted if _is_needed(rule.part_for(piece.assessment.kind))]
    for part in rule.needed:
        kinds = [kind for kind in part.kinds if kind not in NOT_FROM_ONE]
        left = part.at_least - sum(each.kind in part.kinds for each in counted)
        if kinds and left > 0:
            yield f"{left} more {join_words([kind.label if left == 1 else kind.plural for kind in kinds], 'or')}"
    assessors = {each.assessor_id for each in counted}
    if assessors and len(assessors) < rule.assessors and assessor_id not in assessors:
        yield "a rating from a new assessor (you have not rated this yet)"
    yield from _circumstances(result, counted)


def _circumstances(result: CapabilityResult, counted: Collection[Assessment]) -> Iterator[str]:
    rule = result.rule
    if counted and len({each.setting for each in counted}) < rule.settings:
        yield "a setting that is new for it"
    if (left := rule.real_patients - sum(not each.is_simulated for each in counted)) > 0 and counted:
        yield f"{number_of(left, 'piece', 'pieces')} with a real patient"
    if (left := rule.observed - sum(each.seen_as in rule.observed_as for each in counted)) > 0 and counted:
        yield f"{number_of(left, 'piece', 'pieces')} {rule.observed_words}"


def _is_needed(part: Part | None) -> bool:
    return part is not None and not part.is_advisory
