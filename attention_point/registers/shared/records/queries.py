"""Reads registers: always by an index, lists a page at a time."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Uuid, and_, func, intersect, literal_column, select, tuple_, union_all
from sqlalchemy.orm import Session

from attention_point.foundation.database.engine import get_dialect
from attention_point.foundation.errors import NotFound
from attention_point.foundation.language import gettext as _
from attention_point.registers.shared import rules
from attention_point.registers.shared.models import (
    Attachment,
    Change,
    IndexEntry,
    OrganisationRecord,
    RecordColumns,
    SavedFilter,
)
from attention_point.registers.shared.records.sorting import (
    SortOrder,
    build_sort_column,
    find_default_order,
    get_sort_value,
)
from attention_point.registers.shared.schema.schema import Register, list_organisation_ids

ORGANISATIONS = "organisations"
# The end of the range of words with one beginning; a pattern with LIKE would not use the index on every engine.
_HIGHEST_CHARACTER = "\U0010ffff"
_MAX_ORGANISATIONS = 300
"""The most organisations whose records a word finds by the organisation's name, and that a form suggests."""
_VALUES_PER_STATEMENT = 500
"""Values in one statement's IN: SQLite takes 32,766 parameters, and so many take long to plan."""


@dataclass(frozen=True, slots=True)
class RecordFilter:
    """A filter of a list: words, of which a record has all, by their beginning; and values of the index by key."""

    words: str = ""
    index_values: Mapping[str, str] = field(default_factory=dict)


def get_record(session: Session, register: Register, record_id: UUID) -> RecordColumns:
    """Get a record. Raises NotFound."""
    record = session.get(register.model, record_id)
    if record is None:
        raise NotFound(_("The register has no such record."))
    return record


def list_records_page(
    session: Session,
    register: Register,
    record_filter: RecordFilter,
    last_record: RecordColumns | None,
    size: int,
    order: SortOrder | None = None,
) -> Sequence[RecordColumns]:
    """List the records after ``last_record`` in an order, else in the register's: newest first, or by name."""
    order = order or find_default_order(register)
    model, order_column = register.model, build_sort_column(session, register, order.key)
    statement = filter_statement(session, register, select(model), record_filter)
    if last_record is not None:
        # A key, not an offset: page 200 costs as much as page 1, and a new record moves no other to another page.
        # Dates and names are not unique, so the id decides between equal ones.
        last_value = get_sort_value(session, register, order.key, last_record)
        keys, last_keys = tuple_(order_column, model.id), tuple_(last_value, last_record.id)
        statement = statement.where(keys < last_keys if order.is_descending else keys > last_keys)
    columns = (order_column.desc(), model.id.desc()) if order.is_descending else (order_column, model.id)
    return session.scalars(statement.order_by(*columns).limit(size)).all()


def list_records(
    session: Session, register: Register, record_filter: RecordFilter | None = None
) -> Sequence[RecordColumns]:
    """List every record of a filter for reports and exports, the oldest first, before them those without a date."""
    statement = filter_statement(session, register, select(register.model), record_filter or RecordFilter())
    return session.scalars(statement.order_by(register.model.sort, register.model.id)).all()


def list_records_of_year(session: Session, register: Register, year: int) -> Sequence[RecordColumns]:
    """List the records that stand in a year's report."""
    return list_records(session, register, RecordFilter(index_values={"year": str(year)}))


def count_records(session: Session, register: Register, record_filter: RecordFilter | None = None) -> int:
    """Count the records of a filter."""
    all_records = select(func.count()).select_from(register.model)
    return session.scalar(filter_statement(session, register, all_records, record_filter or RecordFilter())) or 0


def count_index_values(
    session: Session, register: Register, key: str, record_filter: RecordFilter | None = None
) -> list[tuple[str, int]]:
    """Count the records of each value of an index key, the most frequent first."""
    record_count = func.count()
    of_key = IndexEntry.register == register.name, IndexEntry.key == key
    statement = select(IndexEntry.value, record_count).where(*of_key)
    if record_filter is not None and (record_filter.words or record_filter.index_values):
        record_ids = filter_statement(session, register, select(register.model.id), record_filter)
        statement = statement.where(IndexEntry.record.in_(record_ids))
    rows = session.execute(statement.group_by(IndexEntry.value).order_by(record_count.desc(), IndexEntry.value))
    return [(value, value_count) for value, value_count in rows]


def filter_statement(
    session: Session, register: Register, statement: Select[Any], record_filter: RecordFilter
) -> Select[Any]:
    """Restrict a statement over the register's table to the records of a filter."""
    # Each condition reads the index table once, and the results are intersected before the register's table is read:
    # otherwise the engine would have to guess which condition is the narrowest.
    id_selects = [
        _select_ids_by_entry(register, and_(IndexEntry.key == key, IndexEntry.value == value))
        for key, value in record_filter.index_values.items()
    ]
    id_selects += [
        _select_ids_by_word(session, register, word) for word in sorted(rules.list_search_words(record_filter.words))
    ]
    if not id_selects:
        return statement
    record_ids = id_selects[0] if len(id_selects) == 1 else intersect(*id_selects)
    return statement.where(_build_id_column(session, register).in_(record_ids))


