"""The tables of the management report: the office's own data of a year, and the texts that the office writes."""

from datetime import datetime

from sqlalchemy import Index, SmallInteger, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from attention_point.foundation.database import Base
from attention_point.registers.shared.models import RecordColumns


class OfficeYear(RecordColumns, Base):
    """The office in one year; its facts are those of ``register.OFFICE_YEARS``."""

    __tablename__ = "office_year"
    __table_args__ = (Index("ix_office_year_sort_id", "sort", "id"),)


class ReportText(Base):
    """A version of what the office wrote for a section of a year's report. No version is changed or removed.

    ``introduction`` is printed before the account. ``account`` replaces the sentences that the program drafts from the
    records; while it is empty, the drafted sentences are printed.
    """

    __tablename__ = "report_text"

    year: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    section: Mapped[str] = mapped_column(String(20), primary_key=True)
    # Counted from 1 for each section of each year, so the database must not number it by itself.
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    introduction: Mapped[str] = mapped_column(Text)
    account: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]
    # The journal's label of the account: a name would stay here after the account is gone.
    by: Mapped[str] = mapped_column(String(60))
