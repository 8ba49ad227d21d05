"""What belongs to a concern: replies, sharing, second opinions, actions; what was told of clocks; positive notes."""

import sqlalchemy as sa
from alembic import op

from lms.core.protection import protect

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

ROLE = sa.Enum(
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
)


def upgrade():
    with op.batch_alter_table("concern") as batch:
        batch.alter_column("role", existing_type=ROLE, nullable=True)
    op.create_table(
        "concern_clock_told",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("concern_id", sa.Uuid(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column(
            "news",
            sa.Enum("soon", "out", "closed-itself", name="clocknews", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_concern_clock_told")),
        sa.UniqueConstraint("concern_id", "due_on", "news", name=op.f("uq_concern_clock_told_concern_id_due_on_news")),
    )
    op.create_table(
        "positive_note",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("trainee_id", sa.Uuid(), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=False),
        sa.Column("role", ROLE, nullable=False),
        sa.Column("noted_on", sa.Date(), nullable=False),
        sa.Column("capability_code", sa.String(length=10), nullable=True),
        sa.Column("text_id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("by_id <> trainee_id", name=op.f("ck_positive_note_not_own")),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_positive_note_by_id")),
        sa.ForeignKeyConstraint(["text_id"], ["text_body.id"], name=op.f("fk_positive_note_text_id")),
        sa.ForeignKeyConstraint(["trainee_id"], ["person.id"], name=op.f("fk_positive_note_trainee_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_positive_note")),
    )
    op.create_index(op.f("ix_positive_note_trainee_id"), "positive_note", ["trainee_id"])

    op.create_table(
        "concern_action",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("concern_id", sa.Uuid(), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=False),
        sa.Column("role", ROLE, nullable=False),
        sa.Column("set_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("what_id", sa.Uuid(), nullable=False),
        sa.Column("judged_id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_concern_action_by_id")),
        sa.ForeignKeyConstraint(["concern_id"], ["concern.id"], name=op.f("fk_concern_action_concern_id")),
        sa.ForeignKeyConstraint(["judged_id"], ["text_body.id"], name=op.f("fk_concern_action_judged_id")),
        sa.ForeignKeyConstraint(["what_id"], ["text_body.id"], name=op.f("fk_concern_action_what_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_concern_action")),
    )
    op.create_index(op.f("ix_concern_action_concern_id"), "concern_action", ["concern_id"])

    op.create_table(
        "concern_reply",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("concern_id", sa.Uuid(), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=False),
        sa.Column("role", ROLE, nullable=False),
        sa.Column("replied_on", sa.Date(), nullable=False),
        sa.Column("text_id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_concern_reply_by_id")),
        sa.ForeignKeyConstraint(["concern_id"], ["concern.id"], name=op.f("fk_concern_reply_concern_id")),
        sa.ForeignKeyConstraint(["text_id"], ["text_body.id"], name=op.f("fk_concern_reply_text_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_concern_reply")),
    )
    op.create_index(op.f("ix_concern_reply_concern_id"), "concern_reply", ["concern_id"])

    op.create_table(
        "concern_share",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("concern_id", sa.Uuid(), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=False),
        sa.Column("role", ROLE, nullable=False),
        sa.Column("shared_on", sa.Date(), nullable=False),
        sa.Column("reason_id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_concern_share_by_id")),
        sa.ForeignKeyConstraint(["concern_id"], ["concern.id"], name=op.f("fk_concern_share_concern_id")),
        sa.ForeignKeyConstraint(["reason_id"], ["text_body.id"], name=op.f("fk_concern_share_reason_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_concern_share")),
        sa.UniqueConstraint("concern_id", name=op.f("uq_concern_share_concern_id")),
    )
    op.create_table(
        "second_opinion_request",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("concern_id", sa.Uuid(), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=False),
        sa.Column("role", ROLE, nullable=False),
        sa.Column("asked_on", sa.Date(), nullable=False),
        sa.Column("text_id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_second_opinion_request_by_id")),
        sa.ForeignKeyConstraint(["concern_id"], ["concern.id"], name=op.f("fk_second_opinion_request_concern_id")),
        sa.ForeignKeyConstraint(["text_id"], ["text_body.id"], name=op.f("fk_second_opinion_request_text_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_second_opinion_request")),
    )
    op.create_index(op.f("ix_second_opinion_request_concern_id"), "second_opinion_request", ["concern_id"])

    op.create_table(
        "concern_action_entry",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("action_id", sa.Uuid(), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=False),
        sa.Column("role", ROLE, nullable=False),
        sa.Column(
            "outcome",
            sa.Enum("met", "not-met", "no-longer-needed", name="concernactionoutcome", native_enum=False, length=40),
            nullable=True,
        ),
        sa.Column("entered_on", sa.Date(), nullable=False),
        sa.Column("text_id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["action_id"], ["concern_action.id"], name=op.f("fk_concern_action_entry_action_id")),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_concern_action_entry_by_id")),
        sa.ForeignKeyConstraint(["text_id"], ["text_body.id"], name=op.f("fk_concern_action_entry_text_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_concern_action_entry")),
    )
    op.create_index(op.f("ix_concern_action_entry_action_id"), "concern_action_entry", ["action_id"])
    op.create_index(
        "uq_concern_action_entry_outcome",
        "concern_action_entry",
        ["action_id"],
        unique=True,
        sqlite_where=sa.text("outcome IS NOT NULL"),
        postgresql_where=sa.text("outcome IS NOT NULL"),
    )

    op.create_table(
        "concern_reply_seen",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("step_id", sa.Uuid(), nullable=False),
        sa.Column("reply_id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["reply_id"], ["concern_reply.id"], name=op.f("fk_concern_reply_seen_reply_id")),
        sa.ForeignKeyConstraint(["step_id"], ["concern_step.id"], name=op.f("fk_concern_reply_seen_step_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_concern_reply_seen")),
        sa.UniqueConstraint("step_id", "reply_id", name=op.f("uq_concern_reply_seen_step_id_reply_id")),
    )
    op.create_index(op.f("ix_concern_reply_seen_reply_id"), "concern_reply_seen", ["reply_id"])

    op.create_table(
        "second_opinion",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=False),
        sa.Column("role", ROLE, nullable=False),
        sa.Column(
            "view", sa.Enum("agrees", "differs", name="opinionview", native_enum=False, length=40), nullable=False
        ),
        sa.Column("given_on", sa.Date(), nullable=False),
        sa.Column("text_id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_second_opinion_by_id")),
        sa.ForeignKeyConstraint(
            ["request_id"], ["second_opinion_request.id"], name=op.f("fk_second_opinion_request_id")
        ),
        sa.ForeignKeyConstraint(["text_id"], ["text_body.id"], name=op.f("fk_second_opinion_text_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_second_opinion")),
        sa.UniqueConstraint("request_id", name=op.f("uq_second_opinion_request_id")),
    )
    protect(
        op.get_bind(),
        "concern",
        "concern_action",
        "concern_action_entry",
        "concern_reply",
        "concern_reply_seen",
        "concern_share",
        "positive_note",
        "second_opinion",
        "second_opinion_request",
    )


