"""Entries as a device seals them, written a second time: the service must open what this makes, and nothing else."""

import base64
import json
import os

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from lms.placements.rules.sealing import ENTRY_PURPOSE, Place


def seal(answers: object, lock: str, place: Place) -> str:
    """What a device keeps of the answers of a form."""
    theirs = base64.b64decode(lock)
    ours = ec.generate_private_key(ec.SECP256R1())
    mark = ours.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    shared = ours.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), theirs))
    key = HKDF(hashes.SHA256(), 32, salt=mark + theirs, info=ENTRY_PURPOSE).derive(shared)
    nonce = os.urandom(12)
    text = json.dumps(answers).ljust(2048).encode()
    return base64.b64encode(mark + nonce + AESGCM(key).encrypt(nonce, text, place.bound)).decode()
