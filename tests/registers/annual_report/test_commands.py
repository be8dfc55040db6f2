"""``attention-point report``."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from attention_point.foundation.access import SYSTEM
from attention_point.foundation.database import Database
from attention_point.foundation.journal import JournalEntry
from attention_point.registers.annual_report.commands import export_report
from attention_point.registers.events.register import EVENTS
from attention_point.registers.shared.records import services


def run(database: Database, url: str, *words: str) -> Result:
    return CliRunner().invoke(export_report, list(words), obj=lambda: Database(url, database.info))


@pytest.mark.parametrize(("kind", "begins"), [("pdf", b"%PDF"), ("html", b"<!DOCTYPE"), ("docx", b"PK")])
def test_a_year_is_written(database: Database, database_url: str, tmp_path: Path, kind: str, begins: bytes) -> None:
    with database.write_session() as session:
        services.add_record(session, SYSTEM, EVENTS, {"name": "Foro del agua", "state": "done", "year": 2019})
    written = []
    for name in ("one", "two"):
        done = run(database, database_url, "2019", "--format", kind, "--output", str(tmp_path / name))
        assert done.exit_code == 0, done.output
        written.append((tmp_path / name).read_bytes())
    assert written[0] == written[1]
    assert written[0].startswith(begins)
    with database.read_session() as session:
        actions = list(session.scalars(select(JournalEntry.action)))
    assert actions.count("annual_report.export") == 2


def test_a_year_of_which_nothing_is_known_is_refused(database: Database, database_url: str, tmp_path: Path) -> None:
    done = run(database, database_url, "2031", "--format", "pdf", "--output", str(tmp_path / "file"))
    assert done.exit_code == 1
    assert "No hay registros de 2031" in done.stderr
    assert not (tmp_path / "file").exists()


def test_a_file_that_cannot_be_written_is_told(database: Database, database_url: str, tmp_path: Path) -> None:
    with database.write_session() as session:
        services.add_record(session, SYSTEM, EVENTS, {"name": "Foro del agua", "state": "done", "year": 2019})
    done = run(database, database_url, "2019", "--format", "html", "--output", str(tmp_path / "no" / "file"))
    assert done.exit_code == 1
