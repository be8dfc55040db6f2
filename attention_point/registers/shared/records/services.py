"""Writes records of any register: check, version, index, history, journal. Never commits."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from attention_point import texts
from attention_point.foundation import journal
from attention_point.foundation.access import Actor
from attention_point.foundation.errors import Conflict, Difference, Invalid, NotFound
from attention_point.foundation.language import N_
from attention_point.foundation.language import gettext as _
from attention_point.registers.shared.models import EDITED, TYPED, RecordColumns, SavedFilter
from attention_point.registers.shared.records import queries
from attention_point.registers.shared.records.organisations import find_or_add_organisations
from attention_point.registers.shared.records.writing import (
    NewRecord,
    compare_facts,
    insert_records,
    update_records,
)
from attention_point.registers.shared.rules import fold_text
from attention_point.registers.shared.schema.formatting import format_field_value
from attention_point.registers.shared.schema.parsing import NOTHING_SAVED, build_field_error, parse_facts
from attention_point.registers.shared.schema.schema import ORGANISATIONS, Register

ALREADY_CHANGED = N_("Somebody saved this before you. Your changes are not saved yet.")
CHANGED_MEANWHILE = N_("Somebody changed this record in the meantime. Open it again.")
# Longer, and nobody would find a filter in the list.
MAX_SAVED_FILTERS = 30


def add_record(
    session: Session,
    actor: Actor,
    register: Register,
    values: Mapping[str, Any],
    source: str | None = None,
    origin: str = TYPED,
) -> UUID:
    """Add a record. ``values`` are raw values as ``parse_facts`` takes them. Raises Invalid."""
    (data,) = link_organisations(session, actor, register, [parse_record(register, values)])
    (record_id,) = insert_records(session, actor, register, [NewRecord(data, origin, source)], "added")
    journal.record(session, actor, f"{register.name}.add", register.name, record_id, fields=list(data))
    return record_id


def update_record(
    session: Session,
    actor: Actor,
    register: Register,
    record_id: UUID,
    version: int,
    values: Mapping[str, Any],
    origin: str = EDITED,
) -> bool:
    """Save a record that was edited from ``version``. Gives False if nothing differs from what is stored.

    ``values`` are the raw values of the whole record. Raises NotFound, Invalid, Conflict (``version`` is not the
    newest).
    """
    row = lock_record(session, register, record_id)
    (data,) = link_organisations(session, actor, register, [parse_record(register, values)])
    changed = compare_facts(row.data, data)
    if not changed:  # compared before the version: whoever saves what is already stored needs no conflict
        return False
    if row.version != version:
        raise Conflict(_(ALREADY_CHANGED), list_differences(session, register, data, row.data))
    update_records(session, actor, register, [(row, data)], "changed", origin)
    journal.record(session, actor, f"{register.name}.edit", register.name, record_id, fields=list(changed))
    return True


def parse_record(register: Register, values: Mapping[str, Any]) -> dict[str, Any]:
    """Parse the facts of a whole record; organisations stay by name. Raises Invalid, also for a contradiction."""
    data = parse_facts(register.fields, values)
    errors = tuple(register.list_contradictions(data))
    if errors:
        raise Invalid(_(NOTHING_SAVED), errors)
    return data


def list_same_records(session: Session, register: Register, values: Mapping[str, Any]) -> list[RecordColumns]:
    """List the records that have the name and the date of raw values already. Raises Invalid."""
    if register.has_unique_names:  # the register itself refuses a second one
        return []
    data = parse_record(register, values)
    name_key = fold_text(data["name"])[:300]
    records = queries.list_records_by_name(session, register, [name_key]).get(name_key, [])
    return [record for record in records if record.sort == (data.get(register.sort_field) or "")]


def lock_record(session: Session, register: Register, record_id: UUID) -> RecordColumns:
    """Get a record and lock it until the end of the transaction, so that its version is the newest. Raises NotFound."""
    row = session.get(register.model, record_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFound(_("The register has no such record."))
    return row


def link_organisations(
    session: Session, actor: Actor, register: Register, facts_of_records: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """Replace names of organisations in facts by their ids; organisations that are not in the list yet are added."""
    ids = find_or_add_organisations(session, actor, list_unlinked_names(register, facts_of_records))
    return [replace_names_by_ids(register, data, ids) for data in facts_of_records]


def list_unlinked_names(register: Register, facts_of_records: Iterable[Mapping[str, Any]]) -> list[str]:
    """List the organisations that facts give by name, sorted."""
    keys = [field.key for field in register.fields if field.kind == ORGANISATIONS]
    entries = (entry for data in facts_of_records for key in keys for entry in data.get(key, ()))
    return sorted({entry["name"] for entry in entries if "name" in entry})


def replace_names_by_ids(register: Register, data: Mapping[str, Any], ids: Mapping[str, UUID]) -> dict[str, Any]:
    """Replace the names of organisations by the ids that are known; another name stays."""
    linked_facts = dict(data)
    for key in (field.key for field in register.fields if field.kind == ORGANISATIONS and field.key in data):
        entries = [
            {"id": ids[entry["name"]].hex, **{part: text for part, text in entry.items() if part != "name"}}
            if entry.get("name") in ids
            else dict(entry)
            for entry in data[key]
        ]
        # Two spellings of one organisation in the same part are one entry.
        unique_entries = {(entry.get("id") or entry["name"], entry.get("role")): entry for entry in entries}
        linked_facts[key] = list(unique_entries.values())
    return linked_facts


def list_differences(
    session: Session, register: Register, your_facts: Mapping[str, Any], their_facts: Mapping[str, Any]
) -> tuple[Difference, ...]:
    """List the fields on which two versions disagree, as text in the order of the form."""
    names = queries.list_organisation_names(session, register, your_facts, their_facts)
    return tuple(
        Difference(
            _(field.label),
            format_field_value(field, your_facts.get(field.key), names) or "–",
            format_field_value(field, their_facts.get(field.key), names) or "–",
        )
        for field in register.fields
        if your_facts.get(field.key) != their_facts.get(field.key)
    )


def save_filter(session: Session, actor: Actor, register: Register, name: str, query: str) -> None:
    """Save a filter under a name; an earlier filter with this name is replaced. Raises Invalid."""
    name = " ".join(texts.normalise_text(name).split())
    saved_filters = {saved.name: saved for saved in queries.list_saved_filters(session, register, actor.id)}
    message = ""
    if not texts.is_fit_text(name):
        message = _(texts.UNFIT_CHARACTERS)
    elif not name or len(name) > 60:
        message = _("Give it a name of at most 60 characters.")
    elif name not in saved_filters and len(saved_filters) >= MAX_SAVED_FILTERS:
        message = _("Too many: at most %(max_length)s.", max_length=MAX_SAVED_FILTERS)
    if message:
        raise build_field_error("name", message)
    if name in saved_filters:
        saved_filters[name].query = query[:1000]
    else:
        session.add(SavedFilter(account=actor.id, register=register.name, name=name, query=query[:1000]))
    session.flush()


def delete_filter(session: Session, actor: Actor, register: Register, filter_id: UUID) -> None:
    """Delete a saved filter. Raises NotFound, also for another account's."""
    row = session.scalar(
        select(SavedFilter).where(
            SavedFilter.id == filter_id, SavedFilter.account == actor.id, SavedFilter.register == register.name
        )
    )
    if row is None:
        raise NotFound(_("There is no such page."))
    session.delete(row)
    session.flush()
