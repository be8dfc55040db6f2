"""Notes of sealed values that do not open. A damaged value must not keep the others from being read.

Code that opens several rows notes each damaged one in its session and goes on (``note_damage``). Afterwards
``write_damage_to_journal`` writes the notes to the journal, each value once a day for each process. The module does not
import the vault, so that rooms that may not reach the vault (mail) can use it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from attention_point.foundation import clock, journal
from attention_point.foundation.access import Actor
from attention_point.foundation.database import Database
from attention_point.foundation.errors import VaultError
from attention_point.foundation.language import N_
from attention_point.foundation.language import gettext as _

DAMAGED_RECORD_MESSAGE = N_("This record does not open. Tell the administrator.")
RECORD_LABELS = {
    "person": N_("the record of a person"),
    "person-key": N_("the key of a person (no record of that person opens without it)"),
    "person-tag": N_("a tag of the search index that belongs to another person"),
    "visit": N_("a visit"),
    "visit-addition": N_("what a correction added to a visit"),
    "referral": N_("a referral"),
    "mail_outbox": N_("a waiting message"),
    "form_draft": N_("a form that is not saved"),
    "turn": N_("what a visitor said when a turn was given"),
    "turn-desk": N_("whose a desk is"),
    "capture": N_("something that was kept without network"),
    "capture-receipt": N_("the receipt of something that was kept without network"),
    "point-key": N_("a key of a point (what was sealed to it without network does not open)"),
    "month-tallies": N_("the counts of a month (“statistics rebuild” counts it anew)"),
    "pending-tallies": N_("counts of a visit or an answer (“statistics rebuild” counts them anew)"),
    "rights-mark": N_("the mark of a claim in process, or what a person took back"),
    "rights-request": N_("a request about a person’s data"),
    "data-incident": N_("an incident of data"),
    "turn_samples": N_("the waits of a past day, kept for simulations"),
}
_SESSION_KEY = "damage"
# Without this memory a damaged record in a list would fill the journal: one entry for each time the list is opened.
_journaled_today: set[tuple[date, str, UUID]] = set()


@dataclass(frozen=True, slots=True)
class DamagedValue:
    """A value that does not open. ``inherited`` means that only the person's key, which opens it, is damaged."""

    purpose: str
    row_id: UUID
    inherited: bool = False

    @property
    def description(self) -> str:
        """A sentence for the administrator: what does not open, with its table and id."""
        kind = _(RECORD_LABELS[self.purpose]) if self.purpose in RECORD_LABELS else self.purpose
        return _("%(kind)s cannot be opened: %(purpose)s %(row)s", kind=kind, purpose=self.purpose, row=self.row_id)


def note_damage(session: Session, error: VaultError, *, inherited: bool = False) -> None:
    """Note in the session that a value does not open. Of several notes of one value the first stays."""
    damage = DamagedValue(error.purpose, error.row_id, inherited)
    session.info.setdefault(_SESSION_KEY, {}).setdefault((error.purpose, error.row_id), damage)


def add_damage_notes(session: Session, damaged_values: Iterable[DamagedValue]) -> None:
    """Add notes that were made in another session, as by a worker."""
    for damage in damaged_values:
        session.info.setdefault(_SESSION_KEY, {}).setdefault((damage.purpose, damage.row_id), damage)


def list_noted_damage(session: Session) -> list[DamagedValue]:
    """Return the notes of a session in the order in which they were made."""
    return list(session.info.get(_SESSION_KEY, {}).values())


def write_damage_to_journal(database: Database, actor: Actor, damaged_values: Iterable[DamagedValue]) -> None:
    """Write damaged values to the journal in a transaction of its own, each once a day for each process.

    Inherited damage is left out, because the entry of the person's key stands for it. The caller must not hold a
    writing session of this database. Raises Busy.
    """
    today = clock.today()
    keys = {
        (today, damaged_value.purpose, damaged_value.row_id): None
        for damaged_value in damaged_values
        if not damaged_value.inherited
    }
    new_keys = [key for key in keys if key not in _journaled_today]
    if not new_keys:
        return
    with database.write_session() as session:
        for _day, purpose, row_id in new_keys:
            journal.record(session, actor, "vault.refused", purpose, row_id)
    _journaled_today.difference_update([key for key in _journaled_today if key[0] != today])
    _journaled_today.update(new_keys)
