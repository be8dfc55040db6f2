"""Writes of any register: check, version, marks, history, journal. Never commits."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from attention_point import texts
from attention_point.foundation import journal
from attention_point.foundation.access import Actor
from attention_point.foundation.language import N_
from attention_point.foundation.language import gettext as _
from attention_point.foundation.refusals import Conflict, Difference, FieldError, Invalid, NotFound
from attention_point.registers.shared import queries
from attention_point.registers.shared.describe import ORGANISATIONS, Register
from attention_point.registers.shared.models import EDITED, TYPED, Attachment, RecordColumns, SavedFilter
from attention_point.registers.shared.organisations import resolve
from attention_point.registers.shared.reading import CORRECT, read
from attention_point.registers.shared.wording import words
from attention_point.registers.shared.writing import (
    New,
    delete_record,
    differing,
    insert_records,
    update_records,
)

CHANGED_BEFORE = N_("Somebody saved this before you. Nothing of yours was saved yet.")
FILTERS = 30


def add(
    session: Session,
    actor: Actor,
    register: Register,
    values: Mapping[str, Any],
    source: str | None = None,
    origin: str = TYPED,
) -> UUID:
    """Add a record. ``values`` as ``reading.read`` takes them, organisations by name. Raises Invalid."""
    (data,) = linked(session, actor, register, [read(register.fields, values)])
    (record_id,) = insert_records(session, actor, register, [New(data, origin, source)], "added")
    journal.record(session, actor, f"{register.name}.add", register.name, record_id, fields=list(data))
    return record_id


def save(
    session: Session,
    actor: Actor,
    register: Register,
    record_id: UUID,
    version: int,
    values: Mapping[str, Any],
    origin: str = EDITED,
) -> bool:
    """Save a record as edited from ``version``; False when nothing differs, even where somebody saved the same before.

    ``values`` are the whole record. Raises NotFound, Invalid, Conflict (the version is no longer the newest).
    """
    row = held(session, register, record_id)
    (data,) = linked(session, actor, register, [read(register.fields, values)])
    changed = differing(row.data, data)
    if not changed:
        return False
    if row.version != version:
        raise Conflict(_(CHANGED_BEFORE), differences(session, register, data, row.data))
    update_records(session, actor, register, [(row, data)], "changed", origin)
    journal.record(session, actor, f"{register.name}.edit", register.name, record_id, fields=list(changed))
    return True


def remove(session: Session, actor: Actor, register: Register, record_id: UUID, version: int) -> None:
    """Take a record away; its history stays. Raises NotFound, Conflict, Refusal (it is still needed)."""
    row = held(session, register, record_id)
    if row.version != version:
        raise Conflict(_("Somebody changed this record while you were looking at it. Look at it again."))
    register.release(session, record_id, row.data)
    session.execute(delete(Attachment).where(Attachment.record == record_id))
    delete_record(session, actor, register, row)
    journal.record(session, actor, f"{register.name}.remove", register.name, record_id)


def held(session: Session, register: Register, record_id: UUID) -> RecordColumns:
    """The record, held until the end of the transaction, so that the version just read is the newest."""
    row = session.get(register.model, record_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFound(_("The register has no such record."))
    return row


def linked(
    session: Session, actor: Actor, register: Register, several: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """The same facts with organisations by id; those not known yet are added, those by id already stay."""
    keys = [field.key for field in register.fields if field.kind == ORGANISATIONS]
    named = {each["name"] for data in several for key in keys for each in data.get(key, ()) if "name" in each}
    ids = resolve(session, actor, sorted(named)) if named else {}
    return [{**data, **{key: _linked(data[key], ids) for key in keys if key in data}} for data in several]


def _linked(entries: Iterable[Mapping[str, str]], ids: Mapping[str, UUID]) -> list[dict[str, str]]:
    """Two spellings of one organisation in the same role are one entry."""
    found = [
        {"id": ids[each["name"]].hex, **{key: value for key, value in each.items() if key != "name"}}
        if "name" in each
        else dict(each)
        for each in entries
    ]
    return list({(each["id"], each.get("role")): each for each in found}.values())


def differences(
    session: Session, register: Register, yours: Mapping[str, Any], theirs: Mapping[str, Any]
) -> tuple[Difference, ...]:
    """The fields on which two versions disagree, in words and in the order of the page."""
    names = queries.names(session, register, yours, theirs)
    return tuple(
        Difference(
            _(field.label),
            words(field, yours.get(field.key), names) or "–",
            words(field, theirs.get(field.key), names) or "–",
        )
        for field in register.fields
        if yours.get(field.key) != theirs.get(field.key)
    )


def keep_filter(session: Session, actor: Actor, register: Register, name: str, query: str) -> None:
    """Keep a search under a name; the same name again takes the new one. Raises Invalid."""
    name = " ".join(texts.normalise(name).split())
    if not texts.is_fit(name):
        raise Invalid(_(CORRECT), (FieldError("name", _(texts.UNFIT)),))
    if not name or len(name) > 60:
        raise Invalid(_(CORRECT), (FieldError("name", _("Give it a name of at most 60 characters.")),))
    kept = queries.saved_filters(session, register, actor.id)
    same = next((each for each in kept if each.name == name), None)
    if same is None and len(kept) >= FILTERS:
        raise Invalid(_(CORRECT), (FieldError("name", _("Too many: at most %(max_length)s.", max_length=FILTERS)),))
    if same is None:
        session.add(SavedFilter(account=actor.id, register=register.name, name=name, query=query[:1000]))
    else:
        same.query = query[:1000]
    session.flush()


def drop_filter(session: Session, actor: Actor, register: Register, filter_id: UUID) -> None:
    """Forget a kept search. Raises NotFound, for another's too."""
    row = session.scalar(
        select(SavedFilter).where(
            SavedFilter.id == filter_id, SavedFilter.account == actor.id, SavedFilter.register == register.name
        )
    )
    if row is None:
        raise NotFound(_("There is no such page."))
    session.delete(row)
    session.flush()
