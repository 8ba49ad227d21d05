"""The records of many trainees at once, each as the version of the framework reads them that the trainee is held to."""

import itertools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from lms.competencies.queries.facts import (
    FrameworkVersion,
    Trainees,
    frameworks_of,
    load_assessments,
    load_sign_offs,
)
from lms.competencies.queries.wordings import load_wordings
from lms.competencies.rules import Assessment, SignOffFact
from lms.competencies.rules.wordings import Records, Wordings, read_under


@dataclass(frozen=True, slots=True)
class HeldRecords:
    """Assessments and sign-offs of many trainees, to be read under the version each is held to."""

    current: FrameworkVersion
    held: Mapping[UUID, FrameworkVersion]
    assessments: Mapping[UUID, list[Assessment]]
    sign_offs: Mapping[UUID, list[SignOffFact]]
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


def load_held(trainees: Trainees, current: FrameworkVersion, *, known_at: datetime) -> HeldRecords:
    """The records of these trainees as known at a moment. A constant number of statements."""
    assessments, sign_offs = load_assessments(trainees, known_at=known_at), load_sign_offs(trainees, known_at=known_at)
    held = frameworks_of(trainees)
    wordings = load_wordings(
        itertools.chain(*assessments.values()),
        itertools.chain(*sign_offs.values()),
        [current.id, *(each.id for each in held.values())],
        known_at=known_at,
    )
    return HeldRecords(current, held, assessments, sign_offs, wordings)
