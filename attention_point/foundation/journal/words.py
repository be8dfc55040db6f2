"""Entries in a reader's words: who, what, about what, and the detail; never a code, an id or JSON."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from attention_point.foundation.access import Actor
from attention_point.foundation.codelists import codelist
from attention_point.foundation.journal.naming import ActorName, Naming, RecordName, uuids_of
from attention_point.foundation.journal.verifying import is_readable
from attention_point.foundation.language import current, format_number
from attention_point.foundation.language import gettext as _


@dataclass(frozen=True, slots=True)
class EntryWords:
    """One entry as it is read.

    ``record`` is the kind and the id of what it is about, ``person`` the id of the person whom it concerns, if one.
    """

    seq: int
    at: datetime | None
    actor: ActorName
    action: str
    about: RecordName
    detail: Sequence[tuple[str, str]]
    record: tuple[str, str] | None
    person: str | None


def action_words(action: str) -> str:
    """What was done, in words: those for the action itself, else for what is done alike in several rooms."""
    actions, alike = codelist("journal_actions"), action.rpartition(".")[2]
    return actions.label(alike if actions.has(alike) and not actions.has(action) else action, current())


def group_words(action: str) -> str:
    """The part of the house in which an action is done."""
    return codelist("journal_groups").label(action.partition(".")[0], current())


def actor_words(label: str, names: Mapping[str, ActorName]) -> ActorName:
    """Who acted, by the names of all who can act; an account or token that is gone is said to be."""
    kind = label.partition(":")[0]
    gone = {"account": _("An account that no longer exists"), "token": _("A program that no longer exists")}
    return names.get(label) or ActorName(gone.get(kind) or _("System"))


def entries_in_words(session: Session, reader: Actor, naming: Naming, rows: Sequence[Row[Any]]) -> list[EntryWords]:
    """A page of entries; the names are read in one query a kind."""
    readable = [row for row in rows if is_readable(row)]
    details = [_detail(row.detail) for row in readable]
    wanted: dict[str, set[str]] = {}
    for row, detail in zip(readable, details, strict=True):
        for kind, record_id in _records(row, detail):
            wanted.setdefault(kind, set()).add(record_id)
    named = {kind: naming.records[kind](session, reader, ids) for kind, ids in wanted.items() if kind in naming.records}
    teller = _Teller(naming, naming.name_actors(session), named)
    told = {row.seq: teller.words(row, detail) for row, detail in zip(readable, details, strict=True)}
    return [told.get(row.seq) or _unreadable(row) for row in rows]


def _unreadable(row: Row[Any]) -> EntryWords:
    """An entry that somebody has spoilt: a value is not of its column's type."""
    what = ActorName(_("It cannot be read.")), _("It cannot be read."), RecordName(_("A record"))
    return EntryWords(row.seq, row.at, *what, (), None, None)


def _detail(text: str) -> dict[str, Any] | None:
    """The detail of an entry; None where somebody has spoilt it."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _records(row: Row[Any], detail: Mapping[str, Any] | None) -> Iterator[tuple[str, str]]:
    """The records that an entry names: what it is about, and those of its detail."""
    if row.subject_id is not None:
        yield row.subject, row.subject_id
    for key, value in (detail or {}).items():
        kind = _fact(row.action, key, "record")
        if kind and isinstance(value, str):
            yield kind, value


def _code(action: str, key: str) -> str:
    """The code under which a detail's words stand: of this action, else of any."""
    details, own = codelist("journal_details"), f"{action}/{key}"
    return own if details.has(own) else key


def _fact(action: str, key: str, name: str) -> Any:
    details, code = codelist("journal_details"), _code(action, key)
    return details[code].facts.get(name) if details.has(code) else None


