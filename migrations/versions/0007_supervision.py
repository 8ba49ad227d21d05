"""Co-ordinating supervisors, the supervision log, and the meetings of a placement with their actions."""

import sqlalchemy as sa
from alembic import op

from lms.core.protection import protect

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "coordinating_supervisor",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("trainee_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("given_by_id", sa.Uuid(), nullable=False),
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
        sa.Column(
            "cause",
            sa.Enum(
                "begins",
                "changed-duties",
                "away",
                "asked",
                "training-ended",
                "correction",
                name="namedbecause",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("given_by_id <> trainee_id", name=op.f("ck_coordinating_supervisor_not_by_themselves")),
        sa.CheckConstraint("person_id <> trainee_id", name=op.f("ck_coordinating_supervisor_not_own")),
        sa.ForeignKeyConstraint(["given_by_id"], ["person.id"], name=op.f("fk_coordinating_supervisor_given_by_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_coordinating_supervisor_person_id")),
        sa.ForeignKeyConstraint(["trainee_id"], ["person.id"], name=op.f("fk_coordinating_supervisor_trainee_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coordinating_supervisor")),
    )
    op.create_index(op.f("ix_coordinating_supervisor_person_id"), "coordinating_supervisor", ["person_id"])
    op.create_index(
        op.f("ix_coordinating_supervisor_trainee_id_from_on"), "coordinating_supervisor", ["trainee_id", "from_on"]
    )

    op.create_table(
        "placement_meeting",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("trainee_id", sa.Uuid(), nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column(
            "meeting_kind",
            sa.Enum("initial", "midpoint", "final", name="meetingkind", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("supervisor_id", sa.Uuid(), nullable=False),
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
        sa.Column("planned_end_on", sa.Date(), nullable=True),
        sa.Column("summary_id", sa.Uuid(), nullable=False),
        sa.Column("goals_id", sa.Uuid(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "recorded_by_id IN (trainee_id, supervisor_id)", name=op.f("ck_placement_meeting_by_one_of_the_two")
        ),
        sa.CheckConstraint("supervisor_id <> trainee_id", name=op.f("ck_placement_meeting_not_own")),
        sa.ForeignKeyConstraint(["goals_id"], ["text_body.id"], name=op.f("fk_placement_meeting_goals_id")),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["person.id"], name=op.f("fk_placement_meeting_recorded_by_id")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_placement_meeting_site_id")),
        sa.ForeignKeyConstraint(["summary_id"], ["text_body.id"], name=op.f("fk_placement_meeting_summary_id")),
        sa.ForeignKeyConstraint(["supervisor_id"], ["person.id"], name=op.f("fk_placement_meeting_supervisor_id")),
        sa.ForeignKeyConstraint(["trainee_id"], ["person.id"], name=op.f("fk_placement_meeting_trainee_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_placement_meeting")),
    )
    op.create_index(op.f("ix_placement_meeting_goals_id"), "placement_meeting", ["goals_id"])
    op.create_index(op.f("ix_placement_meeting_summary_id"), "placement_meeting", ["summary_id"])
    op.create_index(op.f("ix_placement_meeting_supervisor_id"), "placement_meeting", ["supervisor_id"])
    op.create_index(op.f("ix_placement_meeting_trainee_id_held_on"), "placement_meeting", ["trainee_id", "held_on"])

    op.create_table(
        "supervision_entry",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("trainee_id", sa.Uuid(), nullable=False),
        sa.Column("supervisor_id", sa.Uuid(), nullable=False),
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
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("themes", sa.JSON(), nullable=False),
        sa.Column("action_id", sa.Uuid(), nullable=True),
        sa.Column("supersedes_id", sa.Uuid(), nullable=True),
        sa.Column("reason_id", sa.Uuid(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(supersedes_id IS NULL) = (reason_id IS NULL)", name=op.f("ck_supervision_entry_correction_says_why")
        ),
        sa.CheckConstraint("minutes > 0", name=op.f("ck_supervision_entry_minutes")),
        sa.CheckConstraint(
            "recorded_by_id IN (trainee_id, supervisor_id)", name=op.f("ck_supervision_entry_by_one_of_the_two")
        ),
        sa.CheckConstraint("supervisor_id <> trainee_id", name=op.f("ck_supervision_entry_not_own")),
        sa.ForeignKeyConstraint(["action_id"], ["text_body.id"], name=op.f("fk_supervision_entry_action_id")),
        sa.ForeignKeyConstraint(["reason_id"], ["text_body.id"], name=op.f("fk_supervision_entry_reason_id")),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["person.id"], name=op.f("fk_supervision_entry_recorded_by_id")),
        sa.ForeignKeyConstraint(
            ["supersedes_id"], ["supervision_entry.id"], name=op.f("fk_supervision_entry_supersedes_id")
        ),
        sa.ForeignKeyConstraint(["supervisor_id"], ["person.id"], name=op.f("fk_supervision_entry_supervisor_id")),
        sa.ForeignKeyConstraint(["trainee_id"], ["person.id"], name=op.f("fk_supervision_entry_trainee_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supervision_entry")),
        sa.UniqueConstraint("supersedes_id", name=op.f("uq_supervision_entry_supersedes_id")),
    )
    op.create_index(op.f("ix_supervision_entry_action_id"), "supervision_entry", ["action_id"])
    op.create_index(op.f("ix_supervision_entry_reason_id"), "supervision_entry", ["reason_id"])
    op.create_index(op.f("ix_supervision_entry_supervisor_id"), "supervision_entry", ["supervisor_id"])
    op.create_index(op.f("ix_supervision_entry_trainee_id_held_on"), "supervision_entry", ["trainee_id", "held_on"])

    op.create_table(
        "meeting_action",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("trainee_id", sa.Uuid(), nullable=False),
        sa.Column("meeting_id", sa.Uuid(), nullable=False),
        sa.Column("text_id", sa.Uuid(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["meeting_id"], ["placement_meeting.id"], name=op.f("fk_meeting_action_meeting_id")),
        sa.ForeignKeyConstraint(["text_id"], ["text_body.id"], name=op.f("fk_meeting_action_text_id")),
        sa.ForeignKeyConstraint(["trainee_id"], ["person.id"], name=op.f("fk_meeting_action_trainee_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_action")),
    )
    op.create_index(op.f("ix_meeting_action_meeting_id"), "meeting_action", ["meeting_id"])
    op.create_index(op.f("ix_meeting_action_text_id"), "meeting_action", ["text_id"])
    op.create_index(op.f("ix_meeting_action_trainee_id"), "meeting_action", ["trainee_id"])

    op.create_table(
        "meeting_answer",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("meeting_id", sa.Uuid(), nullable=False),
        sa.Column(
            "agreement",
            sa.Enum("confirmed", "declined", name="agreement", native_enum=False, length=40),
            nullable=False,
        ),
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
        sa.Column("reason_id", sa.Uuid(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(agreement = 'declined') = (reason_id IS NOT NULL)", name=op.f("ck_meeting_answer_declined_says_why")
        ),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_meeting_answer_by_id")),
        sa.ForeignKeyConstraint(["meeting_id"], ["placement_meeting.id"], name=op.f("fk_meeting_answer_meeting_id")),
        sa.ForeignKeyConstraint(["reason_id"], ["text_body.id"], name=op.f("fk_meeting_answer_reason_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_answer")),
        sa.UniqueConstraint("meeting_id", name=op.f("uq_meeting_answer_meeting_id")),
    )
    op.create_index(op.f("ix_meeting_answer_reason_id"), "meeting_answer", ["reason_id"])

    op.create_table(
        "supervision_answer",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column(
            "agreement",
            sa.Enum("confirmed", "declined", name="agreement", native_enum=False, length=40),
            nullable=False,
        ),
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
        sa.Column("reason_id", sa.Uuid(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(agreement = 'declined') = (reason_id IS NOT NULL)", name=op.f("ck_supervision_answer_declined_says_why")
        ),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_supervision_answer_by_id")),
        sa.ForeignKeyConstraint(["entry_id"], ["supervision_entry.id"], name=op.f("fk_supervision_answer_entry_id")),
        sa.ForeignKeyConstraint(["reason_id"], ["text_body.id"], name=op.f("fk_supervision_answer_reason_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supervision_answer")),
        sa.UniqueConstraint("entry_id", name=op.f("uq_supervision_answer_entry_id")),
    )
    op.create_index(op.f("ix_supervision_answer_reason_id"), "supervision_answer", ["reason_id"])

    op.create_table(
        "meeting_action_step",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("action_id", sa.Uuid(), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum("done", "still-open", "dropped", name="meetingactionoutcome", native_enum=False, length=40),
            nullable=False,
        ),
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
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("meeting_id", sa.Uuid(), nullable=True),
        sa.Column("reason_id", sa.Uuid(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(outcome = 'dropped') = (reason_id IS NOT NULL)", name=op.f("ck_meeting_action_step_dropped_says_why")
        ),
        sa.ForeignKeyConstraint(["action_id"], ["meeting_action.id"], name=op.f("fk_meeting_action_step_action_id")),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_meeting_action_step_by_id")),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["placement_meeting.id"], name=op.f("fk_meeting_action_step_meeting_id")
        ),
        sa.ForeignKeyConstraint(["reason_id"], ["text_body.id"], name=op.f("fk_meeting_action_step_reason_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_action_step")),
    )
    op.create_index(op.f("ix_meeting_action_step_action_id"), "meeting_action_step", ["action_id"])
    op.create_index(op.f("ix_meeting_action_step_reason_id"), "meeting_action_step", ["reason_id"])

    protect(
        op.get_bind(),
        "coordinating_supervisor",
        "placement_meeting",
        "supervision_entry",
        "meeting_action",
        "meeting_answer",
        "supervision_answer",
        "meeting_action_step",
    )


def downgrade():
    op.drop_index(op.f("ix_meeting_action_step_reason_id"), table_name="meeting_action_step")
    op.drop_index(op.f("ix_meeting_action_step_action_id"), table_name="meeting_action_step")

    op.drop_table("meeting_action_step")
    op.drop_index(op.f("ix_supervision_answer_reason_id"), table_name="supervision_answer")

    op.drop_table("supervision_answer")
    op.drop_index(op.f("ix_meeting_answer_reason_id"), table_name="meeting_answer")

    op.drop_table("meeting_answer")
    op.drop_index(op.f("ix_meeting_action_trainee_id"), table_name="meeting_action")
    op.drop_index(op.f("ix_meeting_action_text_id"), table_name="meeting_action")
    op.drop_index(op.f("ix_meeting_action_meeting_id"), table_name="meeting_action")

    op.drop_table("meeting_action")
    op.drop_index(op.f("ix_supervision_entry_trainee_id_held_on"), table_name="supervision_entry")
    op.drop_index(op.f("ix_supervision_entry_supervisor_id"), table_name="supervision_entry")
    op.drop_index(op.f("ix_supervision_entry_reason_id"), table_name="supervision_entry")
    op.drop_index(op.f("ix_supervision_entry_action_id"), table_name="supervision_entry")

    op.drop_table("supervision_entry")
    op.drop_index(op.f("ix_placement_meeting_trainee_id_held_on"), table_name="placement_meeting")
    op.drop_index(op.f("ix_placement_meeting_supervisor_id"), table_name="placement_meeting")
    op.drop_index(op.f("ix_placement_meeting_summary_id"), table_name="placement_meeting")
    op.drop_index(op.f("ix_placement_meeting_goals_id"), table_name="placement_meeting")

    op.drop_table("placement_meeting")
    op.drop_index(op.f("ix_coordinating_supervisor_trainee_id_from_on"), table_name="coordinating_supervisor")
    op.drop_index(op.f("ix_coordinating_supervisor_person_id"), table_name="coordinating_supervisor")

    op.drop_table("coordinating_supervisor")
