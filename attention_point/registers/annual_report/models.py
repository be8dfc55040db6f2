"""What the report keeps of its own: what the office says of itself for a year, and its texts."""

from datetime import datetime

from sqlalchemy import Index, SmallInteger, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from attention_point.foundation.database import Base
from attention_point.registers.shared.models import RecordColumns


class OfficeYear(RecordColumns, Base):
    """The office in one year; its facts are those of ``register.YEARS``."""

    __tablename__ = "office_year"
    __table_args__ = (Index("ix_office_year_sort_id", "sort", "id"),)


class ReportText(Base):
    """A version of what the office wrote for a section of a year's report; no version is changed or removed.

    ``introduction`` stands before the account. ``account`` is what the office tells in place of the sentences drafted
    from the records; empty while those stand.
    """

    __tablename__ = "report_text"

    year: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    section: Mapped[str] = mapped_column(String(20), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    introduction: Mapped[str] = mapped_column(Text)
    account: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(60))
