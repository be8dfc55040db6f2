"""The vault: data keys, blind-index tags and derived secrets of one keyring."""

import hmac
import os
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from functools import cache
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy.orm import Session

from attention_point.foundation import clock
from attention_point.foundation.errors import VaultError
from attention_point.foundation.vault.keyring import KEY_BYTES, Keyring, KeySet
from attention_point.foundation.vault.sealing import (
    BOUND_ROWS,
    PersonKey,
    WrappedKey,
    open_bytes,
    read_key_version,
    read_mark,
    seal_bytes,
)

INDEX_TAG_BYTES = 16
FIRST_VERSION = 1
OVERLAP = timedelta(hours=1)
"""How long after a rotation something may still be written under the key before: no transaction takes as long."""
LASTING_PURPOSES = (
    "journal-chain",
    "reference-number",
    "statistics-leaning",
    "webhook-secret",
    "family-member",
    "family-id",
    "device-staff-code",
    "backup-keyring",
    "journal-partner",
    "slip-code",
)
"""What is derived for as long as the data last: the secrets of these purposes stay when a derived key is removed."""
_PERSON_KEY_PURPOSE = "person-key"
_NO_ROW = UUID(int=0)


class Vault:
    """Opens and seals with the keys of a keyring. It never changes: a session works with one keyring from begin to end.

    What is written stands under the current version of each key; what is read may stand under any version held.
    """

    def __init__(self, keyring: Keyring) -> None:
        self.wrap_version = keyring.wrap.current
        self.index_version = keyring.index.current
        self.derive_version = keyring.derive.current
        self._wrap = {version: AESGCM(key) for version, key in keyring.wrap.keys.items()}
        self._index_versions = _list_current_first(keyring.index)
        self._derive_versions = _list_current_first(keyring.derive)
        self._lasting = keyring.lasting
        self._derive_since = {
            version: moment for version, moment in keyring.derive.since.items() if version <= self.derive_version
        }
        index, derive, lasting = keyring.index.keys, keyring.derive.keys, keyring.lasting
        # A registration makes five tags and three digests: each key is derived once, not each time.
        self._index = cache(lambda field, version: _derive_key(index[version], f"blind-index:{field}"))
        self._secret = cache(
            lambda purpose, version: (
                derive_secret(derive[version], purpose) if version in derive else lasting[version][purpose]
            )
        )

    def create_person_key(self, person: UUID) -> tuple[PersonKey, WrappedKey]:
        """Return a random data key for a new person, ready for use, and wrapped for storage."""
        key_bytes = os.urandom(KEY_BYTES)
        return PersonKey(key_bytes), self._wrap_key(person, key_bytes, BOUND_ROWS)

    def open_person_key(self, person: UUID, wrapped: WrappedKey) -> PersonKey:
        """Unwrap a data key. Raises VaultError when it was altered or moved, or when the keyring's version is gone."""
        return PersonKey(self._unwrap_key(person, wrapped), are_rows_bound=read_mark(wrapped.sealed_key) == BOUND_ROWS)

    def rewrap_person_key(self, person: UUID, wrapped: WrappedKey, *, bind_rows: bool = False) -> WrappedKey:
        """Wrap a data key under the current version. Raises VaultError as ``open_person_key``.

        ``bind_rows`` says that every record under the key is sealed for a version of its row by now: then none that
        is not so opens any more.
        """
        mark = BOUND_ROWS if bind_rows else read_mark(wrapped.sealed_key)
        return self._wrap_key(person, self._unwrap_key(person, wrapped), mark)

    def _unwrap_key(self, person: UUID, wrapped: WrappedKey) -> bytes:
        cipher, mark = self._wrap.get(wrapped.version), read_mark(wrapped.sealed_key)
        # The column and the head of the value say the same version, or somebody changed one of them.
        if cipher is None or read_key_version(wrapped.sealed_key) != wrapped.version:
            raise VaultError(_PERSON_KEY_PURPOSE, person)
        return open_bytes(cipher, _PERSON_KEY_PURPOSE, person, wrapped.sealed_key, mark)

    def _wrap_key(self, person: UUID, key_bytes: bytes, mark: int | None) -> WrappedKey:
        cipher, version = self._wrap[self.wrap_version], self.wrap_version
        return WrappedKey(version, seal_bytes(cipher, version, _PERSON_KEY_PURPOSE, person, key_bytes, mark))

    def seal(self, purpose: str, row_id: UUID, plaintext: bytes) -> bytes:
        """Seal bytes for one row under the keyring's current key: for what is of no person and soon deleted, a mail."""
        return seal_bytes(self._wrap[self.wrap_version], self.wrap_version, purpose, row_id, plaintext)

    def open(self, purpose: str, row_id: UUID, sealed_value: bytes) -> bytes:
        """Open a value of ``seal``. Raises VaultError, also when the keyring's version is gone."""
        cipher = self._wrap.get(read_key_version(sealed_value))
        if cipher is None:
            raise VaultError(purpose, row_id)
        return open_bytes(cipher, purpose, row_id, sealed_value)

    def read_version(self, sealed_value: bytes) -> int:
        """Return the version of the key under which a value of ``seal`` stands; 0 for what is none."""
        return read_key_version(sealed_value)

    def index_tag(self, field: str, value: str) -> bytes:
        """Return the blind-index tag to store for a value: 16 bytes of an HMAC-SHA-256 under the field's own key."""
        return self._build_tag(field, value, self.index_version)

    def index_tags(self, field: str, value: str) -> list[bytes]:
        """Return the tags under which a value may be stored: those of all versions held, the current one first.

        Whoever searches looks for them all: while the key is rotated, tags of two versions stand side by side.
        """
        return [self._build_tag(field, value, version) for version in self._index_versions]

    @property
    def wrap_versions(self) -> Sequence[int]:
        """The versions of the key that wraps people's keys."""
        return tuple(self._wrap)

    @property
    def index_versions(self) -> Sequence[int]:
        """The versions of the index key, in the order of ``index_tags``."""
        return self._index_versions

    def _build_tag(self, field: str, value: str, version: int) -> bytes:
        return hmac.digest(self._index(field, version), value.encode(), "sha256")[:INDEX_TAG_BYTES]

    def keyed_digest(self, purpose: str, data: bytes, version: int | None = None) -> bytes:
        """Return a digest of 32 bytes that tells whether two contents are equal, and nothing to a thief of the data.

        Without a ``version`` it is that of the current key. Raises KeyError for a version that is not held.
        """
        return hmac.digest(self.derive_secret(purpose, version), data, "sha256")

    def keyed_digests(self, purpose: str, data: bytes) -> list[bytes]:
        """Return the digests under which a content may be stored: those of all versions held, the current one first."""
        return [hmac.digest(secret, data, "sha256") for secret in self.derive_secrets(purpose)]

    def keyed_digests_at(self, purpose: str, data: bytes, moment: datetime) -> list[bytes]:
        """Return the digests that a content written at a moment may have: of the key that was the current one then.

        Within an hour of a rotation either key may be: transactions that had begun went on with the one before.
        """
        return [
            self.keyed_digest(purpose, data, version)
            for version in self.list_versions(purpose)
            if self._was_current(version, moment)
        ]

    def _was_current(self, version: int, moment: datetime) -> bool:
        since = self._derive_since
        end = min((begin for later, begin in since.items() if later > version), default=None)
        has_begun = version not in since or moment >= since[version] - OVERLAP
        return version <= self.derive_version and has_begun and (end is None or moment <= end + OVERLAP)

    def matches_digest(self, purpose: str, data: bytes, digest: bytes) -> bool:
        """Whether a stored digest is that of a content, under any version held. It takes the same time for every no."""
        matches = [hmac.compare_digest(candidate, digest) for candidate in self.keyed_digests(purpose, data)]
        return any(matches)

    def derive_secret(self, purpose: str, version: int | None = None) -> bytes:
        """Return a secret of 32 bytes, derived for one purpose: signing cookies, say. Raises as ``keyed_digest``."""
        return self._secret(purpose, self.derive_version if version is None else version)

    def derive_secrets(self, purpose: str) -> list[bytes]:
        """Return the secrets of a purpose of all versions held, the current one first."""
        return [self.derive_secret(purpose, version) for version in self.list_versions(purpose)]

    def list_versions(self, purpose: str) -> list[int]:
        """Return the versions of the derived key under which the secret of a purpose is held, the current one first."""
        lasting = sorted((version for version in self._lasting if purpose in self._lasting[version]), reverse=True)
        return [*self._derive_versions, *lasting]

    def find_derive_version(self, day: date) -> int:
        """The version of the derived key that was current when a day began, the first one held before any change.

        For what must stay alike for as long as its period lasts and after: the order of a year's references, say.
        """
        midnight = clock.start_of_day(day)
        return max(
            (version for version, since in self._derive_since.items() if since < midnight), default=FIRST_VERSION
        )

    def find_lasting_version(self, purpose: str, day: date) -> int:
        """The version under which what lasts was written on a day: as ``find_derive_version``, or the next one held.

        A version that was removed before the program knew the purpose has no secret for it, and never gets one.
        """
        begun = self.find_derive_version(day)
        return min(version for version in self.list_versions(purpose) if version >= begun)

    def seal_lasting(self, purpose: str, plaintext: bytes) -> bytes:
        """Seal bytes that are never written anew, as entries of the journal, under the secret of a purpose."""
        cipher = AESGCM(self.derive_secret(purpose))
        return seal_bytes(cipher, self.derive_version, purpose, _NO_ROW, plaintext)

    def open_lasting(self, purpose: str, sealed_value: bytes) -> bytes:
        """Open a value of ``seal_lasting``. Raises VaultError, also when the secret of its version is gone."""
        try:
            secret = self.derive_secret(purpose, read_key_version(sealed_value))
        except KeyError:
            raise VaultError(purpose, _NO_ROW) from None
        return open_bytes(AESGCM(secret), purpose, _NO_ROW, sealed_value)


def _list_current_first(key_set: KeySet) -> list[int]:
    others = sorted((version for version in key_set.keys if version != key_set.current), reverse=True)
    return [key_set.current, *others]


def derive_secret(root: bytes, purpose: str) -> bytes:
    """The secret of a purpose, of a derived key of the keyring."""
    return _derive_key(root, f"secret:{purpose}")


def _derive_key(root: bytes, purpose: str) -> bytes:
    # RFC 5869 lets the salt be left out where the root key is random, as the keyring's are.
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=purpose.encode()).derive(root)


def get_vault(session: Session) -> Vault:
    """Return the vault that travels in every session of an application."""
    vault: Vault = session.info["vault"]
    return vault
