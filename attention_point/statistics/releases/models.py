"""The table of released months, quarters and years."""

from datetime import date, datetime

from sqlalchemy import SmallInteger, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from attention_point.foundation.database import Base


class Release(Base):
    """A version of a period as it was published. ``period`` is its code, ``month`` its first day.

    ``content`` is canonical JSON and ``hash`` its SHA-256 in hexadecimal. ``journal_head`` is the hash of the journal's
    entry ``journal_seq``, its last one at the moment of the release.
    """

    __tablename__ = "release"

    # A trigger refuses every change (decision 11, G4).
    period: Mapped[str] = mapped_column(String(7), primary_key=True)
    version: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    month: Mapped[date] = mapped_column(index=True)
    hash: Mapped[str] = mapped_column(String(64))
    content: Mapped[str] = mapped_column(Text)
    journal_seq: Mapped[int]
    journal_head: Mapped[str] = mapped_column(String(64))
    released_at: Mapped[datetime]
    released_by: Mapped[str] = mapped_column(String(60))
    note: Mapped[str | None] = mapped_column(String(500))
