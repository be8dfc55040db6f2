"""Empties what is kept of captures whose visits are erased."""

import secrets
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from attention_point.foundation import clock
from attention_point.foundation.erasers import Eraser
from attention_point.foundation.errors import VaultError
from attention_point.foundation.language import N_
from attention_point.intake.models import Visit
from attention_point.sync import rules
from attention_point.sync.models import Capture
from attention_point.sync.outbox import contents
from attention_point.sync.outbox.receiving import build_receipt

_LONGEST_WAIT = timedelta(days=60)
"""A capture that waits for a person is decided by then, as a rule at once; only its sealed receipt names its visit."""


def erase_captures(session: Session, person_ids: Sequence[UUID]) -> int:
    """Empty the captures that became a visit of one of these people.

    The device is told no more than that it arrived: a receipt may hold what was doubtful of a document. Without its
    fingerprint nobody can try out what the capture said.
    """
    visits = session.execute(
        select(Visit.id, Visit.point, Visit.received_at).where(Visit.person_id.in_(person_ids))
    ).all()
    captures = {capture.id: capture for visit in visits for capture in _list_captures(session, visit)}
    for capture in captures.values():
        # Nobody is asked any more to decide about a capture that holds nothing.
        if capture.state in rules.WAITING_STATES:
            capture.state, capture.decided_at = rules.RECORDED, clock.now()
        capture.sealed, capture.opened_visit_id = None, None
        capture.fingerprint = secrets.token_bytes(32)
        capture.sealed_receipt = contents.seal_receipt(session, capture.id, build_receipt(capture, {}))
    session.flush()
    return len(captures)


def _list_captures(session: Session, visit: Any) -> Iterator[Capture]:
    arrived = Capture.received_at.between(visit.received_at - _LONGEST_WAIT, visit.received_at)
    for capture in session.scalars(select(Capture).where(Capture.point == visit.point, arrived).with_for_update()):
        # A family is one capture, whose receipt names the first visit: the others arrived at the same moment.
        is_its_own = capture.received_at == visit.received_at or capture.opened_visit_id == visit.id
        if is_its_own or _find_visit(session, capture) == str(visit.id):
            yield capture


def _find_visit(session: Session, capture: Capture) -> str | None:
    try:
        return contents.open_receipt(session, capture.id, capture.sealed_receipt).get("visit")
    except VaultError:  # nobody can read it
        return None


CAPTURE_ERASER = Eraser(N_("captures of tablets"), erase_captures)
