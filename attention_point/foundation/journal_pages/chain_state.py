"""Whether the journal holds: verified once a day, and kept as an entry of the journal itself."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from attention_point.foundation import clock
from attention_point.foundation.access import SYSTEM, Actor
from attention_point.foundation.database import Database, repeatable_read
from attention_point.foundation.doctor import StatusLine
from attention_point.foundation.jobs import Job
from attention_point.foundation.journal import JournalEntry
from attention_point.foundation.journal.chain import record
from attention_point.foundation.journal.queries import get_head
from attention_point.foundation.journal.verification.chain_verification import verify_chain
from attention_point.foundation.journal.verification.head_files import read_heads
from attention_point.foundation.journal.verification.triggers import list_faulty_triggers
from attention_point.foundation.language import format_datetime, format_number
from attention_point.foundation.language import gettext as _
from attention_point.foundation.settings import Settings

VERIFY_ACTION = "journal.verify"
HEAD_NOTED_ACTION = "system.head-noted"
"""Also written from the page of the system, where an administrator confirms the same."""
MAX_VERIFICATION_AGE = timedelta(days=3)
MAX_HEAD_AGE = timedelta(days=31)


@dataclass(frozen=True, slots=True)
class ChainState:
    """What is known of the chain: when it was verified last, with how many entries and faults, and the head outside.

    ``verified_at`` and ``head_noted_at`` are None until somebody did it.
    """

    head_seq: int
    head_hash: str
    verified_at: datetime | None
    entry_count: int
    fault_count: int
    head_noted_at: datetime | None
    noted_seq: int

    @property
    def is_whole(self) -> bool:
        """Whether the last verification found nothing."""
        return self.verified_at is not None and not self.fault_count

    @property
    def is_verification_old(self) -> bool:
        """Whether nothing was verified for ``MAX_VERIFICATION_AGE``."""
        return self.verified_at is not None and clock.now() - self.verified_at > MAX_VERIFICATION_AGE

    @property
    def is_head_due(self) -> bool:
        """Whether nobody noted the last seal elsewhere for a month."""
        return self.head_noted_at is None or clock.now() - self.head_noted_at > MAX_HEAD_AGE


def verify_journal_daily(database: Database, _settings: Settings, _day: str) -> None:
    """Verify the whole chain, its triggers and the first head beside the keyring, and keep what was found."""
    with database.read_session() as session:
        repeatable_read(session)  # entries are appended meanwhile
        heads_file: Path | None = session.info.get("journal_heads")
        heads = read_heads(heads_file) if heads_file and heads_file.exists() else []
        fault_count = len(list_faulty_triggers(session))
        verdict = verify_chain(session, heads)
    # In a transaction of its own: the walk takes seconds, and nobody's registration waits for it.
    with database.write_session() as session:
        faults = fault_count + len(verdict.faults)
        record(session, SYSTEM, VERIFY_ACTION, "journal", None, entries=verdict.count, faults=faults)


def note_head(session: Session, actor: Actor, shown_seq: int) -> None:
    """Keep that the actor has noted outside of the system the seal that a page showed, that of entry ``shown_seq``."""
    # Entries are written between the page and the answer: the newest seal is not the one on the paper.
    seq = min(shown_seq, get_head(session)[0])
    record(session, actor, HEAD_NOTED_ACTION, "journal", None, head=seq)


def find_chain_state(session: Session) -> ChainState:
    """What the journal says of itself. A detail that somebody has changed counts as a fault."""
    seq, digest = get_head(session)
    verified_at, verification = _find_last(session, VERIFY_ACTION)
    noted_at, note = _find_last(session, HEAD_NOTED_ACTION)
    return ChainState(
        seq,
        digest,
        verified_at,
        verification.get("entries", 0),
        verification.get("faults", 1),
        noted_at,
        note.get("head", 0),
    )


def _find_last(session: Session, action: str) -> tuple[datetime | None, dict[str, int]]:
    # The index of actions gives the newest entry at once, however long the journal is.
    query = select(JournalEntry.at, JournalEntry.detail).where(JournalEntry.action == action)
    row = session.execute(query.order_by(JournalEntry.seq.desc()).limit(1)).first()
    if row is None:
        return None, {}
    try:
        detail = json.loads(row.detail)
    except ValueError:
        detail = None
    return row.at, detail if isinstance(detail, dict) else {}


def list_chain_status(session: Session, _settings: Settings) -> Iterator[StatusLine]:
    """When the journal was verified last, and whether it held."""
    state = find_chain_state(session)
    if state.verified_at is None:
        yield StatusLine(_("Check of the journal"), _("none has run yet"), endpoint="journal.show_overview")
        return
    value = _(
        "%(count)s entries on %(moment)s",
        count=format_number(state.entry_count),
        moment=format_datetime(state.verified_at),
    )
    yield StatusLine(_("Check of the journal"), value, describe_fault(state), "journal.show_overview")


def describe_fault(state: ChainState) -> str:
    """What somebody must do about the chain now; empty where nobody must."""
    if state.verified_at is not None and state.fault_count:
        return _(
            "Entries were changed: run “attention-point journal verify”, which names them, and find out who it was."
        )
    if state.is_verification_old:
        return _("It has not been verified for days: let a timer call “attention-point jobs run”.")
    return ""


VERIFICATION_JOB = Job("journal-verify", date.isoformat, verify_journal_daily)
