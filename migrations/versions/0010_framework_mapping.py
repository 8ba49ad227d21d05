"""Mappings between versions of the competency framework, and their reviews by a second person."""

import sqlalchemy as sa
from alembic import op

from lms.core.protection import protect

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

ROLES = (
    "trainee",
    "supervisor",
    "assessor",
    "educator",
    "external-examiner",
    "consultant-nurse",
    "administrator",
)


def role():
    return sa.Enum(*ROLES, name="role", native_enum=False, length=40)


def upgrade():
    op.create_table(
        "framework_mapping",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("older_version_id", sa.Uuid(), nullable=False),
        sa.Column("newer_version_id", sa.Uuid(), nullable=False),
        sa.Column("lines", sa.JSON(), nullable=False),
        sa.Column("proposed_by_id", sa.Uuid(), nullable=False),
        sa.Column("role", role(), nullable=False),
        sa.Column("reason_id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("older_version_id <> newer_version_id", name=op.f("ck_framework_mapping_two_versions")),
        sa.ForeignKeyConstraint(
            ["newer_version_id"], ["content_version.id"], name=op.f("fk_framework_mapping_newer_version_id")
        ),
        sa.ForeignKeyConstraint(
            ["older_version_id"], ["content_version.id"], name=op.f("fk_framework_mapping_older_version_id")
        ),
        sa.ForeignKeyConstraint(["proposed_by_id"], ["person.id"], name=op.f("fk_framework_mapping_proposed_by_id")),
        sa.ForeignKeyConstraint(["reason_id"], ["text_body.id"], name=op.f("fk_framework_mapping_reason_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_framework_mapping")),
    )
    op.create_index(op.f("ix_framework_mapping_newer_version_id"), "framework_mapping", ["newer_version_id"])
    op.create_table(
        "framework_mapping_review",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("mapping_id", sa.Uuid(), nullable=False),
        sa.Column("approved", sa.Boolean(), nullable=False),
        sa.Column("reviewed_by_id", sa.Uuid(), nullable=False),
        sa.Column("role", role(), nullable=False),
        sa.Column("reason_id", sa.Uuid(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "approved OR reason_id IS NOT NULL", name=op.f("ck_framework_mapping_review_refusal_says_why")
        ),
        sa.ForeignKeyConstraint(
            ["mapping_id"], ["framework_mapping.id"], name=op.f("fk_framework_mapping_review_mapping_id")
        ),
        sa.ForeignKeyConstraint(["reason_id"], ["text_body.id"], name=op.f("fk_framework_mapping_review_reason_id")),
        sa.ForeignKeyConstraint(
            ["reviewed_by_id"], ["person.id"], name=op.f("fk_framework_mapping_review_reviewed_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_framework_mapping_review")),
        sa.UniqueConstraint("mapping_id", name=op.f("uq_framework_mapping_review_mapping_id")),
    )
    protect(op.get_bind(), "framework_mapping", "framework_mapping_review")


def downgrade():
    op.drop_table("framework_mapping_review")
    op.drop_table("framework_mapping")
