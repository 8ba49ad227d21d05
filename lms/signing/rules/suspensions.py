"""Records somebody says they did not sign."""

import enum
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from lms.core.errors import RuleViolation


class Verdict(enum.StrEnum):
    """How a suspended record was decided."""

    STANDS = "stands"
    STRUCK_OUT = "struck-out"

    @property
    def label(self) -> str:
        """The verdict in words."""
        return {Verdict.STANDS: "The signature stands", Verdict.STRUCK_OUT: "Struck out"}[self]


@dataclass(frozen=True, slots=True)
class SuspensionFact:
    """One suspension of a record, or of what the record corrects, and how it was decided, if it was."""

    record_id: UUID
    recorded_at: datetime
    verdict: Verdict | None = None

    @property
    def words(self) -> str:
        """Why the record counts for nothing; empty where its signature was found to stand."""
        if self.verdict is Verdict.STANDS:
            return ""
        if self.verdict is Verdict.STRUCK_OUT:
            return "Struck out: the person named did not sign this"
        return "Suspended: the person named says that they did not sign this"


def by_record(facts: Iterable[SuspensionFact]) -> dict[UUID, SuspensionFact]:
    """The suspension that decides about each record: one struck out before an open one, and that before one that
    stands. Several cover a record when it and what it corrects were both denied.
    """
    weight = {Verdict.STANDS: 0, None: 1, Verdict.STRUCK_OUT: 2}
    return {each.record_id: each for each in sorted(facts, key=lambda each: (weight[each.verdict], each.recorded_at))}


@dataclass(frozen=True, slots=True)
class Described:
    """A signed record as those see it who have to say whether it was them: what it is, and where it can be read."""

    title: str
    lines: tuple[tuple[str, str], ...]
    url: str


def check_decision(*, actor_id: UUID, trainee_id: UUID, by_id: UUID, verdict: Verdict | None, reason: str) -> None:
    """Refuse to decide about one's own record or signature, twice, or without a reason.

    Raises RuleViolation.
    """
    if actor_id in (trainee_id, by_id):
        raise RuleViolation("Somebody else has to decide about this signature.")
    if verdict is not None:
        raise RuleViolation("This was decided already.")
    if not reason.strip():
        raise RuleViolation("Say why", field="reason")
