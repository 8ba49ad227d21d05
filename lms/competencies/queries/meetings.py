"""Reading the meetings of placements, the actions that are open, and what of both waits for somebody."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import aliased

from lms.audit.models import TextBody
from lms.competencies.models import MeetingAction, MeetingActionStep, MeetingAnswer, PlacementMeeting
from lms.competencies.queries.supervision import find_coordinating_supervisors
from lms.competencies.rules.agreeing import AgreementState, agreement_state, waits_for
from lms.competencies.rules.meetings import (
    ActionStep,
    MeetingActionFact,
    MeetingActionOutcome,
    MeetingFact,
    Placement,
    PlannedMeeting,
    Worked,
    placement_of,
    plan,
)
from lms.core.clock import now, today
from lms.core.db import db
from lms.core.errors import NotFound
from lms.curriculum.queries import load_enrolments
from lms.identity.models import Person
from lms.identity.queries import get_trainee, list_trainees, visible_trainees
from lms.placements.models import Site
from lms.placements.queries import SiteShift, get_placements, load_site_shifts
from lms.placements.rules.hours import Placements
from lms.policy import Permission, Viewer

Trainee, Supervisor = aliased(Person), aliased(Person)
Summary, Goals, Declined = aliased(TextBody), aliased(TextBody), aliased(TextBody)


@dataclass(frozen=True, slots=True)
class MeetingRow:
    """One meeting as a page shows it; a text of None was redacted if it has an id."""

    fact: MeetingFact
    trainee_name: str
    supervisor_name: str
    site: str
    summary_id: UUID
    summary: str | None
    goals_id: UUID | None
    goals: str | None
    declined_id: UUID | None
    declined: str | None

    @property
    def waits_for_id(self) -> UUID:
        """Whose answer the meeting needs or had."""
        fact = self.fact
        return waits_for(
            trainee_id=fact.trainee_id, supervisor_id=fact.supervisor_id, recorded_by_id=fact.recorded_by_id
        )

    @property
    def waits_for_name(self) -> str:
        """The name of the one whose answer the meeting needs."""
        return self.supervisor_name if self.waits_for_id == self.fact.supervisor_id else self.trainee_name

    def waits_for(self, person_id: UUID) -> bool:
        """Say whether this person still has to answer."""
        return self.fact.state is AgreementState.WAITING and self.waits_for_id == person_id


@dataclass(frozen=True, slots=True)
class ActionRow:
    """One action with its words and where it was agreed; a text of None was redacted."""

    fact: MeetingActionFact
    text_id: UUID
    text: str | None
    agreed_at: str
    reason_id: UUID | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class PlacementRow:
    """One placement with its three meetings as they stand today."""

    placement: Placement
    setting: str
    meetings: Sequence[PlannedMeeting]

    @property
    def is_settled(self) -> bool:
        """Say whether no meeting of the placement is expected any more."""
        return all(each.state.is_settled for each in self.meetings)


@dataclass(frozen=True, slots=True)
class MeetingsPage:
    """A trainee's open actions, placements with their meetings, and everything recorded."""

    trainee: Person
    on: date
    open_actions: Sequence[ActionRow]
    closed_actions: Sequence[ActionRow]
    placements: Sequence[PlacementRow]
    meetings: Sequence[MeetingRow]


@dataclass(frozen=True, slots=True)
class DueMeeting:
    """A meeting of a trainee that somebody should arrange now."""

    trainee_id: UUID
    trainee_name: str
    planned: PlannedMeeting


def load_meetings(trainees: Select[Any], *, known_at: datetime) -> dict[UUID, list[MeetingFact]]:
    """The meetings of these trainees as they were known at a moment. One statement."""
    found: dict[UUID, list[MeetingFact]] = {}
    rows = db.session.execute(
        select(PlacementMeeting, MeetingAnswer)
        .outerjoin(
            MeetingAnswer,
            and_(MeetingAnswer.meeting_id == PlacementMeeting.id, MeetingAnswer.recorded_at <= known_at),
        )
        .where(PlacementMeeting.trainee_id.in_(trainees), PlacementMeeting.recorded_at <= known_at)
        .order_by(PlacementMeeting.held_on, PlacementMeeting.id)
    )
    for meeting, answer in rows:
        found.setdefault(meeting.trainee_id, []).append(_fact(meeting, answer))
    return found


def get_meetings(viewer: Viewer, trainee_id: UUID) -> MeetingsPage:
    """A trainee's meetings and actions; NotFound outside the viewer's scope."""
    trainee = get_trainee(viewer, trainee_id, Permission.SUPERVISION_READ)
    on, known_at = today(), now()
    scope = select(Person.id).where(Person.id == trainee_id)
    content = get_placements()
    shifts = load_site_shifts(scope, known_at=known_at).get(trainee_id, [])
    meetings = list_meetings(PlacementMeeting.trainee_id == trainee_id)
    facts = [row.fact for row in meetings]
    actions = _actions(MeetingAction.trainee_id == trainee_id)
    return MeetingsPage(
        trainee=trainee,
        on=on,
        open_actions=[row for row in actions if row.fact.is_open(on)],
        closed_actions=[row for row in actions if not row.fact.is_open(on)][::-1],
        placements=[
            PlacementRow(each, content.title_of(each.setting), plan(each, facts, on))
            for each in sorted(placements_of(shifts, content, on), key=lambda each: each.first_on, reverse=True)
        ],
        meetings=meetings,
    )


