"""Links of bulletins and the answers that come through them; moves on the board. Never commits."""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from attention_point import texts
from attention_point.foundation import clock
from attention_point.foundation.access import Actor
from attention_point.foundation.errors import Conflict, FieldError, Invalid, NotFound, TooManyTries
from attention_point.foundation.language import gettext as _
from attention_point.registers.calls import queries, rules
from attention_point.registers.calls.models import BulletinLink, CallAnswer
from attention_point.registers.calls.register import PROPOSALS
from attention_point.registers.shared.records import services
from attention_point.registers.shared.records.queries import get_record, list_organisation_names
from attention_point.registers.shared.schema.parsing import NOTHING_SAVED, REQUIRED, build_field_error
from attention_point.registers.shared.schema.schema import name_organisations

ONE_HOUR = timedelta(hours=1)
# The lengths of the columns of ``CallAnswer``.
MAX_LENGTHS = {"needs": 2000, "person": 120, "email": 254, "phone": 40}


@dataclass(frozen=True, slots=True)
class SubmittedAnswer:
    """A recipient's answer to a call, as it was typed."""

    interested: bool | None
    needs: str = ""
    person: str = ""
    email: str = ""
    phone: str = ""


def hash_token(token: str) -> bytes:
    """Hash the token of a link, as it is stored."""
    # A token has 256 random bits, so nobody guesses it from a plain SHA-256; a slow hash would protect nothing more.
    return hashlib.sha256(token.encode()).digest()


def get_bulletin_link(session: Session, token: str, today: date, *, lock: bool = False) -> BulletinLink:
    """Get the link of a token. Raises NotFound for an unknown or an expired one: a guesser cannot tell them apart."""
    link = session.get(BulletinLink, hash_token(token), with_for_update=lock or None, populate_existing=lock)
    if link is None or link.ends < today:
        raise NotFound(_("This link does not work, or has expired. Ask the office for the latest bulletin."))
    return link


def save_answer(session: Session, token: str, call_id: UUID, submitted: SubmittedAnswer, now: datetime) -> CallAnswer:
    """Save a recipient's answer; it replaces an earlier one.

    Raises NotFound (link or call), Conflict (the call closed), TooManyTries, Invalid.
    """
    today = clock.local_day(now)
    # Locked: the number of answers in an hour holds also for answers sent at once.
    link = get_bulletin_link(session, token, today, lock=True)
    call = {call.id: call for call, _facts in queries.list_bulletin_calls(session, link.bulletin)}.get(call_id)
    if call is None:
        raise NotFound(_("This call is not in the bulletin."))
    # The call as it stands now, not as it was sent: the office may have closed it earlier.
    if queries.is_closed(call, today):
        raise Conflict(_("This call has closed: answers can no longer be changed."))
    if abs(now - link.since) >= ONE_HOUR:  # also if ``since`` is in the future, where a wrong clock put it
        link.since, link.tries = now, 0
    if link.tries >= rules.MAX_ANSWERS_PER_HOUR:
        wait = min(ONE_HOUR, ONE_HOUR - (now - link.since))
        raise TooManyTries(_("Too many answers in an hour. Try again later."), int(wait.total_seconds()) + 1)
    link.tries += 1
    checked_values = _check_answer(submitted)
    row = session.get(CallAnswer, (call_id, link.recipient)) or CallAnswer(call=call_id, recipient=link.recipient)
    for key, value in checked_values.items():
        setattr(row, key, value)
    row.answered_at = now
    session.add(row)
    session.flush()
    return row


def _check_answer(submitted: SubmittedAnswer) -> dict[str, Any]:
    values: dict[str, Any] = {key: texts.normalise_text(getattr(submitted, key)) for key in MAX_LENGTHS}
    errors = []
    if submitted.interested is None:
        errors.append(FieldError("interested", _(REQUIRED)))
    if submitted.interested and not values["person"]:
        # Somebody who is not interested need not name anybody.
        errors.append(FieldError("person", _(REQUIRED)))
    if submitted.interested and not (values["email"] or values["phone"]):
        errors.append(FieldError("email", _("Write an e-mail address or a phone number.")))
    fault = texts.find_email_fault(values["email"]) if values["email"] else None
    # Unfit characters are named for every field below.
    if fault and fault != texts.UNFIT_CHARACTERS:
        errors.append(FieldError("email", _(fault)))
    for key, max_length in MAX_LENGTHS.items():
        if len(values[key]) > max_length:
            errors.append(FieldError(key, _("At most %(max_length)s characters.", max_length=max_length)))
        elif not texts.is_fit_text(values[key], lines=key == "needs"):
            errors.append(FieldError(key, _(texts.UNFIT_CHARACTERS)))
    if errors:
        raise Invalid(_(NOTHING_SAVED), tuple(errors))
    return {**values, "interested": bool(submitted.interested)}


def move_proposal(session: Session, actor: Actor, proposal_id: UUID, version: int, target: str) -> None:
    """Move a proposal to another column of the board. Raises NotFound, Invalid (unknown column), Conflict."""
    row = get_record(session, PROPOSALS, proposal_id)
    try:
        facts = rules.build_moved_facts(row.data, target)
    except ValueError:
        raise build_field_error("target", _("Choose one from the list.")) from None
    names = list_organisation_names(session, PROPOSALS, row.data)
    values = name_organisations(PROPOSALS, facts, names)
    services.update_record(session, actor, PROPOSALS, proposal_id, version, values)
