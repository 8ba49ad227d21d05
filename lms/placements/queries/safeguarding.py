"""Reading safeguarding reports: where the trainee's own stand, and whole reports for the consultant nurse."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.orm import joinedload

from lms.core.db import db
from lms.core.errors import NotFound
from lms.identity.queries import list_seeing, people_by_id, visible_trainees
from lms.placements.models import SafeguardingReport, SafeguardingStep, Site
from lms.placements.rules.evaluations import SafeguardingOutcome
from lms.policy import Permission, Role, Viewer


@dataclass(frozen=True, slots=True)
class ReportRow:
    """A report without its words: where it is about, when it came and what was done last."""

    id: UUID
    site: str
    recorded_at: datetime
    steps: tuple[tuple[SafeguardingOutcome, datetime], ...]

    @property
    def outcomes(self) -> list[SafeguardingOutcome]:
        """The steps that were taken, in order."""
        return [outcome for outcome, _ in self.steps]

    @property
    def is_open(self) -> bool:
        """Say whether somebody still has to do something."""
        return SafeguardingOutcome.CLOSED not in self.outcomes

    @property
    def state(self) -> str:
        """Where it stands, in words."""
        return self.outcomes[-1].label if self.steps else "Arrived, not taken up yet"


@dataclass(frozen=True, slots=True)
class StepRow:
    """One step in full; words of None were redacted."""

    outcome: SafeguardingOutcome
    by_name: str
    role: Role
    recorded_at: datetime
    words_id: UUID
    words: str | None


@dataclass(frozen=True, slots=True)
class ReportPage:
    """One report in full, for whoever deals with it; a text of None was redacted."""

    row: ReportRow
    trainee_id: UUID
    trainee_name: str
    text_id: UUID
    text: str | None
    steps: tuple[StepRow, ...]


def list_report_readers(trainee_id: UUID) -> list[UUID]:
    """Ids of those who deal with what this trainee reports: they may see it today, and their account is in use."""
    people = people_by_id(list_seeing(trainee_id, Permission.SAFEGUARDING_READ))
    return sorted(key for key, person in people.items() if person.deactivated_at is None and key != trainee_id)


def list_own_reports(viewer: Viewer) -> list[ReportRow]:
    """The reports the viewer made, newest first. Two statements."""
    return _rows(SafeguardingReport.trainee_id == viewer.id)


def list_reports(viewer: Viewer) -> list[ReportRow]:
    """The reports the viewer deals with: those that are open first, then newest first. Two statements."""
    return sorted(_rows(_readable(viewer)), key=lambda row: not row.is_open)


def list_reports_to_take_up(viewer: Viewer) -> list[ReportRow]:
    """The reports that nobody has taken up and the viewer may, the oldest first. Two statements."""
    return list(reversed(_rows(_to_take_up(viewer))))


def count_reports_to_take_up(viewer: Viewer) -> int:
    """How many reports nobody has taken up and the viewer may. One statement."""
    return db.session.scalar(select(func.count(SafeguardingReport.id)).where(_to_take_up(viewer))) or 0


def _to_take_up(viewer: Viewer) -> ColumnElement[bool]:
    taken = select(SafeguardingStep.id).where(SafeguardingStep.report_id == SafeguardingReport.id)
    return and_(_readable(viewer), SafeguardingReport.trainee_id != viewer.id, ~taken.exists())


def get_report(viewer: Viewer, report_id: UUID) -> ReportPage:
    """One report the viewer deals with; NotFound for any other."""
    report = db.session.scalar(
        select(SafeguardingReport)
        .where(SafeguardingReport.id == report_id, _readable(viewer))
        .options(
            joinedload(SafeguardingReport.site),
            joinedload(SafeguardingReport.trainee),
            joinedload(SafeguardingReport.text),
        )
    )
    if report is None:
        raise NotFound
    steps = tuple(
        StepRow(each.outcome, each.by.name, each.role, each.recorded_at, each.words_id, each.words.text)
        for each in db.session.scalars(
            _steps([report.id]).options(joinedload(SafeguardingStep.by), joinedload(SafeguardingStep.words))
        )
    )
    done = tuple((step.outcome, step.recorded_at) for step in steps)
    return ReportPage(
        row=ReportRow(report.id, report.site.name, report.recorded_at, done),
        trainee_id=report.trainee_id,
        trainee_name=report.trainee.name,
        text_id=report.text_id,
        text=report.text.text,
        steps=steps,
    )


def _rows(condition: ColumnElement[bool]) -> list[ReportRow]:
    reports = db.session.execute(
        select(SafeguardingReport.id, Site.name, SafeguardingReport.recorded_at)
        .join(Site, Site.id == SafeguardingReport.site_id)
        .where(condition)
        .order_by(SafeguardingReport.recorded_at.desc(), SafeguardingReport.id.desc())
    ).all()
    steps: dict[UUID, list[tuple[SafeguardingOutcome, datetime]]] = {}
    for step in db.session.scalars(_steps(row.id for row in reports)):
        steps.setdefault(step.report_id, []).append((step.outcome, step.recorded_at))
    return [ReportRow(row.id, row.name, row.recorded_at, tuple(steps.get(row.id, ()))) for row in reports]


def _steps(reports: Iterable[UUID]) -> "Select[SafeguardingStep]":
    return (
        select(SafeguardingStep)
        .where(SafeguardingStep.report_id.in_(list(reports)))
        .order_by(SafeguardingStep.recorded_at, SafeguardingStep.id)
    )


def _readable(viewer: Viewer) -> ColumnElement[bool]:
    return SafeguardingReport.trainee_id.in_(visible_trainees(viewer, Permission.SAFEGUARDING_READ))
