"""Settings, sites and shifts for tests, made as the service makes them."""

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from lms.core.db import transaction
from lms.core.ids import new_id
from lms.curriculum.rules.versions import ContentItem, ContentKind
from lms.curriculum.services import sync_content
from lms.identity.services import viewer_for
from lms.placements import services
from lms.placements.models import Shift, Site
from lms.placements.rules.format import read_settings

ROOT = Path(__file__).resolve().parents[2]
DAY = date(2026, 11, 16)
STARTED = datetime(2026, 11, 16, 7, 0, tzinfo=UTC)


def load_settings() -> None:
    """Publish the shipped placement settings."""
    document = read_settings(ROOT / "content" / "settings.yaml", ROOT)
    sync_content(None, [ContentItem(ContentKind.SETTINGS, document.model.slug, document.body)])


def add_site(name: str = "Riverside crisis team", setting: str = "crisis-team") -> Site:
    """A site of a setting."""
    return services.add_site(None, name=name, setting=setting)


def answers(site_id: UUID, supervisor_id: UUID, **changes: Any) -> dict[str, Any]:
    """What a trainee enters about an ordinary day shift of seven and a half hours."""
    usual: dict[str, Any] = {
        "site_id": site_id,
        "supervisor_id": supervisor_id,
        "worked_on": DAY,
        "starts": time(7, 30),
        "ends": time(15),
        "break_minutes": 30,
    }
    return {**usual, **changes}


def log(trainee_id: UUID, site_id: UUID, supervisor_id: UUID, **changes: Any) -> Shift:
    """A shift logged by the trainee."""
    return services.log_shift(viewer_for(trainee_id), **answers(site_id, supervisor_id, **changes))


def shift_row(trainee_id: UUID, site_id: UUID, supervisor_id: UUID, **changes: Any) -> Shift:
    """A shift that is not stored yet, for tests of the table itself."""
    shift_id = new_id()
    usual: dict[str, Any] = {
        "id": shift_id,
        "first_id": shift_id,
        "trainee_id": trainee_id,
        "site_id": site_id,
        "setting": "crisis-team",
        "started_at": STARTED,
        "ended_at": STARTED + timedelta(hours=8),
        "break_minutes": 30,
        "supervisor_id": supervisor_id,
    }
    return Shift(**{**usual, **changes})


def prepare() -> UUID:
    """Settings and one site; returns the id of the site."""
    with transaction():
        load_settings()
        return add_site().id
