"""Damaged records and the figures: named by verify, in nobody's way, and never lost unsaid from the counts."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import InstrumentedAttribute

from attention_point.foundation.database import Database
from attention_point.foundation.journal import JournalEntry
from attention_point.foundation.mail.models import OutboxMail
from attention_point.foundation.settings import Settings, read_settings
from attention_point.intake.models import Visit
from attention_point.intake.records import research_records
from attention_point.people.models import Person
from attention_point.referrals.models import Referral
from attention_point.statistics import jobs
from attention_point.statistics.commands import statistics_commands
from attention_point.statistics.open_data import files, public_files
from attention_point.statistics.releases.models import Release
from attention_point.tallies import queries as tally_queries
from attention_point.tallies.rules import BASE
from tests.portal.support import browser, hidden
from tests.support.counts import alter_counts
from tests.support.damage import damage, refused
from tests.support.staff import SignIn
from tests.support.visits import consents, person, recorded

Run = Callable[..., Result]
AUGUST = date(2017, 8, 1)
VISITS = 12
COUNTED: tuple[InstrumentedAttribute[Any], ...] = (Visit.sealed, Referral.sealed, Person.wrapped_key)


def names(column: InstrumentedAttribute[Any]) -> str:
    return f"{column.class_.__tablename__}-{column.key}"


@pytest.fixture
def month(database: Database) -> dict[str, UUID]:
    """Twelve visits of August 2017; the rows of the last one. July had one too, so that no quarter is whole."""
    with database.write_session() as session:
        recorded(session, attended_at="2017-07-05T09:00:00-05:00")
        for number in range(VISITS):
            who = person(sex="FM"[number % 2], birth_date=f"19{60 + number}-03-17")
            made = recorded(
                session, person=who, consents=consents(("attention", True), ("referral:*", True), ("research", True))
            )
        owner = session.get_one(Visit, UUID(made["id"])).person_id
    return {"visit": UUID(made["id"]), "referral": UUID(made["referrals"][0]["id"]), "person": owner}


@pytest.fixture
def run(
    database: Database, database_url: str, keyring_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Run:
    """The command line on the test's database."""
    (tmp_path / "instance").mkdir(mode=0o700)
    # The worker that draws the files opens the same database with the same keyring.
    for name, value in (("INSTANCE", tmp_path / "instance"), ("KEYRING", keyring_path), ("DATABASE_URL", database_url)):
        monkeypatch.setenv(f"ATTENTION_POINT_{name}", str(value))

    def said(*words: str) -> Result:
        opened = Database(database_url, database.info)
        return CliRunner().invoke(statistics_commands, list(words), obj=lambda: opened)

    return said


@pytest.mark.parametrize("column", COUNTED, ids=names)
def test_verify_names_what_does_not_open_and_all_else(
    run: Run, database: Database, month: dict[str, UUID], column: InstrumentedAttribute[Any]
) -> None:
    row = month[column.class_.__tablename__]
    damage(database, column, row)
    with database.write_session() as session:
        alter_counts(session, "attentions-by-wait", 5)
    done = run("verify")
    assert done.exit_code == 1
    assert str(row) in done.stderr
    if column is Person.wrapped_key:
        assert f"visit {month['visit']}" in done.stderr
        assert f"referral {month['referral']}" in done.stderr
    assert "attentions-by-wait" in done.stderr
    purpose = "person-key" if column is Person.wrapped_key else column.class_.__tablename__
    assert refused(database) == [(purpose, str(row))]


@pytest.mark.parametrize("column", COUNTED, ids=names)
def test_a_month_with_damage_is_published_only_on_somebody_s_word(
    run: Run, database: Database, month: dict[str, UUID], column: InstrumentedAttribute[Any]
) -> None:
    damage(database, column, month[column.class_.__tablename__])
    refusal = run("release", "2017-08")
    assert refusal.exit_code == 1
    assert "no abre" in refusal.stderr
    done = run("release", "2017-08", "--despite-damage")
    assert done.exit_code == 0, done.stderr
    with database.read_session() as session:
        made = session.scalars(select(Release).where(Release.period == "2017-08")).one()
        is_of_month = (JournalEntry.action == "statistics.release") & (JournalEntry.subject_id == "2017-08")
        entry = session.scalars(select(JournalEntry).where(is_of_month)).one()
    assert abs(json.loads(made.content)["totals"]["attentions"] - VISITS) < BASE  # so few are rounded
    assert json.loads(entry.detail)["damaged"] >= 1


