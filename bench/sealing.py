"""The least crypto that a registration needs, written apart from the product: a key a person, one seal a row."""

import hashlib
import hmac
import json
import os
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

ENTITIES = {"MIG-REG": "migracion-colombia", "EMP-SENA": "sena", "EDU": "secretaria-educacion", "SALUD-URG": "salud"}


@dataclass(frozen=True)
class Sealer:
    """A wrapping key and an index key."""

    wrap: AESGCM = field(default_factory=lambda: AESGCM(os.urandom(32)))
    index: bytes = field(default_factory=lambda: os.urandom(32))

    def new_key(self, person: bytes) -> tuple[AESGCM, bytes]:
        """A person's key, and the same wrapped."""
        raw = os.urandom(32)
        return AESGCM(raw), seal(self.wrap, person, raw)

    def open_key(self, person: bytes, wrapped: bytes) -> AESGCM:
        """A person's key from its wrapping."""
        return AESGCM(self.wrap.decrypt(wrapped[:12], wrapped[12:], person))

    def tag(self, value: str) -> bytes:
        """A blind-index tag."""
        return hmac.digest(self.index, value.encode(), "sha256")[:16]


def seal(cipher: AESGCM, row: bytes, plain: bytes) -> bytes:
    """Nonce and ciphertext, bound to the row."""
    nonce = os.urandom(12)
    return nonce + cipher.encrypt(nonce, plain, row)


def seal_record(cipher: AESGCM, row: bytes, record: dict[str, Any]) -> bytes:
    """One sealed record a row."""
    return seal(cipher, row, json.dumps(record, ensure_ascii=False, separators=(",", ":")).encode())


def build_tags(sealer: Sealer, draft: dict[str, Any]) -> list[bytes]:
    """The tags by which a person is found: two documents, a name with the year of birth."""
    person = draft["person"]
    numbers = [f"{document['type']}:{document['number']}" for document in person["documents"]]
    return [sealer.tag(value) for value in (*numbers, f"{person['surname_1']}:{person['birth_date'][:4]}")]


def seal_rows(cipher: AESGCM, draft: dict[str, Any]) -> tuple[tuple[bytes, bytes], list[tuple[bytes, str, bytes]]]:
    """The sealed visit (id, record) and its two sealed referrals (id, entity, record)."""
    visit = UUID(draft["id"]).bytes
    record = {name: draft[name] for name in ("household", "vulnerabilities", "needs", "facts", "consents", "notes")}
    referrals = []
    for need in draft["needs"][:2]:
        row = uuid4().bytes
        referrals.append((row, ENTITIES[need], seal_record(cipher, row, {"service": need, "note": ""})))
    return (visit, seal_record(cipher, visit, record)), referrals


def hash_journal_entry(previous: bytes, entry: bytes) -> bytes:
    """The next link of a journal."""
    return hashlib.sha256(previous + entry).digest()
