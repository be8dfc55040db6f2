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

    # A trigger refuses every change (decision 45, G4).
    period: Mapped[str] = mapped_column(String(7), primary_key=True)
    version: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    # Periods are listed by their first day: the codes of months, quarters and years do not
    # sort by time among each other.
    month: Mapped[date] = mapped_column(index=True)
    hash: Mapped[str] = mapped_column(String(64))
    content: Mapped[str] = mapped_column(Text)
    # The hash alone is what is published. With the number, somebody finds its entry in a journal of many years.
    journal_seq: Mapped[int]
    journal_head: Mapped[str] = mapped_column(String(64))
    released_at: Mapped[datetime]
    released_by: Mapped[str] = mapped_column(String(60))
    note: Mapped[str | None] = mapped_column(String(500))


class ReleaseProposal(Base):
    """What somebody proposed to release of a period, until a second person approves it or somebody withdraws it.

    ``fingerprint`` is the hash of the content that was reviewed. ``proposed_by`` is the journal's label of the person.
    """

    __tablename__ = "release_proposal"

    period: Mapped[str] = mapped_column(String(7), primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(64))
    note: Mapped[str | None] = mapped_column(String(500))
    reader_note: Mapped[str | None] = mapped_column(String(500))
    despite_damage: Mapped[bool] = mapped_column(default=False)
    proposed_at: Mapped[datetime]
    proposed_by: Mapped[str] = mapped_column(String(60))

    @property
    def seal(self) -> str:
        """What tells this proposal from any other of its period, so that nobody approves what she did not see."""
        return f"{self.fingerprint}:{self.proposed_at.timestamp():f}"
