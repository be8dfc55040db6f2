"""Reading registers: always by an index, a page at a time."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Select,
    Uuid,
    and_,
    func,
    intersect,
    literal_column,
    or_,
    select,
    tuple_,
    union_all,
)
from sqlalchemy.orm import Session

from attention_point.foundation.database.engine import dialect_of
from attention_point.foundation.language import gettext as _
from attention_point.foundation.refusals import NotFound
from attention_point.registers.shared import rules
from attention_point.registers.shared.describe import Register, organisation_ids
from attention_point.registers.shared.models import (
    Attachment,
    Change,
    Mark,
    OrganisationRecord,
    RecordColumns,
    SavedFilter,
)

ORGANISATIONS = "organisations"
_HIGHEST = "\U0010ffff"
_NAMED = 300
"""Organisations whose name a search follows to their records, and those that a form suggests."""
_SLICE = 500
"""Ids asked for in one statement."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a list is narrowed to: words (all of them, by their beginning) and marks (key → value)."""

    words: str = ""
    marks: Mapping[str, str] = field(default_factory=dict)


def get(session: Session, register: Register, record_id: UUID) -> RecordColumns:
    """One record; raises NotFound."""
    found = session.get(register.model, record_id)
    if found is None:
        raise NotFound(_("The register has no such record."))
    return found


def page(
    session: Session, register: Register, wanted: Wanted, after: RecordColumns | None, size: int
) -> Sequence[RecordColumns]:
    """The records after one, in the register's order: newest first, or by name where nothing is dated."""
    model = register.model
    chosen = narrowed(session, register, select(model), wanted)
    if register.sort:
        if after is not None:
            chosen = chosen.where(tuple_(model.sort, model.id) < tuple_(after.sort, after.id))
        chosen = chosen.order_by(model.sort.desc(), model.id.desc())
    else:
        if after is not None:
            later = and_(model.name_key == after.name_key, model.id > after.id)
            chosen = chosen.where(model.name_key >= after.name_key, or_(model.name_key > after.name_key, later))
        chosen = chosen.order_by(model.name_key, model.id)
    return session.scalars(chosen.limit(size)).all()


def records(session: Session, register: Register, wanted: Wanted | None = None) -> Sequence[RecordColumns]:
    """Every record that is wanted, in the order in which things happened, undated first: for reports and exports."""
    chosen = narrowed(session, register, select(register.model), wanted or Wanted())
    return session.scalars(chosen.order_by(register.model.sort, register.model.id)).all()


def of_year(session: Session, register: Register, year: int) -> Sequence[RecordColumns]:
    """The records that stand in a year's report."""
    return records(session, register, Wanted(marks={"year": str(year)}))


def count(session: Session, register: Register, wanted: Wanted | None = None) -> int:
    """How many records are wanted."""
    chosen = narrowed(session, register, select(func.count()).select_from(register.model), wanted or Wanted())
    return session.scalar(chosen) or 0


def counts(session: Session, register: Register, key: str, wanted: Wanted | None = None) -> list[tuple[str, int]]:
    """The values of a mark with how many records have each, most first."""
    number = func.count()
    chosen = select(Mark.value, number).where(Mark.register == register.name, Mark.key == key)
    if wanted is not None and (wanted.words or wanted.marks):
        chosen = chosen.where(Mark.record.in_(narrowed(session, register, select(register.model.id), wanted)))
    rows = session.execute(chosen.group_by(Mark.value).order_by(number.desc(), Mark.value))
    return [(value, found) for value, found in rows]


def narrowed(session: Session, register: Register, chosen: Select[Any], wanted: Wanted) -> Select[Any]:
    """A statement over the register's table, held to what is wanted.

    Each condition reads the marks' index once, and their results are intersected before the table is looked at: no
    engine is left to guess which of them is the narrowest.
    """
    found = [_marked(register, and_(Mark.key == key, Mark.value == value)) for key, value in wanted.marks.items()]
    found += [_about(session, register, word) for word in sorted(rules.words_of(wanted.words))]
    if not found:
        return chosen
    return chosen.where(_ids(session, register).in_(found[0] if len(found) == 1 else intersect(*found)))