def test_damage_does_not_excuse_a_count_that_was_tampered_with(
    run: Run, database: Database, month: dict[str, UUID]
) -> None:
    damage(database, Visit.sealed, month["visit"])
    with database.write_session() as session:
        alter_counts(session, "people-by-population", 5)
    done = run("release", "2017-08", "--despite-damage")
    assert done.exit_code == 1
    assert "lo que dicen las atenciones" in done.stderr


def test_the_page_asks_for_that_word_once_it_is_needed(app: Flask, database: Database, month: dict[str, UUID]) -> None:
    damage(database, Visit.sealed, month["visit"])
    client = browser(app, "office")
    address = "/statistics/2017-08/release"
    page = client.get(address)
    assert "despite_damage" not in page.get_data(as_text=True)
    fields = {name: hidden(page, name) for name in ("csrf_token", "fingerprint")}
    reply = client.post(address, data={**fields, "checked": "y"})
    assert reply.status_code == 422
    assert "Publico el mes aunque hay registros" in reply.get_data(as_text=True)
    reply = client.post(address, data={**fields, "checked": "y", "despite_damage": "y"})
    assert reply.status_code == 302
    reply.close()


def test_a_rebuild_loses_no_count_unsaid(run: Run, database: Database, month: dict[str, UUID]) -> None:
    def attentions() -> int:
        with database.read_session() as session:
            return sum(tally_queries.sum_month_tables(session, AUGUST)["attentions-by-day"].values())

    damage(database, Visit.sealed, month["visit"])
    refusal = run("rebuild")
    assert refusal.exit_code == 1
    assert "no se cambió nada" in refusal.stderr
    assert attentions() == VISITS
    assert run("rebuild", "--without-damaged").exit_code == 0
    assert attentions() == VISITS - 1


def test_the_job_says_in_its_letter_why_the_month_is_not_ready(
    database: Database, settings: Settings, month: dict[str, UUID], as_role: SignIn
) -> None:
    as_role("office")
    damage(database, Visit.sealed, month["visit"])
    jobs.prepare_month_for_release(database, settings, "2017-08")
    with database.read_session() as session:
        entry = session.scalars(select(JournalEntry).where(JournalEntry.action == "statistics.prepare")).one()
        assert json.loads(entry.detail)["ready"] is False
        assert session.scalar(select(func.count()).select_from(OutboxMail)) == 1
    assert refused(database) == [("visit", str(month["visit"]))]


@pytest.mark.parametrize("column", [Visit.sealed, Person.wrapped_key], ids=names)
def test_nobody_with_a_visit_that_does_not_open_is_in_an_extract(
    database: Database, month: dict[str, UUID], column: InstrumentedAttribute[Any]
) -> None:
    damage(database, column, month[column.class_.__tablename__])
    with database.read_session() as session:
        allowed = list(research_records.list_consented_visits(session, "research", AUGUST, date(2017, 8, 31)))
    assert len(allowed) == VISITS - 1


@pytest.mark.usefixtures("month")
def test_public_files_that_were_altered_are_named_and_those_of_an_earlier_drawing_go(
    run: Run, database: Database
) -> None:
    assert run("release", "2017-08").exit_code == 0
    assert run("verify").exit_code == 0
    kept = read_settings().instance / public_files.FOLDER
    paths = {kind: path for kind in files.FILE_FORMATS for path in kept.glob(f"2017-08-*.{kind}")}
    assert set(paths) == set(files.FILE_FORMATS)
    for path in paths.values():
        path.write_bytes(path.read_bytes().replace(b"1", b"2", 1))
    done = run("verify")
    assert done.exit_code == 1
    assert all(f"open-data/{path.name}" in done.stderr for path in paths.values())
    assert "guardado" not in done.stderr
    # A missing file is no fault, and one that an earlier version drew is not compared.
    earlier = {
        kind: Path(str(paths[kind]).replace(f"-d{public_files.DRAWING}.", ".")) for kind in public_files.DRAWN_FORMATS
    }
    for kind, path in paths.items():
        path.rename(earlier[kind]) if kind in earlier else path.unlink()
    assert run("verify").exit_code == 0
    public_files.make_missing_files(database, read_settings())
    assert all(path.exists() for path in paths.values())
    assert not any(path.exists() for path in earlier.values())
    assert run("verify").exit_code == 0
