"""The records of many trainees at once, each as the version of the framework reads them that the trainee is held to."""

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from lms.competencies.queries.facts import (
    FrameworkVersion,
    Trainees,
    find_framework,
    frameworks_held,
    load_assessments,
    load_sign_offs,
)
from lms.competencies.queries.wordings import load_wordings
from lms.competencies.rules import Assessment, Review, SignOffFact, open_reviews
from lms.competencies.rules.wordings import Records, Wordings, read_under
from lms.core.clock import now
from lms.curriculum.queries import load_enrolments
from lms.curriculum.rules.enrolment import EnrolmentFact
from lms.identity.queries import visible_trainees
from lms.policy import Permission, Viewer


@dataclass(frozen=True, slots=True)
class HeldRecords:
    """Assessments and sign-offs of many trainees, to be read under the version each is held to."""

    current: FrameworkVersion
    held: Mapping[UUID, FrameworkVersion]
    assessments: Mapping[UUID, Sequence[Assessment]]
    sign_offs: Mapping[UUID, Sequence[SignOffFact]]
    wordings: Wordings

    @property
    def signed(self) -> Iterable[UUID]:
        """The trainees of whom something was signed off."""
        return self.sign_offs

    def version(self, trainee_id: UUID) -> FrameworkVersion:
        """The version a trainee is held to: that of their cohort, else the one in force."""
        return self.held.get(trainee_id, self.current)

    def of(self, trainee_id: UUID) -> Records:
        """One trainee's records as their version reads them."""
        made, decided = self.assessments.get(trainee_id, []), self.sign_offs.get(trainee_id, [])
        return read_under(self.version(trainee_id).id, made, decided, self.wordings)

    def reviews(self, trainee_id: UUID, on: date) -> list[Review]:
        """The reviews that are open for one trainee on a day, the first due first."""
        read = self.of(trainee_id)
        return open_reviews(self.version(trainee_id).framework, read.assessments, read.sign_offs, on)


def load_to_sign(viewer: Viewer) -> HeldRecords | None:
    """The records of the trainees the viewer signs for, once for all that is asked of them; None without content."""
    return find_held(visible_trainees(viewer, Permission.CAPABILITY_SIGN_OFF))


def find_held(trainees: Trainees) -> HeldRecords | None:
    """The records of these trainees as known now; None before any content was loaded."""
    current = find_framework()
    return None if current is None else load_held(trainees, current, known_at=now())


def load_held(
    trainees: Trainees, current: FrameworkVersion, *, known_at: datetime, with_assessments: bool = True
) -> HeldRecords:
    """The records of these trainees as known at a moment. A constant number of statements."""
    return gather_records(
        current,
        load_enrolments(trainees, known_at=known_at),
        load_assessments(trainees, known_at=known_at) if with_assessments else {},
        load_sign_offs(trainees, known_at=known_at),
        known_at=known_at,
    )


def gather_records(
    current: FrameworkVersion,
    enrolments: Mapping[UUID, EnrolmentFact],
    assessments: Mapping[UUID, Sequence[Assessment]],
    sign_offs: Mapping[UUID, Sequence[SignOffFact]],
    *,
    known_at: datetime,
) -> HeldRecords:
    """Records that are loaded already, with what is needed to read each under the version its trainee is held to.

    A constant number of statements.
    """
    held = frameworks_held(enrolments)
    wordings = load_wordings(
        itertools.chain(*assessments.values()),
        itertools.chain(*sign_offs.values()),
        [current.id, *(each.id for each in held.values())],
        known_at=known_at,
    )
    return HeldRecords(current, held, assessments, sign_offs, wordings)
