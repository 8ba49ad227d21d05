"""Sealing what waits in the outbox: a link in it works until it is used, and backups are kept for long."""

import hmac
import json
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from typing import Any

from cryptography.fernet import Fernet, InvalidToken

from lms.core.errors import DomainError


class OtherKey(DomainError):
    """What was sealed cannot be opened with this key."""


def seal(secret_key: str, facts: Mapping[str, Any]) -> str:
    """The facts of a message as only this installation can read them."""
    return _lock(secret_key).encrypt(json.dumps(facts).encode()).decode()


def unseal(secret_key: str, sealed: str) -> dict[str, Any]:
    """The facts of a message again.

    Raises OtherKey if they were sealed with another key.
    """
    try:
        facts: dict[str, Any] = json.loads(_lock(secret_key).decrypt(sealed))
    except InvalidToken:
        raise OtherKey(
            "This message was written under another SECRET_KEY and cannot be opened. "
            "Put that key back and try again, or send what the message was about anew."
        ) from None
    return facts


def _lock(secret_key: str) -> Fernet:
    return Fernet(urlsafe_b64encode(hmac.digest(secret_key.encode(), b"mail that waits", "sha256")))
