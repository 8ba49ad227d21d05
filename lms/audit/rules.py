"""What an event may be called, and how rows and entries become digests."""

import enum
import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

SERVICE_CHAIN = UUID(int=0)
FIRST_HASH = "0" * 64

EVENTS = frozenset(
    {
        "access.closed",
        "access.opened",
        "account.changed",
        "account.created",
        "account.deactivated",
        "account.reactivated",
        "assessment.added-to",
        "assessment.asked",
        "assessment.cancelled",
        "assessment.completed",
        "assessment.corrected",
        "assessment.declined",
        "assessment.draft-begun",
        "assessment.draft-discarded",
        "assessment.draft-saved",
        "assessment.draft-sent",
        "assessment.looked-at",
        "assessment.opened",
        "assessment.passed-on",
        "assessment.reminded",
        "assessment.replied",
        "assessment.reset",
        "assessment.started",
        "authorisation.decided",
        "booking.asked",
        "booking.booked",
        "booking.cancelled",
        "booking.cleared",
        "booking.declined",
        "booking.given",
        "booking.listed",
        "booking.moved",
        "booking.moved-up",
        "booking.swap-agreed",
        "booking.swap-approved",
        "booking.swap-declined",
        "booking.swap-offered",
        "booking.swap-refused",
        "booking.swap-taken-back",
        "booking.swapped",
        "calibration.answered",
        "case.debriefed",
        "case.discussion-asked",
        "case.discussion-ended",
        "case.draft-saved",
        "case.reflection-saved",
        "case.started",
        "case.step-taken",
        "check.recorded",
        "cohort.changed",
        "cohort.created",
        "concern.action-ended",
        "concern.action-progressed",
        "concern.action-set",
        "concern.moved",
        "concern.opinion-asked",
        "concern.opinion-given",
        "concern.raised",
        "concern.replied",
        "concern.shared",
        "content.synced",
        "debrief.asked",
        "debrief.ended",
        "digest.chosen",
        "encounter.added",
        "encounter.taken-back",
        "enrolment.changed",
        "enrolment.opened",
        "feedback.answered",
        "feedback.booked",
        "feedback.invited",
        "feedback.opened",
        "feedback.own-view-given",
        "feedback.patient-answered",
        "feedback.patients-asked",
        "feedback.released",
        "feedback.round-released",
        "framework.mapping-proposed",
        "framework.mapping-reviewed",
        "guest.added",
        "guest.changed",
        "guest.checked",
        "guest.joined",
        "guest.to-check-again",
        "hours.approval-asked",
        "hours.approved",
        "hours.corrected",
        "hours.draft-saved",
        "hours.draft-thrown-away",
        "hours.logged",
        "hours.queried",
        "hours.unlocked",
        "hours.withdrawn",
        "invitation.accepted",
        "invitation.sent",
        "known-domain.changed",
        "mark.draft-saved",
        "mark.recorded",
        "meeting.action-decided",
        "meeting.answered",
        "meeting.recorded",
        "module-outcome.recorded",
        "organisation.created",
        "placement.evaluated",
        "placement.summed-up",
        "positive-note.written",
        "prior-learning.accepted",
        "prior-learning.claimed",
        "prior-learning.declined",
        "role.ended",
        "role.given",
        "rota.imported",
        "safeguarding.reported",
        "safeguarding.step-taken",
        "sampling.policy-set",
        "sign-off.recorded",
        "sign-off.reviewed",
        "sign-off.withdrawal-declined",
        "sign-off.withdrawal-proposed",
        "sign-off.withdrawn",
        "signature.decided",
        "signature.denied",
        "signature.refused",
        "site.changed",
        "site.cleared",
        "site.requirement-changed",
        "slot.cancelled",
        "slot.changed",
        "slot.made",
        "supervision.answered",
        "supervision.coordinator-named",
        "supervision.corrected",
        "supervision.logged",
        "taught-day.changed",
        "text.redacted",
        "text.redaction-asked",
        "text.redaction-declined",
    }
)


def canonical(value: Any) -> str:
    """Canonical JSON: sorted keys, no spaces, moments in UTC with microseconds. Floats are refused."""
    return json.dumps(_plain(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def _plain(value: Any) -> Any:
    if isinstance(value, enum.Enum):
        return value.value
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, Sequence):
        return [_plain(item) for item in value]
    raise TypeError(f"{type(value).__name__} cannot stand in the ledger")


def digest(value: Any) -> str:
    """SHA-256 of the canonical JSON, in hex."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()


def text_mac(salt: bytes, text: str) -> str:
    """HMAC-SHA-256 of a text under its own salt, in hex: proves the text without keeping it."""
    return hmac.new(salt, text.encode(), hashlib.sha256).hexdigest()


def entry_hash(
    *,
    chain: UUID,
    seq: int,
    previous: str,
    event: str,
    actor_id: UUID | None,
    role: str | None,
    recorded_at: datetime,
    items: Sequence[Mapping[str, Any]],
) -> str:
    """The hash of an entry, which covers the one before it."""
    return digest(
        {
            "chain": chain,
            "seq": seq,
            "previous": previous,
            "event": event,
            "actor": actor_id,
            "role": role,
            "recorded_at": recorded_at,
            "items": list(items),
        }
    )


def signing_key(ledger_key: str, secret_key: str) -> Ed25519PrivateKey:
    """The key that signs checkpoints: 32 bytes in hex from the settings, else derived from the secret key."""
    if ledger_key:
        return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(ledger_key))
    return Ed25519PrivateKey.from_private_bytes(hmac.digest(secret_key.encode(), b"ledger checkpoints", "sha256"))
