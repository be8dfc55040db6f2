"""People are no longer found by names together with the day of birth: what finds them by names finds them all."""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("DELETE FROM person_tag WHERE kind = 4")


def downgrade() -> None:
    """The program before wrote these tags and never looked for one."""
