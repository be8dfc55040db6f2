"""Seals with AES-256-GCM (NIST SP 800-38D), and fixes the format of a sealed value.

``format (1 byte) | key version (2) | nonce (12) | ciphertext and tag``. The associated data names the format, the key
version, the row and its table, so that a value that was moved to another row, table or key does not open. A record
under a person's key is bound to the version of its row too (format 2): an older one of the row does not open either.
"""

import json
import os
import zlib
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pydantic_core import to_json

from attention_point.foundation.errors import VaultError

UNBOUND, BOUND = b"\x01", b"\x02"
"""The formats: without, and with the version of the row in the associated data."""
BOUND_ROWS = 1
"""The mark of a wrapped data key under which every record is bound to the version of its row (decision 64)."""
UNVERSIONED = 0
"""The version of a row of which none is kept: an older record of it opens."""
_LAST_ROW_VERSION = 2**32 - 1
HEAD_BYTES = 3
NONCE_BYTES = 12  # as SP 800-38D advises; random, for a data key seals far fewer than 2**32 values
BLOCK_BYTES = 384
"""Records are compressed and padded to whole blocks, so that nearly all of a table are equally long. A visit about
violence is longer than others: with blocks of 128 bytes the longest of a stolen database were confidential ones."""
BLOCK_BYTES_BY_PURPOSE = {"visit": 1536, "referral": 768}
"""By the purpose, which is the table: what records grow to that are not of one block."""
_FIRST_LETTER_OF_JSON = b"{"  # a compressed record never begins with it


@dataclass(frozen=True, slots=True)
class WrappedKey:
    """A person's data key as it is stored: the version of the keyring's key that wraps it, and the sealed key."""

    version: int
    sealed_key: bytes


def seal_bytes(
    cipher: AESGCM, key_version: int, purpose: str, row_id: UUID, plaintext: bytes, row_version: int | None = None
) -> bytes:
    """Seal a text of bytes for one row and purpose, and for one version of the row where one is given."""
    head = (UNBOUND if row_version is None else BOUND) + key_version.to_bytes(2)
    nonce = os.urandom(NONCE_BYTES)
    return head + nonce + cipher.encrypt(nonce, plaintext, _build_associated_data(head, purpose, row_id, row_version))


def read_key_version(sealed_value: bytes) -> int:
    """Return the version of the key that sealed a value; 0 for a value that is not sealed."""
    return int.from_bytes(sealed_value[len(UNBOUND) : HEAD_BYTES]) if isinstance(sealed_value, bytes) else 0


def read_mark(wrapped_key: bytes) -> int | None:
    """Return the mark of a wrapped data key: ``BOUND_ROWS``, or None for one of an earlier version of the program."""
    return BOUND_ROWS if is_bound(wrapped_key) else None


def is_bound(sealed_value: bytes) -> bool:
    """Whether a value is sealed for a version of its row."""
    return isinstance(sealed_value, bytes) and sealed_value[: len(BOUND)] == BOUND


def open_bytes(
    cipher: AESGCM, purpose: str, row_id: UUID, sealed_value: bytes, row_version: int | None = None
) -> bytes:
    """Open a value of ``seal_bytes``. Raises VaultError when row, purpose, version, key or content differ.

    A value that is not bound to a version opens for any.
    """
    # SQLite takes a value of any type in any column: one turned bit of the file makes a text of a blob.
    if not isinstance(sealed_value, bytes) or sealed_value[: len(UNBOUND)] not in (UNBOUND, BOUND):
        raise VaultError(purpose, row_id)
    head = sealed_value[:HEAD_BYTES]
    if is_bound(sealed_value):
        if not isinstance(row_version, int) or not 0 <= row_version <= _LAST_ROW_VERSION:
            raise VaultError(purpose, row_id)
    else:
        row_version = None
    try:
        return cipher.decrypt(
            sealed_value[HEAD_BYTES : HEAD_BYTES + NONCE_BYTES],
            sealed_value[HEAD_BYTES + NONCE_BYTES :],
            _build_associated_data(head, purpose, row_id, row_version),
        )
    except (InvalidTag, ValueError):
        raise VaultError(purpose, row_id) from None


def _build_associated_data(head: bytes, purpose: str, row_id: UUID, row_version: int | None) -> bytes:
    # Each part but the last has a fixed length, and the head says whether there is a version: no two places are alike.
    version_bytes = b"" if row_version is None else row_version.to_bytes(4)
    return head + row_id.bytes + version_bytes + purpose.encode()


class PersonKey:
    """A person's data key, ready for use. It seals and opens the records of that person's rows.

    ``are_rows_bound``: every record under it is bound to the version of its row, and none that is not opens.
    """

    __slots__ = ("are_rows_bound", "_cipher", "version")

    def __init__(self, key_bytes: bytes, version: int = 1, *, are_rows_bound: bool = True) -> None:
        self._cipher = AESGCM(key_bytes)
        self.version = version
        self.are_rows_bound = are_rows_bound

    def seal(
        self,
        purpose: str,
        row_id: UUID,
        record: dict[str, Any],
        *,
        version: int,
        block_bytes: int | None = None,
    ) -> bytes:
        """Seal one record. ``purpose`` is the name of the table, ``version`` that of the row with this record.

        Rows of which no version is kept give a fixed one. Records are padded to whole blocks of ``block_bytes``, or of
        those of the purpose.
        """
        block_bytes = block_bytes or BLOCK_BYTES_BY_PURPOSE.get(purpose, BLOCK_BYTES)
        # The quickest level: a better one takes 3 % off a visit.
        compressed = zlib.compress(to_json(record), level=1)
        # What is compressed says where it ends, so the padding need not be taken off again.
        padded_length = len(compressed) + -len(compressed) % block_bytes
        return seal_bytes(self._cipher, self.version, purpose, row_id, compressed.ljust(padded_length, b"\0"), version)

    def open(self, purpose: str, row_id: UUID, sealed_record: bytes, *, version: int) -> dict[str, Any]:
        """Open one record of a row in this version. Raises VaultError, for an older record of the same row too."""
        if self.are_rows_bound and not is_bound(sealed_record):
            raise VaultError(purpose, row_id)
        content = open_bytes(self._cipher, purpose, row_id, sealed_record, version)
        # Earlier versions of the program did not compress.
        is_plain = content.startswith(_FIRST_LETTER_OF_JSON)
        record: dict[str, Any] = json.loads(content if is_plain else zlib.decompressobj().decompress(content))
        return record
