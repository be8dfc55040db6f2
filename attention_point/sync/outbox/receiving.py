"""Receives what a device kept: recorded, kept for a person to decide, or kept because it was refused. Never dropped.

``receive_captures`` opens its own transactions: what is refused is kept although the request fails.
"""

import binascii
from base64 import b64decode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, NamedTuple
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StrictInt, StringConstraints
from pydantic_core import to_json
from sqlalchemy import Integer, bindparam, insert, or_, select
from sqlalchemy.orm import Session

from attention_point.accounts.devices import queries as device_queries
from attention_point.foundation import clock, journal
from attention_point.foundation.access import Actor
from attention_point.foundation.database import Database, PreparedStatement
from attention_point.foundation.database.locks import lock_for_transaction
from attention_point.foundation.errors import (
    AppError,
    Conflict,
    FieldError,
    Invalid,
    NotFound,
    TooManyTries,
    VaultError,
)
from attention_point.foundation.language import gettext as _
from attention_point.foundation.text_fields import SINGLE_LINE
from attention_point.foundation.vault import get_vault
from attention_point.people.records import DamagedPerson
from attention_point.sync import rules
from attention_point.sync.models import Capture
from attention_point.sync.outbox import contents, tickets
from attention_point.sync.outbox.captured_forms import CaptureTimes
from attention_point.sync.outbox.contents import CapturedTurn, Content, UnreadableContent
from attention_point.sync.outbox.point_keys import OpeningKey, find_opening_key, open_sealed_content
from attention_point.sync.outbox.recording import CaptureSource, record_content

MAXIMUM_SEALED_LETTERS = 256 * 1024
# Prepared: these run for each of the hundreds of captures that a tablet sends at once.
_SELECT_RECEIPT = PreparedStatement(
    select(Capture.fingerprint, Capture.sealed_receipt).where(Capture.id == bindparam("capture"))
)
_SELECT_LAST_THAT_FITS = PreparedStatement(
    select(Capture.id)
    .where(
        or_(*(Capture.state == state for state in sorted(rules.WAITING_STATES))),
        Capture.device_id == bindparam("device"),
    )
    .offset(bindparam("passed_over", type_=Integer))
    .limit(1)
)
_CAPTURE_COLUMNS = [column.name for column in Capture.__table__.columns]
_INSERT_CAPTURE = PreparedStatement(insert(Capture), _CAPTURE_COLUMNS)
_Line = StringConstraints(strict=True, max_length=500)


class Envelope(BaseModel):
    """What a device sends. ``sealed`` is base64 of HPKE over the content; ``key`` is the id of the point's key."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    id: UUID
    sequence: Annotated[StrictInt, Field(ge=0, le=rules.MAXIMUM_SEQUENCE)]
    captured_at: Annotated[AwareDatetime, AfterValidator(clock.keep_in_calendar)]
    key: Annotated[str, _Line, SINGLE_LINE]
    sealed: Annotated[str, StringConstraints(strict=True, max_length=MAXIMUM_SEALED_LETTERS), SINGLE_LINE]
    ticket: Annotated[str, _Line, SINGLE_LINE] | None = None


class Sender(NamedTuple):
    """Who sends: the device, by a bearer token (``is_program``) or a browser. ``find_signed_in`` finds who is signed in
    on it: asked only where that decides something.
    """

    device: Actor
    is_program: bool
    find_signed_in: Callable[[], Actor | None]
    limits: tickets.SessionLimits


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a capture: its receipt, whether it is new, and why it was refused."""

    receipt: dict[str, Any]
    is_new: bool
    error: AppError | None = None


class DamagedEnvelope(Invalid):
    """An envelope that does not open, or holds nothing that can be read."""

    code = "damaged"


