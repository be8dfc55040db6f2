"""Entries in a reader's words: who, what, about what, and the detail; never a code, an id or JSON."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from attention_point.foundation.access import Actor
from attention_point.foundation.codelists import get_code_list
from attention_point.foundation.journal.naming import ActorName, RecordName, RecordNaming, parse_uuids
from attention_point.foundation.journal.partner_entries import PARTNER, EntryRow
from attention_point.foundation.journal.verification.chain_verification import is_readable_entry
from attention_point.foundation.language import current_language, format_number
from attention_point.foundation.language import gettext as _


@dataclass(frozen=True, slots=True)
class EntryDescription:
    """One entry in words.

    ``record_key`` is the kind and the id of the record that the entry is about, ``person`` the id of the person whom it
    concerns, if any.
    """

    seq: int
    at: datetime | None
    actor: ActorName
    action: str
    subject_name: RecordName
    detail: Sequence[tuple[str, str]]
    record_key: tuple[str, str] | None
    person: str | None


def label_for_action(action: str) -> str:
    """Return the action in words. Registers share words: ``events.edit`` and ``calls.edit`` are both ``edit``."""
    actions, shared_action = get_code_list("journal_actions"), action.rpartition(".")[2]
    return actions.label_for_code(
        shared_action if actions.has_code(shared_action) and not actions.has_code(action) else action,
        current_language(),
    )


def label_for_action_group(action: str) -> str:
    """Return the part of the program to which an action belongs, in words."""
    return get_code_list("journal_groups").label_for_code(action.partition(".")[0], current_language())


def describe_actor(label: str, names: Mapping[str, ActorName]) -> ActorName:
    """Return the name of an actor, or words for an account or token that was deleted."""
    kind = label.partition(":")[0]
    deleted_labels = {
        "account": _("An account that no longer exists"),
        "token": _("A program that no longer exists"),
        "device": _("A device that no longer exists"),
        # An entry whose sealed part does not open.
        PARTNER: _("An entity"),
    }
    return names.get(label) or ActorName(deleted_labels.get(kind) or _("System"))


def describe_entries(
    session: Session, reader: Actor, naming: RecordNaming, entries: Sequence[EntryRow]
) -> list[EntryDescription]:
    """Describe the entries of a page. Names of records are read in one query for each kind."""
    readable = [entry for entry in entries if is_readable_entry(entry)]
    details = [_read_detail(entry.detail) for entry in readable]
    # Ids are collected first: one query for each kind of record, however many entries a page has.
    record_ids: dict[str, set[str]] = {}
    for entry, detail in zip(readable, details, strict=True):
        for kind, record_id in _list_named_records(entry, detail):
            record_ids.setdefault(kind, set()).add(record_id)
    record_names = {
        kind: naming.record_namers[kind](session, reader, ids)
        for kind, ids in record_ids.items()
        if kind in naming.record_namers
    }
    describer = _EntryDescriber(naming, naming.name_actors(session), record_names)
    descriptions = {
        entry.seq: describer.describe_entry(entry, detail) for entry, detail in zip(readable, details, strict=True)
    }
    return [descriptions.get(entry.seq) or _describe_unreadable(entry) for entry in entries]


def _describe_unreadable(entry: EntryRow) -> EntryDescription:
    """Describe an entry with a value that is not of its column's type: somebody has changed the database."""
    unreadable_parts = ActorName(_("It cannot be read.")), _("It cannot be read."), RecordName(_("A record"))
    return EntryDescription(entry.seq, entry.at, *unreadable_parts, (), None, None)


def _read_detail(stored_detail: str) -> dict[str, Any] | None:
    """Return the detail of an entry; None where somebody has changed it to something else than an object."""
    try:
        detail = json.loads(stored_detail)
    except (ValueError, RecursionError):
        return None
    return detail if isinstance(detail, dict) else None


def _list_named_records(entry: EntryRow, detail: Mapping[str, Any] | None) -> Iterator[tuple[str, str]]:
    """Yield the kind and id of the record that an entry is about, and of each record in its detail."""
    if entry.subject_id is not None:
        yield entry.subject, entry.subject_id
    for key, value in (detail or {}).items():
        kind = _find_detail_fact(entry.action, key, "record")
        if kind and isinstance(value, str):
            yield kind, value


def _find_detail_code(action: str, key: str) -> str:
    """Return the code under which the code list has words for a detail of this action, or of any action."""
    details, action_code = get_code_list("journal_details"), f"{action}/{key}"
    return action_code if details.has_code(action_code) else key


def _find_detail_fact(action: str, key: str, name: str) -> Any:
    details, code = get_code_list("journal_details"), _find_detail_code(action, key)
    return details[code].attributes.get(name) if details.has_code(code) else None