def downgrade():
    op.drop_table("second_opinion")
    op.drop_index(op.f("ix_concern_reply_seen_reply_id"), table_name="concern_reply_seen")

    op.drop_table("concern_reply_seen")
    op.drop_index(
        "uq_concern_action_entry_outcome",
        table_name="concern_action_entry",
        sqlite_where=sa.text("outcome IS NOT NULL"),
        postgresql_where=sa.text("outcome IS NOT NULL"),
    )
    op.drop_index(op.f("ix_concern_action_entry_action_id"), table_name="concern_action_entry")

    op.drop_table("concern_action_entry")
    op.drop_index(op.f("ix_second_opinion_request_concern_id"), table_name="second_opinion_request")

    op.drop_table("second_opinion_request")
    op.drop_table("concern_share")
    op.drop_index(op.f("ix_concern_reply_concern_id"), table_name="concern_reply")

    op.drop_table("concern_reply")
    op.drop_index(op.f("ix_concern_action_concern_id"), table_name="concern_action")

    op.drop_table("concern_action")
    op.drop_index(op.f("ix_positive_note_trainee_id"), table_name="positive_note")

    op.drop_table("positive_note")
    op.drop_table("concern_clock_told")
    with op.batch_alter_table("concern") as batch:
        batch.alter_column("role", existing_type=ROLE, nullable=False)
    protect(op.get_bind(), "concern")
