"""Extracts for research: the rows of each period, frozen when they were first made, and the log of who got them."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, LargeBinary, SmallInteger, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from attention_point.foundation.database import Base, new_id


class Extract(Base):
    """The rows of a period. They never change (a trigger says so): a second making of them could be set against these.

    ``content`` is the CSV, already de-identified. ``members`` are keyed tags, 16 bytes each, sorted: who is in it, but
    not in which row. ``report`` is JSON: how far each column was generalised.
    """

    __tablename__ = "extract"

    first: Mapped[date] = mapped_column(primary_key=True)
    last: Mapped[date]
    k: Mapped[int] = mapped_column(SmallInteger)
    k_restricted: Mapped[int] = mapped_column(SmallInteger)
    l: Mapped[int] = mapped_column(SmallInteger)  # noqa: E741 - as the literature calls it
    content: Mapped[bytes] = mapped_column(LargeBinary)
    members: Mapped[bytes] = mapped_column(LargeBinary)
    report: Mapped[str] = mapped_column(Text)
    made_at: Mapped[datetime]


class ExtractLog(Base):
    """One handing over: to whom, under which agreement, by whom. Only ``downloaded_at`` is ever written later, once.

    ``made_by`` is the journal's label of the actor; ``sha256`` is of the CSV, in hexadecimal.
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
    downloaded_at: Mapped[datetime | None]
