"""Every form is carried out once: a repeat is led to the first result."""

import hashlib
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol
from urllib.parse import urlsplit
from uuid import UUID

from flask import Response, current_app, flash, redirect, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from lms.core.clock import now
from lms.core.db import db
from lms.core.errors import DifferentRequest
from lms.core.requests import RequestKey, current_request
from lms.web.access import current, safe_next, viewer

SECRETS = frozenset({"challenge", "current", "passkey", "password", "pin"})
SKIPPED = SECRETS | {"csrf_token", "request_id"}  # A quick digest of a secret would give it away to whoever reads it.
LOOKS, BETWEEN_LOOKS = 100, timedelta(milliseconds=20)


class Receipt(Protocol):
    """What is known of a form that was carried out."""

    payload_digest: str
    location: str | None
    recorded_at: datetime


_find: list[Callable[[UUID, UUID], Receipt | None]] = []
_note: list[Callable[[UUID, UUID, str], None]] = []


def use_receipts(find: Callable[[UUID, UUID], Receipt | None], note: Callable[[UUID, UUID, str], None]) -> None:
    """Say how receipts are found and how the page a form led to is remembered."""
    _find[:], _note[:] = [find], [note]


def recognise() -> ResponseReturnValue | None:
    """Before a form is carried out: lead a repeat to its first result, refuse other content under the same id."""
    current_request.set(None)
    found = current() if request.method == "POST" and request.form.get("request_id") else None
    if found is None or found.detour is not None:
        return None  # A mistyped code is corrected and sent again under the same id.
    try:
        request_id = UUID(request.form["request_id"])
    except ValueError:
        return None
    key = RequestKey(found.viewer.id, request_id, _payload_digest())
    receipt = _find[0](key.person_id, request_id)
    if receipt is not None:
        if receipt.payload_digest != key.payload_digest:
            raise DifferentRequest
        return repeat(key)
    current_request.set(key)
    return None


def is_new(request_id: UUID, payload: str) -> bool:
    """Say whether what a page's script sends under an id is new; what carries it out then leaves the receipt.

    Raises DifferentRequest if something else came under this id.
    """
    digest = hashlib.sha256(f"{request.path} {payload}".encode()).hexdigest()
    key = RequestKey(viewer().id, request_id, digest)
    receipt = _find[0](key.person_id, request_id)
    if receipt is not None and receipt.payload_digest != digest:
        raise DifferentRequest
    if receipt is None:
        current_request.set(key)
    return receipt is None


def repeat(key: RequestKey | None = None) -> ResponseReturnValue:
    """The answer to a form that was already carried out."""
    key = key or current_request.get()
    flash("This was already recorded.")
    return redirect((_where_it_led(key) if key else None) or _where_it_stood())


def _where_it_stood() -> str:
    """The page the form stood on, for a form whose end was never noted: the server stopped just after the commit."""
    if request.url_rule is not None and "GET" in (request.url_rule.methods or ()):
        return request.path
    try:
        referrer = urlsplit(request.referrer or "")
    except ValueError:
        return "/"
    return (safe_next(referrer.path) if referrer.netloc == request.host else None) or "/"


def _where_it_led(key: RequestKey) -> str | None:
    """The page a form led to, noted just after it was carried out: a repeat in the same moment waits for the note."""
    for _ in range(LOOKS):
        receipt = _find[0](key.person_id, key.request_id)
        if receipt is None or receipt.location or now() - receipt.recorded_at > LOOKS * BETWEEN_LOOKS:
            return receipt.location if receipt else None
        db.session.rollback()  # The next look must not see what this one saw.
        time.sleep(BETWEEN_LOOKS.total_seconds())
    return None


def remember(response: Response) -> Response:
    """After a form was carried out: remember where it led."""
    key = current_request.get()
    current_request.set(None)
    if key is not None and key.claimed and response.status_code in (301, 302, 303) and response.location:
        _note[0](key.person_id, key.request_id, response.location if _may_be_kept(response.location) else "/")
    return response


def _may_be_kept(location: str) -> bool:
    """Whether an address is that of a page without a token: one with it opens something for whoever reads it."""
    adapter = current_app.create_url_adapter(request)
    assert adapter is not None  # There is always one in a request.
    try:
        _, values = adapter.match(urlsplit(location).path.removeprefix(request.script_root), method="GET")
    except HTTPException:
        return False
    return "token" not in values


def _payload_digest() -> str:
    digest = hashlib.sha256(request.path.encode())
    for name, values in sorted(request.form.lists()):
        if name not in SKIPPED:
            digest.update(repr((name, values)).encode())
    for name, uploads in sorted(request.files.lists()):
        for upload in uploads:
            digest.update(repr((name, upload.filename)).encode())
            while chunk := upload.stream.read(65536):
                digest.update(chunk)
            upload.stream.seek(0)
    return digest.hexdigest()
