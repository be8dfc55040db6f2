"""The history of entries: who changed what, and when. It is only added to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from attention_point.accounts.naming import find_actor_names
from attention_point.directory.labels import FIELD_LABELS
from attention_point.directory.models import DirectoryChange
from attention_point.directory.validation.differences import format_field
from attention_point.foundation.language import gettext as _

# Nobody reads further back on a page.
MOST_CHANGES = 200


@dataclass(frozen=True, slots=True)
class ChangeInWords:
    """A change as the page shows it: ``fields`` are label, value before, value after."""

    action: str
    subject: str
    code: str
    at: datetime
    actor: str
    fields: tuple[tuple[str, str, str], ...]


def list_entity_changes(session: Session, entity: str) -> list[ChangeInWords]:
    """The changes of an entity and of its places, the newest first."""
    return _list_changes(session, DirectoryChange.entity == entity)


def describe_fields(changes: Mapping[str, Sequence[Any]]) -> tuple[tuple[str, str, str], ...]:
    """Values before and after by field, in words and in the order of the page."""
    # A field without a label is one of the program; who confirmed a row stands beside its change.
    names = [name for name in FIELD_LABELS if name in changes and name != "confirmed_by"]
    return tuple(
        (
            _(FIELD_LABELS[name]),
            format_field(name, _parse_day(changes[name][0])),
            format_field(name, _parse_day(changes[name][1])),
        )
        for name in names
    )


def _list_changes(session: Session, *conditions: Any) -> list[ChangeInWords]:
    query = select(DirectoryChange).where(*conditions).order_by(DirectoryChange.at.desc(), DirectoryChange.id.desc())
    rows = list(session.scalars(query.limit(MOST_CHANGES)))
    names = find_actor_names(session, (row.actor for row in rows))
    return [
        ChangeInWords(row.action, row.subject, row.code, row.at, names[row.actor], describe_fields(row.changes))
        for row in rows
    ]


def _parse_day(value: Any) -> Any:
    """A day that JSON holds as text, as a date again."""
    if isinstance(value, str) and len(value) == len("2017-08-09"):
        try:
            return date.fromisoformat(value)
        except ValueError:
            return value
    return value
