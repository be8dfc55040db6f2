"""The tables of the management report: the office's own data of a year, and the texts that the office writes."""

from datetime import datetime

from sqlalchemy import JSON, Index, SmallInteger, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from attention_point.foundation.database import Base
from attention_point.registers.shared.models import RecordColumns


class OfficeYear(RecordColumns, Base):
    """The office in one year; its facts are those of ``register.OFFICE_YEARS``."""

    __tablename__ = "office_year"
    __table_args__ = (Index("ix_office_year_sort_id", "sort", "id"),)


class ReportText(Base):
    """A version of what the office wrote for a section of a year's report. No version is changed or removed.

    ``parts`` are the parts of its story, as ``story.build_parts_json`` makes them. They are None in versions of earlier
    releases of the program: those have an ``introduction``, printed before the drafted sentences, and an ``account``,
    which replaces them unless it is empty.
    """

    __tablename__ = "report_text"

    year: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    section: Mapped[str] = mapped_column(String(20), primary_key=True)
    # Counted from 1 for each section of each year, so the database must not number it by itself.
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    introduction: Mapped[str] = mapped_column(Text, default="")
    account: Mapped[str] = mapped_column(Text, default="")
    # JSON null would not be SQL's.
    parts: Mapped[list[dict[str, str]] | None] = mapped_column(JSON(none_as_null=True))
    at: Mapped[datetime]
    # The journal's label of the account: a name would stay here after the account is gone.
    by: Mapped[str] = mapped_column(String(60))
