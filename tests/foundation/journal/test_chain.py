"""The chain: what is altered, missing or cut is named; what reading sessions owe is written."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import text
from sqlalchemy.orm import Session

from attention_point.foundation import journal
from attention_point.foundation.access import SYSTEM
from attention_point.foundation.database import Database
from attention_point.foundation.journal import queries
from attention_point.foundation.journal.chain import GENESIS, entry_hash
from attention_point.foundation.journal.commands import journal_commands
from attention_point.foundation.journal.queries import Fault
from attention_point.foundation.vault import Vault

ENTRIES = 5


@pytest.fixture
def chain(database: Database) -> Database:
    """A journal of five entries."""
    with database.writing() as session:
        for number in range(ENTRIES):
            journal.record(session, SYSTEM, "test.write", "thing", number, count=number)
    return database


def tamper(database: Database, statement: str, **values: object) -> None:
    """Change the journal as a thief with the database's password would, its triggers put out of the way."""
    with database.writing() as session:
        _without_triggers(session)
        session.execute(text(statement), values)


def _without_triggers(session: Session) -> None:
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("ALTER TABLE journal_entry DISABLE TRIGGER USER"))
        return
    found = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'journal_entry'"
    for name in session.scalars(text(found)).all():
        session.execute(text(f"DROP TRIGGER {name}"))


def faults(database: Database) -> list[Fault]:
    with database.reading() as session:
        return queries.verify(session)[1]


def test_an_untouched_chain_holds(chain: Database) -> None:
    with chain.reading() as session:
        assert queries.verify(session) == (ENTRIES, [])
        assert queries.head(session)[0] == ENTRIES


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
    if chain.sqlite:
        change = change.replace("+00'", ".000000'")
    tamper(chain, f"UPDATE journal_entry SET {change} WHERE seq = 3")
    assert faults(chain) == [Fault(3, "altered")]


def test_missing_entries_are_named(chain: Database) -> None:
    tamper(chain, "DELETE FROM journal_entry WHERE seq IN (2, 3)")
    assert faults(chain) == [Fault(2, "missing"), Fault(3, "missing")]


def test_a_cut_tail_is_named(chain: Database) -> None:
    tamper(chain, "DELETE FROM journal_entry WHERE seq = 5")
    assert faults(chain) == [Fault(5, "cut")]


def test_an_emptied_journal_is_named(chain: Database) -> None:
    tamper(chain, "DELETE FROM journal_entry")
    assert faults(chain) == [Fault(5, "cut")]


def test_an_altered_entry_whose_hash_is_made_anew_breaks_the_next(chain: Database) -> None:
    with chain.reading() as session:
        rows = list(queries.entries(session))
    third = rows[2]
    forged = entry_hash(
        rows[1].hash, 3, third.at, third.actor, third.action, third.subject, third.subject_id, '{"count":99}'
    )
    change = "UPDATE journal_entry SET detail = :detail, hash = :hash WHERE seq = 3"
    tamper(chain, change, detail='{"count":99}', hash=forged)
    assert faults(chain) == [Fault(4, "altered")]


def test_the_hash_covers_every_part() -> None:
    at = datetime(2017, 8, 9, tzinfo=UTC)
    content = (1, at, "system", "a", "b", None, "{}")
    changed = [
        entry_hash(b"\x01" * 32, *content),
        entry_hash(GENESIS, 2, *content[1:]),
        *(entry_hash(GENESIS, *content[:place], "x", *content[place + 1 :]) for place in range(2, 7)),  # type: ignore[arg-type, call-arg]
    ]
    assert len({entry_hash(GENESIS, *content), *changed}) == len(changed) + 1


def test_what_a_reading_session_keeps_is_written_afterwards(chain: Database) -> None:
    session = chain.reading_session()
    journal.record(session, SYSTEM, "person.view", "person", "x")
    assert faults(chain) == []
    session.rollback()
    journal.write_kept(chain, session)
    journal.write_kept(chain, session)
    session.close()
    with chain.reading() as reading:
        assert queries.verify(reading) == (ENTRIES + 1, [])
        assert queries.page(reading, None, 1)[0].action == "person.view"
        assert [row.seq for row in queries.page(reading, 3, 10)] == [2, 1]


def test_an_entry_goes_with_its_transaction(chain: Database) -> None:
    with pytest.raises(ZeroDivisionError), chain.writing() as session:  # noqa: PT012
        journal.record(session, SYSTEM, "test.write", "thing")
        raise ZeroDivisionError
    with chain.reading() as session:
        assert queries.verify(session) == (ENTRIES, [])


@pytest.fixture
def run(database: Database, vault: Vault) -> object:
    """Runs a journal command on the test's database, each on a connection of its own."""
    url = database.url.render_as_string(hide_password=False)

    def invoke(*arguments: str) -> Result:
        return CliRunner().invoke(journal_commands, arguments, obj=lambda: Database(url, {"vault": vault}))

    return invoke


def test_the_commands_tell(run, chain: Database, tmp_path) -> None:  # type: ignore[no-untyped-def]
    assert run("head").stdout.startswith("5 ")
    verified = run("verify")
    assert (verified.exit_code, verified.stdout[:2]) == (0, "5 ")
    target = tmp_path / "journal.jsonl"
    assert run("export", str(target)).exit_code == 0
    assert len(target.read_text(encoding="utf-8").splitlines()) == ENTRIES + 1
    tamper(chain, "UPDATE journal_entry SET action = 'x' WHERE seq = 2")
    broken = run("verify")
    assert (broken.exit_code, broken.stdout) == (1, "")
    assert "2" in broken.stderr


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # PostgreSQL keeps only moments in such a column
def test_a_moment_that_is_none_is_named_and_the_rest_is_told(run, chain: Database, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    tamper(chain, "UPDATE journal_entry SET at = 'x', detail = 'y' WHERE seq = 3")
    assert faults(chain) == [Fault(3, "altered")]
    target = tmp_path / "journal.jsonl"
    assert run("export", str(target)).exit_code == 0
    told = [json.loads(line) for line in target.read_text(encoding="utf-8").splitlines()]
    assert (told[2]["at"], told[2]["detail"]) == (None, "y")
    assert told[3]["detail"] == {"count": 3}


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device that is always full")
def test_an_export_onto_a_full_disk_is_refused_in_a_sentence(run, chain: Database) -> None:  # type: ignore[no-untyped-def]
    done = run("export", "/dev/full")
    assert done.exit_code == 1
    assert "/dev/full" in done.stderr
    assert not isinstance(done.exception, OSError)
    with chain.reading() as session:
        assert queries.head(session)[0] == ENTRIES
