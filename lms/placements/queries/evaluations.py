"""Reading evaluations of placements: one's own, those of one's trainees, and what a site may see of them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import aliased, joinedload

from lms.audit.models import TextBody
from lms.core.clock import now
from lms.core.days import london_day
from lms.core.db import db
from lms.core.errors import NotFound
from lms.identity.queries import visible_trainees
from lms.placements.models import EvaluationSummary, PlacementEvaluation, Shift, Site
from lms.placements.queries.loaders import grouped, shift_fact, standing_shifts
from lms.placements.queries.settings import select_own_sites
from lms.placements.rules.evaluations import Evaluation, Placement, Shown, shown_to_site
from lms.placements.rules.states import Status
from lms.policy import Permission, Viewer


@dataclass(frozen=True, slots=True)
class OwnPlacement:
    """A site the viewer worked at, and whether they may evaluate it."""

    site_id: UUID
    site: str
    setting: str
    placement: Placement


@dataclass(frozen=True, slots=True)
class EvaluatedSite:
    """A site with how many evaluations of it the viewer reads, and when the latest came."""

    site_id: UUID
    site: str
    count: int
    latest_at: datetime


@dataclass(frozen=True, slots=True)
class SummaryRow:
    """What an educator told a site; a text of None was redacted."""

    from_on: date
    until_on: date
    text_id: UUID
    text: str | None


@dataclass(frozen=True, slots=True)
class SiteEvaluations:
    """The evaluations of one site that the viewer reads one by one, with what was told to the site."""

    site_id: UUID
    site: str
    evaluations: tuple[PlacementEvaluation, ...]
    summaries: tuple[SummaryRow, ...]


@dataclass(frozen=True, slots=True)
class SiteFeedback:
    """What the people of a site see: whole batches of evaluations, or only what an educator sums up."""

    site_id: UUID
    site: str
    shown: Shown | None
    summaries: tuple[SummaryRow, ...]


def list_own_placements(viewer: Viewer) -> list[OwnPlacement]:
    """The sites the viewer worked at, the latest first; withdrawn shifts do not make a placement."""
    evaluated = dict(
        db.session.execute(
            select(PlacementEvaluation.site_id, func.max(PlacementEvaluation.recorded_at))
            .where(PlacementEvaluation.trainee_id == viewer.id)
            .group_by(PlacementEvaluation.site_id)
        ).all()
    )
    statement = standing_shifts(Shift.trainee_id == viewer.id, now()).options(joinedload(Shift.site))
    found: dict[UUID, OwnPlacement] = {}
    for shift, decisions in grouped(db.session.execute(statement)):
        fact = shift_fact(shift, decisions)
        if fact.status is Status.WITHDRAWN:
            continue
        done = evaluated.get(shift.site_id)
        placement = Placement(fact.on, london_day(done) if done else None)
        found[shift.site_id] = OwnPlacement(shift.site_id, shift.site.name, shift.setting, placement)
    return sorted(found.values(), key=lambda row: (row.placement.last_shift_on, row.site_id), reverse=True)


def get_own_placement(viewer: Viewer, site_id: UUID) -> OwnPlacement:
    """One site the viewer worked at; NotFound for any other."""
    found = next((row for row in list_own_placements(viewer) if row.site_id == site_id), None)
    if found is None:
        raise NotFound
    return found


def list_evaluated_sites(viewer: Viewer) -> list[EvaluatedSite]:
    """The sites that trainees of the viewer have evaluated, by name."""
    rows = db.session.execute(
        select(Site.id, Site.name, func.count(PlacementEvaluation.id), func.max(PlacementEvaluation.recorded_at))
        .join(PlacementEvaluation, PlacementEvaluation.site_id == Site.id)
        .where(_readable(viewer))
        .group_by(Site.id, Site.name)
        .order_by(func.lower(Site.name), Site.id)
    )
    return [EvaluatedSite(*row) for row in rows]


def get_site_evaluations(viewer: Viewer, site_id: UUID) -> SiteEvaluations:
    """The evaluations of a site by trainees of the viewer, newest first; NotFound where there is none."""
    rows = db.session.scalars(
        select(PlacementEvaluation)
        .where(PlacementEvaluation.site_id == site_id, _readable(viewer))
        .order_by(PlacementEvaluation.recorded_at.desc(), PlacementEvaluation.id.desc())
        .options(
            joinedload(PlacementEvaluation.site),
            joinedload(PlacementEvaluation.went_well),
            joinedload(PlacementEvaluation.could_change),
        )
    ).all()
    if not rows:
        raise NotFound
    return SiteEvaluations(site_id, rows[0].site.name, tuple(rows), _summaries(site_id))


def list_own_sites(viewer: Viewer) -> list[Site]:
    """The sites the viewer's role as supervisor is scoped to, by name."""
    return list(
        db.session.scalars(
            select(Site).where(Site.id.in_(select_own_sites(viewer))).order_by(func.lower(Site.name), Site.id)
        )
    )


def get_site_feedback(viewer: Viewer, site_id: UUID) -> SiteFeedback:
    """What trainees say about a site of the viewer's, as far as a site may see it; NotFound for any other site."""
    site = db.session.scalar(select(Site).where(Site.id == site_id, Site.id.in_(select_own_sites(viewer))))
    if site is None:
        raise NotFound
    well, change = aliased(TextBody), aliased(TextBody)
    rows = db.session.execute(
        select(PlacementEvaluation, well.text, change.text)
        .outerjoin(well, well.id == PlacementEvaluation.went_well_id)
        .outerjoin(change, change.id == PlacementEvaluation.could_change_id)
        .where(PlacementEvaluation.site_id == site_id)
    )
    found = [
        Evaluation(row.id, row.trainee_id, row.recorded_at, row.ratings, went_well, could_change)
        for row, went_well, could_change in rows
    ]
    return SiteFeedback(site.id, site.name, shown_to_site(found), _summaries(site_id))


def trainees_in(rows: Iterable[PlacementEvaluation], from_on: date, until_on: date) -> int:
    """How many trainees gave these evaluations in a time."""
    return len({row.trainee_id for row in rows if from_on <= london_day(row.recorded_at) <= until_on})


def _readable(viewer: Viewer) -> ColumnElement[bool]:
    return PlacementEvaluation.trainee_id.in_(visible_trainees(viewer, Permission.EVALUATION_READ))


def _summaries(site_id: UUID) -> tuple[SummaryRow, ...]:
    rows = db.session.scalars(
        select(EvaluationSummary)
        .where(EvaluationSummary.site_id == site_id)
        .order_by(EvaluationSummary.until_on.desc(), EvaluationSummary.id.desc())
        .options(joinedload(EvaluationSummary.text))
    )
    return tuple(SummaryRow(row.from_on, row.until_on, row.text_id, row.text.text) for row in rows)
