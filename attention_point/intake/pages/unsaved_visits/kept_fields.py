"""What was typed on a page of the desk, between the request, the draft on the server and the page that shows it."""

from uuid import UUID

from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from attention_point.foundation.web import current_actor, db_session
from attention_point.foundation.web.forms import read_posted_fields
from attention_point.intake import form_drafts

Fields = MultiDict[str, str]
_NOT_TYPED = {"csrf_token", "written_by", "action"}


def read_typed_fields() -> Fields:
    """The posted fields that somebody typed or chose; the names of the page's own fields begin with ``_``."""
    return MultiDict(
        (name, value)
        for name, value in read_posted_fields().items(multi=True)
        if not (name.startswith("_") or name in _NOT_TYPED)
    )


def find_fields(session: Session, draft_id: UUID, kind: str = form_drafts.VISIT) -> Fields | None:
    """What this agent typed; None where nothing is kept. Raises DamagedDraft."""
    fields = form_drafts.find_form_draft(session, current_actor(), draft_id, kind)
    return None if fields is None else MultiDict(fields)


def save_fields(draft_id: UUID, fields: Fields, kind: str = form_drafts.VISIT) -> None:
    """Keep the fields under the id. Raises NotFound where another agent's draft has it, and TooLarge."""
    form_drafts.save_form_draft(db_session(), current_actor(), draft_id, list(fields.items(multi=True)), kind)
