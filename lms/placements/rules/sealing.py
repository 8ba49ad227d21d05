"""Entries sealed on a device for one person. Nobody opens them there; the service does, for whoever is signed in."""

import base64
import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from lms.core.errors import RuleViolation

ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""How many points P-256 has: a private key is a number from 1 to one less."""
POINT, NONCE = 65, 12  # Bytes.
PURPOSE = b"lms offline key 1"
ENTRY_PURPOSE = b"lms offline entry 1"
Pairs = list[tuple[str, str]]
CANNOT = (
    "This cannot be opened: it was saved by somebody else, is damaged, or was saved before the service changed its key"
)


class CannotOpen(RuleViolation):
    """A sealed entry is not this person's, or not what was sealed."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where an entry belongs. The seal holds it too, so no entry can be moved to another shift, person or use."""

    person_id: UUID
    shift_id: UUID
    entry_id: UUID
    use: str

    @property
    def bound(self) -> bytes:
        """The place as the seal holds it."""
        return f"{self.person_id} {self.shift_id} {self.entry_id} {self.use}".encode()


def key_for(secret: str, person_id: UUID) -> ec.EllipticCurvePrivateKey:
    """The key that opens what devices sealed for a person: it follows from the service's secret and is kept nowhere."""
    found = HKDF(hashes.SHA256(), 48, salt=person_id.bytes, info=PURPOSE).derive(secret.encode())
    return ec.derive_private_key(int.from_bytes(found, "big") % (ORDER - 1) + 1, ec.SECP256R1())


def lock_for(secret: str, person_id: UUID) -> str:
    """What a device needs to seal entries for a person, and cannot open them with."""
    return base64.b64encode(_point(key_for(secret, person_id).public_key())).decode()


def open_entry(key: ec.EllipticCurvePrivateKey, sealed: str, place: Place) -> Pairs:
    """The names and values of a form, as they were entered.

    Raises CannotOpen.
    """
    try:
        raw = base64.b64decode(sealed, validate=True)
        point, nonce, closed = raw[:POINT], raw[POINT : POINT + NONCE], raw[POINT + NONCE :]
        shared = key.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point))
        entry_key = HKDF(hashes.SHA256(), 32, salt=point + _point(key.public_key()), info=ENTRY_PURPOSE).derive(shared)
        return _pairs(json.loads(AESGCM(entry_key).decrypt(nonce, closed, place.bound)))
    except (InvalidTag, ValueError, RecursionError):
        raise CannotOpen(CANNOT) from None


def _point(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def _pairs(opened: Any) -> Pairs:
    if not isinstance(opened, list):
        raise ValueError("no list of answers")
    found = []
    for item in opened:
        if not (isinstance(item, list) and len(item) == 2 and all(isinstance(part, str) for part in item)):
            raise ValueError("no name with its value")
        found.append((item[0], item[1]))
    return found
