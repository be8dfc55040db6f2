"""Sealed values that do not open. A damaged one must not keep the others from being read.

Code that opens several rows notes each damaged one in its session and goes on (``note_damage``). Afterwards
``journal_damage`` writes what was noted to the journal, each value once a day for each process.

This module does not import the vault, so that rooms that may not reach it (mail) can use it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from attention_point.foundation import clock, journal
from attention_point.foundation.access import Actor
from attention_point.foundation.database import Database
from attention_point.foundation.language import N_
from attention_point.foundation.language import gettext as _
from attention_point.foundation.vault_error import VaultError

DAMAGED = N_("This record does not open. Tell the administrator.")
KINDS = {
    "person": N_("the record of a person"),
    "person-key": N_("the key of a person (without it nothing of that person opens)"),
    "visit": N_("an attention"),
    "referral": N_("a referral"),
    "mail_outbox": N_("a message that waits"),
}
_NOTED = "damage"
_journaled: set[tuple[date, str, UUID]] = set()


@dataclass(frozen=True, slots=True)
class Damage:
    """A value that does not open. ``inherited``: it is whole, but the person's key that opens it is damaged."""

    purpose: str
    row: UUID
    inherited: bool = False

    @property
    def sentence(self) -> str:
        """What does not open, with its id, for the administrator."""
        kind = _(KINDS[self.purpose]) if self.purpose in KINDS else self.purpose
        return _("%(kind)s does not open: %(purpose)s %(row)s", kind=kind, purpose=self.purpose, row=self.row)


def note_damage(session: Session, error: VaultError, *, inherited: bool = False) -> None:
    """Remember in the session that a value does not open. The first note of a value stands."""
    damage = Damage(error.purpose, error.row, inherited)
    session.info.setdefault(_NOTED, {}).setdefault((error.purpose, error.row), damage)


def noted_damage(session: Session) -> list[Damage]:
    """What was noted in the session, in the order in which it was met."""
    return list(session.info.get(_NOTED, {}).values())


def journal_damage(database: Database, actor: Actor, damages: Iterable[Damage]) -> None:
    """Write to the journal what does not open, in a transaction of its own: each value once a day for each process.

    Inherited damage is left out: the entry of the person's key stands for it. Nobody may hold a writing session of
    this database meanwhile. Raises Busy.
    """
    today = clock.today()
    fresh = [one for one in damages if not one.inherited and (today, one.purpose, one.row) not in _journaled]
    if not fresh:
        return
    with database.writing() as session:
        for one in fresh:
            journal.record(session, actor, "vault.refused", one.purpose, one.row)
    _journaled.difference_update([entry for entry in _journaled if entry[0] != today])
    _journaled.update((today, one.purpose, one.row) for one in fresh)
