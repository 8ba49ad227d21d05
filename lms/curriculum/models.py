"""Versions of content, cohorts and enrolments; how far people have read and what they answered."""

import json
from datetime import date, datetime
from functools import cached_property
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.core.clock import now
from lms.core.confidence import Confidence
from lms.core.db import Kind, Model
from lms.curriculum.rules.enrolment import EnrolmentOutcome
from lms.curriculum.rules.versions import ContentKind


class ContentVersion(Model):
    """One exact version of a content file. Its text never changes; an edited file becomes another version.

    `source` is the body as JSON in a fixed order; `refers_to` names the versions it was published with.
    """

    __tablename__ = "content_version"
    __table_args__ = (UniqueConstraint("content_kind", "slug", "digest"),)
    kind: ClassVar[Kind] = Kind.FACT
    retention: ClassVar[str] = "education"
    digests: ClassVar[dict[str, tuple[str, ...]]] = {
        "content-version/1": ("id", "content_kind", "slug", "digest", "title", "source", "refers_to", "published_at")
    }

    content_kind: Mapped[ContentKind]
    slug: Mapped[str] = mapped_column(String(80))
    digest: Mapped[str] = mapped_column(String(64))
    title: Mapped[str] = mapped_column(String(300))
    source: Mapped[str] = mapped_column(Text)
    refers_to: Mapped[dict[str, Any]] = mapped_column(JSON)
    published_at: Mapped[datetime] = mapped_column(default=now)

    @cached_property
    def body(self) -> dict[str, Any]:
        """The content as its file says it."""
        body: dict[str, Any] = json.loads(self.source)
        return body


class ContentPublication(Model):
    """From this moment the version is the current one of its kind and slug, until the next publication."""

    __tablename__ = "content_publication"
    __table_args__ = (Index(None, "content_kind", "slug", "recorded_at"),)
    kind: ClassVar[Kind] = Kind.FACT
    retention: ClassVar[str] = "education"
    digests: ClassVar[dict[str, tuple[str, ...]]] = {
        "content-publication/1": ("id", "content_kind", "slug", "content_version_id", "recorded_at")
    }

    content_kind: Mapped[ContentKind]
    slug: Mapped[str] = mapped_column(String(80))
    content_version_id: Mapped[UUID] = mapped_column(ForeignKey("content_version.id"))
    recorded_at: Mapped[datetime] = mapped_column(default=now)


class ContentRetirement(Model):
    """From this moment the slug is no longer taught, until it is published again."""

    __tablename__ = "content_retirement"
    __table_args__ = (Index(None, "content_kind", "slug"),)
    kind: ClassVar[Kind] = Kind.FACT
    retention: ClassVar[str] = "education"
    digests: ClassVar[dict[str, tuple[str, ...]]] = {
        "content-retirement/1": ("id", "content_kind", "slug", "recorded_at")
    }

    content_kind: Mapped[ContentKind]
    slug: Mapped[str] = mapped_column(String(80))
    recorded_at: Mapped[datetime] = mapped_column(default=now)


class Cohort(Model):
    """People of one university who take a programme together, by the version of the programme they began with."""

    __tablename__ = "cohort"
    __table_args__ = (
        UniqueConstraint("university_id", "name"),
        CheckConstraint("ends_on > starts_on", name="in_order"),
    )
    kind: ClassVar[Kind] = Kind.FACT
    retention: ClassVar[str] = "education"
    digests: ClassVar[dict[str, tuple[str, ...]]] = {
        "cohort/1": (
            "id",
            "name",
            "programme",
            "programme_version_id",
            "university_id",
            "starts_on",
            "ends_on",
            "recorded_at",
        )
    }

    name: Mapped[str] = mapped_column(String(120))
    programme: Mapped[str] = mapped_column(String(80))
    programme_version_id: Mapped[UUID] = mapped_column(ForeignKey("content_version.id"))
    university_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    recorded_at: Mapped[datetime] = mapped_column(default=now)


class TaughtDay(Model):
    """A taught or simulation day of a module for one cohort. A cancelled one stays readable."""

    __tablename__ = "taught_day"
    __table_args__ = (CheckConstraint("ends_at > starts_at", name="in_order"), Index(None, "cohort_id", "starts_at"))
    kind: ClassVar[Kind] = Kind.STATE
    retention: ClassVar[str] = "education"
    digests: ClassVar[dict[str, tuple[str, ...]]] = {
        "taught-day/1": (
            "id",
            "cohort_id",
            "module",
            "title",
            "starts_at",
            "ends_at",
            "cancelled_at",
            "version",
            "created_at",
            "updated_at",
        )
    }

    cohort_id: Mapped[UUID] = mapped_column(ForeignKey("cohort.id"))
    module: Mapped[str] = mapped_column(String(80))
    title: Mapped[str] = mapped_column(String(120))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    cancelled_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column()
    created_at: Mapped[datetime] = mapped_column(default=now)
    updated_at: Mapped[datetime] = mapped_column(default=now, onupdate=now)

    __mapper_args__ = {"version_id_col": version}


