"""Captures that wait for a person: what the session's end left to confirm, what was refused, what does not open.

An agent sees what she wrote down herself, a supervisor everything.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, func, select, true
from sqlalchemy.orm import Session

from attention_point.foundation import clock, journal
from attention_point.foundation.access import Actor
from attention_point.foundation.database import Database, new_id
from attention_point.foundation.errors import AppError, Conflict, FieldError, Invalid, NotFound
from attention_point.foundation.language import N_
from attention_point.foundation.language import gettext as _
from attention_point.foundation.settings import Settings
from attention_point.intake import form_drafts
from attention_point.intake import queries as intake_queries
from attention_point.intake.models import Visit
from attention_point.people.records import DamagedPerson
from attention_point.sync import rules
from attention_point.sync.models import Capture
from attention_point.sync.outbox import contents
from attention_point.sync.outbox.contents import CapturedForm, Content, UnreadableContent
from attention_point.sync.outbox.receiving import build_receipt, build_source
from attention_point.sync.outbox.recording import record_content

DISCARD_REASONS: Mapping[str, str] = {
    "recorded-otherwise": N_("It was already recorded in another way"),
    "unwanted": N_("The person does not want it recorded"),
    "trial": N_("It was only a trial"),
    "unreadable": N_("It cannot be read"),
}
"""Why a capture is discarded. No free text: it would name people."""
MAXIMUM_LISTED = 200


@dataclass(frozen=True, slots=True)
class WaitingCapture:
    """An opened capture. ``content`` is None for one that cannot be read."""

    capture: Capture
    content: Content | None
    message: str
    errors: list[FieldError]

    @property
    def can_be_corrected(self) -> bool:
        """Whether it opens as an unfinished form."""
        return isinstance(self.content, CapturedForm)


def list_waiting_captures(session: Session, actor: Actor) -> list[Capture]:
    """The captures that wait for this reader, the oldest first. None is opened."""
    oldest_first = _select_waiting(actor).order_by(Capture.received_at, Capture.sequence, Capture.id)
    return list(session.scalars(oldest_first.limit(MAXIMUM_LISTED)))


def count_waiting_captures(session: Session, actor: Actor) -> int:
    """How many captures wait for this reader."""
    return session.scalar(select(func.count()).select_from(_select_waiting(actor).subquery())) or 0


def _select_waiting(actor: Actor) -> Select[Capture]:
    # A refused one whose corrected form was saved is settled, though the job has not noticed it yet.
    return select(Capture).where(Capture.state.in_(rules.WAITING_STATES), ~_is_saved_as_form(), _is_visible(actor))


def _is_visible(actor: Actor) -> ColumnElement[bool]:
    return true() if actor.may("captures.review_any") else Capture.user_id == actor.id


def _is_saved_as_form() -> ColumnElement[bool]:
    return and_(Capture.opened_visit_id.is_not(None), exists().where(Visit.id == Capture.opened_visit_id))


def open_waiting_capture(session: Session, actor: Actor, capture_id: UUID) -> WaitingCapture:
    """Open a capture, which goes into the journal. Raises NotFound, for another agent's too; VaultError."""
    waiting = _open(session, _lock_waiting(session, actor, capture_id))
    journal.record(session, actor, "capture.view", "capture", capture_id)
    return waiting


def _lock_waiting(session: Session, actor: Actor, capture_id: UUID, *, for_update: bool = False) -> Capture:
    query = _select_waiting(actor).where(Capture.id == capture_id)
    capture = session.scalar(query.with_for_update() if for_update else query)
    if capture is None:
        raise NotFound(_("This capture does not wait for you. Somebody may have decided it already."))
    return capture


def _open(session: Session, capture: Capture) -> WaitingCapture:
    content_bytes, message, errors = contents.open_waiting_content(session, capture.id, capture.sealed or b"")
    content = None
    if capture.state != rules.DAMAGED:
        with suppress(UnreadableContent):
            content = contents.parse_content(content_bytes)
    return WaitingCapture(capture, content, message, errors)


