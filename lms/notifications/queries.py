"""Reading notices."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select

from lms.core.clock import now
from lms.core.db import db
from lms.notifications.models import Notice
from lms.policy import Viewer

KEPT = timedelta(days=28)
NAMELESS = "/evaluations/"


@dataclass(frozen=True, slots=True)
class NoticeRow:
    """What a person was told, once however often it came: `created_at` is the last time, unread if one of them is."""

    text: str
    url: str
    created_at: datetime
    read_at: datetime | None
    times: int

    @property
    def is_nameless(self) -> bool:
        """Say whether its moment would tell who did what others learn without a name: only the month is shown."""
        return self.url.startswith(NAMELESS)


def list_notices(viewer: Viewer, limit: int = 20) -> list[NoticeRow]:
    """The viewer's own notices, unread first, then newest first; those that were read only while they are recent.

    What a notice is about may no longer be the viewer's to see some time later. Equal ones stand there once.
    """
    newest, unread = func.max(Notice.created_at), func.count() - func.count(Notice.read_at)
    rows = db.session.execute(
        select(Notice.text, Notice.url, newest, func.max(Notice.read_at), unread, func.count())
        .where(Notice.person_id == viewer.id, or_(Notice.read_at.is_(None), Notice.created_at > now() - KEPT))
        .group_by(Notice.text, Notice.url)
        .order_by(unread == 0, newest.desc(), Notice.text, Notice.url)
        .limit(limit)
    )
    return [
        NoticeRow(text, url, created_at, None if still_unread else read_at, times)
        for text, url, created_at, read_at, still_unread, times in rows
    ]
