"""Tickets: the server's own statement of who works on which device in which session.

A tablet gets one while it has network, and sends it with what it captured after. It is sealed, so nobody can make or
read one, and bound to the device, so that it is of no use on another. It opens nothing by itself: without an open
session of the account, or the account signed in, what comes with it waits for a person.
"""

import binascii
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from pydantic_core import to_json
from sqlalchemy import and_, bindparam, select
from sqlalchemy.orm import Session

from attention_point.accounts import rules as account_rules
from attention_point.accounts.models import Account, LoginSession
from attention_point.accounts.services import hash_secret
from attention_point.foundation.access import Actor, get_permissions
from attention_point.foundation.database import PreparedStatement
from attention_point.foundation.errors import VaultError
from attention_point.foundation.vault import get_vault

_PURPOSE = "offline-ticket"
PERMISSION = "visits.record"
# Prepared: this runs for each of the hundreds of captures that a tablet sends at once.
_SELECT_OWNER = PreparedStatement(
    select(
        Account.name,
        Account.role,
        Account.entity,
        LoginSession.created_at,
        LoginSession.last_seen_at,
        LoginSession.ended_at,
    )
    .outerjoin(LoginSession, and_(LoginSession.account_id == Account.id, LoginSession.id == bindparam("session")))
    .where(Account.id == bindparam("user"), Account.active)
)


class Ticket(NamedTuple):
    """Who works on a device, and in which session of theirs."""

    user_id: UUID
    session_id: UUID


class SessionLimits(NamedTuple):
    """How long a session lasts without use, and since its begin."""

    idle: timedelta
    total: timedelta


class IssuedTicket(NamedTuple):
    """The text of a ticket, and when its session ends at the latest."""

    text: str
    expires_at: datetime


def build_ticket(
    session: Session, device_id: UUID, user: Actor, session_token: str, limits: SessionLimits
) -> IssuedTicket | None:
    """A ticket for the signed-in account on a device; None if its session has just ended."""
    login = session.scalar(select(LoginSession).where(LoginSession.token_hash == hash_secret(session_token)))
    if login is None:
        return None
    # Sealed and not only signed: what lies on a tablet for days tells nobody whose it is.
    content = to_json({"user": user.id, "session": login.id})
    text = urlsafe_b64encode(get_vault(session).seal(_PURPOSE, device_id, content)).decode()
    return IssuedTicket(text, login.created_at + limits.total)


def read_ticket(session: Session, device_id: UUID, text: str | None) -> Ticket | None:
    """The ticket of a text; None without one, or for one that the server did not make for this device."""
    try:
        sealed = urlsafe_b64decode((text or "").encode("ascii"))
        content = json.loads(get_vault(session).open(_PURPOSE, device_id, sealed))
    except (VaultError, ValueError, binascii.Error):
        return None
    return Ticket(UUID(content["user"]), UUID(content["session"]))


def find_ticket_owner(
    session: Session,
    ticket: Ticket,
    find_signed_in: Callable[[], Actor | None],
    limits: SessionLimits,
    now: datetime,
) -> Actor | None:
    """The account of a ticket as an actor, if it may record now: its session is open, or it is signed in.

    None for a session that has ended, a disabled account, and one whose role may no longer record.
    """
    # As it is now: since the ticket was made, the account may have been disabled or have got another role.
    row = next(iter(_SELECT_OWNER.execute(session, {"user": ticket.user_id, "session": ticket.session_id})), None)
    if row is None:
        return None
    name, role, entity, *login = row
    actor = Actor("account", ticket.user_id, name, role, get_permissions(role), entity)
    if not actor.may(PERMISSION):
        return None
    if _is_session_open(*login, limits=limits, now=now):
        return actor
    signed_in = find_signed_in()
    return actor if signed_in is not None and signed_in.id == actor.id else None


def _is_session_open(
    created_at: datetime | None,
    last_seen_at: datetime | None,
    ended_at: datetime | None,
    *,
    limits: SessionLimits,
    now: datetime,
) -> bool:
    if created_at is None or last_seen_at is None or ended_at is not None:
        return False
    return account_rules.is_session_open(created_at, last_seen_at, now, limits.idle, limits.total)