def receive_captures(database: Database, sender: Sender, envelopes: Sequence[Envelope]) -> list[Outcome]:
    """Receive captures, each once, in their order. Sent again, a capture gives the same receipt.

    The outcome of one has the error Conflict with the code ``id_taken`` for another one under the same id, and
    TooManyTries for a new one while too many of the device wait for a person: these have no receipt, and the device
    keeps them. Raises Busy as a write session does; what was committed before gives its receipts at the next try.
    """
    outcomes: list[Outcome] = []
    # SQLite syncs to the disk once for all of them. On PostgreSQL each locks documents, months and the journal's head
    # in the order in which everybody does, so that two captures in one transaction could wait for a desk that waits
    # for them.
    for transaction_envelopes in [envelopes] if database.is_sqlite else [[envelope] for envelope in envelopes]:
        with database.write_session() as session:
            # Of many that arrive at once, the first one records it, and the others read its receipt.
            lock_for_transaction(session, *(envelope.id for envelope in transaction_envelopes))
            outcomes += [_receive_capture(session, sender, envelope) for envelope in transaction_envelopes]
    return outcomes


def _receive_capture(session: Session, sender: Sender, envelope: Envelope) -> Outcome:
    fingerprints = _compute_fingerprints(session, sender.device, envelope)
    stored_rows = _SELECT_RECEIPT.execute(session, {"capture": envelope.id})
    try:
        if stored_rows:
            return _replay_receipt(session, envelope.id, fingerprints, *stored_rows[0])
        _check_room(session, sender.device.id)
        capture = Capture(
            id=envelope.id,
            device_id=sender.device.id,
            point=sender.device.point,
            sequence=envelope.sequence,
            captured_at=envelope.captured_at,
            received_at=clock.now(),
            fingerprint=fingerprints[0],
        )
        return _receive_new(session, sender, envelope, capture)
    except (Conflict, TooManyTries) as error:
        return Outcome({}, is_new=False, error=error)


def _check_room(session: Session, device_id: UUID | None) -> None:
    if _SELECT_LAST_THAT_FITS.execute(session, {"device": device_id, "passed_over": rules.MAXIMUM_WAITING - 1}):
        message = _("Too much of this device waits for a person. Decide it under “Written down without network” first.")
        raise TooManyTries(message, rules.WAITING_RETRY_SECONDS)


def _compute_fingerprints(session: Session, device: Actor, envelope: Envelope) -> list[bytes]:
    # The first is the one to store; the others are those of the keyring's earlier keys.
    # Without the ticket: a tablet that was given a newer one sends the same capture with it.
    content = to_json([device.id, *(getattr(envelope, name) for name in ("id", "sequence", "captured_at", "key"))])
    return get_vault(session).keyed_digests("capture", content + envelope.sealed.encode())


def _replay_receipt(
    session: Session, capture_id: UUID, fingerprints: list[bytes], stored_fingerprint: bytes, sealed_receipt: bytes
) -> Outcome:
    if stored_fingerprint not in fingerprints:
        raise Conflict(_("Another capture was received under this identifier."), code="id_taken")
    return Outcome(contents.open_receipt(session, capture_id, sealed_receipt), is_new=False)


def _receive_new(session: Session, sender: Sender, envelope: Envelope, capture: Capture) -> Outcome:
    # Who wrote it down stays known even where nobody may record it: her own page lists it then.
    ticket = tickets.read_ticket(session, capture.device_id, envelope.ticket)
    capture.user_id = ticket.user_id if ticket else None
    recorder: Actor | None = None
    result: dict[str, Any] = {}
    error: AppError | None
    try:
        key, content_bytes = _open_envelope(session, envelope, capture.point)
        content = contents.parse_content(content_bytes)
    except (VaultError, UnreadableContent, ValueError):
        error = _keep_damaged(session, envelope, capture)
    else:
        recorder = _find_recorder(session, sender, envelope, ticket, content)
        source = build_source(session, capture, key)
        result, error = _record_or_keep(session, recorder, content_bytes, content, source, capture)
    receipt = build_receipt(capture, result)
    capture.sealed_receipt = contents.seal_receipt(session, capture.id, receipt)
    _INSERT_CAPTURE.execute(session, {name: getattr(capture, name) for name in _CAPTURE_COLUMNS})
    # Codes alone: the journal is read by people who may see no visitor.
    details = {"device": str(sender.device.id), "state": capture.state}
    journal.record(session, recorder or sender.device, "capture.receive", "capture", capture.id, **details)
    return Outcome(receipt, is_new=True, error=error)


