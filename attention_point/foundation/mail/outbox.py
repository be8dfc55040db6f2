"""The outbox: a message is kept with the transaction that wants it sent, and sent afterwards, until it is taken.

Once, but for one case: a machine that stops between the server's yes and the next write sends that message again, with
the same Message-ID.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import structlog
from sqlalchemy import func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from attention_point.foundation import clock, journal
from attention_point.foundation.access import SYSTEM
from attention_point.foundation.damage import Damage, journal_damage
from attention_point.foundation.database import Database, connection_of, new_id
from attention_point.foundation.jobs import alone
from attention_point.foundation.mail.message import Message, check, packed, unpacked
from attention_point.foundation.mail.models import OutboxMail
from attention_point.foundation.mail.sending import Post, ServerTrouble, Undelivered
from attention_point.foundation.settings import Settings
from attention_point.foundation.vault_error import VaultError

if TYPE_CHECKING:  # rooms that may not reach the vault send mail too; the vault rides in the session
    from attention_point.foundation.vault import Vault

FIRST_WAIT = timedelta(minutes=15)
LONGEST_WAIT = timedelta(days=1)
TRIES = 10
"""Over four days: as long as mail servers try (RFC 5321 §4.5.4.1)."""
KEPT = timedelta(days=30)
"""How long a message that nobody took can still be sent again."""
PURPOSE = "mail_outbox"

log = structlog.get_logger("mail")


@dataclass(frozen=True, slots=True)
class Sent:
    """What one sending did: taken by the server; to be tried again; given up."""

    taken: int = 0
    postponed: int = 0
    given_up: int = 0


def queue(session: Session, key: str, message: Message) -> bool:
    """Keep a message to be sent, in the caller's transaction; False when ``key`` was kept for that address before.

    ``key`` says what is sent (``statistics-notice/2017-09``): the same to the same address goes once. Raises Invalid.
    """
    check(message)
    vault = _vault(session)
    insert = postgresql.insert if connection_of(session).dialect.name == "postgresql" else sqlite.insert
    row = new_id()
    now = clock.now()
    kept = insert(OutboxMail).values(
        id=row,
        key=vault.fingerprint("mail-key", f"{key}\0{message.to.lower()}".encode()),
        sealed=vault.seal(PURPOSE, row, packed(message)),
        created_at=now,
        next_try_at=now,
        tries=0,
    )
    return session.scalar(kept.on_conflict_do_nothing().returning(OutboxMail.id)) is not None


def waiting(session: Session) -> int:
    """How many messages wait, whether or not it is their time."""
    return session.scalar(select(func.count()).where(OutboxMail.next_try_at.is_not(None))) or 0


def take_up_again(session: Session) -> None:
    """Let wait again, as if new, what was given up and is still kept."""
    given_up = (OutboxMail.next_try_at.is_(None), OutboxMail.sent_at.is_(None), OutboxMail.sealed.is_not(None))
    session.execute(update(OutboxMail).where(*given_up).values(next_try_at=clock.now(), tries=0))


def send_waiting(
    database: Database, settings: Settings, watch: Callable[[list[UUID]], Iterable[UUID]] = iter
) -> Sent | None:
    """Send every message whose time has come; None when another process is at it.

    Each is written down in a transaction of its own. Raises ServerTrouble when the server cannot be used: those that
    still wait then count no try.
    """
    with alone(database, "mail") as mine:
        if not mine:
            return None
        counts = {"taken": 0, "postponed": 0, "given_up": 0}
        due = _due(database)
        with Post(settings) as post:
            for row in watch(due) if due else ():
                counts[_send(database, post, row)] += 1
    return Sent(**counts)


def _due(database: Database) -> list[UUID]:
    now = clock.now()
    with database.writing() as session:
        old = (OutboxMail.next_try_at.is_(None), OutboxMail.created_at < now - KEPT, OutboxMail.sealed.is_not(None))
        session.execute(update(OutboxMail).where(*old).values(sealed=None))
        # A time further off than the longest wait was written by a wrong clock.
        due = or_(OutboxMail.next_try_at <= now, OutboxMail.next_try_at > now + LONGEST_WAIT)
        return list(session.scalars(select(OutboxMail.id).where(due).order_by(OutboxMail.id)))


def _send(database: Database, post: Post, row: UUID) -> str:
    try:
        post.send(_message(database, row), str(row))
    except ServerTrouble:
        raise
    except VaultError as damaged:
        journal_damage(database, SYSTEM, [Damage(damaged.purpose, damaged.row)])
        return _put_off(database, row, damaged)
    except Exception as error:  # whatever is wrong with one must not keep the others from going
        return _put_off(database, row, error)
    with database.writing() as session:
        mail = session.get_one(OutboxMail, row)
        mail.sealed, mail.next_try_at, mail.last_error = None, None, None
        mail.sent_at, mail.tries = clock.now(), mail.tries + 1
        session.flush()
        journal.record(session, SYSTEM, "mail.send", "mail", row)
    return "taken"


def _message(database: Database, row: UUID) -> Message:
    with database.reading() as session:
        sealed = session.get_one(OutboxMail, row).sealed or b""
        return unpacked(_vault(session).open(PURPOSE, row, sealed))


def _put_off(database: Database, row: UUID, error: Exception) -> str:
    code = error.code if isinstance(error, Undelivered) else type(error).__name__
    with database.writing() as session:
        mail = session.get_one(OutboxMail, row)
        mail.tries, mail.last_error = mail.tries + 1, code[:40]
        lasting = isinstance(error, VaultError) or (isinstance(error, Undelivered) and error.lasting)
        over = mail.tries >= TRIES or lasting
        mail.next_try_at = None if over else clock.now() + min(LONGEST_WAIT, FIRST_WAIT * 2 ** (mail.tries - 1))
    log.warning("mail.refused", mail=str(row), code=code, given_up=over)
    return "given_up" if over else "postponed"


def _vault(session: Session) -> "Vault":
    vault: Vault = session.info["vault"]
    return vault
