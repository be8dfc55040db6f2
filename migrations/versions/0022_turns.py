"""Turns of the waiting room, and the desks that call them."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "turn_desk",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("point", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=20), nullable=False),
        sa.Column("entity", sa.String(length=40), nullable=True),
        sa.Column("is_active", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("occupied_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_turn_desk")),
        sa.UniqueConstraint("point", "name", name=op.f("uq_turn_desk_point_name")),
        sa.UniqueConstraint("user_id", name=op.f("uq_turn_desk_user_id")),
    )
    op.create_table(
        "turn",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("point", sa.String(length=40), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=8), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("channel", sa.String(length=10), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("first_called_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("called_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("desk_id", sa.Uuid(), nullable=True),
        sa.Column("calls", sa.Integer(), server_default="0", nullable=False),
        sa.Column("entity", sa.String(length=40), nullable=True),
        sa.Column("closing_reason", sa.String(length=20), nullable=True),
        sa.Column("fingerprint", sa.LargeBinary(length=32), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["desk_id"], ["turn_desk.id"], name=op.f("fk_turn_desk_id_turn_desk")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_turn")),
        sa.UniqueConstraint("point", "day", "code", name=op.f("uq_turn_point_day_code")),
    )
    op.create_index(op.f("ix_turn_desk_id"), "turn", ["desk_id"], unique=False)
    op.create_index("ix_turn_point_state_day_issued_at", "turn", ["point", "state", "day", "issued_at"], unique=False)
    op.create_index("ix_turn_point_called_at", "turn", ["point", "called_at"], unique=False)
    op.create_table(
        "turn_counter",
        sa.Column("point", sa.String(length=40), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("point", "day", name=op.f("pk_turn_counter")),
    )


def downgrade() -> None:
    op.drop_table("turn_counter")
    op.drop_table("turn")
    op.drop_table("turn_desk")
