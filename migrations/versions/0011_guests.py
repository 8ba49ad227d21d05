"""People without an account, PINs and passkeys, and what an administrator decides about guests."""

import sqlalchemy as sa
from alembic import op

from lms.core.protection import protect

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

ONLY_PASSKEYS = sa.text("credential_kind = 'passkey'")
PASSKEYS = {"sqlite_where": ONLY_PASSKEYS, "postgresql_where": ONLY_PASSKEYS}


def upgrade():
    with op.batch_alter_table("person") as batch:
        batch.add_column(sa.Column("is_guest", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch.alter_column("email", existing_type=sa.String(254), nullable=True)
        batch.create_check_constraint(op.f("ck_person_account_has_address"), "is_guest OR email IS NOT NULL")
    with op.batch_alter_table("person") as batch:
        batch.alter_column("is_guest", existing_type=sa.Boolean(), server_default=None)

    with op.batch_alter_table("credential") as batch:
        batch.add_column(sa.Column("name", sa.String(60), nullable=True))
        batch.add_column(sa.Column("public_key", sa.LargeBinary(), nullable=True))
        batch.add_column(sa.Column("sign_count", sa.BigInteger(), nullable=True))
        batch.add_column(sa.Column("is_backed_up", sa.Boolean(), nullable=True))
    op.create_index("uq_credential_passkey", "credential", ["secret"], unique=True, **PASSKEYS)
    op.create_table(
        "passkey_challenge",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("challenge", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_passkey_challenge_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passkey_challenge")),
    )
    op.create_table(
        "known_domain",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("domain", sa.String(253), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_known_domain_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_known_domain")),
        sa.UniqueConstraint("domain", name=op.f("uq_known_domain_domain")),
    )
    op.create_table(
        "guest_check",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column(
            "verdict",
            sa.Enum("accepted", "refused", "to-check-again", name="guestverdict", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("registration_checked", sa.Boolean(), nullable=False),
        sa.Column("checked_by_id", sa.Uuid(), nullable=False),
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
        sa.CheckConstraint("person_id <> checked_by_id", name=op.f("ck_guest_check_not_own")),
        sa.CheckConstraint(
            "verdict <> 'accepted' OR organisation_id IS NOT NULL", name=op.f("ck_guest_check_accepted_at_organisation")
        ),
        sa.CheckConstraint(
            "verdict <> 'refused' OR reason_id IS NOT NULL", name=op.f("ck_guest_check_refused_with_reason")
        ),
        sa.ForeignKeyConstraint(["checked_by_id"], ["person.id"], name=op.f("fk_guest_check_checked_by_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_guest_check_organisation_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_guest_check_person_id")),
        sa.ForeignKeyConstraint(["reason_id"], ["text_body.id"], name=op.f("fk_guest_check_reason_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guest_check")),
    )
    op.create_index(op.f("ix_guest_check_person_id_recorded_at"), "guest_check", ["person_id", "recorded_at"])
    op.create_table(
        "person_join",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("from_id", sa.Uuid(), nullable=False),
        sa.Column("into_id", sa.Uuid(), nullable=False),
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
        sa.Column("reason_id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("from_id <> into_id", name=op.f("ck_person_join_not_itself")),
        sa.CheckConstraint("by_id <> from_id AND by_id <> into_id", name=op.f("ck_person_join_not_own")),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_person_join_by_id")),
        sa.ForeignKeyConstraint(["from_id"], ["person.id"], name=op.f("fk_person_join_from_id")),
        sa.ForeignKeyConstraint(["into_id"], ["person.id"], name=op.f("fk_person_join_into_id")),
        sa.ForeignKeyConstraint(["reason_id"], ["text_body.id"], name=op.f("fk_person_join_reason_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_join")),
        sa.UniqueConstraint("from_id", name=op.f("uq_person_join_from_id")),
    )
    op.create_index(op.f("ix_person_join_into_id"), "person_join", ["into_id"])
    protect(op.get_bind(), "guest_check", "person_join")


def downgrade():
    op.drop_index(op.f("ix_person_join_into_id"), table_name="person_join")
    op.drop_table("person_join")
    op.drop_index(op.f("ix_guest_check_person_id_recorded_at"), table_name="guest_check")
    op.drop_table("guest_check")
    op.drop_table("known_domain")
    op.drop_table("passkey_challenge")
    op.execute("DELETE FROM credential WHERE credential_kind IN ('passkey', 'pin')")
    op.drop_index("uq_credential_passkey", "credential", **PASSKEYS)
    with op.batch_alter_table("credential") as batch:
        for name in ("is_backed_up", "sign_count", "public_key", "name"):
            batch.drop_column(name)
    with op.batch_alter_table("person") as batch:
        batch.drop_constraint(op.f("ck_person_account_has_address"), type_="check")
        batch.alter_column("email", existing_type=sa.String(254), nullable=False)
        batch.drop_column("is_guest")
