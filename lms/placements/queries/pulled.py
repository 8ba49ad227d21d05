"""How much time of shifts was pulled to operational duty, totalled by site and never by person."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import case, func, or_, select

from lms.core.anonymity import FEWEST_PEOPLE
from lms.core.clock import now
from lms.core.db import db
from lms.identity.queries import visible_trainees
from lms.placements.models import Shift, ShiftActivity, Site
from lms.placements.queries.loaders import stands
from lms.placements.queries.settings import select_own_sites
from lms.placements.rules.states import Activity
from lms.policy import Permission, Viewer

LATELY, YEAR = timedelta(days=28), timedelta(days=365)


@dataclass(frozen=True, slots=True)
class PulledAtSite:
    """What a site's shifts of the last year say: minutes pulled, lately and in all, beside all minutes entered."""

    site_id: UUID
    site_name: str
    setting: str
    lately: int
    pulled: int
    entered: int
    shifts: int
    trainees: int

    @property
    def trainees_words(self) -> str:
        """How many people it was; few are not counted out."""
        return f"{self.trainees}" if self.trainees >= FEWEST_PEOPLE else f"fewer than {FEWEST_PEOPLE}"


def list_pulled_by_site(viewer: Viewer) -> list[PulledAtSite]:
    """Each site whose shifts say what they were spent on, the most time pulled first. One statement.

    Counted are the shifts of trainees whose days the viewer may unlock, and all shifts of the viewer's own sites.
    """
    moment = now()
    minutes, is_pulled = ShiftActivity.minutes, ShiftActivity.activity == Activity.OPERATIONAL_DUTY
    pulled = func.sum(case((is_pulled, minutes), else_=0))
    lately = func.sum(case((is_pulled & (Shift.started_at >= moment - LATELY), minutes), else_=0))
    rows = db.session.execute(
        select(
            Site.id,
            Site.name,
            Site.setting,
            lately,
            pulled,
            func.sum(minutes),
            func.count(func.distinct(case((is_pulled, Shift.id)))),
            func.count(func.distinct(case((is_pulled, Shift.trainee_id)))),
        )
        .join(Shift, Shift.site_id == Site.id)
        .join(ShiftActivity, ShiftActivity.shift_id == Shift.id)
        .where(
            Shift.started_at >= moment - YEAR,
            or_(
                Shift.trainee_id.in_(visible_trainees(viewer, Permission.HOURS_UNLOCK)),
                Shift.site_id.in_(select_own_sites(viewer)),
            ),
            stands(),
        )
        .group_by(Site.id, Site.name, Site.setting)
        .order_by(pulled.desc(), Site.name)
    )
    return [PulledAtSite(*row) for row in rows]
