"""What ends first of the evidence an authorisation rests on."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from lms.competencies.rules import Capability
from lms.competencies.rules.evaluation import group_by_code
from lms.competencies.rules.wordings import Records
from lms.core.days import add_months
from lms.core.words import day
from lms.readiness.rules.capability import capability_result, chosen
from lms.readiness.rules.facts import Requirements, TraineeFacts
from lms.readiness.rules.format import Capabilities, Checks
from lms.readiness.rules.result import RequirementResult
from lms.readiness.rules.standing import check_in_date

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class FirstEnd:
    """The requirement that is the first to lapse if nothing more is recorded, with the last day on which it is met."""

    title: str
    last_on: date

    @property
    def words(self) -> str:
        """What ends, when, and what follows."""
        return f"{self.title} ends on {day(self.last_on)}: from the day after, the authorisation is restricted"


def first_end(facts: TraineeFacts, requirements: Requirements, on: date) -> FirstEnd | None:
    """The check or critical capability that lapses first after a day; None if none does while an authorisation runs."""
    horizon = on + timedelta(days=requirements.body.valid_days)
    ends = [
        FirstEnd(item.title, item.restricts_from - DAY)
        for item in (*_checks(facts, requirements, on), *_capabilities(facts, requirements, on))
        if item.restricts_from is not None and on < item.restricts_from <= horizon
    ]
    return min(ends, key=lambda end: (end.last_on, end.title), default=None)


def _checks(facts: TraineeFacts, requirements: Requirements, on: date) -> Iterator[RequirementResult]:
    for _, _, item in requirements.body.requirements:
        for kind in item.checks if isinstance(item, Checks) else ():
            ends = sorted({fact.valid_until for fact in facts.checks if fact.kind is kind and fact.valid_until >= on})
            found = (check_in_date(kind, facts.checks, end + DAY) for end in ends)
            yield from _first_lapse(found)


def _capabilities(facts: TraineeFacts, requirements: Requirements, on: date) -> Iterator[RequirementResult]:
    records = facts.read_under(requirements.framework_id)
    by_code = group_by_code(records.assessments)
    for _, _, item in requirements.body.requirements:
        if not isinstance(item, Capabilities):
            continue
        for capability in chosen(item, requirements.body, requirements.framework):
            ours = by_code.get(capability.code, ())
            found = (
                capability_result(
                    capability, ours, records.sign_offs, level=item.level, sign_off=item.sign_off, on=end + DAY
                )
                for end in _ends(capability, records, [each.observed_on for each in ours], on)
            )
            yield from _first_lapse(found)


def _ends(capability: Capability, records: Records, seen: list[date], on: date) -> list[date]:
    """The last days on which something that speaks for a capability counts, in order."""
    ends = {add_months(at, capability.rule.window_months) for at in seen}
    ends |= {s.review_by(capability.review_months) for s in records.sign_offs if s.code == capability.code}
    return sorted(end for end in ends if end >= on)


def _first_lapse(found: Iterator[RequirementResult]) -> Iterator[RequirementResult]:
    first = next((item for item in found if item.restricts_from is not None), None)
    if first is not None:
        yield first
