"""Settings, sites, bookings and shifts for tests, made as the service makes them."""

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from lms.audit.services import keep_text, record
from lms.core.clock import today
from lms.core.db import transaction
from lms.core.errors import RuleViolation
from lms.core.ids import new_id
from lms.curriculum.rules.versions import ContentItem, ContentKind
from lms.curriculum.services import sync_content
from lms.identity.services import viewer_for
from lms.placements import services
from lms.placements.models import Booking, BookingDecision, LateEntryUnlock, Shift, Site, Slot
from lms.placements.rules.activities import fill_rest
from lms.placements.rules.format import read_settings
from lms.placements.rules.late_entry import LOG_WITHIN_DAYS
from lms.placements.rules.slots import BookingVerdict, SignUp
from lms.placements.rules.states import Activity
from lms.placements.rules.times import resolve_span
from lms.policy import Role

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


def answers(site_id: UUID, supervisor_id: UUID, *, break_minutes: int = 30, **changes: Any) -> dict[str, Any]:
    """What a trainee enters about an ordinary day shift of seven and a half hours: breaks, and the rest contact."""
    usual: dict[str, Any] = {
        "site_id": site_id,
        "supervisor_id": supervisor_id,
        "worked_on": DAY,
        "starts": time(7, 30),
        "ends": time(15),
        "is_supernumerary": True,
        **changes,
    }
    return {"activities": spent(break_minutes, **usual), **usual}


def spent(break_minutes: int, **facts: Any) -> dict[Activity, int]:
    """Breaks and patient contact that fill a shift; nothing where its times cannot be."""
    repeated = {name: facts.get(name) for name in ("starts_repeated", "ends_repeated")}
    try:
        span = resolve_span(facts["worked_on"], facts["starts"], facts["ends"], **repeated)
        return fill_rest(span.minutes, {Activity.BREAK: break_minutes}, Activity.PATIENT_CONTACT)
    except RuleViolation:
        return {}


def log(trainee_id: UUID, site_id: UUID, supervisor_id: UUID, **changes: Any) -> Shift:
    """A shift logged by the trainee, on an unlocked day where it is late."""
    facts = answers(site_id, supervisor_id, **changes)
    if facts["worked_on"] < today() - timedelta(days=LOG_WITHIN_DAYS):
        unlock(trainee_id, supervisor_id, facts["worked_on"])
    return services.log_shift(viewer_for(trainee_id), **facts)


def unlock(trainee_id: UUID, by_id: UUID, day: date) -> None:
    """Let a day be logged late."""
    with transaction() as session:
        row = LateEntryUnlock(
            trainee_id=trainee_id,
            from_on=day,
            until_on=day,
            open_until=today(),
            by_id=by_id,
            role=Role.CONSULTANT_NURSE,
            reason=keep_text("For a test."),
        )
        session.add(row)
        record(None, "hours.unlocked", row, about=trainee_id)


def book(trainee_id: UUID, site_id: UUID, starts_at: datetime, hours: float = 8, **changes: Any) -> UUID:
    """A booking that holds, of a slot of its own; returns its id."""
    with transaction() as session:
        slot = Slot(
            site_id=site_id,
            starts_at=starts_at,
            ends_at=starts_at + timedelta(hours=hours),
            capacity=1,
            sign_up=SignUp.FIRST_COME,
            **changes,
        )
        session.add(slot)
        session.flush()
        booking = Booking(slot_id=slot.id, trainee_id=trainee_id, by_id=trainee_id, role=Role.TRAINEE)
        session.add(booking)
        session.flush()
        decision = BookingDecision(
            booking_id=booking.id, verdict=BookingVerdict.BOOKED, by_id=trainee_id, role=Role.TRAINEE
        )
        session.add(decision)
        record(None, "content.synced", slot, booking, decision, about=trainee_id)
        return booking.id


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
