"""Rows for tests. `save` stores rows of any kind with their ledger entry."""

from uuid import UUID

from lms.audit.services import record
from lms.core.db import Model, transaction


def save(*rows: Model, about: UUID | None = None) -> None:
    """Insert rows and cover them in the ledger."""
    with transaction() as session:
        session.add_all(rows)
        covered = [row for row in rows if row.digests]
        if covered:
            record(None, "content.synced", *covered, about=about)
