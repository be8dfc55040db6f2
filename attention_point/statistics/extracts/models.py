"""The rows of each period, frozen when they were first made, and the log of who received them."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, LargeBinary, SmallInteger, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from attention_point.foundation.database import Base, new_id


class Extract(Base):
    """The rows of a period.

    ``content`` is the CSV, which is de-identified already. ``report`` is JSON: how far each column was generalised.
    """

    __tablename__ = "extract"

    # A trigger refuses every change: new rows of the period could be compared with these to see who came or went.
    first: Mapped[date] = mapped_column(primary_key=True)
    last: Mapped[date]
    k: Mapped[int] = mapped_column(SmallInteger)
    k_restricted: Mapped[int] = mapped_column(SmallInteger)
    l: Mapped[int] = mapped_column(SmallInteger)  # noqa: E741 - as the literature calls it
    content: Mapped[bytes] = mapped_column(LargeBinary)
    # Sorted keyed tags of 16 bytes: they say who is in the extract, not in which row, and nothing without the keyring.
    members: Mapped[bytes] = mapped_column(LargeBinary)
    report: Mapped[str] = mapped_column(Text)
    made_at: Mapped[datetime]


class LogEntry(Base):
    """One handing over: to whom, under which agreement, and by whom.

    ``made_by`` is the journal's label of the actor. ``sha256`` is that of the CSV, in hexadecimal.
    """

    __tablename__ = "extract_log"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    made_at: Mapped[datetime]
    made_by: Mapped[str] = mapped_column(String(60))
    recipient: Mapped[str] = mapped_column(String(120))
    agreement: Mapped[str] = mapped_column(String(120))
    first: Mapped[date] = mapped_column(ForeignKey("extract.first"))
    last: Mapped[date]
    k: Mapped[int] = mapped_column(SmallInteger)
    l: Mapped[int] = mapped_column(SmallInteger)  # noqa: E741 - as the literature calls it
    rows: Mapped[int]
    suppressed: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    # A trigger allows one change only, from null to the moment of the download.
    downloaded_at: Mapped[datetime | None]
