"""A person's row keeps, sealed, when the person was counted last and as what.

Where visits are on file already, quarters and years can be counted after a recount.
"""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("person", sa.Column("counted", sa.LargeBinary(), nullable=True))
    op.create_table(
        "due_recount",
        sa.Column("what", sa.String(length=20), nullable=False),
        sa.PrimaryKeyConstraint("what", name=op.f("pk_due_recount")),
    )
    op.execute("INSERT INTO due_recount (what) SELECT 'repeats' WHERE EXISTS (SELECT 1 FROM visit)")


def downgrade() -> None:
    op.drop_table("due_recount")
    op.drop_column("person", "counted")
