"""What proves a second step, as it is sealed: bound to its row, and within it to its account and its kind.

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

FACTOR_PURPOSE, WAY_BACK_PURPOSE = "second-factor", "way-back"


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
    bound_record = {**record, "bound_to": _name_owner(factor)}
    return vault.seal(FACTOR_PURPOSE, factor.id, json.dumps(bound_record).encode())


def open_factor(vault: Vault, factor: SecondFactor) -> dict[str, Any]:
    """Open the record of a factor: ``{"secret"}``, ``{"hashes"}``, that of a passkey, or ``{"challenge"}`` of one that
    is not confirmed. Raises VaultError for a row that was altered or moved.
    """
    return _open_bound_record(vault, FACTOR_PURPOSE, factor, factor.sealed)


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


def seal_way_back(vault: Vault, way_back: WayBack, record: Mapping[str, Any]) -> bytes:
    """Seal the record of a way back."""
    bound_record = {**record, "bound_to": _name_owner(way_back)}
    return vault.seal(WAY_BACK_PURPOSE, way_back.id, json.dumps(bound_record).encode())


def open_way_back(vault: Vault, way_back: WayBack) -> dict[str, Any]:
    """Open the record of a way back: ``{"reason", "hashes"}``. Raises VaultError."""
    return _open_bound_record(vault, WAY_BACK_PURPOSE, way_back, way_back.sealed)


def _open_bound_record(vault: Vault, purpose: str, row: SecondFactor | WayBack, sealed: bytes) -> dict[str, Any]:
    record: dict[str, Any] = json.loads(vault.open(purpose, row.id, sealed))
    if record.pop("bound_to", None) != _name_owner(row):
        raise VaultError(purpose, row.id)
    return record


def _name_owner(row: SecondFactor | WayBack) -> str:
    """The account of a row; of a factor also its kind, for a passkey must not pass as an application."""
    return f"{row.account_id}/{row.kind}" if isinstance(row, SecondFactor) else str(row.account_id)
