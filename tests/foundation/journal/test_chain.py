"""The chain: what is written, with its transaction or after a reading; the hash covers all of it."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from attention_point.foundation import journal
from attention_point.foundation.access import SYSTEM
from attention_point.foundation.database import Database
from attention_point.foundation.journal import queries
from attention_point.foundation.journal.chain import GENESIS_HASH, canonical_content, keyed_hash
from attention_point.foundation.journal.verification.chain_verification import Fault
from attention_point.foundation.journal_pages.commands import journal_commands
from attention_point.foundation.vault import Keyring, Vault
from tests.foundation.journal.support import ENTRIES, faults, tamper, verdict, write


@pytest.fixture
def chain(database: Database) -> Database:
    """A journal of five entries."""
    write(database)
    return database


def test_the_hash_covers_every_part_and_the_key(vault: Vault) -> None:
    at = datetime(2017, 8, 9, tzinfo=UTC)
    content = (1, at, "system", "a", "b", None, "{}")
    hashed = keyed_hash(vault, GENESIS_HASH, canonical_content(*content))
    others = [
        keyed_hash(Vault(Keyring.generate()), GENESIS_HASH, canonical_content(*content)),
        keyed_hash(vault, b"\x01" * 32, canonical_content(*content)),
        keyed_hash(vault, GENESIS_HASH, canonical_content(2, *content[1:])),
        keyed_hash(vault, GENESIS_HASH, canonical_content(1, datetime(2017, 8, 10, tzinfo=UTC), *content[2:])),
        keyed_hash(vault, GENESIS_HASH, canonical_content(1, at, "x", *content[3:])),
        keyed_hash(vault, GENESIS_HASH, canonical_content(1, at, "system", "x", *content[4:])),
        keyed_hash(vault, GENESIS_HASH, canonical_content(1, at, "system", "a", "x", None, "{}")),
        keyed_hash(vault, GENESIS_HASH, canonical_content(1, at, "system", "a", "b", "x", "{}")),
        keyed_hash(vault, GENESIS_HASH, canonical_content(1, at, "system", "a", "b", None, "x")),
    ]
    assert len({hashed, *others}) == len(others) + 1


@pytest.mark.parametrize("words", ["José Ñandú", 'a "quote" and a \\', "line\nbreak\ttab", "\x00\x1f\x7f", "😀"])
def test_the_content_is_plain_json(words: str) -> None:
    at = datetime(2017, 8, 9, 13, 0, 0, 250_000, tzinfo=UTC)
    said = ["system", "test.write", "thing", words, json.dumps({"a": words}, ensure_ascii=False)]
    assert canonical_content(7, at, *said) == json.dumps([7, at.isoformat(), *said], ensure_ascii=False).encode()


def test_what_a_reading_session_keeps_is_written_afterwards(chain: Database) -> None:
    session = chain.create_read_session()
    journal.record(session, SYSTEM, "person.view", "person", "x")
    assert faults(chain) == []
    session.rollback()
    journal.write_pending_entries(chain, session)
    journal.write_pending_entries(chain, session)
    session.close()
    found = verdict(chain)
    assert (found.count, found.faults) == (ENTRIES + 1, [])
    with chain.read_session() as reading:
        assert queries.list_newest_entries(reading, None, 1)[0].action == "person.view"
        assert [row.seq for row in queries.list_newest_entries(reading, 3, 10)] == [2, 1]


def test_an_entry_goes_with_its_transaction(chain: Database) -> None:
    with pytest.raises(ZeroDivisionError), chain.write_session() as session:  # noqa: PT012
        journal.record(session, SYSTEM, "test.write", "thing")
        raise ZeroDivisionError
    found = verdict(chain)
    assert (found.count, found.faults) == (ENTRIES, [])


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


def test_a_head_that_was_kept_is_compared(run, chain: Database, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    kept = tmp_path / "heads"
    kept.write_text(run("head").stdout, encoding="ascii")
    write(chain)
    assert run("verify", "--head", str(kept)).exit_code == 0
    tamper(chain, "DELETE FROM journal_entry WHERE seq > 4")
    tamper(chain, "UPDATE journal_head SET seq = 4, hash = (SELECT hash FROM journal_entry WHERE seq = 4)")
    tamper(chain, "DELETE FROM journal_mention WHERE seq > 4")
    assert run("verify").exit_code == 0  # nothing inside of the database tells of the cut
    cut = run("verify", "--head", str(kept))
    assert (cut.exit_code, cut.stderr.count("\n")) == (1, 1)
    assert "5" in cut.stderr
    assert run("verify", "--head", str(tmp_path / "nowhere")).exit_code == 2


def test_each_fault_is_told_and_many_are_counted(run, chain: Database) -> None:  # type: ignore[no-untyped-def]
    write(chain, 600)
    tamper(chain, "DELETE FROM journal_entry WHERE seq % 2 = 0")
    told = run("verify").stderr.splitlines()
    assert len(told) == 201
    assert "302" in told[-1] or "404" in told[-1]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # PostgreSQL keeps only moments in such a column
def test_a_moment_that_is_none_is_named_and_the_rest_is_told(run, chain: Database, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    tamper(chain, "UPDATE journal_entry SET at = 'x', detail = 'y' WHERE seq = 3")
    assert faults(chain) == [Fault(3, "altered")]
    target = tmp_path / "journal.jsonl"
    assert run("export", str(target)).exit_code == 0
    told = [json.loads(line) for line in target.read_text(encoding="utf-8").splitlines()]
    assert (told[2]["at"], told[2]["detail"]) == (None, "y")
    assert told[3]["detail"] == {"count": 3}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # PostgreSQL keeps to the column's type
@pytest.mark.parametrize("change", ["actor = x'00'", "detail = 7", "hash = 'text'", "subject_id = x'ff'"])
def test_a_value_of_another_type_is_named_and_stops_nothing(run, chain: Database, tmp_path: Path, change: str) -> None:  # type: ignore[no-untyped-def]
    tamper(chain, f"UPDATE journal_entry SET {change} WHERE seq = 3")
    tamper(chain, "UPDATE journal_entry SET action = 'x' WHERE seq = 5")
    named = run("verify")
    assert named.exit_code == 1
    assert isinstance(named.exception, SystemExit)
    assert "3" in named.stderr
    assert "5" in named.stderr


def test_a_head_that_is_gone_stops_nothing(run, chain: Database) -> None:  # type: ignore[no-untyped-def]
    tamper(chain, "DELETE FROM journal_head")
    named = run("verify")
    assert isinstance(named.exception, SystemExit)
    assert named.exit_code == 1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device that is always full")
def test_an_export_onto_a_full_disk_is_refused_in_a_sentence(run, chain: Database) -> None:  # type: ignore[no-untyped-def]
    done = run("export", "/dev/full")
    assert done.exit_code == 1
    assert "/dev/full" in done.stderr
    assert not isinstance(done.exception, OSError)
    with chain.read_session() as session:
        assert queries.get_head(session)[0] == ENTRIES
