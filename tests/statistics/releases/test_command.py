"""``attention-point statistics release``: what it publishes, and what it refuses with a reason and exit status 1."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import func, insert, select

from attention_point.demo.invention.visit_drafts import invent_visits
from attention_point.demo.steps.visit_steps import LoadedCounts, load_visits
from attention_point.foundation import clock
from attention_point.foundation.database import Database
from attention_point.foundation.journal import JournalEntry
from attention_point.foundation.settings import read_settings
from attention_point.statistics.commands import statistics_commands
from attention_point.statistics.open_data import files, public_files
from attention_point.statistics.releases.models import Release
from tests.support.counts import alter_counts
from tests.support.directory import load_shipped
from tests.support.visits import recorded

Run = Callable[..., Result]
SEPTEMBER = date(2017, 9, 1)


@pytest.fixture
def run(
    database: Database, database_url: str, keyring_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Run:
    """A command line on the test's database, in which the visits of some invented people lie sealed."""
    (tmp_path / "instance").mkdir(mode=0o700)
    # The worker that draws the files opens the same database with the same keyring.
    for name, value in (("INSTANCE", tmp_path / "instance"), ("KEYRING", keyring_path), ("DATABASE_URL", database_url)):
        monkeypatch.setenv(f"ATTENTION_POINT_{name}", str(value))
    with database.write_session() as session:
        load_shipped(session)
        load_visits(session, invent_visits(25, SEPTEMBER, date(2017, 9, 8), 5), LoadedCounts())

    def said(*words: str) -> Result:
        opened = Database(database_url, database.info)
        return CliRunner().invoke(statistics_commands, list(words), obj=lambda: opened)

    return said


def _releases(database: Database) -> int:
    with database.read_session() as session:
        journaled = session.scalars(select(JournalEntry.action).where(JournalEntry.action == "statistics.release"))
        count = session.scalar(select(func.count()).select_from(Release)) or 0
        assert len(list(journaled)) == count
        return count


def test_a_month_is_released_once(run: Run, database: Database, tmp_path: Path) -> None:
    done = run("release", "2017-09")
    assert done.exit_code == 0, done.output
    with database.read_session() as session:
        made = session.scalars(select(Release).where(Release.period == "2017-09")).one()
    assert done.stdout.splitlines()[:2] == [
        f"2017-09, versión 1: {made.hash}",
        f"Guarde esto fuera de este sistema: {made.journal_seq} {made.journal_head}",
    ]
    assert [line.partition(":")[0] for line in done.stdout.splitlines()[2:]] == [
        "Cifras publicadas", "Distancia media de la cifra real", "Distancia mayor de una cifra real",
    ]  # fmt: skip
    kept = read_settings().instance / public_files.FOLDER
    assert set(files.FILE_FORMATS) == {"pdf", "xlsx", "csv", "json"}
    drawn = {path.suffix for path in kept.glob(f"2017-09-v1-{made.hash}*")}
    assert drawn == {f".{name}" for name in files.FILE_FORMATS}
    again = run("release", "2017-09")
    assert again.exit_code == 1
    assert "Una corrección necesita una nota" in again.stderr
    nothing = run("release", "2017-09", "--note", "Se revisó de nuevo.")
    assert nothing.exit_code == 1
    assert "Ninguna cifra publicada" in nothing.stderr
    assert _releases(database) == 3  # with the quarter and the year, of which no other month has counts
    target = tmp_path / "month.json"
    assert run("export", "2017-09", "--format", "json", "--output", str(target)).exit_code == 0
    assert json.loads(target.read_bytes())["hash"] == made.hash


def test_what_cannot_be_released_is_refused_in_words(run: Run, database: Database) -> None:
    for month, told in (
        (f"{clock.today():%Y-%m}", "no ha terminado"),
        ("2099-01", "todavía no ha comenzado"),
        ("2017-10", "no se registró nada"),
        ("2017-9", "Esto no es un mes"),
    ):
        done = run("release", month)
        assert done.exit_code == 1, month
        assert told in done.stderr
    corrected = run("release", "2017-09", "--note", "Faltaba un día.")
    assert corrected.exit_code == 1
    assert "no se ha publicado" in corrected.stderr
    assert _releases(database) == 0


def test_a_count_that_was_tampered_with_is_not_released(run: Run, database: Database) -> None:
    with database.write_session() as session:
        alter_counts(session, "people-by-population", 1)
    done = run("release", "2017-09")
    assert done.exit_code == 1
    assert "no es lo que dicen las atenciones" in done.stderr or "no son lo que dicen las atenciones" in done.stderr
    assert _releases(database) == 0
    verified = run("verify")
    assert verified.exit_code == 1
    assert "people-by-population" in verified.stderr


def test_a_release_that_was_altered_is_named_and_nobody_builds_on_it(
    run: Run, database: Database, tmp_path: Path
) -> None:
    with database.write_session() as session:
        recorded(session)  # in August, so that no quarter is whole
    assert run("release", "2017-09").exit_code == 0
    assert run("verify").exit_code == 0
    with database.read_session() as session:
        made = session.scalars(select(Release).where(Release.period == "2017-09")).one()
        values = {column.name: getattr(made, column.name) for column in Release.__table__.columns}
    with (
        database.write_session() as session
    ):  # a version written past the program: the triggers refuse a change of the first
        session.execute(insert(Release).values({**values, "version": 2, "content": made.content.replace("1", "2")}))
    verified = run("verify")
    assert verified.exit_code == 1
    assert "La versión 2 de septiembre de 2017 ya no es la que se publicó." in verified.stderr
    target = tmp_path / "month.json"
    for words in (
        ("release", "2017-09", "--note", "Otra vez."),
        ("export", "2017-09", "--format", "json", "--output", str(target)),
    ):
        refused = run(*words)
        assert refused.exit_code == 1
        assert "ya no es la que se publicó" in refused.stderr
    assert not target.exists()
