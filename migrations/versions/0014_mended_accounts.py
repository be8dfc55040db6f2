"""Accounts tell their last sign-in and how long a one-time password opens them, and know their own devices."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Added as they are, not by a new table: sessions of those who are signed in refer to the old one.
    op.add_column("account", sa.Column("password_expires_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("account", sa.Column("last_sign_in_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("account", sa.Column("device_generation", sa.Integer(), nullable=False, server_default="1"))
    op.add_column("account", sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
    op.execute(
        "UPDATE account SET last_sign_in_at ="
        " (SELECT max(created_at) FROM login_session WHERE login_session.account_id = account.id)"
    )


def downgrade() -> None:
    for name in ("version", "device_generation", "last_sign_in_at", "password_expires_at"):
        op.drop_column("account", name)
