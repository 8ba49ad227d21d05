"""Reading rounds of feedback: who may manage, who is asked, and the answers together once they may be read."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, or_, select

from lms.audit.models import TextBody
from lms.competencies.models import (
    FeedbackAnswer,
    FeedbackBooking,
    FeedbackRater,
    FeedbackRelease,
    FeedbackRound,
    FeedbackSheet,
    FeedbackTicket,
)
from lms.competencies.queries.facts import FormVersion, FrameworkVersion, get_framework_version
from lms.competencies.queries.patients import list_voices
from lms.competencies.rules import Capability, PatientVoice, Question, RoundFact, RoundState, Said, Written, summary_of
from lms.competencies.rules.form_files import RatersFile, form_from
from lms.core.db import db
from lms.core.errors import NotFound
from lms.curriculum.queries import content_versions_by_id, made_from
from lms.identity.models import Person
from lms.identity.queries import list_trainees, people_by_id, trainee_ids, visible_trainees
from lms.policy import Permission, Viewer
from lms.signing.models import PersonJoin


@dataclass(frozen=True, slots=True)
class RoundRow:
    """A round as lists and pages show it."""

    fact: RoundFact
    trainee_name: str
    opened_by_id: UUID
    opened_by_name: str
    opened_at: datetime
    setting: str
    form: FormVersion
    framework_version_id: UUID
    assessment_id: UUID | None

    @property
    def needs(self) -> RatersFile:
        """What the round asks of its raters, and how many it needs."""
        assert self.form.form.raters is not None
        return self.form.form.raters

    @property
    def state(self) -> RoundState:
        """Where the round stands."""
        return self.fact.state(self.needs)

    @property
    def lacking(self) -> tuple[str, ...]:
        """What is missing before anybody may read an answer."""
        return self.fact.lacking(self.needs)


@dataclass(frozen=True, slots=True)
class Invitation:
    """Somebody is asked to answer in a round."""

    id: UUID
    row: RoundRow
    has_answered: bool

    @property
    def is_waiting(self) -> bool:
        """Whether the rater can answer now."""
        return not self.has_answered and self.row.fact.has_own_view and not self.row.fact.is_closed


def get_round(viewer: Viewer, round_id: UUID) -> RoundRow:
    """A round about a trainee whose feedback the viewer collects; never one about themselves."""
    scope = visible_trainees(viewer, Permission.FEEDBACK_COLLECT)
    return _one(
        FeedbackRound.id == round_id, FeedbackRound.trainee_id.in_(scope), FeedbackRound.trainee_id != viewer.id
    )


def get_own_round(viewer: Viewer, round_id: UUID) -> RoundRow:
    """A round about the viewer."""
    scope = visible_trainees(viewer, Permission.ASSESSMENT_ASK)
    return _one(
        FeedbackRound.id == round_id, FeedbackRound.trainee_id.in_(scope), FeedbackRound.trainee_id == viewer.id
    )


def list_rounds(viewer: Viewer) -> dict[UUID, RoundRow]:
    """The newest round of each trainee whose feedback the viewer collects. A constant number of statements."""
    scope = visible_trainees(viewer, Permission.FEEDBACK_COLLECT)
    rows = _rows(FeedbackRound.trainee_id.in_(scope), FeedbackRound.trainee_id != viewer.id)
    return {row.fact.trainee_id: row for row in rows}


_FIRST = (RoundState.ENOUGH, RoundState.BOOKED, RoundState.ANSWERING, RoundState.OPENED, RoundState.RELEASED)


@dataclass(frozen=True, slots=True)
class Collected:
    """A trainee whose feedback the viewer collects: the newest round, and what patients and carers say."""

    trainee: Person
    row: RoundRow | None
    voice: PatientVoice | None


def list_collected(viewer: Viewer) -> list[Collected]:
    """The trainees whose feedback the viewer collects: first those for whom there is something to do."""
    rounds, voices = list_rounds(viewer), list_voices(viewer)
    found = [
        Collected(each, rounds.get(each.id), voices.get(each.id))
        for each in list_trainees(viewer, Permission.FEEDBACK_COLLECT)
        if each.id != viewer.id
    ]
    return sorted(found, key=lambda each: _FIRST.index(each.row.state) if each.row else len(_FIRST))


def list_own_rounds(viewer: Viewer) -> list[RoundRow]:
    """The rounds about the viewer, newest first."""
    scope = visible_trainees(viewer, Permission.ASSESSMENT_ASK)
    return _rows(FeedbackRound.trainee_id.in_(scope), FeedbackRound.trainee_id == viewer.id)[::-1]


def find_open_round(trainee_id: UUID) -> RoundRow | None:
    """The round about a trainee that is not released yet, if there is one."""
    rows = _rows(FeedbackRound.trainee_id == trainee_id)
    return next((row for row in rows if not row.fact.is_released), None)


def list_invitations(viewer: Viewer) -> list[Invitation]:
    """What the viewer is asked to answer, newest first; what is closed and was not answered is left out."""
    found = _invitations(FeedbackRater.person_id == viewer.id)
    return [each for each in found if each.has_answered or not each.row.fact.is_closed]


def get_invitation(viewer: Viewer, rater_id: UUID) -> Invitation:
    """One invitation of the viewer."""
    found = _invitations(FeedbackRater.person_id == viewer.id, FeedbackRater.id == rater_id)
    if not found:
        raise NotFound
    return found[0]


def _invitations(*where: ColumnElement[bool]) -> list[Invitation]:
    found = db.session.execute(
        select(FeedbackRater.id, FeedbackRater.round_id, FeedbackTicket.is_used)
        .join(FeedbackTicket, FeedbackTicket.rater_id == FeedbackRater.id)
        .where(*where)
        .order_by(FeedbackRater.recorded_at.desc(), FeedbackRater.id.desc())
    ).all()
    rows = {row.fact.id: row for row in _rows(FeedbackRound.id.in_({each.round_id for each in found}))}
    return [Invitation(each.id, rows[each.round_id], each.is_used) for each in found]


def list_invited(row: RoundRow) -> list[Person]:
    """The people invited to a round, by name; nothing says who of them has answered."""
    return list(
        db.session.scalars(
            select(Person)
            .join(FeedbackRater, FeedbackRater.person_id == Person.id)
            .where(FeedbackRater.round_id == row.fact.id)
            .order_by(func.lower(Person.name), Person.id)
        )
    )


def list_to_invite(viewer: Viewer, row: RoundRow, *, search: str = "", limit: int | None = 200) -> list[Person]:
    """The people with an account who can be invited to a round, by name: no trainees, no guests, and nobody twice.

    The list shows names, and whoever collects feedback of one trainee need not know the others.
    """
    invited = select(FeedbackRater.person_id).where(FeedbackRater.round_id == row.fact.id)
    statement = (
        select(Person)
        .where(
            Person.deactivated_at.is_(None),
            Person.is_guest.is_(False),
            Person.id.not_in(select(PersonJoin.from_id)),
            Person.id.not_in(trainee_ids(viewer)),
            Person.id.not_in(invited),
        )
        .order_by(func.lower(Person.name), Person.id)
    )
    if search:
        pattern = f"%{search.lower()}%"
        statement = statement.where(
            or_(func.lower(Person.name).like(pattern), func.lower(Person.profession).like(pattern))
        )
    return list(db.session.scalars(statement.limit(limit)))


def capabilities_of(row: RoundRow) -> tuple[Capability, ...]:
    """The capabilities a released round counts for, in the framework it began with."""
    version: FrameworkVersion = get_framework_version(row.framework_version_id)
    return tuple(each for code, each in version.framework.capabilities.items() if row.form.form.covers(code))


def find_own_view(row: RoundRow) -> list[Question]:
    """The trainee's own view alone."""
    return summary_of(row.needs.fields, [each for each in _said(row.fact.id) if each.is_own])


