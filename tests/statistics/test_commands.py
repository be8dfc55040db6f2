"""``attention-point statistics …``."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select
from sqlalchemy.orm import Session

from attention_point.foundation.database import Database
from attention_point.foundation.journal import JournalEntry
from attention_point.intake import recount
from attention_point.statistics.commands import statistics_commands
from attention_point.tallies import queries as tally_queries
from attention_point.tallies import services as tally_services
from tests.statistics.conftest import SEPTEMBER
from tests.statistics.invented_month import invent_facts

Run = Callable[..., Result]


@pytest.fixture
def run(database: Database, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Run:
    """A command line on the test's database, in which 60 invented visits lie sealed."""
    monkeypatch.setattr(recount, "recount_all", lambda _session: invent_facts(60))

    def said(*words: str) -> Result:
        opened = Database(database_url, database.info)
        return CliRunner().invoke(statistics_commands, list(words), obj=lambda: opened)

    return said


def test_a_rebuild_counts_what_lies_sealed_and_verify_agrees(run: Run, database: Database) -> None:
    assert run("rebuild").exit_code == 0
    with database.read_session() as session:
        assert sum(tally_queries.sum_month_tables(session, SEPTEMBER)["attentions-by-day"].values()) == 60
        assert list(session.scalars(select(JournalEntry.action))) == ["statistics.rebuild"]
    done = run("verify")
    assert done.exit_code == 0
    assert "coinciden" in done.output


def test_visits_are_recorded_while_a_rebuild_counts(
    run: Run, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def recount_slowly(_session: Session) -> Iterator[Any]:
        yield from invent_facts(60)
        with database.write_session() as session:  # on SQLite nobody could, were it a writing session that counts
            tally_services.add_to_tallies(session, {(SEPTEMBER, "bucaramanga", "attentions-by-hour", "03"): 1})

    monkeypatch.setattr(recount, "recount_all", recount_slowly)
    assert run("rebuild").exit_code == 0
    with database.read_session() as session:
        attentions = tally_queries.sum_month_tables(session, SEPTEMBER)["attentions-by-hour"]
        assert (sum(attentions.values()), attentions["03"]) == (61, 1)


def test_verify_names_each_count_that_differs(run: Run, database: Database) -> None:
    run("rebuild")
    with database.write_session() as session:
        tally_services.add_to_tallies(session, {(SEPTEMBER, "bucaramanga", "people-by-first-time", "first"): 3})
    done = run("verify")
    assert done.exit_code == 1
    lines = [line for line in done.stderr.splitlines() if "guardado" in line]
    assert len(lines) == 1
    assert lines[0].startswith("2017-09-01 bucaramanga people-by-first-time first:")


@pytest.mark.parametrize(
    ("kind", "begins"),
    [("pdf", b"%PDF-"), ("xlsx", b"PK"), ("csv", "\ufeffmonth,version,".encode()), ("json", b'{"hash":')],
)
def test_an_export_writes_a_file_and_the_journal(
    run: Run, database: Database, tmp_path: Path, kind: str, begins: bytes
) -> None:
    run("rebuild")
    target = tmp_path / f"month.{kind}"
    done = run("export", "2017-09", "--format", kind, "--output", str(target))
    assert done.exit_code == 0, done.output
    assert target.read_bytes().startswith(begins)
    assert list(tmp_path.glob(".*.part")) == []
    with database.read_session() as session:
        assert "statistics.export" in session.scalars(select(JournalEntry.action)).all()


@pytest.mark.parametrize(
    ("arguments", "status", "told"),
    [
        (("2017-13", "--format", "pdf", "--output", "month.pdf"), 1, "Esto no es un mes"),
        (("2099-01", "--format", "pdf", "--output", "month.pdf"), 1, "todavía no ha comenzado"),
        (("2017-09", "--format", "pdf", "--output", "no/such/folder/month.pdf"), 1, "No se puede escribir month.pdf"),
        (("2017-09", "--format", "doc", "--output", "month.doc"), 2, "doc"),
        (("2017-09", "--format", "pdf"), 2, "--output"),
        (("2017-09", "--format", "csv", "--output", "/dev/full"), 1, "full"),
    ],
)
def test_an_export_that_cannot_be_leaves_nothing(
    run: Run,
    database: Database,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: tuple[str, ...],
    status: int,
    told: str,
) -> None:
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    done = run("export", *arguments)
    assert list(folder.iterdir()) == []
    assert done.exit_code == status
    assert told in done.stderr
    with database.read_session() as session:
        assert session.scalars(select(JournalEntry.action)).all() == []
