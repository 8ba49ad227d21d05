"""One trainee's readiness, the board of all, decisions and checks: only what the viewer may see."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import aliased, defer, joinedload

from lms.core.clock import end_of_day, now, today
from lms.core.db import db
from lms.core.errors import NotFound
from lms.curriculum.rules.enrolment import EnrolmentFact, EnrolmentOutcome
from lms.identity.models import Person
from lms.identity.queries import get_person, get_trainee, list_trainees, people_by_id, visible_trainees
from lms.policy import Permission, Viewer
from lms.readiness.models import Authorisation, Check
from lms.readiness.queries.facts import RequirementSets, load_facts_and_enrolments, load_requirement_sets
from lms.readiness.rules import (
    Due,
    FirstEnd,
    Overall,
    Requirements,
    Result,
    Status,
    Supervision,
    TraineeFacts,
    assess,
    assess_held,
    decision_due,
    describe,
    first_end,
    is_ready,
    status_on,
)


@dataclass(frozen=True, slots=True)
class SettingView:
    """One trainee in one setting: what the rules say, what was decided, and what waits for a decision.

    `ends_first` is what lapses first of what an authorisation would rest on; only looked for where one is decided.
    """

    requirements: Requirements
    result: Result
    status: Status
    due: Due | None
    ends_first: FirstEnd | None = None

    @property
    def setting(self) -> str:
        """The slug of the setting."""
        return self.requirements.setting

    @property
    def title(self) -> str:
        """The setting in words."""
        return self.requirements.body.title


@dataclass(frozen=True, slots=True)
class TraineeView:
    """One trainee with every setting, seen from one day."""

    person: Person
    enrolment: EnrolmentFact | None
    on: date
    settings: tuple[SettingView, ...]

    def setting(self, name: str) -> SettingView:
        """One setting, by the slug of the setting or of its requirement set; NotFound if there is none."""
        found = next((v for v in self.settings if name in (v.setting, v.requirements.body.slug)), None)
        if found is None:
            raise NotFound("There is no requirement set for this setting on that day.")
        return found


def known_by(on: date) -> datetime:
    """The moment up to which records are used to look at a day: its end, or now if that is earlier."""
    return min(end_of_day(on), now())


def get_readiness(
    viewer: Viewer,
    trainee_id: UUID,
    *,
    on: date,
    known_at: datetime,
    permission: Permission = Permission.READINESS_READ,
) -> TraineeView:
    """One trainee's readiness for every setting; NotFound outside the viewer's scope."""
    person = get_trainee(viewer, trainee_id, permission)
    facts, enrolments = load_facts_and_enrolments(select(Person.id).where(Person.id == trainee_id), known_at=known_at)
    sets = load_requirement_sets(enrolments.values(), known_at=known_at)
    return _view(person, facts[trainee_id], enrolments.get(trainee_id), sets, on)


def _view(
    person: Person, facts: TraineeFacts, enrolment: EnrolmentFact | None, sets: RequirementSets, on: date
) -> TraineeView:
    views = (look(facts, requirements, on) for requirements in sets.for_trainee(enrolment))
    return TraineeView(person, enrolment, on, tuple(sorted(views, key=lambda view: view.title)))


def look(facts: TraineeFacts, requirements: Requirements, on: date) -> SettingView:
    """Hold one trainee's facts against one requirement set."""
    result = assess(facts, requirements, on)
    status = status_on(facts.decisions, requirements.setting, on, result.lapses)
    held = assess_held(facts, requirements, status, on) or result
    return SettingView(requirements, result, status, decision_due(status, held, on))


