"""Links and the answers that come by them; moves on the board. Never commits."""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from attention_point import texts
from attention_point.foundation import clock
from attention_point.foundation.access import Actor
from attention_point.foundation.language import gettext as _
from attention_point.foundation.refusals import Conflict, FieldError, Invalid, NotFound, TooMany
from attention_point.registers.calls import queries, rules
from attention_point.registers.calls.models import BulletinLink, CallAnswer
from attention_point.registers.calls.register import PROPOSALS
from attention_point.registers.shared import services
from attention_point.registers.shared.describe import ORGANISATIONS
from attention_point.registers.shared.queries import get, names
from attention_point.registers.shared.reading import CORRECT, REQUIRED

HOUR = timedelta(hours=1)
LENGTHS = {"needs": 2000, "person": 120, "email": 254, "phone": 40}


@dataclass(frozen=True, slots=True)
class Answer:
    """What a recipient says of a call."""

    interested: bool | None
    needs: str = ""
    person: str = ""
    email: str = ""
    phone: str = ""


def digest(token: str) -> bytes:
    """What is kept of a link's token. It has 256 bits, so that its bare SHA-256 cannot be guessed back."""
    return hashlib.sha256(token.encode()).digest()


def link_of(session: Session, token: str, today: date, *, lock: bool = False) -> BulletinLink:
    """The link of a token. Raises NotFound for one that is unknown or past its end: the two look the same."""
    found = session.get(BulletinLink, digest(token), with_for_update=lock or None, populate_existing=lock)
    if found is None or found.ends < today:
        raise NotFound(_("This address does not serve, or no longer. Ask the office for the newest bulletin."))
    return found


def answer(session: Session, token: str, call_id: UUID, said: Answer, now: datetime) -> CallAnswer:
    """Keep a recipient's answer, in place of an earlier one.

    Raises NotFound (link or call), Conflict (the call closed), TooMany, Invalid.
    """
    today = clock.local_day(now)
    link = link_of(session, token, today, lock=True)
    call = {call.id: call for call, _facts in queries.told(session, link.bulletin)}.get(call_id)
    if call is None:
        raise NotFound(_("This bulletin has no such call."))
    if queries.is_closed(call, today):
        raise Conflict(_("This call has closed: its answers stay as they are."))
    if abs(now - link.since) >= HOUR:  # an hour that begins later than in one was begun by a wrong clock
        link.since, link.tries = now, 0
    if link.tries >= rules.ANSWERS_AN_HOUR:
        wait = min(HOUR, HOUR - (now - link.since))
        raise TooMany(_("Too many answers in an hour. Try again later."), int(wait.total_seconds()) + 1)
    link.tries += 1
    kept = _check(said)
    row = session.get(CallAnswer, (call_id, link.recipient)) or CallAnswer(call=call_id, recipient=link.recipient)
    for key, value in kept.items():
        setattr(row, key, value)
    row.answered_at = now
    session.add(row)
    session.flush()
    return row


def _check(said: Answer) -> dict[str, Any]:
    kept: dict[str, Any] = {key: texts.normalise(getattr(said, key)) for key in LENGTHS}
    errors = []
    if said.interested is None:
        errors.append(FieldError("interested", _(REQUIRED)))
    if said.interested and not kept["person"]:
        errors.append(FieldError("person", _(REQUIRED)))
    if said.interested and not (kept["email"] or kept["phone"]):
        errors.append(FieldError("email", _("Write an e-mail address or a phone.")))
    fault = texts.email_fault(kept["email"]) if kept["email"] else None
    if fault and fault != texts.UNFIT:
        errors.append(FieldError("email", _(fault)))
    for key, most in LENGTHS.items():
        if len(kept[key]) > most:
            errors.append(FieldError(key, _("At most %(max_length)s characters.", max_length=most)))
        elif not texts.is_fit(kept[key], lines=key == "needs"):
            errors.append(FieldError(key, _(texts.UNFIT)))
    if errors:
        raise Invalid(_(CORRECT), tuple(errors))
    return {**kept, "interested": bool(said.interested)}


def move(session: Session, actor: Actor, proposal_id: UUID, version: int, target: str) -> None:
    """Put a proposal in another column. Raises NotFound, Invalid (no such column), Conflict."""
    row = get(session, PROPOSALS, proposal_id)
    try:
        facts = rules.moved(row.data, target)
    except ValueError:
        raise Invalid(_(CORRECT), (FieldError("target", _("Choose one of the list.")),)) from None
    known = names(session, PROPOSALS, row.data)
    keys = {field.key for field in PROPOSALS.fields if field.kind == ORGANISATIONS}
    values = {
        key: [
            {**{part: text for part, text in each.items() if part != "id"}, "name": known[each["id"]]} for each in value
        ]
        if key in keys
        else value
        for key, value in facts.items()
    }
    services.save(session, actor, PROPOSALS, proposal_id, version, values)