def _ids(session: Session, register: Register) -> ColumnElement[UUID]:
    """The records' ids. On SQLite with a plus: it walks the list's order until the page is full, and does not look up
    and sort every record of a common word first. PostgreSQL weighs that by itself."""
    ids: ColumnElement[UUID] = register.model.id.expression
    return literal_column(f"+{ids}", Uuid()) if dialect_of(session).name == "sqlite" else ids


def _about(session: Session, register: Register, word: str) -> Select[UUID]:
    """The records with a word that begins so, in themselves or in the name of an organisation that they name."""
    begins = and_(Mark.key == "word", Mark.value.between(word, word + _HIGHEST))
    if register.name == ORGANISATIONS:
        return _marked(register, begins)
    theirs = select(Mark.record).where(Mark.register == ORGANISATIONS, begins)
    named = [each.hex for each in session.scalars(theirs.distinct().limit(_NAMED))]
    if not named:
        return _marked(register, begins)
    # Two searches of the index; a condition with "or" would read all marks of the register.
    naming = and_(Mark.key == "organisation", Mark.value.in_(named))
    both = union_all(_marked(register, begins), _marked(register, naming))
    return select(both.subquery().c.record)


def _marked(register: Register, condition: ColumnElement[bool]) -> Select[UUID]:
    return select(Mark.record).where(Mark.register == register.name, condition)


def named(session: Session, register: Register, names: Iterable[str]) -> dict[str, list[RecordColumns]]:
    """Records by their folded name, of those names."""
    found: dict[str, list[RecordColumns]] = {}
    for some in _slices(sorted(set(names))):
        for row in session.scalars(select(register.model).where(register.model.name_key.in_(some))):
            found.setdefault(row.name_key, []).append(row)
    return found


def by_ids(
    session: Session, register: Register, ids: Iterable[UUID], *, lock: bool = False
) -> dict[UUID, RecordColumns]:
    """Records by their id, held until the end of the transaction if asked for."""
    found: dict[UUID, RecordColumns] = {}
    for some in _slices(sorted(set(ids))):
        chosen = select(register.model).where(register.model.id.in_(some)).order_by(register.model.id)
        rows = session.scalars(
            chosen.with_for_update() if lock else chosen, execution_options={"populate_existing": lock}
        )
        found |= {row.id: row for row in rows}
    return found


def names(session: Session, register: Register, *several: Mapping[str, Any]) -> dict[str, str]:
    """The names of the organisations that these records' facts name, by id."""
    ids = [UUID(each) for each in organisation_ids(register, *several)]
    found: dict[str, str] = {}
    for some in _slices(sorted(ids)):
        rows = session.execute(
            select(OrganisationRecord.id, OrganisationRecord.name).where(OrganisationRecord.id.in_(some))
        )
        found |= {row.id.hex: row.name for row in rows}
    return found


def organisation(session: Session, key: UUID) -> OrganisationRecord | None:
    """One organisation, or None."""
    return session.get(OrganisationRecord, key)


def organisation_names(session: Session) -> Sequence[str]:
    """Names to suggest in a form: as many as a list can offer, by name."""
    return session.scalars(select(OrganisationRecord.name).order_by(OrganisationRecord.name_key).limit(_NAMED)).all()


def naming(session: Session, organisation: UUID, registers: Iterable[Register]) -> list[tuple[Register, RecordColumns]]:
    """The newest records of each register that name an organisation."""
    wanted = Wanted(marks={"organisation": organisation.hex})
    return [(each, row) for each in registers for row in page(session, each, wanted, None, 20)]


def history(session: Session, record_id: UUID, size: int) -> Sequence[Change]:
    """The newest writes of a record."""
    return session.scalars(
        select(Change).where(Change.record == record_id).order_by(Change.id.desc()).limit(size)
    ).all()


def attachments(session: Session, record_id: UUID) -> Sequence[Attachment]:
    """The files of a record, oldest first."""
    return session.scalars(select(Attachment).where(Attachment.record == record_id).order_by(Attachment.id)).all()


def saved_filters(session: Session, register: Register, account: UUID | None) -> Sequence[SavedFilter]:
    """The searches that an account kept for a register, by name."""
    chosen = select(SavedFilter).where(SavedFilter.account == account, SavedFilter.register == register.name)
    return session.scalars(chosen.order_by(SavedFilter.name)).all()


def _slices(items: list[Any]) -> Iterable[list[Any]]:
    return (items[start : start + _SLICE] for start in range(0, len(items), _SLICE))
