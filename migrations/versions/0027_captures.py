"""What tablets keep without network: keys of points, captures, references that are reserved for slips."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "point_key",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("point", sa.String(length=60), nullable=False),
        sa.Column("public", sa.LargeBinary(length=32), nullable=False),
        sa.Column("sealed_private", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_point_key")),
    )
    op.create_index("ix_point_key_point_created_at", "point_key", ["point", "created_at"])
    op.create_table(
        "capture",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("device_id", sa.Uuid(), nullable=False),
        sa.Column("point", sa.String(length=60), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("captured_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(length=32), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("sealed_receipt", sa.LargeBinary(), nullable=False),
        sa.Column("opened_visit_id", sa.Uuid(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["device_id"], ["device.id"], name=op.f("fk_capture_device_id_device")),
        sa.ForeignKeyConstraint(["user_id"], ["account.id"], name=op.f("fk_capture_user_id_account")),
        sa.ForeignKeyConstraint(["decided_by"], ["account.id"], name=op.f("fk_capture_decided_by_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_capture")),
    )
    op.create_index("ix_capture_state_received_at", "capture", ["state", "received_at"])
    op.create_index("ix_capture_user_id_state", "capture", ["user_id", "state"])
    op.create_index("ix_capture_device_id", "capture", ["device_id"])
    op.create_table(
        "reserved_reference",
        sa.Column("reference", sa.String(length=30), nullable=False),
        sa.Column("point", sa.String(length=40), nullable=False),
        sa.Column("device_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("reserved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["device_id"], ["device.id"], name=op.f("fk_reserved_reference_device_id_device")),
        sa.ForeignKeyConstraint(["user_id"], ["account.id"], name=op.f("fk_reserved_reference_user_id_account")),
        sa.PrimaryKeyConstraint("reference", name=op.f("pk_reserved_reference")),
    )
    op.create_index("ix_reserved_reference_device_id_user_id", "reserved_reference", ["device_id", "user_id"])


def downgrade() -> None:
    for table in ("reserved_reference", "capture", "point_key"):
        op.drop_table(table)
