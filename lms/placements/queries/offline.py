"""Reading who is meant as the supervisor of a shift that was entered without a signal, where no names are at hand."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from lms.core.db import db
from lms.placements.models import Shift
from lms.placements.queries.planned import list_sharing
from lms.placements.queries.settings import list_supervisors
from lms.placements.rules.offline import matching_booking, supervisor_meant
from lms.placements.rules.times import Span
from lms.policy import Viewer


@dataclass(frozen=True, slots=True)
class Meant:
    """The booking a shift was worked from, and its supervisor; none where there is none, or it is not clear."""

    booking_id: UUID | None
    supervisor_id: UUID | None


def find_meant(viewer: Viewer, site_id: UUID, span: Span) -> Meant:
    """What "as booked, or as last time at this site" means for a shift of the viewer's."""
    booking = matching_booking(list_sharing(viewer, span), span, site_id)
    supervisors = [each for each in list_supervisors() if each.id != viewer.id]
    last = db.session.scalar(
        select(Shift.supervisor_id)
        .where(Shift.trainee_id == viewer.id, Shift.site_id == site_id)
        .order_by(Shift.started_at.desc(), Shift.id.desc())
        .limit(1)
    )
    found = supervisor_meant(
        booking.supervisor_id if booking else None,
        last,
        [each.id for each in supervisors if site_id in each.sites],
        [each.id for each in supervisors],
    )
    return Meant(booking.booking_id if booking else None, found)
