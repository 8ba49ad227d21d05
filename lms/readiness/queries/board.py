"""Everybody the viewer decides about: the board of one setting, and the overview of all."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from lms.competencies.queries import find_framework, gather_records
from lms.competencies.rules import Review
from lms.curriculum.rules.enrolment import EnrolmentFact, EnrolmentOutcome
from lms.identity.models import Person
from lms.identity.queries import list_trainees, visible_trainees
from lms.policy import Permission, Viewer
from lms.readiness.queries.facts import load_facts_and_enrolments, load_requirement_sets, with_wordings
from lms.readiness.queries.pages import SettingView, TraineeView, look
from lms.readiness.rules import Due, Overall, Requirements, StatusKind, TraineeFacts, is_ready, status_on


@dataclass(frozen=True, slots=True)
class BoardRow:
    """One trainee in the chosen setting."""

    person: Person
    cohort: str
    view: SettingView


@dataclass(frozen=True, slots=True)
class DueRow:
    """One decision that waits."""

    person: Person
    view: SettingView
    due: Due


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """A sign-off of somebody that its signer looks at again, because of a later, lower rating."""

    person: Person
    review: Review
    is_overdue: bool


@dataclass(frozen=True, slots=True)
class Board:
    """Everybody the viewer decides about, in one setting, with what waits for a decision in any setting."""

    on: date
    settings: Mapping[str, str]
    setting: str
    cohorts: Mapping[UUID, str]
    cohort_id: UUID | None
    columns: tuple[tuple[str, str], ...]
    rows: tuple[BoardRow, ...]
    due: tuple[DueRow, ...]
    reviews: tuple[ReviewRow, ...]
    sort: str
    descending: bool

    @property
    def may_work(self) -> int:
        """How many may be deployed in the setting on the day."""
        return sum(row.view.status.may_work for row in self.rows)


FIRST = "first"


def board(
    viewer: Viewer,
    *,
    on: date,
    known_at: datetime,
    setting: str | None = None,
    cohort_id: UUID | None = None,
    sort: str = "name",
    descending: bool = False,
) -> Board:
    """The board of everybody the viewer decides about, in a constant number of statements."""
    everybody, settings, picked, facts = _everybody(viewer, on=on, known_at=known_at, in_full=setting or FIRST)
    cohorts = {each.enrolment.cohort_id: each.enrolment.cohort_name for each in everybody if each.enrolment}
    chosen = [
        each
        for each in everybody
        if cohort_id is None or (each.enrolment is not None and each.enrolment.cohort_id == cohort_id)
    ]
    rows = [
        BoardRow(each.person, each.enrolment.cohort_name if each.enrolment else "", view)
        for each in chosen
        for view in each.settings
        if view.setting == picked
    ]
    groups = {group.key: group.title for row in rows for group in row.view.result.groups}
    return Board(
        on=on,
        settings=settings,
        setting=picked,
        cohorts=dict(sorted(cohorts.items(), key=lambda pair: pair[1])),
        cohort_id=cohort_id if cohort_id in cohorts else None,
        columns=tuple(groups.items()),
        rows=tuple(_sorted(rows, sort, groups, descending=descending)),
        due=tuple(_due(chosen)),
        reviews=tuple(_reviews(chosen, facts, on, known_at)),
        sort=sort if sort in _SORTS or sort in groups else "name",
        descending=descending,
    )


@dataclass(frozen=True, slots=True)
class Overview:
    """Everybody in every setting at a glance."""

    on: date
    settings: Mapping[str, str]
    rows: tuple[TraineeView, ...]
    due: tuple[DueRow, ...]


def overview(viewer: Viewer, *, on: date, known_at: datetime) -> Overview:
    """Who may work where and who is ready for what: those who may work first, then by what waits and by name."""
    everybody, settings, _, _ = _everybody(viewer, on=on, known_at=known_at)
    rows = sorted(
        everybody,
        key=lambda row: (
            not any(view.status.may_work for view in row.settings),
            min(((False, view.due.rank) for view in row.settings if view.due), default=(True, 0)),
        ),
    )
    return Overview(on, settings, tuple(rows), tuple(_due(everybody)))


def _everybody(
    viewer: Viewer, *, on: date, known_at: datetime, in_full: str | None = None
) -> tuple[list[TraineeView], dict[str, str], str, Mapping[UUID, TraineeFacts]]:
    """Everybody in each setting where something may wait, and in the setting asked for in full; all settings; that one;
    and the facts all this was read from.

    A setting that does not exist is read as the first one; None asks for every setting in full.
    """
    people = list_trainees(viewer, Permission.READINESS_BOARD)
    scope = visible_trainees(viewer, Permission.READINESS_BOARD)
    facts, enrolments = load_facts_and_enrolments(scope, known_at=known_at)
    sets = load_requirement_sets(enrolments.values(), known_at=known_at)
    facts = with_wordings(facts, sets, known_at=known_at)
    picked = in_full or ""
    if picked and picked not in sets.settings:
        picked = next(iter(sets.settings), "")
    found = []
    for person in people:
        enrolment = enrolments.get(person.id)
        ours, asked = facts[person.id], sets.for_trainee(enrolment)
        if person.created_at > known_at or not _is_there(enrolment, on):
            asked = [each for each in asked if _holds(ours, each, on)]  # Who has left may still be authorised.
            if not asked:
                continue
        elif in_full is not None:
            asked = [each for each in asked if each.setting == picked or _may_be_due(ours, each, on)]
        found.append(TraineeView(person, enrolment, on, tuple(look(ours, each, on) for each in asked)))
    return found, sets.settings, picked, facts


def _reviews(
    everybody: Collection[TraineeView], facts: Mapping[UUID, TraineeFacts], on: date, known_at: datetime
) -> list[ReviewRow]:
    """The sign-offs that signers look at again, under the framework each person is held to; the first due first."""
    current = find_framework(known_at=known_at)
    if current is None:
        return []
    ours = {each.person.id: facts[each.person.id] for each in everybody}
    records = gather_records(
        current,
        {each.person.id: each.enrolment for each in everybody if each.enrolment},
        {key: each.assessments for key, each in ours.items()},
        {key: each.sign_offs for key, each in ours.items()},
        known_at=known_at,
    )
    rows = [
        ReviewRow(each.person, review, review.is_overdue(on))
        for each in everybody
        for review in records.reviews(each.person.id, on)
    ]
    return sorted(rows, key=lambda row: (row.review.due, row.person.name.lower(), row.review.capability.code))


def _may_be_due(facts: TraineeFacts, requirements: Requirements, on: date) -> bool:
    """A decision can only wait where one was made before, or where every requirement is met."""
    decided = any(each.setting == requirements.setting for each in facts.decisions)
    return decided or is_ready(facts, requirements, on)


def _is_there(enrolment: EnrolmentFact | None, on: date) -> bool:
    """Say whether somebody is on the programme, or completed it: not before their first day, nor after they left."""
    if enrolment is None:
        return True
    return enrolment.from_on <= on and (enrolment.is_open(on) or enrolment.outcome is not EnrolmentOutcome.WITHDRAWN)


def _holds(facts: TraineeFacts, requirements: Requirements, on: date) -> bool:
    """Say whether an authorisation runs, or a restriction of one."""
    return status_on(facts.decisions, requirements.setting, on).kind in (StatusKind.AUTHORISED, StatusKind.RESTRICTED)


def _due(everybody: Iterable[TraineeView]) -> list[DueRow]:
    rows = [DueRow(each.person, view, view.due) for each in everybody for view in each.settings if view.due]
    return sorted(rows, key=lambda row: (row.due.rank, row.person.name.lower(), row.view.title, row.person.id))


_OVERALL = {Overall.READY: 0, Overall.NOT_READY: 1, Overall.RESTRICTED: 2}
_SORTS: dict[str, Callable[[BoardRow], Any]] = {
    "name": lambda row: 0,
    "overall": lambda row: (_OVERALL[row.view.result.overall], -row.view.result.met_count),
    "decided": lambda row: (not row.view.status.may_work, row.view.status.kind.value),
    "until": lambda row: row.view.status.valid_until or date.max,
}


def _sorted(rows: list[BoardRow], sort: str, groups: Mapping[str, str], *, descending: bool) -> list[BoardRow]:
    """By the chosen column, and by name within it."""
    ordered = sorted(rows, key=lambda row: (row.person.name.lower(), row.person.id))
    if sort in groups:

        def share(row: BoardRow) -> tuple[bool, int]:
            group = next((each for each in row.view.result.groups if each.key == sort), None)
            return (group.met, group.share) if group else (True, 100)

        return sorted(ordered, key=share, reverse=descending)
    if sort not in _SORTS or sort == "name":
        return ordered[::-1] if descending else ordered
    return sorted(ordered, key=_SORTS[sort], reverse=descending)
