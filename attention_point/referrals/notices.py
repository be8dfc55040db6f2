"""Notices to an entity's liaisons and programs: what happened to which of its referrals, and nothing of a person.

A notice is queued, sealed, in the transaction that it is about; ``portal/notifying`` tells it. Restricted referrals are
told like all others: a notice says neither the need nor that it is confidential.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal, get_args
from uuid import UUID

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from attention_point.foundation import clock
from attention_point.foundation.damage_notes import note_damage
from attention_point.foundation.database import PreparedStatement, new_id
from attention_point.foundation.errors import VaultError
from attention_point.referrals.models import ReferralNotice

if TYPE_CHECKING:
    from attention_point.foundation.vault import Vault

NoticeKind = Literal["new", "reminder", "escalation", "withdrawn", "message", "recall"]
KINDS: tuple[NoticeKind, ...] = get_args(NoticeKind)
SEALING_PURPOSE = "referral_notice"
PADDED_BYTES = 512  # so that the size of a row does not tell the entity by the length of its code
_DIGEST_BYTES = 4096  # nor how many of the accounts of a letter of the day are told something
MAX_TAKEN = 5_000
"""How many notices one run opens; the next run takes the others."""

_INSERT_NOTICES = PreparedStatement(insert(ReferralNotice), ReferralNotice.__table__.columns.keys())


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice that waits: its id, its moment (UTC), its kind, the entity's code and the referrals."""

    id: UUID
    at: datetime
    kind: NoticeKind
    entity: str
    referral_ids: tuple[UUID, ...]


CountsByAccount = dict[UUID, dict[str, int]]
"""What accounts are to be told: the number of referrals by kind."""


def queue_notice(session: Session, kind: NoticeKind, entity: str, referral_ids: Iterable[UUID]) -> None:
    """Store, in the caller's transaction, that something happened to referrals of one entity.

    Kinds: ``new`` (made), ``reminder`` and ``escalation`` (nobody opened or answered in time), ``withdrawn``,
    ``message`` (the desk wrote to the entity), ``recall`` (what it keeps must not be used any more). Without referrals
    nothing is stored. Raises ValueError for another kind.
    """
    queue_notices(session, kind, [(entity, referral_id) for referral_id in referral_ids])


def queue_notices(session: Session, kind: NoticeKind, referrals: Iterable[tuple[str, UUID]]) -> None:
    """Store the same for referrals of several entities, each given as the entity's code and the referral's id."""
    if kind not in KINDS:
        raise ValueError(f"no kind of notice: {kind}")
    ids_by_entity: dict[str, list[UUID]] = {}
    for entity, referral_id in referrals:
        ids_by_entity.setdefault(entity, []).append(referral_id)
    _store_rows(
        session,
        [
            {"kind": kind, "entity": entity, "referrals": [referral_id.hex for referral_id in referral_ids]}
            for entity, referral_ids in ids_by_entity.items()
        ],
        for_digest=False,
    )


def queue_digest_counts(session: Session, counts_by_account: CountsByAccount) -> None:
    """Keep for the letter of the day what accounts are to be told: one row for all of them.

    It stays until the next morning. A row for each would tell by their number which entity was told at that moment;
    so the caller gives every account that gets such a letter, also those that are told nothing.
    """
    if counts_by_account:
        content = {"accounts": {account.hex: counts for account, counts in counts_by_account.items()}}
        _store_rows(session, [content], for_digest=True)


def take_notices(session: Session) -> list[Notice]:
    """Return the oldest waiting notices, at most ``MAX_TAKEN``, and delete them: the caller tells them or rolls back.

    One that does not open is noted as damage and deleted too, so that it does not stand before all others for ever.
    """
    return [
        Notice(row_id, at, content["kind"], content["entity"], tuple(map(UUID, content["referrals"])))
        for row_id, at, content in _take_rows(session, for_digest=False)
    ]


def take_digest_counts(session: Session, before: datetime) -> list[CountsByAccount]:
    """Return what waits for the letter of the day since before a moment, and delete it, as ``take_notices``."""
    # An older version of the program stored a row for each account.
    return [
        {
            UUID(account): counts
            for account, counts in (content.get("accounts") or {content["account"]: content["counts"]}).items()
        }
        for _row_id, _at, content in _take_rows(session, for_digest=True, before=before)
    ]


def _store_rows(session: Session, contents: list[dict[str, Any]], *, for_digest: bool) -> None:
    size = _DIGEST_BYTES if for_digest else PADDED_BYTES
    rows = [
        {"id": (row_id := new_id()), "sealed": _seal_notice(session, row_id, content, size)} for content in contents
    ]
    common_values = {"created_at": clock.now(), "for_digest": for_digest}
    _INSERT_NOTICES.execute_for_rows(session, common_values, rows)


def _take_rows(
    session: Session, *, for_digest: bool, before: datetime | None = None
) -> Iterator[tuple[UUID, datetime, dict[str, Any]]]:
    query = select(ReferralNotice.id, ReferralNotice.created_at, ReferralNotice.sealed)
    query = query.where(ReferralNotice.for_digest.is_(for_digest)).order_by(ReferralNotice.id).limit(MAX_TAKEN)
    if before is not None:
        query = query.where(ReferralNotice.created_at < before)
    rows = session.execute(query).all()
    # In the transaction of the telling: rolled back with it, they wait for the next run.
    session.execute(delete(ReferralNotice).where(ReferralNotice.id.in_([row.id for row in rows])))
    for row in rows:
        try:
            content = _get_vault(session).open(SEALING_PURPOSE, row.id, row.sealed)
        except VaultError as error:
            note_damage(session, error)
            continue
        yield row.id, row.created_at, json.loads(content)


def pad_content(content: dict[str, Any], block_bytes: int = PADDED_BYTES) -> bytes:
    """Return JSON of a multiple of ``block_bytes`` bytes; it may end in spaces."""
    text = json.dumps(content, separators=(",", ":"))
    return text.ljust(-(-len(text) // block_bytes) * block_bytes).encode()


def _seal_notice(session: Session, row_id: UUID, content: dict[str, Any], block_bytes: int) -> bytes:
    return _get_vault(session).seal(SEALING_PURPOSE, row_id, pad_content(content, block_bytes))


def _get_vault(session: Session) -> "Vault":
    vault: Vault = session.info["vault"]
    return vault
