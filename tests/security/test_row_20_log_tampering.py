"""Row 20: an entry that whoever has the database edited, deleted, reordered or cut off is named, from outside."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from attention_point.command_line import main

Attack = Callable[[sqlite3.Connection, int], None]


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """An installation with some entries, and a head of it that is kept outside."""
    folder = tmp_path_factory.mktemp("tampered")
    folder.chmod(0o700)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ATTENTION_POINT_INSTANCE", str(folder))
        patch.delenv("ATTENTION_POINT_DATABASE_URL", raising=False)
        assert run("init").exit_code == 0
        for number in range(4):
            assert run("journal", "export", str(folder / f"export-{number}")).exit_code == 0
        (folder / "head").write_text(run("journal", "head").stdout, encoding="ascii")
        yield folder


def run(*words: str) -> Result:
    done = CliRunner().invoke(main, list(words))
    assert done.exception is None or isinstance(done.exception, SystemExit)
    return done


def edit(connection: sqlite3.Connection, last: int) -> None:
    connection.execute("UPDATE journal_entry SET actor = 'system:else' WHERE seq = ?", (last - 2,))


def delete(connection: sqlite3.Connection, last: int) -> None:
    connection.execute("DELETE FROM journal_entry WHERE seq = ?", (last - 2,))


def reorder(connection: sqlite3.Connection, last: int) -> None:
    for seq, new_seq in ((last - 2, -1), (last - 1, last - 2), (-1, last - 1)):
        connection.execute("UPDATE journal_entry SET seq = ? WHERE seq = ?", (new_seq, seq))


def cut_the_tail(connection: sqlite3.Connection, last: int) -> None:
    """With the head set back: nothing in the database tells of it any more, only the head that is kept outside."""
    connection.execute("DELETE FROM journal_entry WHERE seq > ?", (last - 2,))
    connection.execute(
        "UPDATE journal_head SET seq = ?, hash = (SELECT hash FROM journal_entry WHERE seq = ?)", (last - 2, last - 2)
    )


@pytest.mark.parametrize(
    ("attack", "named"),
    [
        (edit, "la entrada {0} fue alterada"),
        (delete, "falta la entrada {0}"),
        (reorder, "la entrada {0} no está en su lugar"),
        (cut_the_tail, "nombra la entrada {2}"),
    ],
)
def test_the_verifier_names_what_was_done(installation: Path, attack: Attack, named: str) -> None:
    database, head = installation / "attention-point.db", str(installation / "head")
    assert run("journal", "verify", "--head", head).exit_code == 0
    whole = database.read_bytes()
    with closing(sqlite3.connect(database)) as connection, connection:
        triggers = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for name, _sql in triggers:
            connection.execute(f"DROP TRIGGER {name}")
        (last,) = connection.execute("SELECT seq FROM journal_head").fetchone()
        attack(connection, last)
        for _name, sql in triggers:
            connection.execute(sql)
    try:
        verified = run("journal", "verify", "--head", head)
        assert verified.exit_code == 1
        assert named.format(last - 2, last - 1, last) in verified.stderr
    finally:
        for file in installation.glob("attention-point.db-*"):
            file.unlink()
        database.write_bytes(whole)
