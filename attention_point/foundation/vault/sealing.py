"""AES-256-GCM with associated data, and the format of a sealed value.

``format (1 byte) | key version (2) | nonce (12) | ciphertext and tag``. The associated data names the row, its
table and the key version, so that a value moved to another row, column or key does not open.
"""

import json
import os
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pydantic_core import to_json

from attention_point.foundation.vault_error import VaultError

FORMAT = b"\x01"
HEAD = 3
NONCE = 12
BLOCK = 128  # sealed records are padded to whole blocks, so that their length tells little


@dataclass(frozen=True, slots=True)
class WrappedKey:
    """A person's data key as stored: the keyring's version that wraps it, and the sealed key."""

    version: int
    blob: bytes


def seal_bytes(cipher: AESGCM, version: int, purpose: str, row: UUID, plain: bytes) -> bytes:
    """Seal ``plain`` for one row and purpose."""
    head = FORMAT + version.to_bytes(2)
    nonce = os.urandom(NONCE)
    return head + nonce + cipher.encrypt(nonce, plain, _bound(head, purpose, row))


def key_version(blob: bytes) -> int:
    """The version of the key that sealed a value, as its head says; 0 for what is no sealed value."""
    return int.from_bytes(blob[len(FORMAT) : HEAD]) if isinstance(blob, bytes) else 0


def open_bytes(cipher: AESGCM, purpose: str, row: UUID, blob: bytes) -> bytes:
    """Open what ``seal_bytes`` made; raises VaultError when anything differs.

    SQLite keeps a value of any type in any column: one turned bit makes a text or a number of a blob.
    """
    if not isinstance(blob, bytes) or blob[: len(FORMAT)] != FORMAT:
        raise VaultError(purpose, row)
    head = blob[:HEAD]
    try:
        return cipher.decrypt(blob[HEAD : HEAD + NONCE], blob[HEAD + NONCE :], _bound(head, purpose, row))
    except (InvalidTag, ValueError):
        raise VaultError(purpose, row) from None


def _bound(head: bytes, purpose: str, row: UUID) -> bytes:
    return head + row.bytes + purpose.encode()


class PersonKey:
    """A person's data key, open for use. Seals and opens the records of that person's rows."""

    __slots__ = ("_cipher", "version")

    def __init__(self, raw: bytes, version: int = 1) -> None:
        self._cipher = AESGCM(raw)
        self.version = version

    def seal(self, purpose: str, row: UUID, record: dict[str, Any]) -> bytes:
        """Seal one record; ``purpose`` is the table's name."""
        plain = to_json(record)
        return seal_bytes(self._cipher, self.version, purpose, row, plain.ljust(-len(plain) % BLOCK + len(plain)))

    def open(self, purpose: str, row: UUID, blob: bytes) -> dict[str, Any]:
        """Open one record; raises VaultError."""
        record: dict[str, Any] = json.loads(open_bytes(self._cipher, purpose, row, blob))
        return record
