"""Who works in a slot: bookings, the decisions on them, and swaps. All facts."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.audit.models import TextBody
from lms.core.clock import now
from lms.core.db import Kind, Model
from lms.identity.models import Person
from lms.placements.models.sites import Slot
from lms.placements.rules.slots import BookingVerdict, SwapStepKind
from lms.policy import Role


class Booking(Model):
    """A trainee asks for a slot, or is given one. Never edited: the decisions on it say where it stands.

    `rank` is the place of a ranked wish, 1 the dearest; `replaces_id` is the booking whose place a swap gave this one,
    and `note_id` what the trainee wants the approver to know.
    """

    __tablename__ = "booking"
    __table_args__ = (
        CheckConstraint("rank BETWEEN 1 AND 20", name="rank"),
        Index(None, "slot_id"),
        Index(None, "trainee_id"),
    )
    kind: ClassVar[Kind] = Kind.FACT
    retention: ClassVar[str] = "education"
    digests: ClassVar[dict[str, tuple[str, ...]]] = {
        "booking/1": ("id", "slot_id", "trainee_id", "by_id", "role", "rank", "replaces_id", "note_id", "recorded_at")
    }

    slot_id: Mapped[UUID] = mapped_column(ForeignKey("slot.id"))
    trainee_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    by_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    role: Mapped[Role]
    rank: Mapped[int | None]
    replaces_id: Mapped[UUID | None] = mapped_column(ForeignKey("booking.id"))
    note_id: Mapped[UUID | None] = mapped_column(ForeignKey("text_body.id"))
    recorded_at: Mapped[datetime] = mapped_column(default=now)

    slot: Mapped[Slot] = relationship(lazy="raise")
    trainee: Mapped[Person] = relationship(foreign_keys=trainee_id, lazy="raise")
    note: Mapped[TextBody | None] = relationship(foreign_keys=note_id, lazy="raise")


class BookingDecision(Model):
    """What was decided about a booking: booked, waiting list, declined, cancelled, swapped. The latest one speaks.

    `seen` is what the checks said when it was booked or given, frozen: the kind and words of each warning, and what was
    not known. `reason_id` says why it was booked all the same, declined or cancelled. `by_id` is none where a place
    became free and the waiting list moved up, and where it follows from a clearance. A booking that was not made by its
    trainee and is on the waiting list was given, and keeps its place.
    """

    __tablename__ = "booking_decision"
    __table_args__ = (
        CheckConstraint("verdict NOT IN ('declined', 'cancelled') OR reason_id IS NOT NULL", name="says_why"),
        CheckConstraint("NOT overrides OR reason_id IS NOT NULL", name="override_says_why"),
        Index(None, "booking_id"),
    )
    kind: ClassVar[Kind] = Kind.FACT
    retention: ClassVar[str] = "education"
    digests: ClassVar[dict[str, tuple[str, ...]]] = {
        "booking-decision/1": (
            "id",
            "booking_id",
            "verdict",
            "by_id",
            "role",
            "reason_id",
            "overrides",
            "seen",
            "recorded_at",
        )
    }

    booking_id: Mapped[UUID] = mapped_column(ForeignKey("booking.id"))
    verdict: Mapped[BookingVerdict]
    by_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    role: Mapped[Role | None]
    reason_id: Mapped[UUID | None] = mapped_column(ForeignKey("text_body.id"))
    overrides: Mapped[bool] = mapped_column(default=False)
    seen: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    recorded_at: Mapped[datetime] = mapped_column(default=now)

    by: Mapped[Person | None] = relationship(foreign_keys=by_id, lazy="raise")
    reason: Mapped[TextBody | None] = relationship(foreign_keys=reason_id, lazy="raise")


class BookingSwap(Model):
    """A trainee offers one of their bookings for one of somebody else's."""

    __tablename__ = "booking_swap"
    __table_args__ = (
        CheckConstraint("offered_id <> wanted_id", name="two_bookings"),
        CheckConstraint("asked_by_id <> asked_of_id", name="two_people"),
        Index(None, "offered_id"),
        Index(None, "wanted_id"),
    )
    kind: ClassVar[Kind] = Kind.FACT
    retention: ClassVar[str] = "education"
    digests: ClassVar[dict[str, tuple[str, ...]]] = {
        "booking-swap/1": ("id", "offered_id", "wanted_id", "asked_by_id", "asked_of_id", "recorded_at")
    }

    offered_id: Mapped[UUID] = mapped_column(ForeignKey("booking.id"))
    wanted_id: Mapped[UUID] = mapped_column(ForeignKey("booking.id"))
    asked_by_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    asked_of_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    recorded_at: Mapped[datetime] = mapped_column(default=now)


class BookingSwapStep(Model):
    """What happened to a swap: the other agreed or refused, an approver approved or declined, or it was taken back."""

    __tablename__ = "booking_swap_step"
    __table_args__ = (
        CheckConstraint("step <> 'declined' OR reason_id IS NOT NULL", name="declined_with_reason"),
        Index(None, "swap_id"),
    )
    kind: ClassVar[Kind] = Kind.FACT
    retention: ClassVar[str] = "education"
    digests: ClassVar[dict[str, tuple[str, ...]]] = {
        "booking-swap-step/1": ("id", "swap_id", "step", "by_id", "role", "reason_id", "recorded_at")
    }

    swap_id: Mapped[UUID] = mapped_column(ForeignKey("booking_swap.id"))
    step: Mapped[SwapStepKind]
    by_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    role: Mapped[Role]
    reason_id: Mapped[UUID | None] = mapped_column(ForeignKey("text_body.id"))
    recorded_at: Mapped[datetime] = mapped_column(default=now)

    reason: Mapped[TextBody | None] = relationship(foreign_keys=reason_id, lazy="raise")