def list_open_actions(trainee_id: UUID) -> list[ActionRow]:
    """A trainee's open actions, those due first first; for a page or service that has decided who may ask."""
    rows = _actions(MeetingAction.trainee_id == trainee_id)
    return [row for row in rows if row.fact.is_open(today())]


def find_placement(trainee_id: UUID, site_id: UUID, on: date) -> Placement | None:
    """The placement of a trainee at a site as it stands on a day; None before the first shift there."""
    shifts = load_site_shifts(select(Person.id).where(Person.id == trainee_id), known_at=now()).get(trainee_id, [])
    found = placements_of([each for each in shifts if each.site_id == site_id], get_placements(), on)
    return found[0] if found else None


def get_site_name(site_id: UUID) -> str:
    """The name of a site; NotFound if there is none."""
    name = db.session.scalar(select(Site.name).where(Site.id == site_id))
    if name is None:
        raise NotFound
    return name


def get_meeting(viewer: Viewer, meeting_id: UUID) -> tuple[MeetingRow, list[ActionRow]]:
    """One meeting with the actions agreed in it; NotFound outside the viewer's scope."""
    seen = PlacementMeeting.trainee_id.in_(visible_trainees(viewer, Permission.SUPERVISION_READ))
    rows = list_meetings(PlacementMeeting.id == meeting_id, seen)
    if not rows:
        raise NotFound
    return rows[0], _actions(MeetingAction.meeting_id == meeting_id)


def get_own_meeting(viewer: Viewer, meeting_id: UUID) -> MeetingRow:
    """One meeting of which the viewer is one of the two; NotFound for anybody else's."""
    rows = list_meetings(PlacementMeeting.id == meeting_id, _recordable(viewer), _of_two(viewer))
    if not rows:
        raise NotFound
    return rows[0]


def get_action(viewer: Viewer, action_id: UUID) -> ActionRow:
    """One action of a trainee for whom the viewer records; NotFound for anybody else's."""
    mine = MeetingAction.trainee_id.in_(visible_trainees(viewer, Permission.SUPERVISION_RECORD))
    rows = _actions(MeetingAction.id == action_id, mine)
    if not rows:
        raise NotFound
    return rows[0]


def list_meetings_waiting(viewer: Viewer) -> list[MeetingRow]:
    """The meetings the viewer has to confirm, oldest first. One statement."""
    others = PlacementMeeting.recorded_by_id != viewer.id
    return list_meetings(others, _of_two(viewer), _recordable(viewer), MeetingAnswer.id.is_(None))[::-1]


def list_meetings_due(viewer: Viewer) -> list[DueMeeting]:
    """The meetings the viewer should arrange, longest due first: a trainee their own, a supervisor those of the
    trainees they co-ordinate and of the placements where a shift names them. Nothing while training is paused."""
    on, known_at = today(), now()
    scope = visible_trainees(viewer, Permission.SUPERVISION_RECORD)
    names = {each.id: each.name for each in list_trainees(viewer, Permission.SUPERVISION_RECORD)}
    coordinated = find_coordinating_supervisors(scope, on=on, known_at=known_at)
    enrolments = load_enrolments(scope, known_at=known_at)
    meetings, content = load_meetings(scope, known_at=known_at), get_placements()
    found = []
    for trainee_id, shifts in load_site_shifts(scope, known_at=known_at).items():
        enrolment = enrolments.get(trainee_id)
        if trainee_id not in names or (enrolment and (enrolment.is_paused(on) or not enrolment.is_open(on))):
            continue
        if viewer.id not in (trainee_id, coordinated.get(trainee_id)):
            named = {each.site_id for each in shifts if each.fact.supervisor_id == viewer.id}
            shifts = [each for each in shifts if each.site_id in named]
        for placement in placements_of(shifts, content, on):
            planned = plan(placement, meetings.get(trainee_id, ()), on)
            found += [DueMeeting(trainee_id, names[trainee_id], each) for each in planned if each.state.is_asked]
    return sorted(
        found, key=lambda each: (each.planned.window.until_on if each.planned.window else on, each.trainee_name)
    )


def placements_of(shifts: Iterable[SiteShift], content: Placements, on: date) -> list[Placement]:
    """The placements that follow from shifts, one for each site."""
    by_site: dict[UUID, list[SiteShift]] = {}
    for shift in shifts:
        by_site.setdefault(shift.site_id, []).append(shift)
    asked = _required(content)
    found = (
        placement_of(
            [Worked(each.fact.on, each.fact.minutes) for each in worked],
            site_id=site_id,
            site=worked[0].site,
            setting=worked[0].fact.setting,
            required_minutes=asked.get(worked[0].fact.setting, 0),
            on=on,
        )
        for site_id, worked in by_site.items()
    )
    return [each for each in found if each is not None]