def _build_id_column(session: Session, register: Register) -> ColumnElement[UUID]:
    # On SQLite a plus before the column keeps it from the index of the ids: SQLite then follows the order of the list
    # until the page is full, and does not sort every record of a common word first. PostgreSQL chooses by itself.
    ids: ColumnElement[UUID] = register.model.id.expression
    return literal_column(f"+{ids}", Uuid()) if get_dialect(session).name == "sqlite" else ids


def _select_ids_by_word(session: Session, register: Register, word: str) -> Select[UUID]:
    """Select the records with a word that begins so, in their own texts or in the name of an organisation they name."""
    begins_with_word = and_(IndexEntry.key == "word", IndexEntry.value.between(word, word + _HIGHEST_CHARACTER))
    if register.name == ORGANISATIONS:
        return _select_ids_by_entry(register, begins_with_word)
    organisations = select(IndexEntry.record).where(IndexEntry.register == ORGANISATIONS, begins_with_word)
    organisation_ids = [key.hex for key in session.scalars(organisations.distinct().limit(_MAX_ORGANISATIONS))]
    if not organisation_ids:
        return _select_ids_by_entry(register, begins_with_word)
    # Two searches of the index: one condition with "or" would read the whole index of the register.
    names_organisation = and_(IndexEntry.key == "organisation", IndexEntry.value.in_(organisation_ids))
    searches = (_select_ids_by_entry(register, condition) for condition in (begins_with_word, names_organisation))
    return select(union_all(*searches).subquery().c.record)


def _select_ids_by_entry(register: Register, condition: ColumnElement[bool]) -> Select[UUID]:
    return select(IndexEntry.record).where(IndexEntry.register == register.name, condition)


def list_records_by_name(session: Session, register: Register, names: Iterable[str]) -> dict[str, list[RecordColumns]]:
    """List the records with some folded names, by the name."""
    records_by_name: dict[str, list[RecordColumns]] = {}
    for name_slice in split_into_slices(names):
        for row in session.scalars(select(register.model).where(register.model.name_key.in_(name_slice))):
            records_by_name.setdefault(row.name_key, []).append(row)
    return records_by_name


def list_records_by_id(
    session: Session, register: Register, ids: Iterable[UUID], *, lock: bool = False
) -> dict[UUID, RecordColumns]:
    """List records by their id; ``lock`` holds them until the end of the transaction."""
    records_by_id: dict[UUID, RecordColumns] = {}
    for id_slice in split_into_slices(ids):
        statement = select(register.model).where(register.model.id.in_(id_slice)).order_by(register.model.id)
        if lock:  # read again what the session holds already: another transaction may have changed it
            statement = statement.with_for_update().execution_options(populate_existing=True)
        records_by_id |= {row.id: row for row in session.scalars(statement)}
    return records_by_id


def list_organisation_names(session: Session, register: Register, *records_data: Mapping[str, Any]) -> dict[str, str]:
    """List the names of the organisations that facts name, by id."""
    ids = [UUID(organisation_id) for organisation_id in list_organisation_ids(register, *records_data)]
    names_by_id: dict[str, str] = {}
    for id_slice in split_into_slices(ids):
        columns = select(OrganisationRecord.id, OrganisationRecord.name)
        rows = session.execute(columns.where(OrganisationRecord.id.in_(id_slice)))
        names_by_id |= {row.id.hex: row.name for row in rows}
    return names_by_id


def find_organisation(session: Session, organisation_id: UUID) -> OrganisationRecord | None:
    """Find an organisation."""
    return session.get(OrganisationRecord, organisation_id)


def list_suggested_names(session: Session) -> Sequence[str]:
    """List the organisations that a form suggests, by name: as many as a list can offer."""
    statement = select(OrganisationRecord.name).order_by(OrganisationRecord.name_key)
    return session.scalars(statement.limit(_MAX_ORGANISATIONS)).all()


def list_records_naming(
    session: Session, organisation: UUID, registers: Iterable[Register]
) -> list[tuple[Register, RecordColumns]]:
    """List the newest records of each register that name an organisation."""
    record_filter = RecordFilter(index_values={"organisation": organisation.hex})
    return [
        (register, row)
        for register in registers
        for row in list_records_page(session, register, record_filter, None, 20)
    ]


def list_changes(session: Session, record_id: UUID, size: int) -> Sequence[Change]:
    """List the newest changes of a record."""
    statement = select(Change).where(Change.record == record_id).order_by(Change.id.desc())
    return session.scalars(statement.limit(size)).all()


def list_attachments(session: Session, record_id: UUID) -> Sequence[Attachment]:
    """List the files of a record, the oldest first."""
    # By the time, not by the id, which is random here.
    statement = select(Attachment).where(Attachment.record == record_id).order_by(Attachment.added_at, Attachment.id)
    return session.scalars(statement).all()


def list_saved_filters(session: Session, register: Register, account: UUID | None) -> Sequence[SavedFilter]:
    """List the filters that an account saved for a register, by name."""
    statement = select(SavedFilter).where(SavedFilter.account == account, SavedFilter.register == register.name)
    return session.scalars(statement.order_by(SavedFilter.name)).all()


def split_into_slices(values: Iterable[Any]) -> Iterator[list[Any]]:
    """Split values, each once and sorted, into lists of as many as one statement takes."""
    sorted_values = sorted(set(values))
    for start in range(0, len(sorted_values), _VALUES_PER_STATEMENT):
        yield sorted_values[start : start + _VALUES_PER_STATEMENT]
