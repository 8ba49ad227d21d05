"""What ends with an account or an enrolment and belongs to the packages above: each says here how it ends it."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from lms.policy import Permission, Viewer

End = Callable[..., object]
"""Ends what lies ahead, in the transaction of its cause; takes what `end_what_is_ahead` takes."""

_ends: list[End] = []


def use_ends(*ends: End) -> None:
    """Say how what lies ahead of somebody is ended."""
    _ends[:] = ends


def end_what_is_ahead(actor: Viewer, person_id: UUID, *, from_at: datetime, reason: str, under: Permission) -> None:
    """End what lies ahead of somebody who leaves. Called first in a transaction: it locks more than their own chain."""
    for end in _ends:
        end(actor, person_id, from_at=from_at, reason=reason, under=under)
