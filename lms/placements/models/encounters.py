"""De-identified contacts with patients, and those taken back. All facts."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from lms.core.clock import now
from lms.core.db import Kind, Model
from lms.placements.rules.encounters import AgeBand, Outcome
from lms.placements.rules.states import Part, Presentation


class Encounter(Model):
    """One de-identified contact with a patient: what it was about and what the trainee did.

    Setting and day are those of the shift; `shift_id` is the shift's first version, so a correction keeps them.
    `frameworks` are the values of LegalFramework that were present, in the order of that list.
    """

    __tablename__ = "encounter"
    __table_args__ = (Index(None, "shift_id"), Index(None, "trainee_id"))
    kind: ClassVar[Kind] = Kind.FACT
    retention: ClassVar[str] = "education"
    digests: ClassVar[dict[str, tuple[str, ...]]] = {
        "encounter/1": ("id", "shift_id", "trainee_id", "presentation", "part", "recorded_at"),
        "encounter/2": (
            "id",
            "shift_id",
            "trainee_id",
            "presentation",
            "part",
            "outcome",
            "age_band",
            "frameworks",
            "safety_plan_made",
            "recorded_at",
        ),
    }

    shift_id: Mapped[UUID] = mapped_column(ForeignKey("shift.id"))
    trainee_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    presentation: Mapped[Presentation]
    part: Mapped[Part]
    outcome: Mapped[Outcome | None]
    age_band: Mapped[AgeBand | None]
    frameworks: Mapped[list[Any]] = mapped_column(JSON, default=list)
    safety_plan_made: Mapped[bool | None]
    recorded_at: Mapped[datetime] = mapped_column(default=now)


class EncounterWithdrawal(Model):
    """The trainee takes an encounter back because it was entered wrongly. It counts no longer and stays readable."""

    __tablename__ = "encounter_withdrawal"
    __table_args__ = (Index(None, "trainee_id"),)
    kind: ClassVar[Kind] = Kind.FACT
    retention: ClassVar[str] = "education"
    digests: ClassVar[dict[str, tuple[str, ...]]] = {
        "encounter-withdrawal/1": ("id", "encounter_id", "trainee_id", "recorded_at")
    }

    encounter_id: Mapped[UUID] = mapped_column(ForeignKey("encounter.id"), unique=True)
    trainee_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    recorded_at: Mapped[datetime] = mapped_column(default=now)