@dataclass(frozen=True, slots=True)
class _EntryDescriber:
    naming: RecordNaming
    actors: Mapping[str, ActorName]
    record_names: Mapping[str, Mapping[str, RecordName]]

    def describe_entry(self, entry: EntryRow, detail: Mapping[str, Any] | None) -> EntryDescription:
        return EntryDescription(
            entry.seq,
            entry.at,
            describe_actor(entry.actor, self.actors),
            label_for_action(entry.action),
            self._name_record(entry.subject, entry.subject_id),
            self._describe_detail(entry, detail),
            (entry.subject, entry.subject_id) if entry.subject_id is not None else None,
            _find_person(entry, detail),
        )

    def _name_record(self, kind: str, record_id: str | None) -> RecordName:
        """Return the kind and the name of a record; only the kind where the record has no name."""
        subjects = get_code_list("journal_subjects")
        kind_words = subjects.label_for_code(kind, current_language()) if subjects.has_code(kind) else _("A record")
        if record_id is None and subjects.has_code(kind):
            return RecordName(subjects[kind].attributes.get("several", {}).get(current_language(), kind_words))
        record_name = self.record_names.get(kind, {}).get(record_id or "")
        if record_name is None or not record_name.text:
            return RecordName(kind_words, record_name.url if record_name else None)
        return RecordName(_("%(kind)s: %(name)s", kind=kind_words, name=record_name.text), record_name.url)

    def _describe_detail(self, entry: EntryRow, detail: Mapping[str, Any] | None) -> list[tuple[str, str]]:
        # Codes without words are only counted: a page must not show codes, and must not hide that there is more.
        if detail is None:
            return [(_("Detail"), _("It cannot be read."))]
        lines, unknown = [], 0
        for key, value in detail.items():
            code = _find_detail_code(entry.action, key)
            if not get_code_list("journal_details").has_code(code):
                unknown += 1
            elif (value_text := self._describe_value(entry, key, value)) is not None:
                lines.append((get_code_list("journal_details").label_for_code(code, current_language()), value_text))
        return [*lines, (_("Other data"), format_number(unknown))] if unknown else lines

    def _describe_value(self, entry: EntryRow, key: str, value: Any) -> str | None:
        """Return a value in words; None for a value that is not shown."""
        if value is None or _find_detail_fact(entry.action, key, "hidden"):
            return None
        if isinstance(value, bool):  # before int, of which bool is a kind
            return _("Yes") if value else _("No")
        if isinstance(value, int | float):
            return str(value) if _find_detail_fact(entry.action, key, "number") == "plain" else format_number(value)
        if isinstance(value, list):
            return self._describe_list(entry, key, value)
        return self._describe_text(entry, key, str(value)) if isinstance(value, str) else None

    def _describe_list(self, entry: EntryRow, key: str, values: list[Any]) -> str:
        """Return the labels of fields as the record's form has them; for other lists the number of their members."""
        labels = (
            self.naming.field_labels.get(entry.subject, {}) if _find_detail_fact(entry.action, key, "fields") else {}
        )
        field_names = [_(labels[value]) for value in values if isinstance(value, str) and value in labels]
        return ", ".join(dict.fromkeys(field_names)) if field_names else format_number(len(values))

    def _describe_text(self, entry: EntryRow, key: str, value: str) -> str | None:
        if kind := _find_detail_fact(entry.action, key, "record"):
            record_name = self.record_names.get(kind, {}).get(value)
            kind_words = get_code_list("journal_subjects").label_for_code(kind, current_language())
            return record_name.text if record_name and record_name.text else kind_words
        if name := _find_detail_fact(entry.action, key, "list"):
            return get_code_list(name).label_for_code(value, current_language())
        value_labels = (_find_detail_fact(entry.action, key, "values") or {}).get(value)
        if value_labels:
            return str(value_labels[current_language()])
        return None if parse_uuids([value]) else value  # an id says nothing to a reader


def _find_person(entry: EntryRow, detail: Mapping[str, Any] | None) -> str | None:
    # The id becomes part of an address, so it must be a UUID whatever stands in the database.
    person_id = entry.subject_id if entry.subject == "person" else (detail or {}).get("person")
    return person_id if isinstance(person_id, str) and parse_uuids([person_id]) else None


def _label_for_choice(action: str) -> str:
    """Return an action as a choice of the list. An action that registers share names the register's kind of record."""
    kind, action_label = action.partition(".")[0], label_for_action(action)
    shared, subjects = not get_code_list("journal_actions").has_code(action), get_code_list("journal_subjects")
    if not shared or not subjects.has_code(kind):
        return action_label
    return _("%(kind)s: %(name)s", kind=subjects.label_for_code(kind, current_language()), name=action_label)


def group_actions(actions: Iterable[str]) -> dict[str, list[tuple[str, str]]]:
    """Group actions as the choices of a list: pairs of action and words under the part of the program."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for action in actions:
        groups.setdefault(label_for_action_group(action), []).append((action, _label_for_choice(action)))
    return {name: sorted(groups[name], key=lambda choice: choice[1].casefold()) for name in sorted(groups)}
