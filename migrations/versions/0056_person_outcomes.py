"""What people said became of their referrals was not counted before; a rebuild counts it."""

from alembic import op

revision = "0056"
down_revision = "0055"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("INSERT INTO due_recount (what) SELECT 'person-outcomes' WHERE EXISTS (SELECT 1 FROM referral)")


def downgrade() -> None:
    op.execute("DELETE FROM due_recount WHERE what = 'person-outcomes'")
