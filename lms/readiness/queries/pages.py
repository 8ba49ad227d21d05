"""One trainee's readiness, the board of all, decisions and checks: only what the viewer may see."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import defer, joinedload

from lms.core.clock import end_of_day, now, today
from lms.core.db import db
from lms.core.errors import NotFound
from lms.curriculum.rules.enrolment import EnrolmentFact
from lms.identity.models import Person
from lms.identity.queries import get_trainee, people_by_id, visible_trainees
from lms.policy import Permission, Viewer
from lms.readiness.models import Authorisation
from lms.readiness.queries.facts import RequirementSets, load_facts_and_enrolments, load_requirement_sets, with_wordings
from lms.readiness.rules import (
    Due,
    FirstEnd,
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
    signed_by,
    status_on,
)


@dataclass(frozen=True, slots=True)
class SettingView:
    """One trainee in one setting: what the rules say, what was decided, and what waits for a decision.

    `ends_first` is what lapses first of what an authorisation would rest on, `signed_by_viewer` what whoever decides
    has signed off; only looked for where one is decided.
    """

    requirements: Requirements
    result: Result
    status: Status
    due: Due | None
    ends_first: FirstEnd | None = None
    signed_by_viewer: tuple[str, ...] = ()

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
    facts = with_wordings(facts, sets, known_at=known_at)
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
    sets = load_requirement_sets(enrolments.values(), known_at=known_at)
    facts = with_wordings(facts, sets, known_at=known_at)
    requirements = sets.find(enrolment, setting)
    if requirements is None:
        raise NotFound("There is no requirement set for this setting.")
    ours = facts[trainee_id]
    signed = signed_by(viewer.id, ours, requirements, on)
    granted = replace(look(ours, requirements, on), signed_by_viewer=signed)
    if not granted.result.lapses:
        granted = replace(granted, ends_first=first_end(ours, requirements, on))
    if supervision is None or supervision.rank >= requirements.supervision.rank:
        return person, granted, granted
    asked = look(ours, replace(requirements, supervision=supervision), on)
    return person, granted, replace(asked, signed_by_viewer=signed)


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
