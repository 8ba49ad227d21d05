"""What trainees say about a placement, what an educator sums up for the site, and safeguarding. All facts."""

from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.audit.models import TextBody
from lms.core.clock import now
from lms.core.db import Kind, Model
from lms.identity.models import Person
from lms.placements.models.sites import Site
from lms.placements.rules.evaluations import SafeguardingOutcome
from lms.policy import Role


class PlacementEvaluation(Model):
    """One trainee's evaluation of their placement at a site: `ratings` by question, and words if they gave any."""

    __tablename__ = "placement_evaluation"
    __table_args__ = (Index(None, "site_id"), Index(None, "trainee_id"))
    kind: ClassVar[Kind] = Kind.FACT
    retention: ClassVar[str] = "education"
    digests: ClassVar[dict[str, tuple[str, ...]]] = {
        "placement-evaluation/1": (
            "id",
            "site_id",
            "trainee_id",
            "ratings",
            "went_well_id",
            "could_change_id",
            "recorded_at",
        )
    }

    site_id: Mapped[UUID] = mapped_column(ForeignKey("site.id"))
    trainee_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    ratings: Mapped[dict[str, Any]] = mapped_column(JSON)
    went_well_id: Mapped[UUID | None] = mapped_column(ForeignKey("text_body.id"))
    could_change_id: Mapped[UUID | None] = mapped_column(ForeignKey("text_body.id"))
    recorded_at: Mapped[datetime] = mapped_column(default=now)

    site: Mapped[Site] = relationship(lazy="raise")
    went_well: Mapped[TextBody | None] = relationship(foreign_keys=went_well_id, lazy="raise")
    could_change: Mapped[TextBody | None] = relationship(foreign_keys=could_change_id, lazy="raise")


class EvaluationSummary(Model):
    """What an educator tells a site about the evaluations of a time, in words that give nobody away."""

    __tablename__ = "evaluation_summary"
    __table_args__ = (CheckConstraint("until_on >= from_on", name="in_order"), Index(None, "site_id"))
    kind: ClassVar[Kind] = Kind.FACT
    retention: ClassVar[str] = "education"
    digests: ClassVar[dict[str, tuple[str, ...]]] = {
        "evaluation-summary/1": ("id", "site_id", "from_on", "until_on", "text_id", "by_id", "role", "recorded_at")
    }

    site_id: Mapped[UUID] = mapped_column(ForeignKey("site.id"))
    from_on: Mapped[date]
    until_on: Mapped[date]
    text_id: Mapped[UUID] = mapped_column(ForeignKey("text_body.id"))
    by_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    role: Mapped[Role]
    recorded_at: Mapped[datetime] = mapped_column(default=now)

    text: Mapped[TextBody] = relationship(foreign_keys=text_id, lazy="raise")


class SafeguardingReport(Model):
    """A trainee reports what may put people at risk at a placement. It goes at once to the consultant nurse."""

    __tablename__ = "safeguarding_report"
    __table_args__ = (Index(None, "trainee_id"), Index(None, "site_id"))
    kind: ClassVar[Kind] = Kind.FACT
    retention: ClassVar[str] = "employment"
    digests: ClassVar[dict[str, tuple[str, ...]]] = {
        "safeguarding-report/1": ("id", "site_id", "trainee_id", "text_id", "recorded_at")
    }

    site_id: Mapped[UUID] = mapped_column(ForeignKey("site.id"))
    trainee_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    text_id: Mapped[UUID] = mapped_column(ForeignKey("text_body.id"))
    recorded_at: Mapped[datetime] = mapped_column(default=now)

    site: Mapped[Site] = relationship(lazy="raise")
    trainee: Mapped[Person] = relationship(foreign_keys=trainee_id, lazy="raise")
    text: Mapped[TextBody] = relationship(foreign_keys=text_id, lazy="raise")


class SafeguardingStep(Model):
    """What the consultant nurse did about a safeguarding report: taken up, passed on, closed, each in words."""

    __tablename__ = "safeguarding_step"
    __table_args__ = (CheckConstraint("by_id <> trainee_id", name="not_own"), Index(None, "report_id"))
    kind: ClassVar[Kind] = Kind.FACT
    retention: ClassVar[str] = "employment"
    digests: ClassVar[dict[str, tuple[str, ...]]] = {
        "safeguarding-step/1": ("id", "report_id", "trainee_id", "outcome", "words_id", "by_id", "role", "recorded_at")
    }

    report_id: Mapped[UUID] = mapped_column(ForeignKey("safeguarding_report.id"))
    trainee_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    outcome: Mapped[SafeguardingOutcome]
    words_id: Mapped[UUID] = mapped_column(ForeignKey("text_body.id"))
    by_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    role: Mapped[Role]
    recorded_at: Mapped[datetime] = mapped_column(default=now)

    words: Mapped[TextBody] = relationship(foreign_keys=words_id, lazy="raise")
    by: Mapped[Person] = relationship(foreign_keys=by_id, lazy="raise")
