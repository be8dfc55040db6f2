"""The codes of slips stand hidden by the keyring: in clear they opened the public page of each visit (decision 96).

``hidden_codes.py`` of the vault says how; this migration keeps its own copy of it, as of its day.
"""

from base64 import b32decode, b32encode
from collections.abc import Sequence
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from alembic import context, op

revision = "0059"
down_revision = "0058"
branch_labels = None
depends_on = None

BATCH, TURNS = 5_000, (0, 1, 2, 3)
BOGOTA = ZoneInfo("America/Bogota")
LETTERS, BASE32 = "ABCDEFGH9JKLMN8PQRSTUVWXYZ234567", "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
TO_BASE32, FROM_BASE32 = str.maketrans(LETTERS, BASE32), str.maketrans(BASE32, LETTERS)
VISIT = sa.table(
    "visit",
    sa.column("id", sa.Uuid()),
    sa.column("code", sa.String()),
    sa.column("received_at", sa.DateTime(timezone=True)),
)


def upgrade() -> None:
    _change_codes(TURNS)


def downgrade() -> None:
    _change_codes(TURNS[::-1])


def _change_codes(turns: Sequence[int]) -> None:
    """Hide or reveal the code of every visit, a batch at a time."""
    connection, last_id = op.get_bind(), UUID(int=0)
    query = sa.select(VISIT).where(VISIT.c.id > sa.bindparam("last_id")).order_by(VISIT.c.id).limit(BATCH)
    statement = (
        VISIT.update().where(VISIT.c.id == sa.bindparam("row_id", type_=sa.Uuid())).values(code=sa.bindparam("new"))
    )
    while rows := connection.execute(query, {"last_id": last_id}).all():
        changes = [{"row_id": row.id, "new": new} for row in rows if (new := _change_code(row, turns)) is not None]
        if changes:
            connection.execute(statement, changes)
        last_id = rows[-1].id


def _change_code(row: Any, turns: Sequence[int]) -> str | None:
    # The visits of the erased have no code of 16 letters any more.
    if len(row.code) != 16 or set(row.code) - set(LETTERS):
        return None
    # The keyring stands outside of the database: ``init`` hands it over where there are visits to be changed.
    vault = context.config.attributes.get("vault")
    if vault is None:
        raise RuntimeError("this database has visits, whose codes are hidden with the keyring: run 'init'")
    received_at = row.received_at if row.received_at.tzinfo else row.received_at.replace(tzinfo=ZoneInfo("UTC"))
    version = vault.find_lasting_version("slip-code", received_at.astimezone(BOGOTA).date())
    content = b32decode(row.code.translate(TO_BASE32))
    left, right = content[:5], content[5:]
    is_hiding = turns == TURNS
    for turn in turns:
        key_half, half = (right, left) if is_hiding else (left, right)
        digest = vault.keyed_digest("slip-code", bytes([turn]) + key_half, version)
        mixed = bytes(a ^ b for a, b in zip(half, digest[:5], strict=True))
        left, right = (right, mixed) if is_hiding else (mixed, left)
    return b32encode(left + right).decode().translate(FROM_BASE32)
