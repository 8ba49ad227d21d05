"""Withdrawals by two people, reviews of sign-offs, claims of prior learning, and which notices were sent."""

import sqlalchemy as sa
from alembic import op

from lms.core.protection import protect

revision = "0005"
down_revision = "0004"
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


def _role():
    return sa.Column("role", sa.Enum(*ROLES, name="role", native_enum=False, length=40), nullable=False)


def _key(table, column, target):
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}"))


def _decision(table, column, target, day, *more):
    """A table of what one person decided about a row of another, on a day and with a reason."""
    op.create_table(
        table,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(column, sa.Uuid(), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=False),
        _role(),
        sa.Column(day, sa.Date(), nullable=False),
        sa.Column("reason_id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        _key(table, column, target),
        _key(table, "by_id", "person"),
        _key(table, "reason_id", "text_body"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        *more,
    )


def upgrade():
    _decision("sign_off_review", "sign_off_id", "sign_off", "reviewed_on")
    op.create_index(op.f("ix_sign_off_review_sign_off_id"), "sign_off_review", ["sign_off_id"])
    _decision("withdrawal_proposal", "sign_off_id", "sign_off", "proposed_on")
    op.create_index(op.f("ix_withdrawal_proposal_sign_off_id"), "withdrawal_proposal", ["sign_off_id"])
    _decision(
        "withdrawal_decline",
        "proposal_id",
        "withdrawal_proposal",
        "declined_on",
        sa.UniqueConstraint("proposal_id", name=op.f("uq_withdrawal_decline_proposal_id")),
    )
    _create_prior_learning()
    op.create_table(
        "sent_review_notice",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("sign_off_id", sa.Uuid(), nullable=False),
        sa.Column("capability_code", sa.String(length=10), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sent_review_notice")),
        sa.UniqueConstraint(
            "sign_off_id",
            "capability_code",
            "days",
            name=op.f("uq_sent_review_notice_sign_off_id_capability_code_days"),
        ),
    )
    protect(
        op.get_bind(),
        "sign_off_review",
        "withdrawal_proposal",
        "withdrawal_decline",
        "prior_learning_claim",
        "prior_learning_decision",
    )


def _create_prior_learning():
    op.create_table(
        "prior_learning_claim",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("trainee_id", sa.Uuid(), nullable=False),
        sa.Column("capability_code", sa.String(length=10), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("assessor_id", sa.Uuid(), nullable=False),
        sa.Column("framework_version_id", sa.Uuid(), nullable=False),
        sa.Column("evidence_id", sa.Uuid(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("assessor_id <> trainee_id", name=op.f("ck_prior_learning_claim_not_own")),
        sa.CheckConstraint("level BETWEEN 1 AND 5", name=op.f("ck_prior_learning_claim_level")),
        _key("prior_learning_claim", "assessor_id", "person"),
        _key("prior_learning_claim", "evidence_id", "text_body"),
        _key("prior_learning_claim", "file_id", "stored_file"),
        _key("prior_learning_claim", "framework_version_id", "content_version"),
        _key("prior_learning_claim", "trainee_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_prior_learning_claim")),
    )
    op.create_index(op.f("ix_prior_learning_claim_assessor_id"), "prior_learning_claim", ["assessor_id"])
    op.create_index(
        op.f("ix_prior_learning_claim_trainee_id_capability_code"),
        "prior_learning_claim",
        ["trainee_id", "capability_code"],
    )
    op.create_table(
        "prior_learning_decision",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("claim_id", sa.Uuid(), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=False),
        _role(),
        sa.Column("sign_off_id", sa.Uuid(), nullable=True),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("reason_id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(sign_off_id IS NULL) = (expires_on IS NULL)",
            name=op.f("ck_prior_learning_decision_accepted_until_a_day"),
        ),
        _key("prior_learning_decision", "by_id", "person"),
        _key("prior_learning_decision", "claim_id", "prior_learning_claim"),
        _key("prior_learning_decision", "reason_id", "text_body"),
        _key("prior_learning_decision", "sign_off_id", "sign_off"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_prior_learning_decision")),
        sa.UniqueConstraint("claim_id", name=op.f("uq_prior_learning_decision_claim_id")),
        sa.UniqueConstraint("sign_off_id", name=op.f("uq_prior_learning_decision_sign_off_id")),
    )


def downgrade():
    op.drop_table("sent_review_notice")
    op.drop_table("prior_learning_decision")
    op.drop_table("prior_learning_claim")
    op.drop_table("withdrawal_decline")
    op.drop_table("withdrawal_proposal")
    op.drop_table("sign_off_review")
