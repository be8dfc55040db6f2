"""Seals with AES-256-GCM (NIST SP 800-38D), and fixes the format of a sealed value.

``format (1 byte) | key version (2) | nonce (12) | ciphertext and tag``. The associated data names the format, the key
version, the row and its table, so that a value that was moved to another row, table or key does not open.
"""

import json
import os
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pydantic_core import to_json

from attention_point.foundation.errors import VaultError

FORMAT_BYTE = b"\x01"
HEAD_BYTES = 3
NONCE_BYTES = 12  # as SP 800-38D advises; random, for a data key seals far fewer than 2**32 values
PADDING_BLOCK_BYTES = 128  # records are padded to whole blocks, so that their length tells little of a name


@dataclass(frozen=True, slots=True)
class WrappedKey:
    """A person's data key as it is stored: the version of the keyring's key that wraps it, and the sealed key."""

    version: int
    sealed_key: bytes


def seal_bytes(cipher: AESGCM, version: int, purpose: str, row_id: UUID, plaintext: bytes) -> bytes:
    """Seal a text of bytes for one row and purpose."""
    head = FORMAT_BYTE + version.to_bytes(2)
    nonce = os.urandom(NONCE_BYTES)
    return head + nonce + cipher.encrypt(nonce, plaintext, _build_associated_data(head, purpose, row_id))


def read_key_version(sealed_value: bytes) -> int:
    """Return the version of the key that sealed a value; 0 for a value that is not sealed."""
    return int.from_bytes(sealed_value[len(FORMAT_BYTE) : HEAD_BYTES]) if isinstance(sealed_value, bytes) else 0


def open_bytes(cipher: AESGCM, purpose: str, row_id: UUID, sealed_value: bytes) -> bytes:
    """Open a value of ``seal_bytes``. Raises VaultError when row, purpose, key or content differ."""
    # SQLite takes a value of any type in any column: one turned bit of the file makes a text of a blob.
    if not isinstance(sealed_value, bytes) or sealed_value[: len(FORMAT_BYTE)] != FORMAT_BYTE:
        raise VaultError(purpose, row_id)
    head = sealed_value[:HEAD_BYTES]
    try:
        return cipher.decrypt(
            sealed_value[HEAD_BYTES : HEAD_BYTES + NONCE_BYTES],
            sealed_value[HEAD_BYTES + NONCE_BYTES :],
            _build_associated_data(head, purpose, row_id),
        )
    except (InvalidTag, ValueError):
        raise VaultError(purpose, row_id) from None


def _build_associated_data(head: bytes, purpose: str, row_id: UUID) -> bytes:
    return head + row_id.bytes + purpose.encode()


class PersonKey:
    """A person's data key, ready for use. It seals and opens the records of that person's rows."""

    __slots__ = ("_cipher", "version")

    def __init__(self, key_bytes: bytes, version: int = 1) -> None:
        self._cipher = AESGCM(key_bytes)
        self.version = version

    def seal(self, purpose: str, row_id: UUID, record: dict[str, Any]) -> bytes:
        """Seal one record. ``purpose`` is the name of the table."""
        plaintext = to_json(record)
        # JSON may end in spaces, so the padding need not be taken off again.
        padded_length = len(plaintext) + -len(plaintext) % PADDING_BLOCK_BYTES
        return seal_bytes(self._cipher, self.version, purpose, row_id, plaintext.ljust(padded_length))

    def open(self, purpose: str, row_id: UUID, sealed_record: bytes) -> dict[str, Any]:
        """Open one record. Raises VaultError."""
        record: dict[str, Any] = json.loads(open_bytes(self._cipher, purpose, row_id, sealed_record))
        return record
