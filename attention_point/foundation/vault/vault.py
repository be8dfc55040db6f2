"""The vault: data keys, blind-index tags and derived secrets of one keyring."""

import hmac
import os
from functools import cache
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy.orm import Session

from attention_point.foundation.errors import VaultError
from attention_point.foundation.vault.keyring import KEY_BYTES, Keyring
from attention_point.foundation.vault.sealing import (
    PersonKey,
    WrappedKey,
    open_bytes,
    read_key_version,
    seal_bytes,
)

INDEX_TAG_BYTES = 16
_PERSON_KEY_PURPOSE = "person-key"
_NO_ROW = UUID(int=0)


class Vault:
    """Opens and seals with the keys of a keyring."""

    def __init__(self, keyring: Keyring) -> None:
        self._current = keyring.current
        self._wrap = {version: AESGCM(key) for version, key in keyring.wrap.items()}
        self.index_version = keyring.index_current
        index, derive = keyring.index[keyring.index_current], keyring.derive
        # A registration makes five tags and three digests: each key is derived once, not each time.
        self._index = cache(lambda field: _derive_key(index, f"blind-index:{field}"))
        self._secret = cache(lambda purpose: _derive_key(derive, f"secret:{purpose}"))

    def create_person_key(self, person: UUID) -> tuple[PersonKey, WrappedKey]:
        """Return a random data key for a new person, ready for use, and wrapped for storage."""
        key_bytes = os.urandom(KEY_BYTES)
        sealed_key = seal_bytes(self._wrap[self._current], self._current, _PERSON_KEY_PURPOSE, person, key_bytes)
        return PersonKey(key_bytes), WrappedKey(self._current, sealed_key)

    def open_person_key(self, person: UUID, wrapped: WrappedKey) -> PersonKey:
        """Unwrap a data key. Raises VaultError when it was altered or moved, or when the keyring's version is gone."""
        if wrapped.version not in self._wrap:
            raise VaultError(_PERSON_KEY_PURPOSE, person)
        return PersonKey(open_bytes(self._wrap[wrapped.version], _PERSON_KEY_PURPOSE, person, wrapped.sealed_key))

    def seal(self, purpose: str, row_id: UUID, plaintext: bytes) -> bytes:
        """Seal bytes for one row under the keyring's current key: for what is of no person and soon deleted, a mail."""
        return seal_bytes(self._wrap[self._current], self._current, purpose, row_id, plaintext)

    def open(self, purpose: str, row_id: UUID, sealed_value: bytes) -> bytes:
        """Open a value of ``seal``. Raises VaultError, also when the keyring's version is gone."""
        cipher = self._wrap.get(read_key_version(sealed_value))
        if cipher is None:
            raise VaultError(purpose, row_id)
        return open_bytes(cipher, purpose, row_id, sealed_value)

    def index_tag(self, field: str, value: str) -> bytes:
        """Return the blind-index tag of a value: 16 bytes of an HMAC-SHA-256 under the field's own key."""
        return hmac.digest(self._index(field), value.encode(), "sha256")[:INDEX_TAG_BYTES]

    def keyed_digest(self, purpose: str, data: bytes) -> bytes:
        """Return a digest of 32 bytes that tells whether two contents are equal, and nothing to a thief of the data."""
        return hmac.digest(self._secret(purpose), data, "sha256")

    def derive_secret(self, purpose: str) -> bytes:
        """Return a secret of 32 bytes, derived for one purpose: signing cookies, say."""
        return self._secret(purpose)

    def seal_lasting(self, purpose: str, plaintext: bytes) -> bytes:
        """Seal bytes that are never written anew, as entries of the journal, under the secret of a purpose."""
        return seal_bytes(AESGCM(self._secret(purpose)), 1, purpose, _NO_ROW, plaintext)

    def open_lasting(self, purpose: str, sealed_value: bytes) -> bytes:
        """Open a value of ``seal_lasting``. Raises VaultError."""
        return open_bytes(AESGCM(self._secret(purpose)), purpose, _NO_ROW, sealed_value)


def _derive_key(root: bytes, purpose: str) -> bytes:
    # RFC 5869 lets the salt be left out where the root key is random, as the keyring's are.
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=purpose.encode()).derive(root)


def get_vault(session: Session) -> Vault:
    """Return the vault that travels in every session of an application."""
    vault: Vault = session.info["vault"]
    return vault
