"""Reading notices."""

from sqlalchemy import func, select

from lms.core.db import db
from lms.notifications.models import Notice
from lms.policy import Viewer


def list_notices(viewer: Viewer, limit: int = 20) -> list[Notice]:
    """The viewer's own notices, unread first, then newest first."""
    return list(
        db.session.scalars(
            select(Notice)
            .where(Notice.person_id == viewer.id)
            .order_by(Notice.read_at.is_not(None), Notice.created_at.desc(), Notice.id.desc())
            .limit(limit)
        )
    )


def count_unread(viewer: Viewer) -> int:
    """How many notices the viewer has not marked as read."""
    return (
        db.session.scalar(
            select(func.count()).select_from(Notice).where(Notice.person_id == viewer.id, Notice.read_at.is_(None))
        )
        or 0
    )