def get_for_decision(
    viewer: Viewer, trainee_id: UUID, setting: str, *, supervision: Supervision | None = None
) -> tuple[Person, SettingView, SettingView]:
    """What a decision now would rest on: as the requirement set grants it, and for less supervision if asked.

    NotFound for somebody the viewer does not decide about, or a setting without a requirement set.
    """
    person = get_trainee(viewer, trainee_id, Permission.AUTHORISATION_DECIDE)
    known_at, on = now(), today()
    facts, enrolments = load_facts_and_enrolments(select(Person.id).where(Person.id == trainee_id), known_at=known_at)
    enrolment = enrolments.get(trainee_id)
    requirements = load_requirement_sets(enrolments.values(), known_at=known_at).find(enrolment, setting)
    if requirements is None:
        raise NotFound("There is no requirement set for this setting.")
    granted = look(facts[trainee_id], requirements, on)
    if not granted.result.lapses:
        granted = replace(granted, ends_first=first_end(facts[trainee_id], requirements, on))
    if supervision is None or supervision.rank >= requirements.supervision.rank:
        return person, granted, granted
    return person, granted, look(facts[trainee_id], replace(requirements, supervision=supervision), on)


def explain(viewer: Viewer, trainee_id: UUID, setting: str, *, on: date, known_at: datetime) -> dict[str, Any]:
    """The explained result of one setting as JSON values, with what was decided."""
    view = get_readiness(viewer, trainee_id, on=on, known_at=known_at).setting(setting)
    return describe(view.result) | {"status": describe_status(view.status)}


def describe_status(status: Status) -> dict[str, Any]:
    """What was decided, as JSON values."""
    return {
        "kind": status.kind.value,
        "words": status.words,
        "supervision": status.supervision.value if status.supervision else None,
        "since": status.since.isoformat() if status.since else None,
        "valid_until": status.valid_until.isoformat() if status.valid_until else None,
        "may_work": status.may_work,
        "decision": str(status.decision.id) if status.decision else None,
    }


def in_words(explained: Mapping[str, Any]) -> str:
    """An explained result as lines of text."""
    lines = [f"{explained['title']} on {explained['on']}: {explained['words']}"]
    lines.append(f"Decided: {explained['status']['words']}")
    for group in explained["groups"]:
        lines.append(f"\n{group['title']}: {group['words']}")
        for item in group["requirements"]:
            lines.append(f"  [{item['state']}] {item['title']}: {item['words']}")
            if item["owner"]:
                lines.append(f"      next ({item['owner'].replace('-', ' ')}): {item['next_step']}")
    return "\n".join(lines)


def names_in(*explained: Mapping[str, Any]) -> dict[str, str]:
    """The names of the people whose records an explained result points at, by id as text. One statement."""
    ids = {
        record["by"]
        for each in explained
        for group in each["groups"]
        for item in group["requirements"]
        for record in (*item["counted"], *item["not_counted"])
        if "by" in record
    }
    return {str(key): person.name for key, person in people_by_id(UUID(each) for each in ids).items()}


# --- The board ---


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
    sort: str
    descending: bool

    @property
    def may_work(self) -> int:
        """How many may be deployed in the setting on the day."""
        return sum(row.view.status.may_work for row in self.rows)


FIRST = "first"
NOTHING_DUE = 99


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
    everybody, settings, picked = _everybody(viewer, on=on, known_at=known_at, in_full=setting or FIRST)
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
    everybody, settings, _ = _everybody(viewer, on=on, known_at=known_at)
    rows = sorted(
        everybody,
        key=lambda row: (
            not any(view.status.may_work for view in row.settings),
            min((view.due.rank for view in row.settings if view.due), default=NOTHING_DUE),
        ),
    )
    return Overview(on, settings, tuple(rows), tuple(_due(everybody)))


def list_due(viewer: Viewer, *, on: date, known_at: datetime) -> list[DueRow]:
    """The decisions that wait for the viewer on a day, the most pressing first."""
    return _due(_everybody(viewer, on=on, known_at=known_at)[0])


def _everybody(
    viewer: Viewer, *, on: date, known_at: datetime, in_full: str | None = None
) -> tuple[list[TraineeView], dict[str, str], str]:
    """Everybody in each setting where something may wait, and in the setting asked for in full; all settings; that one.

    A setting that does not exist is read as the first one; None asks for every setting in full.
    """
    people = list_trainees(viewer, Permission.READINESS_BOARD)
    scope = visible_trainees(viewer, Permission.READINESS_BOARD)
    facts, enrolments = load_facts_and_enrolments(scope, known_at=known_at)
    sets = load_requirement_sets(enrolments.values(), known_at=known_at)
    picked = in_full or ""
    if picked and picked not in sets.settings:
        picked = next(iter(sets.settings), "")
    found = []
    for person in people:
        enrolment = enrolments.get(person.id)
        if _has_left(enrolment, on):
            continue
        ours = facts[person.id]
        asked = [
            each
            for each in sets.for_trainee(enrolment)
            if in_full is None or each.setting == picked or _may_be_due(ours, each, on)
        ]
        found.append(TraineeView(person, enrolment, on, tuple(look(ours, each, on) for each in asked)))
    return found, sets.settings, picked


