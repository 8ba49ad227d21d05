"""Cohorts whose trainees play cases, for what educators see of them."""

from uuid import UUID

from lms.curriculum.services import sync_content
from lms.identity import services
from lms.identity.queries import find_viewer
from lms.policy import Viewer
from tests.cast import Cast
from tests.factories.curriculum import enrol, open_cohort, small_content

NAMES = ("Ana Marsh", "Bo Lindqvist", "Cy Okoye", "Di Farrow", "Eve Tan", "Flo Grant")


def cohort_at(cast: Cast, university_id: UUID, name: str = "September 2026") -> UUID:
    """A cohort without trainees. Publish the case afterwards: whatever is published replaces what was."""
    sync_content(None, small_content())
    return open_cohort(cast.administrator, university_id, name=name)


def join(cast: Cast, cohort_id: UUID, name: str) -> Viewer:
    """A new person, enrolled in a cohort."""
    email = f"{name.lower().replace(' ', '.')}@example.org"
    person = services.create_person(None, name=name, email=email, organisation_id=cast.trust)
    enrol(cast.administrator, cohort_id, person.id)
    found = find_viewer(person.id)
    assert found is not None
    return found
