"""The tables that all registers share, and the columns that every register's own table has.

Nothing here is sealed: the registers hold no visitor, only organisations and their contact persons.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from attention_point.foundation.database import Base, new_id

# Only a record that is still as the file brought it takes a correction of the file.
TYPED, LOADED, EDITED = "typed", "loaded", "edited"
# PostgreSQL compares these byte by byte, as SQLite does. In another collation a word would not be found by its
# beginning.
INDEX_TEXT_LENGTH = 64
IndexText = String(INDEX_TEXT_LENGTH).with_variant(String(INDEX_TEXT_LENGTH, collation="C"), "postgresql")
SortKey = String(10).with_variant(String(10, collation="C"), "postgresql")


class RecordColumns:
    """The columns of one record: its facts as JSON by the register's fields, and what orders and finds it.

    ``sort`` is a part date (``2017``, ``2017-03``, ``2017-03-30``) or empty. ``name_key`` is the folded name.
    ``source`` is the name that a year's file gives the record, so that loading the file again finds it. ``origin`` is
    ``typed``, ``loaded`` from a file, or ``edited`` since.
    """

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    version: Mapped[int]
    name: Mapped[str] = mapped_column(String(300))
    # Suggestions, sorting and imports find a name however it is spelled.
    name_key: Mapped[str] = mapped_column(String(300), index=True)
    sort: Mapped[str] = mapped_column(SortKey)
    state: Mapped[str] = mapped_column(String(40))
    data: Mapped[dict[str, Any]] = mapped_column(JSON)
    source: Mapped[str | None] = mapped_column(String(400), unique=True)
    origin: Mapped[str] = mapped_column(String(10))
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]


class OrganisationRecord(RecordColumns, Base):
    """An organisation, stored once for all registers."""

    __tablename__ = "organisation"


class OrganisationName(Base):
    """A folded name, alias or acronym of an organisation. It belongs to one organisation only."""

    __tablename__ = "organisation_name"

    key: Mapped[str] = mapped_column(String(300), primary_key=True)
    organisation: Mapped[UUID] = mapped_column(ForeignKey("organisation.id", ondelete="CASCADE"), index=True)


class IndexEntry(Base):
    """A value by which a record is found: a word, a code, a tag, an organisation, a year."""

    # Tables keep the names of earlier versions: stored instances have them.
    __tablename__ = "register_mark"

    register: Mapped[str] = mapped_column(String(40), primary_key=True)
    key: Mapped[str] = mapped_column(String(40), primary_key=True)
    # All kinds of values in one table: a list filtered by three of them intersects three searches of one index.
    value: Mapped[str] = mapped_column(IndexText, primary_key=True)
    record: Mapped[UUID] = mapped_column(primary_key=True, index=True)


class Change(Base):
    """One change of a record: ``fields`` maps a key to ``[before, after]``. It stays when the record is deleted."""

    __tablename__ = "register_change"
    # Ids are UUIDv7 and so in the order of time: the newest changes are the last ids of the record.
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
    """A file of a record; the instance's folder has its bytes, under the id. ``sha256`` is in hexadecimal."""

    __tablename__ = "register_attachment"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    register: Mapped[str] = mapped_column(String(40))
    record: Mapped[UUID] = mapped_column(index=True)
    # The name for the download; the bytes are never stored under a name that somebody sent.
    name: Mapped[str] = mapped_column(String(120))
    extension: Mapped[str] = mapped_column(String(10))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    added_at: Mapped[datetime]
    added_by: Mapped[str] = mapped_column(String(60))


class SavedFilter(Base):
    """A filter that an account saved: the query string of the list's address."""

    __tablename__ = "register_filter"
    __table_args__ = (UniqueConstraint("account", "register", "name"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    account: Mapped[UUID] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"))
    register: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(60))
    query: Mapped[str] = mapped_column(String(1000))


class StoredImport(Base):
    """An uploaded spreadsheet that waits for its confirmation.

    ``columns`` are the keys of its columns; ``rows`` are pairs of a row's number in the spreadsheet and its cells. Once
    the good rows are imported, only the others are left, and ``refusals`` says of each, by its number, its ``outcome``
    and in ``report`` what is wrong: pairs of a column's label and a sentence. Until then ``refusals`` is empty.
    """

    __tablename__ = "register_import"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    register: Mapped[str] = mapped_column(String(40))
    account: Mapped[str] = mapped_column(String(60), index=True)
    at: Mapped[datetime]
    columns: Mapped[list[str]] = mapped_column(JSON)
    rows: Mapped[list[tuple[int, list[Any]]]] = mapped_column(JSON)
    refusals: Mapped[dict[str, dict[str, Any]]] = mapped_column(JSON)


class RemovedRecord(Base):
    """A record that was removed and can be brought back for some time, with all that its own row held."""

    __tablename__ = "register_removed"
    __table_args__ = (Index("ix_register_removed_register_removed_at", "register", "removed_at"),)

    record: Mapped[UUID] = mapped_column(primary_key=True)
    register: Mapped[str] = mapped_column(String(40))
    version: Mapped[int]
    name: Mapped[str] = mapped_column(String(300))
    data: Mapped[dict[str, Any]] = mapped_column(JSON)
    source: Mapped[str | None] = mapped_column(String(400))
    origin: Mapped[str] = mapped_column(String(10))
    created_at: Mapped[datetime]
    removed_at: Mapped[datetime] = mapped_column(index=True)
    removed_by: Mapped[str] = mapped_column(String(60))
