"""What others than the trainee see of contacts: the month and the setting, and nothing rare by itself."""

import enum
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import TypeVar

from lms.core.anonymity import FEWEST_PEOPLE
from lms.core.days import add_months
from lms.core.errors import RuleViolation
from lms.placements.rules.encounters import AgeBand, LegalFramework, Outcome
from lms.placements.rules.states import Part, Presentation

FEWEST = 5  # A proposal, to be confirmed by the service: fewer contacts of one kind do not stand by themselves.
REST = Outcome.OTHER.label

K = TypeVar("K")


class Detail(enum.StrEnum):
    """What a file says of contacts beside month, setting and presentation: one thing at a time, so that less is rare.

    Outcomes are counted over everything together.
    """

    PART = "part"
    AGE_BAND = "age-band"
    FRAMEWORK = "legal-framework"
    SAFETY_PLAN = "safety-plan"
    OUTCOME = "outcome"

    @property
    def label(self) -> str:
        """The detail in words."""
        return self.value.replace("-", " ").capitalize()


@dataclass(frozen=True, slots=True)
class SharedContact:
    """One contact that counts, as far as files are made from it."""

    trainee: object
    month: date
    setting: str
    presentation: Presentation
    part: Part
    outcome: Outcome | None
    age_band: AgeBand | None
    frameworks: tuple[LegalFramework, ...]
    safety_plan_made: bool | None


@dataclass(frozen=True, slots=True)
class Sort:
    """Contacts that a reader cannot tell apart. None stands for what is put together: other or all of it."""

    month: date | None
    setting: str | None
    presentation: Presentation | None
    detail: str


def month_of(on: date) -> date:
    """The first day of the month, which is all that others see of a day."""
    return on.replace(day=1)


def shared_until(noted: Iterable[tuple[object, date]], this_month: date) -> date | None:
    """The first day of the month up to which contacts are in files; None while nothing is.

    `noted` has whose contacts were noted in which months. A month ends what files know only once contacts of at least
    five trainees have come in since they last grew: two files laid side by side would else give one person away.
    """
    months: dict[date, set[object]] = {}
    for trainee, month in noted:
        months.setdefault(month, set()).add(trainee)
    until, new = None, set[object]()
    for month in sorted(each for each in months if each < this_month):
        new |= months[month]
        if len(new) >= FEWEST_PEOPLE:
            until, new = add_months(month, 1), set()
    return until


def put_together(counts: Mapping[K, int], *steps: Callable[[K], K], fewest: int = FEWEST) -> dict[K, int]:
    """The counts with what is rare put together step by step, until it is no longer rare or all steps are taken.

    The total stays what it was.
    """
    found = dict(counts)
    for step in steps:
        made: Counter[K] = Counter()
        for sort, count in found.items():
            made[sort if count >= fewest else step(sort)] += count
        found = dict(made)
    return found


def shared(contacts: Iterable[SharedContact], detail: Detail) -> dict[Sort, int]:
    """What a file says of these contacts: how many of each kind, with what is rare put together as "other".

    First it is no longer said what they were about, then in which setting, then in which month, and last the detail
    itself. So only the one row that says nothing of its contacts, if there is one, may be of fewer than five.

    Raises RuleViolation where the contacts are of fewer than five trainees.
    """
    known = list(contacts)
    check_enough_trainees(len({each.trainee for each in known}))
    counts = Counter(sort for contact in known for sort in _sorts(contact, detail))
    if detail is Detail.OUTCOME:
        return put_together(counts, lambda sort: replace(sort, detail=REST))
    return put_together(
        counts,
        lambda sort: replace(sort, presentation=Presentation.OTHER),
        lambda sort: replace(sort, setting=None),
        lambda sort: replace(sort, month=None),
        lambda sort: replace(sort, detail=REST),
    )


def check_enough_trainees(count: int) -> None:
    """Refuse a file about fewer than five trainees: a reader could tell whose contacts they are.

    Raises RuleViolation.
    """
    if count < FEWEST_PEOPLE:
        raise RuleViolation(
            f"A file needs contacts of at least {FEWEST_PEOPLE} trainees you may see, so that nobody can tell whose "
            "they are. Open each trainee's contacts instead."
        )


def _sorts(contact: SharedContact, detail: Detail) -> list[Sort]:
    if detail is Detail.OUTCOME:
        return [Sort(None, None, None, _said(contact.outcome))]
    return [Sort(contact.month, contact.setting, contact.presentation, each) for each in _details(contact, detail)]


def _details(contact: SharedContact, detail: Detail) -> list[str]:
    if detail is Detail.FRAMEWORK:
        return [each.label for each in contact.frameworks] or [_said(None)]
    if detail is Detail.SAFETY_PLAN:
        made = contact.safety_plan_made
        return [_said(None) if made is None else "Made" if made else "Not made"]
    return [_said(contact.age_band) if detail is Detail.AGE_BAND else contact.part.label]


def _said(value: Outcome | AgeBand | None) -> str:
    return value.label if value else "Not recorded"
