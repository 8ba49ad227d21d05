"""Checks that need the administrator, over all trainees."""

from dataclasses import dataclass

from lms.core.clock import now, today
from lms.identity.models import Person
from lms.identity.queries import list_people_with_role, trainee_ids
from lms.policy import Role, Viewer
from lms.readiness.queries.facts import load_checks
from lms.readiness.rules.gaps import CheckGap, check_gaps


@dataclass(frozen=True, slots=True)
class GapRow:
    """One person with the checks that are missing, have run out or soon will."""

    person: Person
    gaps: tuple[CheckGap, ...]

    @property
    def has_lapsed(self) -> bool:
        """Say whether a check is missing or out of date today."""
        return any(gap.has_lapsed for gap in self.gaps)


def list_check_gaps(viewer: Viewer) -> list[GapRow]:
    """The trainees whose checks need work, those who cannot be authorised first; in three statements."""
    day = today()
    checks = load_checks(trainee_ids(viewer), known_at=now())
    rows = [
        GapRow(person, tuple(check_gaps(checks.get(person.id, ()), day)))
        for person in list_people_with_role(Role.TRAINEE)
    ]
    return sorted((row for row in rows if row.gaps), key=lambda row: not row.has_lapsed)
