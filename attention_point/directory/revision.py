"""Writes that every change of the directory needs, whether a page or a file brings it."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import delete, event, insert, update
from sqlalchemy.orm import Session

from attention_point.directory import queries
from attention_point.directory.models import DirectoryState, Offer


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
