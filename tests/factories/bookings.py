"""Slots that trainees may ask for, and trainees enrolled in one cohort."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from lms.core.clock import today
from lms.core.db import transaction
from lms.core.ids import new_id
from lms.curriculum.rules.versions import ContentItem, ContentKind
from lms.curriculum.services import sync_content
from lms.identity.services import create_person, give_role
from lms.placements.models import Check, Slot
from lms.placements.rules.checks import CheckKind
from lms.placements.rules.format import read_settings
from lms.placements.rules.slots import SignUp
from lms.policy import Role
from tests.cast import Cast
from tests.factories import placements, save
from tests.factories.curriculum import enrol, open_cohort, small_content

STARTS = datetime(2026, 12, 2, 8, 30, tzinfo=UTC)  # A Wednesday, two weeks ahead of the frozen clock.


def open_slot(site_id: UUID, supervisor_id: UUID | None = None, **changes: Any) -> UUID:
    """A slot of seven and a half hours with one place, first come, first served; returns its id."""
    starts_at = changes.pop("starts_at", STARTS)
    hours = changes.pop("hours", 7.5)
    usual: dict[str, Any] = {
        "id": new_id(),
        "site_id": site_id,
        "starts_at": starts_at,
        "ends_at": starts_at + timedelta(hours=hours),
        "capacity": 1,
        "supervisor_id": supervisor_id,
        "sign_up": SignUp.FIRST_COME,
    }
    slot = Slot(**{**usual, **changes})
    save(slot)
    return slot.id


def prepare(cast: Cast) -> UUID:
    """Settings, a site, and both trainees of the cast enrolled in a cohort of their own; returns the id of the site."""
    with transaction():
        document = read_settings(placements.ROOT / "content" / "settings.yaml", placements.ROOT)
        settings = ContentItem(ContentKind.SETTINGS, document.model.slug, document.body)
        sync_content(None, [settings, *small_content()])
        site_id = placements.add_site().id
        for trainee, university, name in (
            (cast.trainee, cast.university_a, "Cohort A"),
            (cast.trainee_b, cast.university_b, "Cohort B"),
        ):
            cohort = open_cohort(cast.administrator, university, name=name)
            enrol(cast.administrator, cohort, trainee)
            clear(cast, trainee)
    return site_id


def clear(cast: Cast, trainee: UUID, *, without: CheckKind | None = None) -> None:
    """All that stands before any placement, for two years."""
    checks = [
        Check(
            person_id=trainee,
            check_kind=kind,
            issued_on=today() - timedelta(days=30),
            valid_until=today() + timedelta(days=700),
            recorded_by_id=cast.administrator,
            role=Role.ADMINISTRATOR,
        )
        for kind in CheckKind
        if kind is not without
    ]
    save(*checks, about=trainee)


def add_trainees(cast: Cast, count: int, *, cleared: bool = True, **cohort: Any) -> list[UUID]:
    """So many more trainees, enrolled in one cohort of the first university."""
    with transaction():
        found = open_cohort(cast.administrator, cast.university_a, name="A cohort of many", **cohort)
        people = []
        for number in range(count):
            person = create_person(
                None, name=f"Trainee {number}", email=f"trainee.{number}@example.org", organisation_id=cast.trust
            )
            give_role(None, person_id=person.id, role=Role.TRAINEE, scope_id=cast.trust, cause="Test")
            enrol(cast.administrator, found, person.id)
            if cleared:
                clear(cast, person.id)
            people.append(person.id)
    return people