def _required(content: Placements) -> Mapping[str, int]:
    """The minutes each setting asks for; of settings that are asked together, an even share."""
    return {
        setting: each.required_minutes // max(each.distinct_settings, 1)
        for each in content.requirements()
        for setting in each.settings
    }


def _recordable(viewer: Viewer) -> ColumnElement[bool]:
    return PlacementMeeting.trainee_id.in_(visible_trainees(viewer, Permission.SUPERVISION_RECORD))


def _of_two(viewer: Viewer) -> ColumnElement[bool]:
    return or_(PlacementMeeting.supervisor_id == viewer.id, PlacementMeeting.trainee_id == viewer.id)


def _fact(meeting: PlacementMeeting, answer: MeetingAnswer | None) -> MeetingFact:
    return MeetingFact(
        id=meeting.id,
        trainee_id=meeting.trainee_id,
        site_id=meeting.site_id,
        kind=meeting.meeting_kind,
        held_on=meeting.held_on,
        supervisor_id=meeting.supervisor_id,
        recorded_by_id=meeting.recorded_by_id,
        planned_end_on=meeting.planned_end_on,
        state=agreement_state(answer.agreement if answer else None),
        recorded_at=meeting.recorded_at,
    )


def list_meetings(*conditions: ColumnElement[bool]) -> list[MeetingRow]:
    """Meetings with names and texts, newest first; the caller says whose. One statement."""
    statement = (
        select(
            PlacementMeeting,
            MeetingAnswer,
            Trainee.name,
            Supervisor.name,
            Site.name,
            Summary.text,
            Goals.text,
            Declined.text,
        )
        .join(Trainee, Trainee.id == PlacementMeeting.trainee_id)
        .join(Supervisor, Supervisor.id == PlacementMeeting.supervisor_id)
        .join(Site, Site.id == PlacementMeeting.site_id)
        .join(Summary, Summary.id == PlacementMeeting.summary_id)
        .outerjoin(MeetingAnswer, MeetingAnswer.meeting_id == PlacementMeeting.id)
        .outerjoin(Goals, Goals.id == PlacementMeeting.goals_id)
        .outerjoin(Declined, Declined.id == MeetingAnswer.reason_id)
        .where(*conditions)
        .order_by(PlacementMeeting.held_on.desc(), PlacementMeeting.recorded_at.desc(), PlacementMeeting.id.desc())
    )
    return [
        MeetingRow(
            fact=_fact(meeting, answer),
            trainee_name=trainee,
            supervisor_name=supervisor,
            site=site,
            summary_id=meeting.summary_id,
            summary=summary,
            goals_id=meeting.goals_id,
            goals=goals,
            declined_id=answer.reason_id if answer else None,
            declined=declined,
        )
        for meeting, answer, trainee, supervisor, site, summary, goals, declined in db.session.execute(statement)
    ]


def _actions(*conditions: ColumnElement[bool]) -> list[ActionRow]:
    """Actions with their words and steps, those due first first. One statement."""
    text, why = aliased(TextBody), aliased(TextBody)
    rows = db.session.execute(
        select(MeetingAction, PlacementMeeting, Site.name, text.text, MeetingActionStep, why.text)
        .join(PlacementMeeting, PlacementMeeting.id == MeetingAction.meeting_id)
        .join(Site, Site.id == PlacementMeeting.site_id)
        .join(text, text.id == MeetingAction.text_id)
        .outerjoin(MeetingActionStep, MeetingActionStep.action_id == MeetingAction.id)
        .outerjoin(why, why.id == MeetingActionStep.reason_id)
        .where(*conditions)
        .order_by(MeetingAction.due_on, MeetingAction.id, MeetingActionStep.recorded_at, MeetingActionStep.id)
    )
    found: dict[UUID, list[Any]] = {}
    for row in rows:
        found.setdefault(row[0].id, []).append(row)
    return [_action_row(each) for each in found.values()]


def _action_row(rows: Sequence[Any]) -> ActionRow:
    action, meeting, site, text = rows[0][:4]
    steps = [(row[4], row[5]) for row in rows if row[4] is not None]
    dropped = next(((step, why) for step, why in steps if step.outcome is MeetingActionOutcome.DROPPED), None)
    fact = MeetingActionFact(
        id=action.id,
        trainee_id=action.trainee_id,
        meeting_id=action.meeting_id,
        agreed_on=meeting.held_on,
        due_on=action.due_on,
        recorded_at=action.recorded_at,
        steps=tuple(ActionStep(step.outcome, step.decided_on, step.recorded_at) for step, _ in steps),
    )
    return ActionRow(
        fact=fact,
        text_id=action.text_id,
        text=text,
        agreed_at=f"{meeting.meeting_kind.label} at {site}",
        reason_id=dropped[0].reason_id if dropped else None,
        reason=dropped[1] if dropped else None,
    )
