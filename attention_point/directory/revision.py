"""Writes that every change of the directory needs, and a change that is only tried, whatever brings it."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any

from sqlalchemy import delete, event, insert, update
from sqlalchemy.orm import Session

from attention_point.directory import queries
from attention_point.directory.models import DirectoryChange, DirectoryState, Entity, Offer, Place
from attention_point.directory.snapshot import Directory
from attention_point.foundation import clock, journal
from attention_point.foundation.access import Actor


def increase_revision(session: Session) -> None:
    """Mark the directory as changed in this transaction, so that every process reads it again."""
    session.flush()
    result = session.connection().execute(update(DirectoryState).values(revision=DirectoryState.revision + 1))
    if not result.rowcount:
        session.connection().execute(insert(DirectoryState).values(id=1, revision=1))
    queries.forget_directory(session)
    # The room of routing numbers the rule set that comes into force; it stands above and is in the session's info. At
    # the end of the transaction, because the offers of a service are written after this.
    if note_rule_set := session.info.get("note_rule_set"):
        event.listen(session, "before_commit", note_rule_set, once=True)


def replace_offers(session: Session, service: str, offers: Iterable[Mapping[str, Any]]) -> None:
    """Delete the offers of a service and store these in their place."""
    session.execute(delete(Offer).where(Offer.service == service))
    session.execute(insert(Offer), list(offers))


def record_change(
    session: Session, actor: Actor, action: str, row: Any, changes: Mapping[str, tuple[Any, Any]]
) -> None:
    """Keep what changed in a row in its history and in the journal. ``changes`` are values before and after by field.

    ``action`` is that of the journal, ``directory.edit``; the row has its new values and its new version.
    """
    increase_revision(session)
    change = build_change(actor, action, row, changes)
    session.add(change)
    journal.record(session, actor, action, change.subject, change.code, fields=sorted(changes))


def build_change(actor: Actor, action: str, row: Any, changes: Mapping[str, tuple[Any, Any]]) -> DirectoryChange:
    """The entry of a row's history. The arguments are those of ``record_change``."""
    return DirectoryChange(
        subject=row.__tablename__.removeprefix("directory_"),
        code=row.id if isinstance(row, Place) else row.code,
        entity=row.entity if isinstance(row, Place) else row.code if isinstance(row, Entity) else None,
        version=row.version,
        action=action.removeprefix("directory."),
        at=clock.now(),
        actor=actor.journal_label,
        changes={name: [build_json_value(value) for value in values] for name, values in changes.items()},
    )


def build_json_value(value: Any) -> Any:
    """A value of a column as JSON holds it: a day as YYYY-MM-DD, also within lists."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return [build_json_value(part) for part in value]
    if isinstance(value, dict):
        return {name: build_json_value(part) for name, part in value.items()}
    return value


def preview_directory(session: Session, write: Callable[[], object]) -> Directory:
    """The directory after ``write`` has changed it. Nothing of it stays, whatever ``write`` raises.

    The change passes all checks of a real one, so that what is shown is what would be published.
    """
    changed = session.begin_nested()
    try:
        write()
        session.flush()
        queries.forget_directory(session)
        return queries.get_directory(session)
    finally:
        changed.rollback()
        session.expire_all()
        queries.forget_directory(session)
