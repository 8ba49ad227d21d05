"""Which notices of a coming review were sent, so that each is sent once. Operational, and kept."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.core.clock import now
from lms.core.db import Kind, Model


class SentReviewNotice(Model):
    """Trainee and signer were told that the review of a sign-off, read as a capability, is so many days away."""

    __tablename__ = "sent_review_notice"
    __table_args__ = (UniqueConstraint("sign_off_id", "capability_code", "days"),)
    kind: ClassVar[Kind] = Kind.OPERATIONAL

    sign_off_id: Mapped[UUID]
    capability_code: Mapped[str] = mapped_column(String(10))
    days: Mapped[int]
    sent_at: Mapped[datetime] = mapped_column(default=now)