def _open_envelope(session: Session, envelope: Envelope, point: str) -> tuple[OpeningKey, bytes]:
    """The key and the opened content. Raises VaultError, or ValueError for what is no base64 or no key of the point."""
    key = find_opening_key(session, UUID(envelope.key))
    # What was taken from a tablet of another point is not opened for whoever brings it here.
    if key is None or key.point != point:
        raise ValueError("key")
    try:
        sealed = b64decode(envelope.sealed, validate=True)
    except binascii.Error:
        raise ValueError("base64") from None
    return key, open_sealed_content(session, key, envelope.id, sealed)


def _keep_damaged(session: Session, envelope: Envelope, capture: Capture) -> DamagedEnvelope:
    message = _("This capture cannot be opened. It is kept for a person to look at.")
    # All of it, so that it can be tried again: the key may come back with a backup. The ticket says nothing of it.
    envelope_json = to_json(envelope.model_dump(mode="json", exclude={"ticket"}))
    capture.state = rules.DAMAGED
    capture.sealed = contents.seal_waiting_content(session, capture.id, envelope_json, message)
    return DamagedEnvelope(message, (FieldError("sealed", message),))


def build_source(session: Session, capture: Capture, key: OpeningKey | None) -> CaptureSource:
    """Where a capture comes from, and in which time it can have been made: not before its device and its key."""
    beginnings = [device_queries.get_added_at(session, capture.device_id), *([key.created_at] if key else [])]
    times = CaptureTimes(capture.captured_at, capture.received_at, max(beginnings))
    return CaptureSource(capture.point, times, capture.device_id, capture.user_id)


def _find_recorder(
    session: Session, sender: Sender, envelope: Envelope, ticket: tickets.Ticket | None, content: Content
) -> Actor | None:
    """Who records a capture; None for one that waits for a person."""
    # A turn names nobody, and a kiosk has no agent: it needs no ticket.
    if isinstance(content, CapturedTurn):
        return sender.device
    if sender.device.role == "kiosk":  # it stands in everybody's hands, and gives turns alone
        return None
    if envelope.ticket:
        return (
            tickets.find_ticket_owner(session, ticket, sender.find_signed_in, sender.limits, clock.now())
            if ticket
            else None
        )
    return sender.device if sender.is_program else None


def _record_or_keep(
    session: Session,
    recorder: Actor | None,
    content_bytes: bytes,
    content: Content,
    source: CaptureSource,
    capture: Capture,
) -> tuple[dict[str, Any], AppError | None]:
    if recorder is None:
        capture.state = rules.REVIEW
        capture.sealed = contents.seal_waiting_content(session, capture.id, content_bytes)
        return {}, None
    try:
        with session.begin_nested():  # what is refused midway leaves nothing but the capture
            result = record_content(session, recorder, content, source)
    except (Invalid, Conflict, NotFound, DamagedPerson) as error:
        field_errors = error.field_errors if isinstance(error, Invalid) else ()
        capture.state = rules.REFUSED
        capture.sealed = contents.seal_waiting_content(session, capture.id, content_bytes, error.message, field_errors)
        return {}, error
    # Nothing is kept beside the record: the person's erasure would not reach it.
    capture.state = rules.RECORDED
    return result, None


def build_receipt(capture: Capture, result: dict[str, Any]) -> dict[str, Any]:
    """What the device is told of a capture; ``result`` is that of ``record_content``."""
    return {
        "id": str(capture.id),
        "sequence": capture.sequence,
        "state": rules.describe_receipt_state(capture.state),
        **result,
        "received_at": clock.to_local_time(capture.received_at).isoformat(),
    }