def find_summary(row: RoundRow) -> list[Question]:
    """What all raters say together; nothing before it may be read."""
    if not row.fact.may_be_read(row.needs):
        return []
    return summary_of(row.needs.fields, _said(row.fact.id))


def _said(round_id: UUID) -> list[Said]:
    rows = db.session.execute(
        select(FeedbackAnswer.key, FeedbackSheet.is_own, FeedbackAnswer.value, FeedbackAnswer.text_id, TextBody.text)
        .join(FeedbackSheet, FeedbackSheet.id == FeedbackAnswer.sheet_id)
        .outerjoin(TextBody, TextBody.id == FeedbackAnswer.text_id)
        .where(FeedbackSheet.round_id == round_id)
    )
    return [
        Said(key, is_own, value, Written(text_id, text) if text_id is not None else None)
        for key, is_own, value, text_id, text in rows
    ]


def _one(*where: ColumnElement[bool]) -> RoundRow:
    rows = _rows(*where)
    if not rows:
        raise NotFound
    return rows[0]


def _rows(*where: ColumnElement[bool]) -> list[RoundRow]:
    """Rounds with everything that was decided, oldest first. A constant number of statements."""
    rounds = db.session.scalars(
        select(FeedbackRound).where(*where).order_by(FeedbackRound.recorded_at, FeedbackRound.id)
    ).all()
    ids = select(FeedbackRound.id).where(FeedbackRound.id.in_({each.id for each in rounds}))
    counts = _Counts(ids) if rounds else None
    people = people_by_id({each for row in rounds for each in (row.trainee_id, row.opened_by_id)})
    forms = content_versions_by_id({each.form_version_id for each in rounds})
    return [
        RoundRow(
            fact=counts.fact(each),
            trainee_name=people[each.trainee_id].name,
            opened_by_id=each.opened_by_id,
            opened_by_name=people[each.opened_by_id].name,
            opened_at=each.recorded_at,
            setting=each.setting,
            form=FormVersion(each.form_version_id, made_from(forms[each.form_version_id], form_from)),
            framework_version_id=each.framework_version_id,
            assessment_id=counts.released.get(each.id),
        )
        for each in rounds
        if counts is not None
    ]


