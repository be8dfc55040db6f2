"""The keyed tag of a referral's entity in place of the entity's code, which told the need (decision 63).

``entity_tags.py`` of the room says what a tag is; this migration keeps its own copy of it, as of its day.
"""

from collections.abc import Callable
from functools import cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from alembic import context, op

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None

BATCH = 5_000
OFFSET_MILLISECONDS, DAY_MILLISECONDS = -5 * 3_600_000, 86_400_000


REFERRAL = sa.table(
    "referral",
    sa.column("id", sa.Uuid()),
    sa.column("entity", sa.String()),
    sa.column("entity_tag", sa.BigInteger()),
)


def upgrade() -> None:
    _drop_indexes()
    op.add_column("referral", sa.Column("entity_tag", sa.BigInteger(), nullable=True))
    _change_rows(lambda row: {"tag": _build_tag(row.entity, _find_day(row.id))}, "entity_tag", "tag")
    with op.batch_alter_table("referral") as table:
        table.alter_column("entity_tag", existing_type=sa.BigInteger(), nullable=False)
        table.drop_column("entity")
    op.create_index("ix_referral_inbox", "referral", ["state", "entity_tag", "id"])
    op.create_index("ix_referral_changes", "referral", ["state_at"])


def downgrade() -> None:
    _drop_indexes()
    op.add_column("referral", sa.Column("entity", sa.String(length=40), nullable=True))
    codes = op.get_bind().scalars(sa.text("SELECT code FROM directory_entity")).all()

    @cache
    def list_codes(day: int) -> dict[int, str]:
        return {_build_tag(code, day): code for code in codes}

    _change_rows(lambda row: {"code": list_codes(_find_day(row.id))[row.entity_tag]}, "entity", "code")
    with op.batch_alter_table("referral") as table:
        table.alter_column("entity", existing_type=sa.String(length=40), nullable=False)
        table.drop_column("entity_tag")
    op.create_index("ix_referral_inbox", "referral", ["entity", "state", "id"])
    op.create_index("ix_referral_changes", "referral", ["entity", "state_at"])


def _drop_indexes() -> None:
    for name in ("ix_referral_inbox", "ix_referral_changes"):
        op.drop_index(name, "referral")


def _change_rows(build_value: Callable[[Any], dict[str, Any]], column: str, name: str) -> None:
    """Set a column of every row, a batch at a time."""
    connection, last_id = op.get_bind(), UUID(int=0)
    query = sa.select(REFERRAL).where(REFERRAL.c.id > sa.bindparam("last_id")).order_by(REFERRAL.c.id).limit(BATCH)
    known_columns = {"entity", "entity_tag"} - {column}
    query = query.with_only_columns(REFERRAL.c.id, *(REFERRAL.c[known] for known in known_columns))
    row_id = sa.bindparam("row_id", type_=sa.Uuid())
    statement = REFERRAL.update().where(REFERRAL.c.id == row_id).values({column: sa.bindparam(name)})
    while rows := connection.execute(query, {"last_id": last_id}).all():
        connection.execute(statement, [{"row_id": row.id, **build_value(row)} for row in rows])
        last_id = rows[-1].id


def _find_day(referral_id: UUID) -> int:
    return ((referral_id.int >> 80) + OFFSET_MILLISECONDS) // DAY_MILLISECONDS


def _build_tag(entity: str, day: int) -> int:
    # The keyring stands outside of the database: ``init`` hands it over where there are referrals to be changed.
    vault = context.config.attributes.get("vault")
    if vault is None:
        raise RuntimeError("this database has referrals, whose entities are tagged with the keyring: run 'init'")
    digest: bytes = vault.index_tag("referral-entity", f"{entity}/{day}")
    return int.from_bytes(digest[:7] + bytes([vault.index_version % 256]), signed=True)
