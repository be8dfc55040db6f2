"""The tables of the journal.

Triggers (``verification/triggers.py``) refuse to alter or delete an entry, move the head on with each new entry, and
note the ids that the entry mentions.
"""

from datetime import datetime

from sqlalchemy import Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from attention_point.foundation.database import Base


class JournalEntry(Base):
    """One action. ``detail`` is JSON of codes, counts and ids with sorted keys; it never holds a personal value."""

    __tablename__ = "journal_entry"
    # Each index ends with the number: a page of a search is then read in order, without sorting what somebody did.
    __table_args__ = (
        Index("ix_journal_entry_actor_seq", "actor", "seq"),
        Index("ix_journal_entry_action_seq", "action", "seq"),
        Index("ix_journal_entry_at_seq", "at", "seq"),
    )

    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(60))
    action: Mapped[str] = mapped_column(String(60))
    subject: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[str | None] = mapped_column(String(80))
    detail: Mapped[str] = mapped_column(Text)
    hash: Mapped[bytes] = mapped_column(LargeBinary(32))


class JournalMention(Base):
    """An index of the entries that mention an id, as their subject or as a UUID in their detail.

    It is derived from the entries and no part of the chain. ``journal verify`` compares it with the entries.
    """

    __tablename__ = "journal_mention"
    # The primary key is the whole row, so SQLite need not keep a second copy of it as an index.
    __table_args__ = {"sqlite_with_rowid": False}

    record_id: Mapped[str] = mapped_column(String(80), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)


class JournalHead(Base):
    """The last entry's number and hash, in one row. Whoever appends an entry locks this row first."""

    __tablename__ = "journal_head"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    seq: Mapped[int]
    hash: Mapped[bytes] = mapped_column(LargeBinary(32))