@dataclass(frozen=True, slots=True)
class _Teller:
    naming: Naming
    actors: Mapping[str, ActorName]
    named: Mapping[str, Mapping[str, RecordName]]

    def words(self, row: Row[Any], detail: Mapping[str, Any] | None) -> EntryWords:
        return EntryWords(
            row.seq,
            row.at,
            actor_words(row.actor, self.actors),
            action_words(row.action),
            self._about(row.subject, row.subject_id),
            self._told(row, detail),
            (row.subject, row.subject_id) if row.subject_id is not None else None,
            _person(row, detail),
        )

    def _about(self, kind: str, record_id: str | None) -> RecordName:
        """The record's own name beside its kind; the kind alone where it has none."""
        subjects = codelist("journal_subjects")
        kind_words = subjects.label(kind, current()) if subjects.has(kind) else _("A record")
        if record_id is None and subjects.has(kind):
            return RecordName(subjects[kind].facts.get("several", {}).get(current(), kind_words))
        found = self.named.get(kind, {}).get(record_id or "")
        if found is None or not found.text:
            return RecordName(kind_words, found.url if found else None)
        return RecordName(_("%(kind)s: %(name)s", kind=kind_words, name=found.text), found.url)

    def _told(self, row: Row[Any], detail: Mapping[str, Any] | None) -> list[tuple[str, str]]:
        if detail is None:
            return [(_("Detail"), _("It cannot be read."))]
        told, unknown = [], 0
        for key, value in detail.items():
            code = _code(row.action, key)
            if not codelist("journal_details").has(code):
                unknown += 1
            elif (words := self._value(row, key, value)) is not None:
                told.append((codelist("journal_details").label(code, current()), words))
        return [*told, (_("Other data"), format_number(unknown))] if unknown else told

    def _value(self, row: Row[Any], key: str, value: Any) -> str | None:
        """A value in words; None for what is not shown."""
        if value is None or _fact(row.action, key, "hidden"):
            return None
        if isinstance(value, bool):
            return _("Yes") if value else _("No")
        if isinstance(value, int | float):
            return str(value) if _fact(row.action, key, "number") == "plain" else format_number(value)
        if isinstance(value, list):
            return self._several(row, key, value)
        return self._text(row, key, str(value)) if isinstance(value, str) else None

    def _several(self, row: Row[Any], key: str, values: list[Any]) -> str:
        """Names of fields as they stand on the record's form; of all else how many there are."""
        labels = self.naming.fields.get(row.subject, {}) if _fact(row.action, key, "fields") else {}
        known = [_(labels[value]) for value in values if isinstance(value, str) and value in labels]
        return ", ".join(dict.fromkeys(known)) if known else format_number(len(values))

    def _text(self, row: Row[Any], key: str, value: str) -> str | None:
        if kind := _fact(row.action, key, "record"):
            found = self.named.get(kind, {}).get(value)
            subjects = codelist("journal_subjects")
            return found.text if found and found.text else subjects.label(kind, current())
        if name := _fact(row.action, key, "list"):
            return codelist(name).label(value, current())
        words = (_fact(row.action, key, "values") or {}).get(value)
        if words:
            return str(words[current()])
        return None if uuids_of([value]) else value


def _person(row: Row[Any], detail: Mapping[str, Any] | None) -> str | None:
    found = row.subject_id if row.subject == "person" else (detail or {}).get("person")
    return found if isinstance(found, str) and uuids_of([found]) else None


def _choice_words(action: str) -> str:
    """An action in the list to choose from: one that several registers share names its own kind of record."""
    kind, words = action.partition(".")[0], action_words(action)
    shared, subjects = not codelist("journal_actions").has(action), codelist("journal_subjects")
    if not shared or not subjects.has(kind):
        return words
    return _("%(kind)s: %(name)s", kind=subjects.label(kind, current()), name=words)


def grouped(actions: Iterable[str]) -> dict[str, list[tuple[str, str]]]:
    """Actions as the choices of a list: (action, words) under the part of the house in which they are done."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for action in actions:
        groups.setdefault(group_words(action), []).append((action, _choice_words(action)))
    return {name: sorted(groups[name], key=lambda choice: choice[1].casefold()) for name in sorted(groups)}
