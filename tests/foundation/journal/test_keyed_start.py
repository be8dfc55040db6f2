"""Journals of before: their entries keep their hashes, one entry says where the keyed part begins, once."""

from pathlib import Path

import pytest
from sqlalchemy import select, text

from attention_point.foundation import journal
from attention_point.foundation.database import Database
from attention_point.foundation.errors import AppError
from attention_point.foundation.journal import queries
from attention_point.foundation.journal.verification.chain_verification import KEYED_START_ACTION, Fault
from attention_point.foundation.journal.verification.head_files import ChainHead, read_heads
from attention_point.foundation.journal.verification.keyed_start import mark_keyed_start
from attention_point.foundation.journal.verification.triggers import list_faulty_triggers
from tests.foundation.journal.support import (
    disarm,
    faults,
    insert_entry,
    rearm,
    tamper,
    unkeyed,
    verdict,
    write,
    write_unkeyed,
)


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """Where the first head is kept."""
    return tmp_path / "journal-heads"


def test_an_older_journal_goes_on_with_a_key_after_one_entry_that_says_so(database: Database, kept: Path) -> None:
    write_unkeyed(database, 4)
    with database.read_session() as session:
        before = [row.hash for row in queries.stream_entries(session)]
    assert mark_keyed_start(database, kept) == 5
    write(database, 2)
    assert mark_keyed_start(database, kept) is None
    found = verdict(database)
    assert (found.count, found.keyed_from, found.faults) == (7, 5, [])
    with database.read_session() as session:
        rows = list(queries.stream_entries(session))
        assert [row.hash for row in rows[:4]] == before
        assert [(row.seq, row.detail) for row in rows if row.action == KEYED_START_ACTION] == [(5, '{"before":4}')]
        assert read_heads(kept) == [ChainHead(5, rows[4].hash.hex())]
        assert list_faulty_triggers(session) == []
    assert kept.stat().st_mode & 0o777 == 0o600


def test_a_new_journal_is_keyed_from_its_first_entry(database: Database, kept: Path) -> None:
    assert mark_keyed_start(database, kept) is None
    assert not kept.exists()  # there is nothing yet whose head could be kept
    write(database, 1)
    assert mark_keyed_start(database, kept) is None
    assert [head.seq for head in read_heads(kept)] == [1]
    assert verdict(database).keyed_from == 1


def test_what_was_written_between_the_program_and_its_init_stays_good(database: Database, kept: Path) -> None:
    """A job that the new program runs before ``init`` writes keyed entries; the mark comes after them."""
    write_unkeyed(database, 2)
    write(database, 2)
    assert faults(database) == [Fault(2, "unkeyed")]
    assert mark_keyed_start(database, kept) == 5
    found = verdict(database)
    assert (found.keyed_from, found.faults) == (3, [])


def test_before_it_is_begun_the_walk_says_so(database: Database) -> None:
    write_unkeyed(database, 3)
    assert faults(database) == [Fault(3, "unkeyed")]


def test_an_unkeyed_entry_after_the_mark_is_named(database: Database, kept: Path) -> None:
    write_unkeyed(database, 2)
    mark_keyed_start(database, kept)
    write_unkeyed(database, 1)
    assert faults(database) == [Fault(4, "altered")]


def test_an_altered_entry_of_before_is_named_by_the_mark(database: Database, kept: Path) -> None:
    """The thief hashes the older part anew, which needs no key: the entry that follows it does not agree."""
    write_unkeyed(database, 2)
    mark_keyed_start(database, kept)
    with database.write_session() as session:
        armed = disarm(session)
        rows = list(queries.stream_entries(session))
        content = (rows[1].at, "system", "test.write", "thing", "1", '{"count":7}')
        session.execute(
            text("UPDATE journal_entry SET detail = :detail, hash = :hash WHERE seq = 2"),
            {"detail": '{"count":7}', "hash": unkeyed(rows[0].hash, 2, *content)},
        )
        rearm(session, armed)
    assert Fault(3, "altered") in faults(database)


def test_a_mark_cannot_be_made_or_moved_without_the_key(database: Database, kept: Path) -> None:
    write_unkeyed(database, 2)
    with database.write_session() as session:
        seq, digest = queries.get_head(session)
        at = queries.list_entries_between(session, 1, 1)[0].at
        content = (at, "system", KEYED_START_ACTION, "journal", None, '{"before":2}')
        forged = unkeyed(bytes.fromhex(digest), seq + 1, *content)
        names = ("at", "actor", "action", "subject", "subject_id", "detail")
        insert_entry(session, {"seq": seq + 1, **dict(zip(names, content, strict=True)), "hash": forged})
    assert faults(database) == [Fault(3, "unkeyed")]
    assert mark_keyed_start(database, kept) == 4  # a mark without the key is none


def test_the_head_beside_the_keyring_tells_of_a_journal_put_in_its_place(database: Database, kept: Path) -> None:
    """Without that file the program would take the thief's unkeyed chain for an older journal."""
    write(database, 3)
    mark_keyed_start(database, kept)
    tamper(database, "DELETE FROM journal_entry")
    tamper(database, "UPDATE journal_head SET seq = 0, hash = :hash", hash=bytes(32))
    write_unkeyed(database, 3)
    with pytest.raises(AppError, match="journal-heads"):
        mark_keyed_start(database, kept)
    with database.read_session() as session:
        assert (
            session.scalars(
                select(journal.JournalEntry.seq).where(journal.JournalEntry.action == KEYED_START_ACTION)
            ).all()
            == []
        )
    assert Fault(1, "outside") in faults(database, *read_heads(kept))


def test_a_file_that_cannot_be_written_is_told_and_made_the_next_time(database: Database, tmp_path: Path) -> None:
    write_unkeyed(database, 1)
    with pytest.raises(AppError, match="nowhere"):
        mark_keyed_start(database, tmp_path / "nowhere" / "journal-heads")
    (tmp_path / "nowhere").mkdir()
    assert mark_keyed_start(database, tmp_path / "nowhere" / "journal-heads") is None
    assert [head.seq for head in read_heads(tmp_path / "nowhere" / "journal-heads")] == [2]
