"""Answers to questions with no column of their own, rounds of feedback, and asking patients and carers."""

import sqlalchemy as sa
from alembic import op

from lms.core.protection import protect

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "feedback_round",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("trainee_id", sa.Uuid(), nullable=False),
        sa.Column("opened_by_id", sa.Uuid(), nullable=False),
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
        sa.Column("form_version_id", sa.Uuid(), nullable=False),
        sa.Column("framework_version_id", sa.Uuid(), nullable=False),
        sa.Column("setting", sa.String(length=40), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("opened_by_id <> trainee_id", name=op.f("ck_feedback_round_not_own")),
        sa.ForeignKeyConstraint(
            ["form_version_id"], ["content_version.id"], name=op.f("fk_feedback_round_form_version_id")
        ),
        sa.ForeignKeyConstraint(
            ["framework_version_id"], ["content_version.id"], name=op.f("fk_feedback_round_framework_version_id")
        ),
        sa.ForeignKeyConstraint(["opened_by_id"], ["person.id"], name=op.f("fk_feedback_round_opened_by_id")),
        sa.ForeignKeyConstraint(["trainee_id"], ["person.id"], name=op.f("fk_feedback_round_trainee_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feedback_round")),
    )
    op.create_index(op.f("ix_feedback_round_trainee_id_recorded_at"), "feedback_round", ["trainee_id", "recorded_at"])

    op.create_table(
        "patient_feedback_start",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("trainee_id", sa.Uuid(), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=False),
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
        sa.Column("setting", sa.String(length=40), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("by_id <> trainee_id", name=op.f("ck_patient_feedback_start_not_own")),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_patient_feedback_start_by_id")),
        sa.ForeignKeyConstraint(["trainee_id"], ["person.id"], name=op.f("fk_patient_feedback_start_trainee_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_patient_feedback_start")),
    )
    op.create_index(op.f("ix_patient_feedback_start_trainee_id"), "patient_feedback_start", ["trainee_id"])

    op.create_table(
        "feedback_booking",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("round_id", sa.Uuid(), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=False),
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
        sa.Column("conversation_on", sa.Date(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_feedback_booking_by_id")),
        sa.ForeignKeyConstraint(["round_id"], ["feedback_round.id"], name=op.f("fk_feedback_booking_round_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feedback_booking")),
    )
    op.create_index(op.f("ix_feedback_booking_round_id_recorded_at"), "feedback_booking", ["round_id", "recorded_at"])

    op.create_table(
        "feedback_rater",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("round_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("invited_by_id", sa.Uuid(), nullable=False),
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
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["invited_by_id"], ["person.id"], name=op.f("fk_feedback_rater_invited_by_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_feedback_rater_person_id")),
        sa.ForeignKeyConstraint(["round_id"], ["feedback_round.id"], name=op.f("fk_feedback_rater_round_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feedback_rater")),
        sa.UniqueConstraint("round_id", "person_id", name=op.f("uq_feedback_rater_round_id_person_id")),
    )
    op.create_index(op.f("ix_feedback_rater_person_id"), "feedback_rater", ["person_id"])

    op.create_table(
        "feedback_sheet",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("round_id", sa.Uuid(), nullable=False),
        sa.Column("is_own", sa.Boolean(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["round_id"], ["feedback_round.id"], name=op.f("fk_feedback_sheet_round_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feedback_sheet")),
    )
    op.create_index(op.f("ix_feedback_sheet_round_id"), "feedback_sheet", ["round_id"])
    op.create_index(
        "uq_feedback_sheet_own",
        "feedback_sheet",
        ["round_id"],
        unique=True,
        sqlite_where=sa.text("is_own"),
        postgresql_where=sa.text("is_own"),
    )

    op.create_table(
        "assessment_answer",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("assessment_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("value", sa.String(length=40), nullable=True),
        sa.Column("text_id", sa.Uuid(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(value IS NULL) <> (text_id IS NULL)", name=op.f("ck_assessment_answer_value_or_text")),
        sa.ForeignKeyConstraint(["assessment_id"], ["assessment.id"], name=op.f("fk_assessment_answer_assessment_id")),
        sa.ForeignKeyConstraint(["text_id"], ["text_body.id"], name=op.f("fk_assessment_answer_text_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assessment_answer")),
        sa.UniqueConstraint("assessment_id", "key", name=op.f("uq_assessment_answer_assessment_id_key")),
    )
    op.create_index(op.f("ix_assessment_answer_text_id"), "assessment_answer", ["text_id"])

    op.create_table(
        "feedback_answer",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("sheet_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("value", sa.String(length=40), nullable=True),
        sa.Column("text_id", sa.Uuid(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(value IS NULL) <> (text_id IS NULL)", name=op.f("ck_feedback_answer_value_or_text")),
        sa.ForeignKeyConstraint(["sheet_id"], ["feedback_sheet.id"], name=op.f("fk_feedback_answer_sheet_id")),
        sa.ForeignKeyConstraint(["text_id"], ["text_body.id"], name=op.f("fk_feedback_answer_text_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feedback_answer")),
        sa.UniqueConstraint("sheet_id", "key", name=op.f("uq_feedback_answer_sheet_id_key")),
    )
    op.create_index(op.f("ix_feedback_answer_text_id"), "feedback_answer", ["text_id"])

    op.create_table(
        "feedback_release",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("round_id", sa.Uuid(), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=False),
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
        sa.Column("assessment_id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["assessment_id"], ["assessment.id"], name=op.f("fk_feedback_release_assessment_id")),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_feedback_release_by_id")),
        sa.ForeignKeyConstraint(["round_id"], ["feedback_round.id"], name=op.f("fk_feedback_release_round_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feedback_release")),
        sa.UniqueConstraint("assessment_id", name=op.f("uq_feedback_release_assessment_id")),
        sa.UniqueConstraint("round_id", name=op.f("uq_feedback_release_round_id")),
    )
    op.create_table(
        "feedback_ticket",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("rater_id", sa.Uuid(), nullable=False),
        sa.Column("profession", sa.String(length=40), nullable=True),
        sa.Column("is_used", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["rater_id"], ["feedback_rater.id"], name=op.f("fk_feedback_ticket_rater_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feedback_ticket")),
        sa.UniqueConstraint("rater_id", name=op.f("uq_feedback_ticket_rater_id")),
    )
    protect(
        op.get_bind(),
        "feedback_round",
        "patient_feedback_start",
        "feedback_booking",
        "feedback_rater",
        "feedback_sheet",
        "assessment_answer",
        "feedback_answer",
        "feedback_release",
    )


def downgrade():
    op.drop_table("feedback_ticket")
    op.drop_table("feedback_release")
    op.drop_index(op.f("ix_feedback_answer_text_id"), table_name="feedback_answer")

    op.drop_table("feedback_answer")
    op.drop_index(op.f("ix_assessment_answer_text_id"), table_name="assessment_answer")

    op.drop_table("assessment_answer")
    op.drop_index(
        "uq_feedback_sheet_own",
        table_name="feedback_sheet",
        sqlite_where=sa.text("is_own"),
        postgresql_where=sa.text("is_own"),
    )
    op.drop_index(op.f("ix_feedback_sheet_round_id"), table_name="feedback_sheet")

    op.drop_table("feedback_sheet")
    op.drop_index(op.f("ix_feedback_rater_person_id"), table_name="feedback_rater")

    op.drop_table("feedback_rater")
    op.drop_index(op.f("ix_feedback_booking_round_id_recorded_at"), table_name="feedback_booking")

    op.drop_table("feedback_booking")
    op.drop_index(op.f("ix_patient_feedback_start_trainee_id"), table_name="patient_feedback_start")

    op.drop_table("patient_feedback_start")
    op.drop_index(op.f("ix_feedback_round_trainee_id_recorded_at"), table_name="feedback_round")

    op.drop_table("feedback_round")
