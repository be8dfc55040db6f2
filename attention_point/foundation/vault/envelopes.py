"""Envelopes: what a tablet without network seals to a point's public key, and only the server opens.

HPKE (RFC 9180) in base mode: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-256-GCM, one message a context, no associated
data. An envelope is the encapsulated key (32 bytes) and the ciphertext.
"""

from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from attention_point.foundation.errors import VaultError

ENVELOPE_PURPOSE = "envelope"
ENVELOPE_INFO = b"attention-point outbox"
_SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)


def generate_envelope_key() -> tuple[bytes, bytes]:
    """A new pair of keys: the private and the public one, 32 bytes each."""
    private_key = X25519PrivateKey.generate()
    return private_key.private_bytes_raw(), private_key.public_key().public_bytes_raw()


def derive_public_key(private_key: bytes) -> bytes:
    """The public key of a private one. Raises ValueError for bytes that are no key."""
    return X25519PrivateKey.from_private_bytes(private_key).public_key().public_bytes_raw()


def seal_envelope(public_key: bytes, content: bytes) -> bytes:
    """Seal a content to a public key, as tablets do. Raises ValueError for bytes that are no key."""
    return _SUITE.encrypt(content, X25519PublicKey.from_public_bytes(public_key), ENVELOPE_INFO)


def open_envelope(private_key: bytes, envelope_id: UUID, envelope: bytes) -> bytes:
    """Open an envelope. Raises VaultError, which names the envelope, for one of another key or altered on its way."""
    try:
        return _SUITE.decrypt(envelope, X25519PrivateKey.from_private_bytes(private_key), ENVELOPE_INFO)
    except (InvalidTag, ValueError):
        raise VaultError(ENVELOPE_PURPOSE, envelope_id) from None
