"""The vault: data keys, blind-index tags and derived secrets, over one keyring."""

import hmac
import os
from functools import cache
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy.orm import Session

from attention_point.foundation.vault.keyring import KEY_BYTES, Keyring
from attention_point.foundation.vault.sealing import (
    PersonKey,
    WrappedKey,
    key_version,
    open_bytes,
    seal_bytes,
)
from attention_point.foundation.vault_error import VaultError

TAG_BYTES = 16
_WRAPPED = "person-key"


class Vault:
    """Opens and seals; holds the keyring's ciphers built once."""

    def __init__(self, keyring: Keyring) -> None:
        self._current = keyring.current
        self._wrap = {version: AESGCM(key) for version, key in keyring.wrap.items()}
        self.index_version = keyring.index_current
        index, derive = keyring.index[keyring.index_current], keyring.derive
        self._index = cache(lambda field: _derive(index, f"blind-index:{field}"))
        self._secret = cache(lambda purpose: _derive(derive, f"secret:{purpose}"))

    def new_person_key(self, person: UUID) -> tuple[PersonKey, WrappedKey]:
        """A random data key for a new person, open and wrapped."""
        raw = os.urandom(KEY_BYTES)
        blob = seal_bytes(self._wrap[self._current], self._current, _WRAPPED, person, raw)
        return PersonKey(raw), WrappedKey(self._current, blob)

    def open_person_key(self, person: UUID, wrapped: WrappedKey) -> PersonKey:
        """Unwrap a data key; raises VaultError when it was altered, moved, or its keyring version is gone."""
        if wrapped.version not in self._wrap:
            raise VaultError(_WRAPPED, person)
        return PersonKey(open_bytes(self._wrap[wrapped.version], _WRAPPED, person, wrapped.blob))

    def seal(self, purpose: str, row: UUID, plain: bytes) -> bytes:
        """Seal what is of no person and soon gone (a mail that waits), for one row, under the keyring's current key."""
        return seal_bytes(self._wrap[self._current], self._current, purpose, row, plain)

    def open(self, purpose: str, row: UUID, blob: bytes) -> bytes:
        """Open what ``seal`` made; raises VaultError, also when the keyring's version is gone."""
        cipher = self._wrap.get(key_version(blob))
        if cipher is None:
            raise VaultError(purpose, row)
        return open_bytes(cipher, purpose, row, blob)

    def tag(self, field: str, value: str) -> bytes:
        """The blind-index tag of a value: HMAC-SHA-256 under the field's own key, 16 bytes."""
        return hmac.digest(self._index(field), value.encode(), "sha256")[:TAG_BYTES]

    def fingerprint(self, purpose: str, data: bytes) -> bytes:
        """A keyed digest, 32 bytes: tells equal content apart from other content, and tells a thief nothing."""
        return hmac.digest(self._secret(purpose), data, "sha256")

    def secret(self, purpose: str) -> bytes:
        """A secret of the installation, 32 bytes, derived for one purpose (signing cookies, say)."""
        return self._secret(purpose)


def _derive(root: bytes, purpose: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=purpose.encode()).derive(root)


def vault_of(session: Session) -> Vault:
    """The vault that rides in every session of an application."""
    vault: Vault = session.info["vault"]
    return vault