def confirm_capture(session: Session, actor: Actor, capture_id: UUID) -> dict[str, str]:
    """Record a capture now, in the name of who confirms it, and destroy what was kept.

    Returns what the receipt says: the visit, or the turn. Raises Invalid, Conflict, NotFound or DamagedPerson as
    ``record_content``, and NotFound for a capture that does not wait.
    """
    capture = _lock_waiting(session, actor, capture_id, for_update=True)
    waiting = _open(session, capture)
    if waiting.content is None:
        raise Conflict(_("This capture cannot be read, so it cannot be recorded."), code="damaged")
    try:
        with session.begin_nested():  # what is refused midway leaves nothing
            result = record_content(session, actor, waiting.content, build_source(session, capture, None))
    except (Invalid, Conflict, NotFound, DamagedPerson) as error:
        _keep_as_refused(session, capture, error)
        raise
    capture.state = rules.RECORDED
    _renew_receipt(session, capture, result)
    _finish_capture(capture, actor)
    journal.record(session, actor, "capture.confirm", "capture", capture.id)
    return result


def _keep_as_refused(session: Session, capture: Capture, error: AppError) -> None:
    """Keep with a capture why it was refused. The caller's transaction may be committed all the same."""
    content_bytes, _message, _errors = contents.open_waiting_content(session, capture.id, capture.sealed or b"")
    field_errors = error.field_errors if isinstance(error, Invalid) else ()
    capture.state = rules.REFUSED
    capture.sealed = contents.seal_waiting_content(session, capture.id, content_bytes, error.message, field_errors)


def begin_correction(session: Session, actor: Actor, capture_id: UUID) -> UUID:
    """Begin an ordinary unfinished form with what was typed, and return its id.

    The capture waits until the visit is saved, for an unfinished form is kept for a day only. Raises Conflict for a
    capture that is no form, and NotFound.
    """
    capture = _lock_waiting(session, actor, capture_id, for_update=True)
    content = _open(session, capture).content
    if not isinstance(content, CapturedForm):
        raise Conflict(_("This capture cannot be opened as a form."), code="no_form")
    # The id may change: a visit with the typed one can be recorded already, or be open with somebody else.
    fields = [(name, value) for name, value in content.fields if name != "id"]
    draft_id = _choose_draft_id(session, dict(content.fields).get("id", ""))
    try:
        form_drafts.save_form_draft(session, actor, draft_id, [("id", str(draft_id)), *fields])
    except NotFound:  # another agent has it open
        draft_id = new_id()
        form_drafts.save_form_draft(session, actor, draft_id, [("id", str(draft_id)), *fields])
    capture.opened_visit_id = draft_id
    journal.record(session, actor, "capture.correct", "capture", capture.id)
    return draft_id


def _choose_draft_id(session: Session, typed_id: str) -> UUID:
    with suppress(ValueError):
        if not intake_queries.is_recorded(session, UUID(typed_id)):
            return UUID(typed_id)
    return new_id()


def discard_capture(session: Session, actor: Actor, capture_id: UUID, reason: str) -> None:
    """Destroy what was kept of a capture, for a reason that goes into the journal. Raises Invalid, NotFound."""
    if reason not in DISCARD_REASONS:
        raise Invalid.of_field("reason", _("Choose why it is discarded."))
    capture = _lock_waiting(session, actor, capture_id, for_update=True)
    capture.state = rules.DISCARDED
    _renew_receipt(session, capture, {})
    _finish_capture(capture, actor)
    journal.record(session, actor, "capture.discard", "capture", capture.id, reason=reason)


def _renew_receipt(session: Session, capture: Capture, result: dict[str, Any]) -> None:
    # The tablet, which lists it as refused, asks again and gets this one.
    capture.sealed_receipt = contents.seal_receipt(session, capture.id, build_receipt(capture, result))


def _finish_capture(capture: Capture, actor: Actor) -> None:
    # Destroyed at once: what was recorded lives with the person, and is erased with the person.
    capture.sealed, capture.opened_visit_id = None, None
    capture.decided_at, capture.decided_by = clock.now(), actor.id


def settle_saved_captures(session: Session) -> None:
    """Destroy what was kept of captures whose corrected form was saved."""
    saved_ones = (
        select(Capture, Visit.reference)
        .join(Visit, Visit.id == Capture.opened_visit_id)
        .where(Capture.state.in_(rules.WAITING_STATES))
        .with_for_update(of=Capture)
    )
    for capture, reference in session.execute(saved_ones):
        visit_id, capture.state = capture.opened_visit_id, rules.RECORDED
        _renew_receipt(session, capture, {"reference": reference, "visit": str(visit_id)})
        capture.sealed, capture.opened_visit_id = None, None
        capture.decided_at = clock.now()


def settle_captures(database: Database, _settings: Settings, _period: str) -> None:
    """Destroy what was kept of captures whose corrected form was saved: the job ``captures``."""
    with database.write_session() as session:
        settle_saved_captures(session)
