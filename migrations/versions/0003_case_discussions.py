"""Discussions held instead of a case, and what trainees write for themselves after one."""

import sqlalchemy as sa
from alembic import op

from lms.core.protection import protect

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "case_discussion",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("trainee_id", sa.Uuid(), nullable=False),
        sa.Column("content_version_id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["content_version_id"], ["content_version.id"], name=op.f("fk_case_discussion_content_version_id")
        ),
        sa.ForeignKeyConstraint(["trainee_id"], ["person.id"], name=op.f("fk_case_discussion_trainee_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_discussion")),
    )
    op.create_index(op.f("ix_case_discussion_trainee_id"), "case_discussion", ["trainee_id"])

    op.create_table(
        "case_reflection",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("attempt_id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["attempt_id"], ["case_attempt.id"], name=op.f("fk_case_reflection_attempt_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_reflection")),
        sa.UniqueConstraint("attempt_id", name=op.f("uq_case_reflection_attempt_id")),
    )
    op.create_table(
        "discussion_outcome",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("discussion_id", sa.Uuid(), nullable=False),
        sa.Column(
            "ended",
            sa.Enum("covered", "not-yet", "withdrawn", name="ended", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("held_on", sa.Date(), nullable=True),
        sa.Column("recorded_by_id", sa.Uuid(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "trainee",
                "supervisor",
                "assessor",
                "educator",
                "external-examiner",
                "consultant-nurse",
                "administrator",
                name="role",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("note_id", sa.Uuid(), nullable=True),
        sa.Column("supersedes_id", sa.Uuid(), nullable=True),
        sa.Column("reason_id", sa.Uuid(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(ended = 'withdrawn') = (held_on IS NULL)", name=op.f("ck_discussion_outcome_held_unless_withdrawn")
        ),
        sa.CheckConstraint(
            "ended <> 'withdrawn' OR note_id IS NULL", name=op.f("ck_discussion_outcome_withdrawn_without_reason")
        ),
        sa.CheckConstraint(
            "ended <> 'withdrawn' OR supersedes_id IS NULL",
            name=op.f("ck_discussion_outcome_withdrawn_corrects_nothing"),
        ),
        sa.CheckConstraint(
            "(supersedes_id IS NULL) = (reason_id IS NULL)", name=op.f("ck_discussion_outcome_correction_says_why")
        ),
        sa.ForeignKeyConstraint(
            ["discussion_id"], ["case_discussion.id"], name=op.f("fk_discussion_outcome_discussion_id")
        ),
        sa.ForeignKeyConstraint(["note_id"], ["text_body.id"], name=op.f("fk_discussion_outcome_note_id")),
        sa.ForeignKeyConstraint(["reason_id"], ["text_body.id"], name=op.f("fk_discussion_outcome_reason_id")),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["person.id"], name=op.f("fk_discussion_outcome_recorded_by_id")),
        sa.ForeignKeyConstraint(
            ["supersedes_id"], ["discussion_outcome.id"], name=op.f("fk_discussion_outcome_supersedes_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_discussion_outcome")),
        sa.UniqueConstraint("supersedes_id", name=op.f("uq_discussion_outcome_supersedes_id")),
    )
    op.create_index(op.f("ix_discussion_outcome_discussion_id"), "discussion_outcome", ["discussion_id"])
    op.create_index(op.f("ix_discussion_outcome_note_id"), "discussion_outcome", ["note_id"])
    op.create_index(op.f("ix_discussion_outcome_reason_id"), "discussion_outcome", ["reason_id"])
    op.create_index(
        "uq_discussion_outcome_first",
        "discussion_outcome",
        ["discussion_id"],
        unique=True,
        sqlite_where=sa.text("supersedes_id IS NULL"),
        postgresql_where=sa.text("supersedes_id IS NULL"),
    )
    protect(op.get_bind(), "case_discussion", "discussion_outcome")


def downgrade():
    op.drop_index(
        "uq_discussion_outcome_first",
        table_name="discussion_outcome",
        sqlite_where=sa.text("supersedes_id IS NULL"),
        postgresql_where=sa.text("supersedes_id IS NULL"),
    )
    op.drop_index(op.f("ix_discussion_outcome_reason_id"), table_name="discussion_outcome")
    op.drop_index(op.f("ix_discussion_outcome_note_id"), table_name="discussion_outcome")
    op.drop_index(op.f("ix_discussion_outcome_discussion_id"), table_name="discussion_outcome")
    op.drop_table("discussion_outcome")
    op.drop_table("case_reflection")
    op.drop_index(op.f("ix_case_discussion_trainee_id"), table_name="case_discussion")
    op.drop_table("case_discussion")
