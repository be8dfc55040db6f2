"""A passkey in software, which counts as it is told: a copy of a device, or a reply that somebody recorded."""

import hashlib
import json
from base64 import urlsafe_b64encode

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

from attention_point.accounts.second_factor.records import Passkey

CREDENTIAL_ID = bytes(range(16))
USER_IS_PRESENT = 1


def _encode(content: bytes) -> str:
    return urlsafe_b64encode(content).decode().rstrip("=")


class SoftPasskey:
    """A key on P-256 that signs for ``localhost`` (WebAuthn §6.3.3)."""

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())

    def describe(self, sign_count: int) -> Passkey:
        """The passkey as an account keeps it."""
        numbers = self._key.public_key().public_numbers()
        x, y = (number.to_bytes(32) for number in (numbers.x, numbers.y))
        # A COSE key (RFC 9053 §7.1.1): of two coordinates, for ES256, on the curve P-256.
        public_key = bytes.fromhex("a5010203262001215820") + x + bytes.fromhex("225820") + y
        return Passkey(CREDENTIAL_ID, public_key, sign_count)

    def sign(self, challenge: str, sign_count: int) -> str:
        """The browser's reply to a challenge in base64url."""
        said = {"type": "webauthn.get", "challenge": challenge, "origin": "http://localhost"}
        client_data = json.dumps(said).encode()
        device_data = hashlib.sha256(b"localhost").digest() + bytes([USER_IS_PRESENT]) + sign_count.to_bytes(4)
        signature = self._key.sign(device_data + hashlib.sha256(client_data).digest(), ec.ECDSA(SHA256()))
        parts = {"clientDataJSON": client_data, "authenticatorData": device_data, "signature": signature}
        reply = {"id": _encode(CREDENTIAL_ID), "rawId": _encode(CREDENTIAL_ID), "type": "public-key"}
        return json.dumps({**reply, "response": {name: _encode(part) for name, part in parts.items()}})
