"""What entities do about referrals stands sealed in the journal: found by who may read it, told to nobody else."""

from uuid import UUID

from sqlalchemy import select

from attention_point.foundation import journal
from attention_point.foundation.access import SYSTEM
from attention_point.foundation.database import Database, new_id
from attention_point.foundation.journal import JournalEntry
from attention_point.foundation.journal.models import JournalMention
from attention_point.foundation.journal.partner_entries import PARTNER
from attention_point.foundation.journal.queries import EntrySearch, list_newest_entries
from tests.foundation.journal.support import faults
from tests.support.visits import acting

OFFICER, OTHER_OFFICER = acting("entity", "sena"), acting("entity", "icbf")


def write_entries(database: Database) -> list[UUID]:
    """A view of each of two referrals by two entities, a list by one of them, and what others write meanwhile."""
    first, second = new_id(), new_id()
    with database.write_session() as session:
        journal.record(session, OFFICER, "referral.view", "referral", first)
        journal.record(session, SYSTEM, "referral.answer", "referral", first, state="expired")
        journal.record(session, OTHER_OFFICER, "referral.view", "referral", second)
        journal.record(session, OFFICER, "referral.list", "entity", "sena", found=[str(first)])
        journal.record(session, OFFICER, "session.start", "account", OFFICER.id)
    return [first, second]


def search(
    database: Database, before: int | None = None, size: int = 10, **conditions: object
) -> list[tuple[int, str]]:
    with database.read_session() as session:
        entries = list_newest_entries(session, before, size, EntrySearch(**conditions))  # type: ignore[arg-type]
        return [(entry.seq, entry.actor) for entry in entries]


def test_a_thief_reads_neither_who_nor_which_referral(database: Database) -> None:
    ids = write_entries(database)
    with database.read_session() as session:
        rows = session.execute(select(*JournalEntry.__table__.columns)).all()
        sealed = [row for row in rows if row.actor == PARTNER]
        assert [(row.seq, row.action, row.subject, row.subject_id) for row in sealed] == [
            (1, "referral.view", "referral", None),
            (3, "referral.view", "referral", None),
            (4, "referral.list", "referral", None),
        ]
        assert len({len(row.detail) for row in sealed}) == 1
        for text in (*map(str, ids), str(OFFICER.id), "sena"):
            assert not [row for row in sealed if text in str(row)]
        assert set(session.scalars(select(JournalMention.seq))) == {2, 5}
    assert faults(database) == []


def test_who_may_read_the_journal_finds_them_by_actor_and_by_referral(database: Database) -> None:
    first, second = write_entries(database)
    officer, other = OFFICER.journal_label, OTHER_OFFICER.journal_label
    assert search(database, actor=officer) == [(5, officer), (4, officer), (1, officer)]
    assert search(database, actor=officer, size=1, before=5) == [(4, officer)]
    assert search(database, mentions=[str(first)]) == [(4, officer), (2, "system"), (1, officer)]
    assert search(database, mentions=[str(second)], actor=officer) == []
    assert search(database, subject="referral", subject_id=str(second)) == [(3, other)]
    assert search(database, action="referral.view") == [(3, other), (1, officer)]


def test_one_that_does_not_open_stays_in_the_list(database: Database) -> None:
    write_entries(database)
    with database.read_session() as session:
        session.info["vault"] = type("Closed", (), {"open_lasting": staticmethod(lambda *_values: b"no JSON")})
        assert [entry.actor for entry in list_newest_entries(session, 5, 2)] == [PARTNER, PARTNER]