class CohortRequirementSet(Model):
    """From this moment the cohort is held to this version of a requirement set."""

    __tablename__ = "cohort_requirement_set"
    __table_args__ = (Index(None, "cohort_id", "slug"),)
    kind: ClassVar[Kind] = Kind.FACT
    retention: ClassVar[str] = "education"
    digests: ClassVar[dict[str, tuple[str, ...]]] = {
        "cohort-requirement-set/1": ("id", "cohort_id", "slug", "content_version_id", "recorded_at")
    }

    cohort_id: Mapped[UUID] = mapped_column(ForeignKey("cohort.id"))
    slug: Mapped[str] = mapped_column(String(80))
    content_version_id: Mapped[UUID] = mapped_column(ForeignKey("content_version.id"))
    recorded_at: Mapped[datetime] = mapped_column(default=now)


class Enrolment(Model):
    """A trainee joins a cohort."""

    __tablename__ = "enrolment"
    __table_args__ = (Index(None, "trainee_id"), Index(None, "cohort_id"))
    kind: ClassVar[Kind] = Kind.FACT
    retention: ClassVar[str] = "education"
    digests: ClassVar[dict[str, tuple[str, ...]]] = {
        "enrolment/1": ("id", "trainee_id", "cohort_id", "from_on", "recorded_at")
    }

    trainee_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    cohort_id: Mapped[UUID] = mapped_column(ForeignKey("cohort.id"))
    from_on: Mapped[date]
    recorded_at: Mapped[datetime] = mapped_column(default=now)


class WorkingShare(Model):
    """From this day the trainee works so many percent of full time; a later row for the same day corrects it."""

    __tablename__ = "working_share"
    __table_args__ = (
        CheckConstraint("percent BETWEEN 10 AND 100", name="sensible"),
        Index(None, "enrolment_id"),
    )
    kind: ClassVar[Kind] = Kind.FACT
    retention: ClassVar[str] = "education"
    digests: ClassVar[dict[str, tuple[str, ...]]] = {
        "working-share/1": ("id", "enrolment_id", "from_on", "percent", "recorded_at")
    }

    enrolment_id: Mapped[UUID] = mapped_column(ForeignKey("enrolment.id"))
    from_on: Mapped[date]
    percent: Mapped[int]
    recorded_at: Mapped[datetime] = mapped_column(default=now)


class Pause(Model):
    """The clock of an enrolment stands still until the first day back, if that is known. No reason is kept.

    A return supersedes the pause with the same first day and the day the trainee came back.
    """

    __tablename__ = "pause"
    __table_args__ = (CheckConstraint("until_on >= from_on", name="in_order"), Index(None, "enrolment_id"))
    kind: ClassVar[Kind] = Kind.FACT
    retention: ClassVar[str] = "education"
    digests: ClassVar[dict[str, tuple[str, ...]]] = {
        "pause/1": ("id", "enrolment_id", "from_on", "until_on", "supersedes_id", "recorded_at")
    }

    enrolment_id: Mapped[UUID] = mapped_column(ForeignKey("enrolment.id"))
    from_on: Mapped[date]
    until_on: Mapped[date | None]
    supersedes_id: Mapped[UUID | None] = mapped_column(ForeignKey("pause.id"), unique=True)
    recorded_at: Mapped[datetime] = mapped_column(default=now)


class EnrolmentEnd(Model):
    """An enrolment ended on a day, with an outcome."""

    __tablename__ = "enrolment_end"
    kind: ClassVar[Kind] = Kind.FACT
    retention: ClassVar[str] = "education"
    digests: ClassVar[dict[str, tuple[str, ...]]] = {
        "enrolment-end/1": ("id", "enrolment_id", "ended_on", "outcome", "recorded_at")
    }

    enrolment_id: Mapped[UUID] = mapped_column(ForeignKey("enrolment.id"), unique=True)
    ended_on: Mapped[date]
    outcome: Mapped[EnrolmentOutcome]
    recorded_at: Mapped[datetime] = mapped_column(default=now)


class ReadingProgress(Model):
    """How far a person has come in a reading, and the version they saw last."""

    __tablename__ = "reading_progress"
    __table_args__ = (UniqueConstraint("person_id", "slug"),)
    kind: ClassVar[Kind] = Kind.OPERATIONAL

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    slug: Mapped[str] = mapped_column(String(80))
    content_version_id: Mapped[UUID] = mapped_column(ForeignKey("content_version.id"))
    section: Mapped[int] = mapped_column(default=0)
    finished_at: Mapped[datetime | None]
    seen_at: Mapped[datetime] = mapped_column(default=now)


class QuestionRound(Model):
    """One go at a knowledge check by one person: the keys of the questions it asks, in order."""

    __tablename__ = "question_round"
    __table_args__ = (UniqueConstraint("person_id", "content_version_id", "number"),)
    kind: ClassVar[Kind] = Kind.OPERATIONAL

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    content_version_id: Mapped[UUID] = mapped_column(ForeignKey("content_version.id"))
    number: Mapped[int]
    questions: Mapped[list[str]] = mapped_column(JSON)
    recorded_at: Mapped[datetime] = mapped_column(default=now)


class QuestionAnswer(Model):
    """The first answer to a question in a round, and how sure the person was."""

    __tablename__ = "question_answer"
    __table_args__ = (UniqueConstraint("round_id", "question"),)
    kind: ClassVar[Kind] = Kind.OPERATIONAL

    round_id: Mapped[UUID] = mapped_column(ForeignKey("question_round.id"))
    question: Mapped[str] = mapped_column(String(80))
    option: Mapped[str] = mapped_column(String(80))
    confidence: Mapped[Confidence]
    recorded_at: Mapped[datetime] = mapped_column(default=now)
