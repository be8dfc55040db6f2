"""What a person did outside of the program and says here: the journal keeps when, and nothing else knows it."""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from attention_point.foundation import clock, journal
from attention_point.foundation.access import Actor
from attention_point.foundation.database import Database
from attention_point.foundation.doctor import Check
from attention_point.foundation.errors import NotFound
from attention_point.foundation.journal import JournalEntry
from attention_point.foundation.journal.queries import get_head
from attention_point.foundation.language import N_
from attention_point.foundation.language import gettext as _
from attention_point.foundation.settings import Settings


@dataclass(frozen=True, slots=True)
class Confirmation:
    """Something that is done by hand. ``advice`` is said where nobody confirmed it for ``max_age``."""

    code: str
    action: str
    label: str
    button: str
    advice: str
    max_age: timedelta


CONFIRMATIONS = (
    Confirmation(
        "keyring",
        "system.keyring-copied",
        N_("Copy of the keyring"),
        N_("I have put a copy in another place"),
        N_("Nobody has said for half a year that the keyring has a copy elsewhere. Without it nothing opens."),
        timedelta(days=183),
    ),
    Confirmation(
        "head",
        "system.head-noted",
        N_("Last seal noted elsewhere"),
        N_("I have noted the last seal elsewhere"),
        N_("Nobody has noted the last seal of the journal elsewhere for a month. It proves that no entry was changed."),
        timedelta(days=31),
    ),
)


def record_confirmation(session: Session, actor: Actor, code: str, shown_seq: int | None) -> None:
    """Write to the journal that somebody did it now, with the entry whose seal the page showed.

    Raises NotFound for a code that is none.
    """
    confirmation = next((entry for entry in CONFIRMATIONS if entry.code == code), None)
    if confirmation is None:
        raise NotFound(_("There is no such thing to confirm."))
    # Entries are written between the page and the answer: the newest seal is not the one on the paper.
    seq = min(shown_seq or sys.maxsize, get_head(session)[0])
    journal.record(session, actor, confirmation.action, "journal", None, head=seq)


def find_last_confirmed(session: Session, confirmation: Confirmation) -> datetime | None:
    """When somebody last said that it is done; None for never."""
    # The journal's index gives the newest entry of an action at once.
    query = select(JournalEntry.at).where(JournalEntry.action == confirmation.action)
    return session.scalar(query.order_by(JournalEntry.seq.desc()).limit(1))


def is_due(confirmation: Confirmation, last_confirmed: datetime | None) -> bool:
    """Whether it is to be done now."""
    return last_confirmed is None or clock.now() - last_confirmed > confirmation.max_age


def check_confirmations(database: Database, _settings: Settings) -> Iterator[str]:
    """Find what nobody has done by hand for too long."""
    with database.read_session() as session:
        for confirmation in CONFIRMATIONS:
            if is_due(confirmation, find_last_confirmed(session, confirmation)):
                yield _(confirmation.advice)


CHECKS = (Check(N_("Done by hand"), check_confirmations, is_advice=True, skips_demo=True),)
