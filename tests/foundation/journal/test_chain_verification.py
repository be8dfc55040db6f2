"""Whoever can write the database, but has no key, changes nothing in the journal that the walk does not name."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from attention_point.foundation.database import Database
from attention_point.foundation.journal import JournalEntry, queries
from attention_point.foundation.journal.chain import GENESIS_HASH, canonical_content, keyed_hash
from attention_point.foundation.journal.verification.chain_verification import Fault
from attention_point.foundation.journal.verification.head_files import ChainHead
from attention_point.foundation.journal.verification.triggers import list_faulty_triggers
from attention_point.foundation.vault import Keyring, Vault
from tests.foundation.journal.support import (
    ENTRIES,
    disarm,
    faults,
    insert_entry,
    rearm,
    tamper,
    unkeyed,
    verdict,
    write,
)

CONTENT = ("at", "actor", "action", "subject", "subject_id", "detail")


@pytest.fixture
def chain(database: Database) -> Database:
    """A journal of five entries."""
    write(database)
    return database


def test_an_untouched_chain_holds(chain: Database) -> None:
    found = verdict(chain)
    assert (found.count, found.keyed_from, found.faults) == (ENTRIES, 1, [])
    with chain.read_session() as session:
        assert queries.get_head(session)[0] == ENTRIES
        assert list_faulty_triggers(session) == []


@pytest.mark.parametrize(
    "change",
    [
        "detail = '{}'",
        "actor = 'account:somebody'",
        "action = 'test.read'",
        "subject_id = NULL",
        "subject = 'other'",
        "at = '2020-01-01 00:00:00+00'",
    ],
)
def test_an_altered_entry_is_named(chain: Database, change: str) -> None:
    if chain.is_sqlite:
        change = change.replace("+00'", ".000000'")
    tamper(chain, f"UPDATE journal_entry SET {change} WHERE seq = 3")
    assert faults(chain) == [Fault(3, "altered")]


def test_missing_entries_are_named(chain: Database) -> None:
    tamper(chain, "DELETE FROM journal_entry WHERE seq IN (2, 3)")
    assert faults(chain) == [Fault(2, "missing"), Fault(3, "missing")]


@pytest.mark.parametrize("where", ["seq = 5", "seq > 0"])
def test_a_cut_tail_and_an_emptied_journal_are_named(chain: Database, where: str) -> None:
    tamper(chain, f"DELETE FROM journal_entry WHERE {where}")
    assert faults(chain) == [Fault(5, "cut")]


@pytest.mark.parametrize("change", ["seq = 4", "hash = (SELECT hash FROM journal_entry WHERE seq = 4)"])
def test_a_forged_head_is_named(chain: Database, change: str) -> None:
    tamper(chain, f"UPDATE journal_head SET {change}")
    assert faults(chain) == [Fault(5, "head")]


def test_a_head_that_is_gone_is_named(chain: Database) -> None:
    tamper(chain, "DELETE FROM journal_head")
    assert faults(chain) == [Fault(5, "head")]


@pytest.mark.parametrize(("first", "second"), [(2, 3), (1, 4), (4, 5)])
def test_entries_that_changed_places_are_named(chain: Database, first: int, second: int) -> None:
    tamper(chain, "UPDATE journal_entry SET seq = 99 WHERE seq = :first", first=first)
    tamper(chain, "UPDATE journal_entry SET seq = :first WHERE seq = :second", first=first, second=second)
    tamper(chain, "UPDATE journal_entry SET seq = :second WHERE seq = 99", second=second)
    named = [fault for fault in faults(chain) if fault.kind != "head"]
    assert named == [Fault(first, "moved", second), Fault(second, "moved", first)]


@pytest.mark.parametrize("secret", ["none", "another"])
def test_without_the_key_nobody_hashes_the_chain_again(chain: Database, secret: str) -> None:
    """The thief alters entry 3 and computes it and all that follow anew."""
    other = Vault(Keyring.generate())
    with chain.write_session() as session:
        kept = disarm(session)
        rows = session.execute(select(JournalEntry.__table__).order_by(JournalEntry.seq)).mappings().all()
        before = rows[1]["hash"]
        for row in rows[2:]:
            content = (
                row["at"].replace(tzinfo=UTC),
                "system",
                row["action"],
                "thing",
                row["subject_id"],
                '{"count":9}',
            )
            before = (
                unkeyed(before, row["seq"], *content)
                if secret == "none"
                else keyed_hash(other, before, canonical_content(row["seq"], *content))
            )
            session.execute(
                text("UPDATE journal_entry SET detail = :detail, hash = :hash WHERE seq = :seq"),
                {"detail": '{"count":9}', "hash": before, "seq": row["seq"]},
            )
        session.execute(text("UPDATE journal_head SET hash = :hash"), {"hash": before})
        rearm(session, kept)
    assert faults(chain) == [Fault(3, "altered"), Fault(4, "altered"), Fault(5, "altered")]


def test_a_journal_put_in_the_place_of_a_keyed_one_is_named(chain: Database) -> None:
    """The thief writes all entries anew as the program of before did, so that none of them needs the key."""
    forge_unkeyed(chain, ENTRIES)
    assert faults(chain) == [Fault(5, "unkeyed")]
    write(chain, 2)  # the program goes on, and says nothing that makes it good
    assert faults(chain) == [Fault(5, "unkeyed")]


def forge_unkeyed(database: Database, count: int) -> None:
    with database.write_session() as session:
        kept = disarm(session)
        session.execute(text("DELETE FROM journal_entry"))
        before, at = GENESIS_HASH, datetime(2026, 1, 1, tzinfo=UTC)
        for seq in range(1, count + 1):
            content = (at, "system", "test.write", "thing", None, "{}")
            before = unkeyed(before, seq, *content)
            insert_entry(session, {"seq": seq, **dict(zip(CONTENT, content, strict=True)), "hash": before})
        session.execute(text("UPDATE journal_head SET seq = :seq, hash = :hash"), {"seq": count, "hash": before})
        rearm(session, kept)


def test_heads_kept_outside_are_compared(chain: Database) -> None:
    with chain.read_session() as session:
        hashes = {row.seq: row.hash.hex() for row in queries.stream_entries(session)}
    right = [ChainHead(seq, value) for seq, value in hashes.items()]
    assert faults(chain, *right, ChainHead(None, hashes[2]), ChainHead(None, GENESIS_HASH.hex())) == []
    other = "ab" * 32
    assert faults(chain, ChainHead(3, other)) == [Fault(3, "outside")]
    assert faults(chain, ChainHead(3, hashes[3]), ChainHead(3, other)) == [Fault(3, "outside")]
    assert faults(chain, ChainHead(9, other)) == [Fault(9, "beyond", 5)]
    assert faults(chain, ChainHead(None, other)) == [Fault(5, "unknown", hash=other)]


def test_an_index_that_hides_an_entry_is_named(chain: Database) -> None:
    tamper(chain, "DELETE FROM journal_mention WHERE seq = 2")
    tamper(chain, "INSERT INTO journal_mention VALUES ('x', 4)")
    tamper(chain, "INSERT INTO journal_mention VALUES ('x', 40)")
    assert verdict(chain).faults == [Fault(2, "index"), Fault(4, "index"), Fault(40, "index")]


def test_the_database_refuses_to_alter_or_delete(chain: Database) -> None:
    for statement in ("UPDATE journal_entry SET action = 'x'", "DELETE FROM journal_entry"):
        with pytest.raises(DBAPIError, match="the journal only grows"), chain.write_session() as session:
            session.execute(text(statement))


NAMES = ("journal_entry_kept", "journal_entry_advances", "journal_entry_mentions")


@pytest.mark.parametrize("name", NAMES)
def test_a_missing_trigger_is_named(chain: Database, name: str) -> None:
    with chain.write_session() as session:
        session.execute(text(f"DROP TRIGGER {name}{'' if chain.is_sqlite else ' ON journal_entry'}"))
    with chain.read_session() as session:
        assert list_faulty_triggers(session) == [name]


def test_an_altered_trigger_and_one_too_many_are_named(chain: Database) -> None:
    with chain.write_session() as session:
        for statement in ALTERED["sqlite" if chain.is_sqlite else "postgresql"]:
            session.connection().exec_driver_sql(statement)
    with chain.read_session() as session:
        assert list_faulty_triggers(session) == ["another", "journal_entry_advances"]


ALTERED = {
    "sqlite": (
        "DROP TRIGGER journal_entry_advances",
        "CREATE TRIGGER journal_entry_advances AFTER INSERT ON journal_entry"
        " BEGIN UPDATE journal_head SET seq = NEW.seq WHERE id = 1; END",
        "CREATE TRIGGER another AFTER INSERT ON journal_head BEGIN SELECT 1; END",
    ),
    "postgresql": (
        "CREATE OR REPLACE FUNCTION journal_advances() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN UPDATE journal_head SET seq = NEW.seq WHERE id = 1; RETURN NULL; END $$",
        "CREATE TRIGGER another AFTER INSERT ON journal_head FOR EACH STATEMENT EXECUTE FUNCTION journal_only_grows()",
    ),
}


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_trigger_that_is_switched_off_is_named(chain: Database) -> None:
    with chain.write_session() as session:
        session.execute(text("ALTER TABLE journal_entry DISABLE TRIGGER journal_entry_kept"))
    with chain.read_session() as session:
        assert list_faulty_triggers(session) == ["journal_entry_kept"]
