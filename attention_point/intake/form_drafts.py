"""What agents typed and have not finished, kept sealed on the server. Only the agent who wrote it opens it again.

A draft lives for a day after its last change. An agent has at most twenty forms, five searches and five corrections;
the oldest one goes first. Recording the visit deletes its draft in the same transaction. What was typed is of nobody on
file yet, so it is sealed under the keyring's current key. A rotation of the keys does not seal it anew: it is gone
before an old key is.
"""

import json
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from pydantic_core import to_json
from sqlalchemy import ColumnElement, Select, and_, delete, or_, select
from sqlalchemy.orm import Session

from attention_point.foundation import clock
from attention_point.foundation.access import Actor
from attention_point.foundation.damage_notes import note_damage
from attention_point.foundation.database import Database, get_dialect
from attention_point.foundation.database.locks import lock_for_transaction
from attention_point.foundation.database.upserts import build_insert
from attention_point.foundation.errors import AppError, Conflict, NotFound, VaultError
from attention_point.foundation.language import N_
from attention_point.foundation.language import gettext as _
from attention_point.foundation.settings import Settings
from attention_point.foundation.vault import get_vault
from attention_point.intake import queries
from attention_point.intake.models import FormDraft

RETENTION = timedelta(days=1)
VISIT, SEARCH, CORRECTION = "visit", "search", "correction"
MAXIMUM_DRAFTS = {VISIT: 20, SEARCH: 5, CORRECTION: 5}
SMALLEST_SIZE = 4096  # bytes; the next sizes are twice as large each, so that a size tells little of what was typed
MAXIMUM_SIZE = 2**21  # bytes; as much as a request may bring
SEALING_PURPOSE = "form_draft"

Fields = list[tuple[str, str]]
"""The names and values of a form in their order; a name may come several times."""


class DamagedDraft(AppError):
    """What was typed does not open."""

    status = 409
    code = "sealed"


class TooLarge(AppError):
    """The form is larger than what can be kept."""

    status = 413
    code = "too_large"


class ListedDraft(NamedTuple):
    """A draft in a list: nothing of it is opened."""

    id: UUID
    updated_at: datetime


def save_form_draft(session: Session, actor: Actor, draft_id: UUID, fields: Fields, kind: str = VISIT) -> None:
    """Keep what was typed in place of what was kept under the id before. A form's id is that of the visit to be.

    Raises NotFound where another agent's draft has the id, Conflict where the visit is recorded, and TooLarge.
    """
    # A form that is kept by the way, while its visit is being recorded, must not come back as an unfinished one.
    lock_for_transaction(session, draft_id)
    if queries.is_recorded(session, draft_id):
        raise Conflict(_("This visit is already saved."))
    values = {
        "user_id": actor.id,
        "kind": kind,
        "sealed": get_vault(session).seal(SEALING_PURPOSE, draft_id, _encode_fields(actor, fields)),
        "updated_at": clock.now(),
    }
    statement = (
        build_insert(get_dialect(session).name, FormDraft)
        .values(id=draft_id, **values)
        .on_conflict_do_update(index_elements=["id"], set_=values, where=FormDraft.user_id == actor.id)
    )
    if session.scalar(statement.returning(FormDraft.id)) is None:
        raise NotFound(_(GONE))
    kept_ids = _select_drafts(actor, kind).with_only_columns(FormDraft.id).limit(MAXIMUM_DRAFTS[kind])
    surplus = and_(FormDraft.user_id == actor.id, FormDraft.kind == kind, FormDraft.id.not_in(kept_ids))
    session.execute(delete(FormDraft).where(or_(_is_old(), surplus)))


def read_form_draft(session: Session, actor: Actor, draft_id: UUID, kind: str = VISIT) -> Fields:
    """What this agent typed. Raises NotFound, for another agent's draft too; DamagedDraft where it does not open."""
    own_draft = _select_drafts(actor, kind).where(FormDraft.id == draft_id)
    sealed_fields = session.scalar(own_draft.with_only_columns(FormDraft.sealed))
    if sealed_fields is None:
        raise NotFound(_(GONE))
    try:
        content = json.loads(get_vault(session).open(SEALING_PURPOSE, draft_id, sealed_fields))
        # Whoever can write to the database could put another agent's name on a row, but not inside of it.
        if content["user"] != str(actor.id):
            raise VaultError(SEALING_PURPOSE, draft_id)
    except VaultError as error:
        note_damage(session, error)
        raise DamagedDraft(_("What was typed in this form cannot be opened. Begin a new form.")) from None
    return [(name, value) for name, value in content["fields"]]


def find_form_draft(session: Session, actor: Actor, draft_id: UUID, kind: str = VISIT) -> Fields | None:
    """What this agent typed; None where nothing is kept. Raises DamagedDraft."""
    try:
        return read_form_draft(session, actor, draft_id, kind)
    except NotFound:
        return None


def list_form_drafts(session: Session, actor: Actor) -> list[ListedDraft]:
    """The agent's unfinished forms, the latest first. None is opened."""
    rows = session.execute(_select_drafts(actor, VISIT).with_only_columns(FormDraft.id, FormDraft.updated_at))
    return [ListedDraft(*row) for row in rows]


def delete_form_draft(session: Session, actor: Actor, draft_id: UUID) -> None:
    """Delete one of the agent's forms, if it is kept."""
    session.execute(delete(FormDraft).where(FormDraft.id == draft_id, FormDraft.user_id == actor.id))


def delete_old_drafts(database: Database, _settings: Settings, _period: str) -> None:
    """Delete what nobody changed for a day: the job ``form-drafts``."""
    with database.write_session() as session:
        session.execute(delete(FormDraft).where(_is_old()))


GONE = N_("This form is no longer kept here. Forms that are not saved are kept for one day.")


def _select_drafts(actor: Actor, kind: str) -> Select[FormDraft]:
    newest_first = (FormDraft.updated_at.desc(), FormDraft.id.desc())
    is_own = and_(FormDraft.user_id == actor.id, FormDraft.kind == kind)
    return select(FormDraft).where(is_own, ~_is_old()).order_by(*newest_first)


def _is_old() -> ColumnElement[bool]:
    # A moment more than a day ahead was written while the clock was wrong.
    return or_(FormDraft.updated_at < clock.now() - RETENTION, FormDraft.updated_at > clock.now() + RETENTION)


def _encode_fields(actor: Actor, fields: Fields) -> bytes:
    content = to_json({"user": str(actor.id), "fields": fields})
    size = max(SMALLEST_SIZE, 1 << (len(content) - 1).bit_length())
    if size > MAXIMUM_SIZE:
        raise TooLarge(_("The form is too large to be kept. Shorten what you pasted."))
    # JSON may end in spaces, so the padding need not be taken off again.
    return content.ljust(size)
