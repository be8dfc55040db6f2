"""What entities do about referrals and turns, and lists of several people's, sealed in the journal.

Beside the id of a referral or of a turn an account of an entity would tell where the person was sent, and so what the
person needs. A list of ids would tell which referrals of many days went to the same entity, and one of what is overdue
which of them are urgent: these have a shorter term. So such an entry shows its moment and its action alone: actor,
record and detail are sealed (decisions 63, 89, 92). They stay in the chain as they are, and no index leads to them:
whoever looks for an actor or a record opens them, the newest first.
"""

import base64
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, Protocol

from sqlalchemy import Row
from sqlalchemy.orm import Session

from attention_point.foundation.access.actor import Actor
from attention_point.foundation.errors import VaultError

PARTNER = "partner"
SEALING_PURPOSE = "journal-partner"
REFERRAL_ACTIONS, ROOM_ACTIONS = "referral.", ("turn.", "desk.")
_LEAST_BYTES = 512  # a size tells how many ids a list has: each is padded to the next power of two


class LastingSeals(Protocol):
    """The methods of the vault that this module uses. Rooms that may not import the vault write to the journal too."""

    def seal_lasting(self, purpose: str, plaintext: bytes) -> bytes:
        """Seal bytes that are never written anew."""

    def open_lasting(self, purpose: str, sealed_value: bytes) -> bytes:
        """Open them. Raises VaultError."""


@dataclass(frozen=True, slots=True)
class OpenedEntry:
    """An entry of the journal with what was sealed in it; it has the members of a row."""

    seq: int
    at: datetime | None
    actor: str
    action: str
    subject: str
    subject_id: str | None
    detail: str
    hash: bytes


EntryRow = Row[Any] | OpenedEntry


def must_seal(actor: Actor, action: str, subject_id: object) -> bool:
    """Whether an entry is one of an entity about referrals or its desks, or about referrals of several people."""
    if action.startswith(ROOM_ACTIONS):
        return actor.entity is not None
    return action.startswith(REFERRAL_ACTIONS) and (actor.entity is not None or subject_id is None)


def seal_entry(session: Session, entry: dict[str, Any]) -> dict[str, Any]:
    """An entry with its actor, record and detail sealed in its detail."""
    content = json.dumps([entry["actor"], entry["subject"], entry["subject_id"], entry["detail"]]).encode()
    size = max(_LEAST_BYTES, 1 << (len(content) - 1).bit_length())
    sealed = _get_seals(session).seal_lasting(SEALING_PURPOSE, content.ljust(size))
    detail = json.dumps({"sealed": base64.b64encode(sealed).decode()}, separators=(",", ":"))
    subject = entry["action"].partition(".")[0]
    return {**entry, "actor": PARTNER, "subject": subject, "subject_id": None, "detail": detail}


def open_entries(session: Session, rows: Iterable[Row[Any]]) -> list[EntryRow]:
    """The rows in their order, those of entities opened. One that does not open stays as it is."""
    return [_open_entry(session, row) or row if row.actor == PARTNER else row for row in rows]


def list_fitting(
    session: Session, rows: Iterable[Row[Any]], actor: str | None, groups: Sequence[Sequence[str]], size: int
) -> list[OpenedEntry]:
    """The first ``size`` of some rows of entities, by one actor (None: any), that mention an id of each group."""
    entries = (_open_entry(session, row) for row in rows)
    return list(islice((entry for entry in entries if entry is not None and _fits_search(entry, actor, groups)), size))


def _fits_search(entry: OpenedEntry, actor: str | None, groups: Sequence[Sequence[str]]) -> bool:
    if actor is not None and entry.actor != actor:
        return False
    # As the index of the other entries: the record itself, and the ids in the detail.
    return all(
        any(entry.subject_id == record_id or f'"{record_id}"' in entry.detail for record_id in ids) for ids in groups
    )


def _open_entry(session: Session, row: Row[Any]) -> OpenedEntry | None:
    try:
        sealed = base64.b64decode(json.loads(row.detail)["sealed"])
        content = json.loads(_get_seals(session).open_lasting(SEALING_PURPOSE, sealed))
        actor, subject, subject_id, detail = content
    except (VaultError, ValueError, KeyError, TypeError):
        return None
    return OpenedEntry(row.seq, row.at, actor, row.action, subject, subject_id, detail, row.hash)


def _get_seals(session: Session) -> LastingSeals:
    seals: LastingSeals = session.info["vault"]
    return seals
