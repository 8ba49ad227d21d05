"""The facts of mail that waits are sealed; receipts of forms hold no address with a token."""

import sqlalchemy as sa
from alembic import op
from flask import current_app

from lms.notifications.rules import seal, unseal

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

WITH_TOKEN = ("/sign/", "/receipts/", "/invitations/", "/password-resets/", "/digest/stop/")


def mails():
    return sa.table(
        "mail",
        sa.column("id", sa.Uuid()),
        sa.column("facts", sa.JSON()),
        sa.column("sealed_facts", sa.Text()),
        sa.column("sent_at", sa.DateTime(timezone=True)),
    )


def upgrade():
    with op.batch_alter_table("mail") as batch:
        batch.add_column(sa.Column("sealed_facts", sa.Text(), nullable=True))
    mail, connection = mails(), op.get_bind()
    secret = current_app.config["SETTINGS"].secret_key
    for row in connection.execute(sa.select(mail.c.id, mail.c.facts).where(mail.c.sent_at.is_(None))).all():
        sealed = seal(secret, row.facts)
        connection.execute(mail.update().where(mail.c.id == row.id).values(sealed_facts=sealed))
    with op.batch_alter_table("mail") as batch:
        batch.drop_column("facts")
    receipt = sa.table("write_receipt", sa.column("location", sa.String()))
    for beginning in WITH_TOKEN:
        connection.execute(
            receipt.update().where(receipt.c.location.startswith(beginning, autoescape=True)).values(location="/")
        )


def downgrade():
    with op.batch_alter_table("mail") as batch:
        batch.add_column(sa.Column("facts", sa.JSON(), nullable=False, server_default="{}"))
    mail, connection = mails(), op.get_bind()
    secret = current_app.config["SETTINGS"].secret_key
    for row in connection.execute(sa.select(mail.c.id, mail.c.sealed_facts).where(mail.c.sealed_facts.is_not(None))):
        facts = unseal(secret, row.sealed_facts)
        connection.execute(mail.update().where(mail.c.id == row.id).values(facts=facts))
    with op.batch_alter_table("mail") as batch:
        batch.alter_column("facts", existing_type=sa.JSON(), server_default=None)
        batch.drop_column("sealed_facts")
