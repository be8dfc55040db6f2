"""Calls: the calls themselves, their proposals, recipients, the process; bulletins, links, answers."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

# Compared byte by byte, whatever the server's language.
SORT = sa.String(length=10).with_variant(sa.String(length=10, collation="C"), "postgresql")


def _register(name: str, *, sorted_by_date: bool = True) -> None:
    op.create_table(
        name,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("name_key", sa.String(length=300), nullable=False),
        sa.Column("sort", SORT, nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("source", sa.String(length=400), nullable=True),
        sa.Column("origin", sa.String(length=10), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
        sa.UniqueConstraint("source", name=op.f(f"uq_{name}_source")),
    )
    op.create_index(op.f(f"ix_{name}_name_key"), name, ["name_key"], unique=False)
    if sorted_by_date:
        op.create_index(f"ix_{name}_sort_id", name, ["sort", "id"], unique=False)


def _proposals() -> None:
    op.create_table(
        "call_proposal_figures",
        sa.Column("proposal", sa.Uuid(), nullable=False),
        sa.Column("call", sa.Uuid(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("stage", sa.String(length=20), nullable=False),
        sa.Column("sort", SORT, nullable=False),
        sa.Column("presented", sa.Boolean(), nullable=False),
        sa.Column("chosen", sa.Boolean(), nullable=False),
        sa.Column("approved", sa.Boolean(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=True),
        sa.Column("cofinancing", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["call"], ["call.id"], name=op.f("fk_call_proposal_figures_call")),
        sa.ForeignKeyConstraint(
            ["proposal"], ["proposal.id"], name=op.f("fk_call_proposal_figures_proposal"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("proposal", name=op.f("pk_call_proposal_figures")),
    )
    op.create_index(
        "ix_call_proposal_figures_stage_sort_proposal",
        "call_proposal_figures",
        ["stage", "sort", "proposal"],
        unique=False,
    )
    for column in ("call", "year"):
        op.create_index(op.f(f"ix_call_proposal_figures_{column}"), "call_proposal_figures", [column], unique=False)


def _bulletins() -> None:
    op.create_table(
        "call_bulletin",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("week", sa.String(length=8), nullable=False),
        sa.Column("prepared_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_by", sa.String(length=60), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_bulletin")),
        sa.UniqueConstraint("week", name=op.f("uq_call_bulletin_week")),
    )
    op.create_table(
        "call_bulletin_call",
        sa.Column("bulletin", sa.Uuid(), nullable=False),
        sa.Column("call", sa.Uuid(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["bulletin"], ["call_bulletin.id"], name=op.f("fk_call_bulletin_call_bulletin"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["call"], ["call.id"], name=op.f("fk_call_bulletin_call_call"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("bulletin", "call", name=op.f("pk_call_bulletin_call")),
    )
    op.create_index(op.f("ix_call_bulletin_call_call"), "call_bulletin_call", ["call"], unique=False)
    op.create_table(
        "call_bulletin_link",
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("bulletin", sa.Uuid(), nullable=False),
        sa.Column("recipient", sa.Uuid(), nullable=False),
        sa.Column("ends", sa.Date(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["bulletin"], ["call_bulletin.id"], name=op.f("fk_call_bulletin_link_bulletin")),
        sa.ForeignKeyConstraint(["recipient"], ["call_recipient.id"], name=op.f("fk_call_bulletin_link_recipient")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_call_bulletin_link")),
    )
    for column in ("bulletin", "recipient"):
        op.create_index(op.f(f"ix_call_bulletin_link_{column}"), "call_bulletin_link", [column], unique=False)


def _answers() -> None:
    op.create_table(
        "call_answer",
        sa.Column("call", sa.Uuid(), nullable=False),
        sa.Column("recipient", sa.Uuid(), nullable=False),
        sa.Column("interested", sa.Boolean(), nullable=False),
        sa.Column("needs", sa.String(length=2000), nullable=False),
        sa.Column("person", sa.String(length=120), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("phone", sa.String(length=40), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["call"], ["call.id"], name=op.f("fk_call_answer_call")),
        sa.ForeignKeyConstraint(["recipient"], ["call_recipient.id"], name=op.f("fk_call_answer_recipient")),
        sa.PrimaryKeyConstraint("call", "recipient", name=op.f("pk_call_answer")),
    )
    op.create_index(op.f("ix_call_answer_recipient"), "call_answer", ["recipient"], unique=False)


def upgrade() -> None:
    _register("call")
    _register("proposal")
    _register("call_recipient", sorted_by_date=False)
    _register("call_monitoring")
    _proposals()
    _bulletins()
    _answers()


def downgrade() -> None:
    for name in (
        "call_answer",
        "call_bulletin_link",
        "call_bulletin_call",
        "call_bulletin",
        "call_proposal_figures",
        "call_monitoring",
        "call_recipient",
        "proposal",
        "call",
    ):
        op.drop_table(name)
