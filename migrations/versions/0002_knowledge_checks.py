"""Knowledge checks: rounds and answers. Operational rows, so no trigger keeps them."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "question_round",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("content_version_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("questions", sa.JSON(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["content_version_id"], ["content_version.id"], name=op.f("fk_question_round_content_version_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_question_round_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question_round")),
        sa.UniqueConstraint(
            "person_id",
            "content_version_id",
            "number",
            name=op.f("uq_question_round_person_id_content_version_id_number"),
        ),
    )
    op.create_table(
        "question_answer",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("round_id", sa.Uuid(), nullable=False),
        sa.Column("question", sa.String(length=80), nullable=False),
        sa.Column("option", sa.String(length=80), nullable=False),
        sa.Column(
            "confidence",
            sa.Enum("not-sure", "fairly-sure", "certain", name="confidence", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["round_id"], ["question_round.id"], name=op.f("fk_question_answer_round_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question_answer")),
        sa.UniqueConstraint("round_id", "question", name=op.f("uq_question_answer_round_id_question")),
    )


def downgrade():
    op.drop_table("question_answer")
    op.drop_table("question_round")
