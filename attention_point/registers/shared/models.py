"""Tables of the shared base, and the columns that every register's own table has. Nothing here is sealed: the office's
registers hold no visitor, only organisations and the people who answer for them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, Index, SmallInteger, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from attention_point.foundation.database import Base, new_id

TYPED, LOADED, EDITED = "typed", "loaded", "edited"
# Compared byte by byte on both engines, so that words are found by their beginning whatever the server's language.
Plain = String(64).with_variant(String(64, collation="C"), "postgresql")
SortKey = String(10).with_variant(String(10, collation="C"), "postgresql")


class RecordColumns:
    """One record: its facts are JSON by the register's fields; beside them stands what orders and finds it.

    ``sort`` is a part date or empty; ``name_key`` the folded name; ``source`` what a file calls the record, so that
    loading it again finds it; ``origin`` tells a record as the file brought it from one edited since.
    """

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    version: Mapped[int]
    name: Mapped[str] = mapped_column(String(300))
    name_key: Mapped[str] = mapped_column(String(300), index=True)
    sort: Mapped[str] = mapped_column(SortKey)
    state: Mapped[str] = mapped_column(String(40))
    data: Mapped[dict[str, Any]] = mapped_column(JSON)
    source: Mapped[str | None] = mapped_column(String(400), unique=True)
    origin: Mapped[str] = mapped_column(String(10))
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]


class OrganisationRecord(RecordColumns, Base):
    """A partner, once for all registers."""

    __tablename__ = "organisation"


class OrganisationName(Base):
    """A folded name, alias or acronym; it means one organisation only."""

    __tablename__ = "organisation_name"

    key: Mapped[str] = mapped_column(String(300), primary_key=True)
    organisation: Mapped[UUID] = mapped_column(ForeignKey("organisation.id", ondelete="CASCADE"), index=True)


class Mark(Base):
    """What a record is found by: a word, a code, a tag, an organisation, a year."""

    __tablename__ = "register_mark"

    register: Mapped[str] = mapped_column(String(40), primary_key=True)
    key: Mapped[str] = mapped_column(String(40), primary_key=True)
    value: Mapped[str] = mapped_column(Plain, primary_key=True)
    record: Mapped[UUID] = mapped_column(primary_key=True, index=True)


class YearSum(Base):
    """What a year's records of a register add up to: key → whole number, as ``adding`` says; kept with every write."""

    __tablename__ = "register_year_sum"

    register: Mapped[str] = mapped_column(String(40), primary_key=True)
    year: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    sums: Mapped[dict[str, int]] = mapped_column(JSON)


class Change(Base):
    """One write of a record: ``fields`` is key → [before, after]. Stays when the record is removed."""

    __tablename__ = "register_change"
    __table_args__ = (Index("ix_register_change_record_id", "record", "id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    register: Mapped[str] = mapped_column(String(40))
    record: Mapped[UUID]
    version: Mapped[int]
    action: Mapped[str] = mapped_column(String(20))
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(60))
    fields: Mapped[dict[str, Any]] = mapped_column(JSON)


class Attachment(Base):
    """A file of a record; its bytes stand in the instance's folder, named by the id. ``sha256`` in hex."""

    __tablename__ = "register_attachment"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    register: Mapped[str] = mapped_column(String(40))
    record: Mapped[UUID] = mapped_column(index=True)
    name: Mapped[str] = mapped_column(String(120))
    extension: Mapped[str] = mapped_column(String(10))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    added_at: Mapped[datetime]
    added_by: Mapped[str] = mapped_column(String(60))


class SavedFilter(Base):
    """A search that an account kept: the query of the list's address."""

    __tablename__ = "register_filter"
    __table_args__ = (UniqueConstraint("account", "register", "name"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    account: Mapped[UUID] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"))
    register: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(60))
    query: Mapped[str] = mapped_column(String(1000))


class Import(Base):
    """A spreadsheet on its way in: read, being checked, checked, applied. ``columns`` are the cells' keys."""

    __tablename__ = "register_import"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    register: Mapped[str] = mapped_column(String(40))
    account: Mapped[str] = mapped_column(String(60), index=True)
    at: Mapped[datetime]
    columns: Mapped[list[str]] = mapped_column(JSON)
    rows: Mapped[int]
    checked: Mapped[int]
    applied: Mapped[bool]


class ImportRow(Base):
    """One row: its cells as read, then what would become of it. ``version`` is that of the record it would change."""

    __tablename__ = "register_import_row"

    import_id: Mapped[UUID] = mapped_column(ForeignKey("register_import.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    cells: Mapped[dict[str, Any]] = mapped_column(JSON)
    outcome: Mapped[str] = mapped_column(String(10))
    record: Mapped[UUID | None]
    version: Mapped[int | None]
    report: Mapped[list[list[str]]] = mapped_column(JSON)
