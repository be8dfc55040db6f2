"""Whose a desk is and for whom a turn waits, sealed or as tags: in clear they told what people need (decision 92).

Of turns that have ended nothing is kept of it. A desk that somebody has is chosen anew.
"""

from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from alembic import context, op

revision = "0058"
down_revision = "0057"
branch_labels = None
depends_on = None

DESK = sa.table(
    "turn_desk",
    sa.column("id", sa.Uuid()),
    sa.column("entity", sa.String()),
    sa.column("sealed", sa.LargeBinary()),
)
TURN = sa.table(
    "turn",
    sa.column("id", sa.Uuid()),
    sa.column("day", sa.Date()),
    sa.column("state", sa.String()),
    sa.column("entity", sa.String()),
    sa.column("queue", sa.String()),
    sa.column("desk_id", sa.Uuid()),
)
ENDED = ("finished", "closed")


def upgrade() -> None:
    op.add_column("turn_desk", sa.Column("sealed", sa.LargeBinary(), nullable=True))
    op.add_column("turn", sa.Column("queue", sa.String(length=32), nullable=True))
    connection = op.get_bind()
    for row in connection.execute(sa.select(DESK.c.id, DESK.c.entity)).all():
        connection.execute(DESK.update().where(DESK.c.id == row.id).values(sealed=_seal(row.id, row.entity)))
    open_turns = sa.select(TURN.c.id, TURN.c.day, TURN.c.entity).where(
        TURN.c.entity.is_not(None), TURN.c.state.not_in(ENDED)
    )
    for row in connection.execute(open_turns).all():
        connection.execute(TURN.update().where(TURN.c.id == row.id).values(queue=_name_queue(row.entity, row.day)))
    places = _leave_desks(connection)
    with op.batch_alter_table("turn_desk") as table:
        table.alter_column("sealed", existing_type=sa.LargeBinary(), nullable=False)
        table.drop_column("entity")
        table.drop_constraint("uq_turn_desk_user_id", type_="unique")
        table.drop_column("user_id")
        table.add_column(sa.Column("occupant_tag", sa.LargeBinary(length=16), nullable=True))
        table.create_unique_constraint("uq_turn_desk_occupant_tag", ["occupant_tag"])
    _return_to_desks(connection, places)
    with op.batch_alter_table("turn") as table:
        table.drop_column("entity")
    op.execute("UPDATE turn_desk SET occupied_at = NULL")


def downgrade() -> None:
    op.add_column("turn_desk", sa.Column("entity", sa.String(length=40), nullable=True))
    connection = op.get_bind()
    for row in connection.execute(sa.select(DESK.c.id, DESK.c.sealed)).all():
        entity = _get_vault().open("turn-desk", row.id, row.sealed).decode().strip() or None
        connection.execute(DESK.update().where(DESK.c.id == row.id).values(entity=entity))
    places = _leave_desks(connection)
    with op.batch_alter_table("turn_desk") as table:
        table.drop_column("sealed")
        table.drop_constraint("uq_turn_desk_occupant_tag", type_="unique")
        table.drop_column("occupant_tag")
        table.add_column(sa.Column("user_id", sa.Uuid(), nullable=True))
        table.create_unique_constraint("uq_turn_desk_user_id", ["user_id"])
    _return_to_desks(connection, places)
    with op.batch_alter_table("turn") as table:
        table.drop_column("queue")
        table.add_column(sa.Column("entity", sa.String(length=40), nullable=True))
    op.execute("UPDATE turn_desk SET occupied_at = NULL")


def _leave_desks(connection: sa.Connection) -> list[dict[str, UUID]]:
    # SQLite makes the table of desks anew, and drops none to which a turn refers.
    at_desks = sa.select(TURN.c.id, TURN.c.desk_id).where(TURN.c.desk_id.is_not(None))
    places = [{"turn": row.id, "desk": row.desk_id} for row in connection.execute(at_desks)]
    connection.execute(TURN.update().values(desk_id=None))
    return places


def _return_to_desks(connection: sa.Connection, places: list[dict[str, UUID]]) -> None:
    if places:
        back = TURN.update().where(TURN.c.id == sa.bindparam("turn")).values(desk_id=sa.bindparam("desk"))
        connection.execute(back, places)


def _seal(desk_id: UUID, entity: str | None) -> bytes:
    sealed: bytes = _get_vault().seal("turn-desk", desk_id, (entity or "").ljust(40).encode())
    return sealed


def _name_queue(entity: str, day: date) -> str:
    vault = _get_vault()
    digest: bytes = vault.keyed_digest("turn-queue", f"{entity}/{day}".encode(), vault.find_derive_version(day))
    return digest.hex()[:32]


def _get_vault() -> Any:
    # The keyring stands outside of the database: ``init`` hands it over where there are desks to be changed.
    vault = context.config.attributes.get("vault")
    if vault is None:
        raise RuntimeError("this database has desks, whose entities are sealed with the keyring: run 'init'")
    return vault
