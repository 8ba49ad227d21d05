"""The once-only key of the form being carried out, handed from the web layer to the ledger."""

from contextvars import ContextVar
from dataclasses import dataclass
from uuid import UUID


@dataclass(slots=True)
class RequestKey:
    """Whose form it is, its id, and a digest of what was sent; `claimed` once a receipt is written."""

    person_id: UUID
    request_id: UUID
    payload_digest: str
    claimed: bool = False


current_request: ContextVar[RequestKey | None] = ContextVar("current_request", default=None)
