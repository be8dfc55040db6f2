"""The outbox. A message is stored in the transaction that wants it sent, and sent later, until the server takes it.

Each message is sent once, except in one case: if the machine stops between the server's yes and the next write, the
message goes again with the same Message-ID.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import structlog
from sqlalchemy import and_, func, or_, select, update
from sqlalchemy.orm import Session

from attention_point.foundation import clock, journal
from attention_point.foundation.access import SYSTEM
from attention_point.foundation.damage_notes import DamagedValue, write_damage_to_journal
from attention_point.foundation.database import Database, get_dialect, new_id
from attention_point.foundation.database.upserts import build_insert
from attention_point.foundation.errors import VaultError
from attention_point.foundation.jobs import single_run_lock
from attention_point.foundation.mail.message import Message, check_message, decode_message, encode_message
from attention_point.foundation.mail.models import OutboxMail
from attention_point.foundation.mail.smtp_connection import MailConnection, MailServerError, MessageNotDelivered
from attention_point.foundation.settings import Settings

if TYPE_CHECKING:
    from attention_point.foundation.vault import Vault

FIRST_WAIT = timedelta(minutes=15)
LONGEST_WAIT = timedelta(days=1)
MAX_TRIES = 10
"""They take over four days: as long as mail servers try themselves (RFC 5321 §4.5.4.1)."""
RETENTION = timedelta(days=30)
"""A message that was given up can be sent again for so long; then its content is deleted."""
SEAL_PURPOSE = "mail_outbox"
IS_GIVEN_UP = and_(OutboxMail.next_try_at.is_(None), OutboxMail.sent_at.is_(None), OutboxMail.sealed.is_not(None))

log = structlog.get_logger("mail")


@dataclass(frozen=True, slots=True)
class SendingResult:
    """How many messages the server took, how many will be tried again, and how many were given up."""

    taken: int = 0
    postponed: int = 0
    given_up: int = 0


def queue_message(session: Session, key: str, message: Message) -> bool:
    """Store a message in the caller's transaction. Returns False if the address was already sent this ``key``.

    ``key`` says what the message is about (``statistics-notice/2017-09``). Raises Invalid.
    """
    check_message(message)
    vault = _get_vault(session)
    row_id = new_id()
    now = clock.now()
    digest, *older_digests = vault.keyed_digests("mail-key", f"{key}\0{message.to.lower()}".encode())
    if older_digests and session.scalar(select(OutboxMail.id).where(OutboxMail.key.in_(older_digests))) is not None:
        return False
    # Of two transactions that store the same key at the same time, the second stores nothing.
    insert_message = build_insert(get_dialect(session).name, OutboxMail).values(
        id=row_id,
        key=digest,
        sealed=vault.seal(SEAL_PURPOSE, row_id, encode_message(message)),
        created_at=now,
        next_try_at=now,
        tries=0,
    )
    return session.scalar(insert_message.on_conflict_do_nothing().returning(OutboxMail.id)) is not None


def discard_messages_to(session: Session, address: str) -> None:
    """Delete what waits for an address or was given up, because nothing is sent to a disabled account any more."""
    # The address is sealed with its message, so each is opened; few wait at a time.
    vault = _get_vault(session)
    for mail in session.scalars(select(OutboxMail).where(OutboxMail.sealed.is_not(None), OutboxMail.sent_at.is_(None))):
        try:
            message = decode_message(vault.open(SEAL_PURPOSE, mail.id, mail.sealed or b""))
        except VaultError:  # ``doctor`` names it
            continue
        if message.to.lower() == address.lower():
            mail.sealed, mail.next_try_at, mail.last_error = None, None, "discarded"


def count_waiting(session: Session) -> int:
    """Return how many messages wait, also those that will be tried later."""
    return session.scalar(select(func.count()).where(OutboxMail.next_try_at.is_not(None))) or 0


def requeue_given_up(session: Session) -> None:
    """Let the messages that were given up wait again, as if they were new."""
    session.execute(update(OutboxMail).where(IS_GIVEN_UP).values(next_try_at=clock.now(), tries=0))


def send_due_messages(
    database: Database, settings: Settings, watch_progress: Callable[[list[UUID]], Iterable[UUID]] = iter
) -> SendingResult | None:
    """Send every message whose time has come. Returns None while another process is sending.

    Each outcome is stored in a transaction of its own. Raises MailServerError when the server cannot be used; the
    messages that still wait then keep their number of tries.
    """
    # Two processes that send at the same time would send each message twice.
    with single_run_lock(database, "mail") as acquired:
        if not acquired:
            return None
        counts = {"taken": 0, "postponed": 0, "given_up": 0}
        due_ids = _list_due(database)
        with MailConnection(settings) as connection:
            for row_id in watch_progress(due_ids) if due_ids else ():
                counts[_send_message(database, connection, row_id)] += 1
    return SendingResult(**counts)


def _list_due(database: Database) -> list[UUID]:
    now = clock.now()
    with database.write_session() as session:
        is_expired = (
            OutboxMail.next_try_at.is_(None),
            OutboxMail.created_at < now - RETENTION,
            OutboxMail.sealed.is_not(None),
        )
        # The row stays, so that the same message is not stored anew under its key.
        session.execute(update(OutboxMail).where(*is_expired).values(sealed=None))
        # A time further off than the longest wait was written while the clock was wrong.
        is_due = or_(OutboxMail.next_try_at <= now, OutboxMail.next_try_at > now + LONGEST_WAIT)
        return list(session.scalars(select(OutboxMail.id).where(is_due).order_by(OutboxMail.id)))


def _send_message(database: Database, connection: MailConnection, row_id: UUID) -> str:
    try:
        message = _open_message(database, row_id)
        connection.send_message(message, str(row_id))
    except MailServerError:
        raise  # no try of this message: the server cannot be used for any
    except VaultError as vault_error:
        write_damage_to_journal(database, SYSTEM, [DamagedValue(vault_error.purpose, vault_error.row_id)])
        return _record_failure(database, row_id, vault_error)
    except Exception as error:  # whatever is wrong with one message, the others must go
        return _record_failure(database, row_id, error)
    with database.write_session() as session:
        mail = session.get_one(OutboxMail, row_id)
        if not message.leaves_trace:
            session.delete(mail)
            return "taken"
        # What was sent need not be kept: the content and the address go.
        mail.sealed, mail.next_try_at, mail.last_error = None, None, None
        mail.sent_at, mail.tries = clock.now(), mail.tries + 1
        session.flush()
        journal.record(session, SYSTEM, "mail.send", "mail", row_id)
    return "taken"


def _open_message(database: Database, row_id: UUID) -> Message:
    with database.read_session() as session:
        sealed = session.get_one(OutboxMail, row_id).sealed or b""
        return decode_message(_get_vault(session).open(SEAL_PURPOSE, row_id, sealed))


def _record_failure(database: Database, row_id: UUID, error: Exception) -> str:
    code = error.code if isinstance(error, MessageNotDelivered) else type(error).__name__
    with database.write_session() as session:
        mail = session.get_one(OutboxMail, row_id)
        mail.tries, mail.last_error = mail.tries + 1, code[:40]
        is_permanent = isinstance(error, VaultError) or (isinstance(error, MessageNotDelivered) and error.is_permanent)
        is_given_up = mail.tries >= MAX_TRIES or is_permanent
        mail.next_try_at = None if is_given_up else clock.now() + min(LONGEST_WAIT, FIRST_WAIT * 2 ** (mail.tries - 1))
    # Neither the address nor the server's words, which name it.
    log.warning("mail.refused", mail=str(row_id), code=code, given_up=is_given_up)
    return "given_up" if is_given_up else "postponed"


def _get_vault(session: Session) -> "Vault":
    # ``vault.get_vault`` would be an import of the vault, which rooms that send mail may not reach.
    vault: Vault = session.info["vault"]
    return vault
