"""What proves a second step, as it is sealed: bound to its account, its kind and its row.

So a row that somebody moves to another account by SQL opens nothing.
"""

import json
from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from attention_point.accounts.second_factor.models import SecondFactor, WayBack
from attention_point.foundation.damage_notes import note_damage
from attention_point.foundation.errors import VaultError
from attention_point.foundation.vault import Vault, get_vault


@dataclass(frozen=True, slots=True)
class Passkey:
    """A passkey as its browser registered it. ``sign_count`` is 0 for the many that do not count."""

    credential_id: bytes
    public_key: bytes
    sign_count: int

    def as_record(self) -> dict[str, Any]:
        """The passkey as it is sealed."""
        credential_id, public_key = (b64encode(part).decode() for part in (self.credential_id, self.public_key))
        return {"credential_id": credential_id, "public_key": public_key, "sign_count": self.sign_count}


def seal_factor(vault: Vault, factor: SecondFactor, record: Mapping[str, Any]) -> bytes:
    """Seal the record of a factor under the keyring's current key."""
    return vault.seal(build_factor_purpose(factor), factor.id, json.dumps(record).encode())


def open_factor(vault: Vault, factor: SecondFactor) -> dict[str, Any]:
    """Open the record of a factor: ``{"secret"}``, ``{"hashes"}``, that of a passkey, or ``{"challenge"}`` of one that
    is not confirmed. Raises VaultError for a row that was altered or moved.
    """
    record: dict[str, Any] = json.loads(vault.open(build_factor_purpose(factor), factor.id, factor.sealed))
    return record


def list_passkeys(session: Session, factors: Iterable[SecondFactor]) -> list[tuple[SecondFactor, Passkey]]:
    """The passkeys among some factors, opened. One that does not open is noted as damage and left out."""
    opened = [(row, open_factor_or_note(session, row)) for row in factors if row.kind == "passkey"]
    return [(row, read_passkey(record)) for row, record in opened if record]


def open_factor_or_note(session: Session, factor: SecondFactor) -> dict[str, Any] | None:
    """The record of a factor; None for one that does not open, which is noted as damage: others still open."""
    try:
        return open_factor(get_vault(session), factor)
    except VaultError as error:
        note_damage(session, error)
        return None


def read_passkey(record: Mapping[str, Any]) -> Passkey:
    """The passkey of an opened record."""
    return Passkey(b64decode(record["credential_id"]), b64decode(record["public_key"]), record["sign_count"])


def build_factor_purpose(factor: SecondFactor) -> str:
    """The purpose under which a factor is sealed."""
    return f"second-factor/{factor.kind}/{factor.account_id}"


def seal_way_back(vault: Vault, way_back: WayBack, record: Mapping[str, Any]) -> bytes:
    """Seal the record of a way back."""
    return vault.seal(build_way_back_purpose(way_back), way_back.id, json.dumps(record).encode())


def open_way_back(vault: Vault, way_back: WayBack) -> dict[str, Any]:
    """Open the record of a way back: ``{"reason", "hashes"}``. Raises VaultError."""
    record: dict[str, Any] = json.loads(vault.open(build_way_back_purpose(way_back), way_back.id, way_back.sealed))
    return record


def build_way_back_purpose(way_back: WayBack) -> str:
    """The purpose under which a way back is sealed."""
    return f"way-back/{way_back.account_id}"