class _Counts:
    """What is known of several rounds: sheets, raters and their professions, bookings and releases."""

    def __init__(self, ids: Select[UUID]) -> None:
        sheets = db.session.execute(
            select(FeedbackSheet.round_id, FeedbackSheet.is_own, func.count())
            .where(FeedbackSheet.round_id.in_(ids))
            .group_by(FeedbackSheet.round_id, FeedbackSheet.is_own)
        )
        self.sheets: Mapping[tuple[UUID, bool], int] = {(key, is_own): count for key, is_own, count in sheets}
        self.invited: Counter[UUID] = Counter()
        self.professions: dict[UUID, Counter[str]] = {}
        for round_id, profession, is_used in db.session.execute(
            select(FeedbackRater.round_id, FeedbackTicket.profession, FeedbackTicket.is_used)
            .join(FeedbackTicket, FeedbackTicket.rater_id == FeedbackRater.id)
            .where(FeedbackRater.round_id.in_(ids))
        ):
            self.invited[round_id] += 1
            if is_used:
                self.professions.setdefault(round_id, Counter())[profession or ""] += 1
        bookings = db.session.execute(
            select(FeedbackBooking.round_id, FeedbackBooking.conversation_on)
            .where(FeedbackBooking.round_id.in_(ids))
            .order_by(FeedbackBooking.recorded_at, FeedbackBooking.id)
        )
        self.booked: Mapping[UUID, date] = dict(bookings.all())
        released = db.session.execute(
            select(FeedbackRelease.round_id, FeedbackRelease.assessment_id).where(FeedbackRelease.round_id.in_(ids))
        )
        self.released: Mapping[UUID, UUID] = dict(released.all())

    def fact(self, row: FeedbackRound) -> RoundFact:
        """One round as the rules take it."""
        return RoundFact(
            id=row.id,
            trainee_id=row.trainee_id,
            has_own_view=(row.id, True) in self.sheets,
            invited=self.invited[row.id],
            answered=self.sheets.get((row.id, False), 0),
            professions=self.professions.get(row.id, {}),
            conversation_on=self.booked.get(row.id),
            is_released=row.id in self.released,
        )