def _may_be_due(facts: TraineeFacts, requirements: Requirements, on: date) -> bool:
    """A decision can only wait where one was made before, or where every requirement is met."""
    decided = any(each.setting == requirements.setting for each in facts.decisions)
    return decided or is_ready(facts, requirements, on)


def _has_left(enrolment: EnrolmentFact | None, on: date) -> bool:
    return enrolment is not None and not enrolment.is_open(on) and enrolment.outcome is EnrolmentOutcome.WITHDRAWN


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


# --- Decisions and checks ---


def list_decisions(viewer: Viewer, trainee_id: UUID, *, known_at: datetime | None = None) -> list[Authorisation]:
    """Every decision known about a trainee the viewer may see, newest first, without what was frozen."""
    return list(
        db.session.scalars(
            select(Authorisation)
            .where(
                Authorisation.trainee_id == trainee_id,
                Authorisation.recorded_at <= (known_at or now()),
                Authorisation.trainee_id.in_(visible_trainees(viewer, Permission.READINESS_READ)),
            )
            .options(joinedload(Authorisation.decided_by), defer(Authorisation.snapshot, raiseload=True))
            .order_by(Authorisation.recorded_at.desc(), Authorisation.id.desc())
        )
    )


def get_authorisation(viewer: Viewer, authorisation_id: UUID) -> Authorisation:
    """One decision with its reason and what was frozen; NotFound outside the viewer's scope."""
    row = db.session.scalar(
        select(Authorisation)
        .where(
            Authorisation.id == authorisation_id,
            Authorisation.trainee_id.in_(visible_trainees(viewer, Permission.READINESS_READ)),
        )
        .options(
            joinedload(Authorisation.trainee),
            joinedload(Authorisation.decided_by),
            joinedload(Authorisation.reason),
            joinedload(Authorisation.requirement_set),
        )
    )
    if row is None:
        raise NotFound
    return row


@dataclass(frozen=True, slots=True)
class CheckRow:
    """One check as the administrator sees it; `replaced` says that a correction stands in its place."""

    check: Check
    replaced: bool
    in_date: bool


def list_checks(viewer: Viewer, person_id: UUID) -> tuple[Person, list[CheckRow]]:
    """A person and every check ever recorded about them, newest first; for the administrator."""
    person = get_person(viewer, person_id)
    newer = aliased(Check)
    rows = db.session.execute(
        select(Check, newer.id)
        .outerjoin(newer, newer.supersedes_id == Check.id)
        .where(Check.person_id == person_id)
        .options(joinedload(Check.recorded_by), joinedload(Check.reference), joinedload(Check.reason))
        .order_by(Check.recorded_at.desc(), Check.id.desc())
    )
    day = today()
    return person, [
        CheckRow(row, later is not None, later is None and row.issued_on <= day <= row.valid_until)
        for row, later in rows
    ]


def get_proof_id(viewer: Viewer, person_id: UUID, check_id: UUID) -> UUID:
    """The stored file of a check, replaced or not; NotFound if it has none."""
    _, rows = list_checks(viewer, person_id)
    proof_id = next((row.check.proof_id for row in rows if row.check.id == check_id), None)
    if proof_id is None:
        raise NotFound("No file was kept with this check.")
    return proof_id


def get_check(viewer: Viewer, person_id: UUID, check_id: UUID) -> Check:
    """One standing check of a person, to be corrected; for the administrator."""
    _, rows = list_checks(viewer, person_id)
    found = next((row.check for row in rows if row.check.id == check_id and not row.replaced), None)
    if found is None:
        raise NotFound
    return found
