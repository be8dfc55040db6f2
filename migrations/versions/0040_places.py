"""Entities have places, and the directory a history, proposals and uploaded maps of services.

The address, hours and telephone that the office typed become an entity's first place.
"""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

_CONTACT_COLUMNS = ("address", "hours", "phone", "confirmed_on")


def upgrade() -> None:
    op.create_table(
        "directory_place",
        sa.Column("id", sa.String(length=60), nullable=False),
        sa.Column("entity", sa.String(length=40), nullable=False),
        sa.Column("name", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("address", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("landmark", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("neighbourhood", sa.String(length=100), nullable=True),
        sa.Column("municipality", sa.String(length=5), nullable=True),
        sa.Column("hours", sa.JSON(), nullable=False),
        sa.Column("hours_note", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("holidays", sa.String(length=10), nullable=True),
        sa.Column("appointment", sa.String(length=10), nullable=True),
        sa.Column("appointment_note", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("is_free", sa.Boolean(), nullable=True),
        sa.Column("cost", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("phone", sa.String(length=100), nullable=True),
        sa.Column("whatsapp", sa.String(length=100), nullable=True),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("website", sa.String(length=300), nullable=True),
        sa.Column("services", sa.JSON(), nullable=False),
        sa.Column("latitude", sa.Float(), nullable=True),
        sa.Column("longitude", sa.Float(), nullable=True),
        sa.Column("source", sa.String(length=300), nullable=True),
        sa.Column("confirmed_on", sa.Date(), nullable=True),
        sa.Column("confirmed_by", sa.String(length=60), nullable=True),
        sa.Column("review_on", sa.Date(), nullable=True),
        sa.Column("verified", sa.Boolean(), nullable=False),
        sa.Column("order", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("origin", sa.String(length=10), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["entity"], ["directory_entity.code"], name=op.f("fk_directory_place_entity")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_directory_place")),
    )
    op.create_index(op.f("ix_directory_place_entity"), "directory_place", ["entity"], unique=False)
    _move_contact_data()
    _add_line_columns()
    _create_upkeep_tables()
    for column in _CONTACT_COLUMNS:
        op.drop_column("directory_entity", column)
    op.execute("UPDATE directory_state SET revision = revision + 1")


def downgrade() -> None:
    for column, kind in zip(_CONTACT_COLUMNS, (sa.JSON(), sa.JSON(), sa.String(length=100), sa.Date()), strict=True):
        op.add_column("directory_entity", sa.Column(column, kind, nullable=True))
    entity, place = _describe_tables()
    rows = op.get_bind().execute(sa.select(place).where(place.c.id == place.c.entity)).mappings()
    for row in list(rows):
        op.execute(
            entity.update()
            .where(entity.c.code == row["entity"])
            .values(
                address=row["address"],
                hours=row["hours_note"],
                phone=row["phone"],
                confirmed_on=row["confirmed_on"],
            )
        )
    for table in ("directory_service_map", "directory_proposal", "directory_change", "directory_place"):
        op.drop_table(table)
    for column in ("source", "confirmed_on", "confirmed_by", "review_on", "origin", "version"):
        op.drop_column("directory_line", column)


def _add_line_columns() -> None:
    for column in (
        sa.Column("source", sa.String(length=300), nullable=True),
        sa.Column("confirmed_on", sa.Date(), nullable=True),
        sa.Column("confirmed_by", sa.String(length=60), nullable=True),
        sa.Column("review_on", sa.Date(), nullable=True),
        sa.Column("origin", sa.String(length=10), nullable=False, server_default="loaded"),
        sa.Column("version", sa.Integer(), nullable=False, server_default="1"),
    ):
        op.add_column("directory_line", column)


def _create_upkeep_tables() -> None:
    op.create_table(
        "directory_change",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("subject", sa.String(length=20), nullable=False),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("entity", sa.String(length=40), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("action", sa.String(length=20), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=60), nullable=False),
        sa.Column("changes", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_directory_change")),
    )
    op.create_index(op.f("ix_directory_change_entity"), "directory_change", ["entity"], unique=False)
    op.create_table(
        "directory_proposal",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("entity", sa.String(length=40), nullable=False),
        sa.Column("place", sa.String(length=60), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("proposed_by", sa.String(length=60), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.String(length=60), nullable=True),
        sa.Column("reason", sa.String(length=400), nullable=True),
        sa.ForeignKeyConstraint(["entity"], ["directory_entity.code"], name=op.f("fk_directory_proposal_entity")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_directory_proposal")),
    )
    op.create_index(op.f("ix_directory_proposal_entity"), "directory_proposal", ["entity"], unique=False)
    op.create_index(op.f("ix_directory_proposal_state"), "directory_proposal", ["state"], unique=False)
    op.create_table(
        "directory_service_map",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("entity", sa.String(length=40), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("uploaded_by", sa.String(length=60), nullable=False),
        sa.Column("points", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["entity"], ["directory_entity.code"], name=op.f("fk_directory_service_map_entity")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_directory_service_map")),
    )


def _move_contact_data() -> None:
    """Write the first place of each entity of which something is known, as the office left it."""
    entity, place = _describe_tables()
    for row in list(op.get_bind().execute(sa.select(entity)).mappings()):
        if row["address"] or row["hours"] or row["phone"]:
            op.execute(
                place.insert().values(
                    id=row["code"],
                    entity=row["code"],
                    address=row["address"],
                    hours=[],
                    hours_note=row["hours"],
                    phone=row["phone"],
                    services=[],
                    confirmed_on=row["confirmed_on"],
                    verified=row["confirmed_on"] is not None,
                    order=1,
                    valid_from=row["valid_from"],
                    valid_to=row["valid_to"],
                    origin=row["origin"],
                    version=1,
                )
            )


def _describe_tables() -> tuple[sa.TableClause, sa.TableClause]:
    json = sa.JSON(none_as_null=True)
    entity = sa.table(
        "directory_entity",
        sa.column("code", sa.String),
        sa.column("address", json),
        sa.column("hours", json),
        sa.column("phone", sa.String),
        sa.column("confirmed_on", sa.Date),
        sa.column("valid_from", sa.Date),
        sa.column("valid_to", sa.Date),
        sa.column("origin", sa.String),
    )
    place = sa.table(
        "directory_place",
        *(sa.column(name, sa.String) for name in ("id", "entity", "phone", "origin")),
        *(sa.column(name, json) for name in ("address", "hours", "hours_note", "services")),
        *(sa.column(name, sa.Date) for name in ("confirmed_on", "valid_from", "valid_to")),
        sa.column("verified", sa.Boolean),
        sa.column("order", sa.Integer),
        sa.column("version", sa.Integer),
    )
    return entity, place
