"""Reading notices."""

from datetime import timedelta

from sqlalchemy import or_, select

from lms.core.clock import now
from lms.core.db import db
from lms.notifications.models import Notice
from lms.policy import Viewer

KEPT = timedelta(days=28)


def list_notices(viewer: Viewer, limit: int = 20) -> list[Notice]:
    """The viewer's own notices, unread first, then newest first; those that were read only while they are recent.

    What a notice is about may no longer be the viewer's to see some time later.
    """
    return list(
        db.session.scalars(
            select(Notice)
            .where(Notice.person_id == viewer.id, or_(Notice.read_at.is_(None), Notice.created_at > now() - KEPT))
            .order_by(Notice.read_at.is_not(None), Notice.created_at.desc(), Notice.id.desc())
            .limit(limit)
        )
    )
