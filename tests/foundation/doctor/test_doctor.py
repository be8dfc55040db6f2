"""``attention-point doctor``: in order after ``init``; each fault is a sentence that says what to do, exit status 1."""

import shutil
from collections import namedtuple
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import text, update
from sqlalchemy.orm import InstrumentedAttribute

from attention_point.command_line import main
from attention_point.foundation import clock
from attention_point.foundation.database import Database, new_id
from attention_point.foundation.jobs.models import JobRun
from attention_point.foundation.mail.message import Message
from attention_point.foundation.mail.models import OutboxMail
from attention_point.foundation.mail.outbox import queue_message
from attention_point.foundation.private_files import ERASURE_LIST_FILE, write_private_file
from attention_point.foundation.settings import DEMO_MARKER_FILE
from attention_point.intake.models import Visit
from attention_point.people.erasure import erasure_list
from attention_point.people.models import Person
from attention_point.referrals.models import Referral
from tests.support.damage import damage, refused
from tests.support.visits import recorded

Run = Callable[[], Result]


@pytest.fixture
def run(
    database: Database, database_url: str, keyring_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Run:
    """The command on the test's database."""
    assert database
    monkeypatch.setenv("ATTENTION_POINT_INSTANCE", str(tmp_path))
    monkeypatch.setenv("ATTENTION_POINT_DATABASE_URL", database_url)
    monkeypatch.setenv("ATTENTION_POINT_KEYRING", str(keyring_path))
    return lambda: CliRunner().invoke(main, ["doctor"])


def faults(result: Result) -> Iterator[str]:
    """The sentences, without the line that counts them."""
    assert result.exit_code == 1, result.output
    return (line for line in result.stderr.splitlines() if ": " in line)


def test_a_sound_installation_is_in_order_but_for_advice(run: Run, tmp_path: Path) -> None:
    result = run()
    assert result.exit_code == 0, result.stderr
    assert "No hay problemas. Atienda los" in result.stdout  # no backups, no telephone of the office
    assert "No se pudo hacer" not in result.stderr
    write_private_file(tmp_path / DEMO_MARKER_FILE, b"{}")
    assert "Copias de seguridad: no se revisa, esto es una demostración" in run().stdout


def test_the_checks_know_what_stands_beside_the_keyring(
    run: Run, database: Database, keyring_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ATTENTION_POINT_KEYRING", str(shutil.copy2(keyring_path, tmp_path / "keyring.json")))
    with database.write_session() as session:
        person = session.get_one(Visit, UUID(recorded(session)["id"])).person_id
    # An older copy of the database brought back somebody who was erased.
    erasures = [erasure_list.ListedErasure(person, clock.now(), b"note")]
    erasure_list.append_erasures(tmp_path / ERASURE_LIST_FILE, erasures)
    assert any("se puede leer otra vez" in line for line in faults(run()))


def test_a_missing_trigger_of_the_journal_is_named(run: Run, database: Database) -> None:
    with database.write_session() as session:
        on = " ON journal_entry" if database.engine.dialect.name == "postgresql" else ""
        session.execute(text(f"DROP TRIGGER journal_entry_kept{on}"))
    assert [line for line in faults(run()) if "journal_entry_kept" in line]


@pytest.mark.parametrize(
    ("column", "purpose"),
    [
        (Person.sealed, "person"),
        (Person.wrapped_key, "person-key"),
        (Visit.sealed, "visit"),
        (Referral.sealed, "referral"),
        (OutboxMail.sealed, "mail_outbox"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_every_kind_of_damaged_record_is_named(
    run: Run, database: Database, column: InstrumentedAttribute[Any], purpose: str
) -> None:
    with database.write_session() as session:
        made = recorded(session)
        recorded(session)
        queue_message(session, "notice", Message("ana@example.org", "Aviso", "Texto"))
        rows = {
            "visit": UUID(made["id"]),
            "referral": UUID(made["referrals"][0]["id"]),
            "person": session.get_one(Visit, UUID(made["id"])).person_id,
            "mail_outbox": session.query(OutboxMail).one().id,
        }
    row = rows[column.class_.__tablename__]
    damage(database, column, row)
    for _time in range(2):
        assert any(f"{purpose} {row}" in line for line in faults(run()))
    assert refused(database) == [(purpose, str(row))]


@pytest.mark.parametrize(("column", "purpose"), [("wrapped_key", "person-key"), ("sealed", "person")])
def test_a_person_without_a_key_or_record_who_was_not_erased_is_named(
    run: Run, database: Database, column: str, purpose: str
) -> None:
    with database.write_session() as session:
        made = recorded(session)
        person = session.get_one(Visit, UUID(made["id"])).person_id
        session.execute(update(Person).where(Person.id == person).values({column: None}))
    assert any(f"{purpose} {person}" in line for line in faults(run()))


def test_a_keyring_of_another_house_is_told_once(run: Run, database: Database) -> None:
    with database.write_session() as session:
        for _visit in range(3):
            recorded(session)
        session.execute(text("UPDATE person SET key_version = 9"))
    lines = list(faults(run()))
    assert sum("Recupérelo" in line for line in lines) == 0
    assert any("es de otra instalación" in line for line in lines)


def test_of_many_damaged_records_the_first_are_named(
    run: Run, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("attention_point.intake.records.checks.MAXIMUM_NAMED", 3)
    with database.write_session() as session:
        for _visit in range(5):
            recorded(session)
        session.execute(text("UPDATE person SET sealed = NULL"))
    lines = list(faults(run()))
    assert sum("Recupérelo" in line for line in lines) == 3
    assert any("el llavero es el de otra instalación" in line for line in lines)


def test_rights_for_others_are_told_with_the_command_that_mends_them(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "attachments"
    folder.mkdir(mode=0o700)
    folder.chmod(0o755)
    assert any(f"chmod -R go= {tmp_path}" in line for line in faults(run()))


def test_a_keyring_that_is_missing_is_told_and_the_rest_is_left_out(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("ATTENTION_POINT_KEYRING", str(tmp_path / "none.json"))
    lines = list(faults(run()))
    assert any("no hay llavero" in line for line in lines)
    assert any("Registros sellados: no se revisó" in line for line in lines)


def test_a_database_that_is_old_missing_or_away_is_told(
    run: Run, database: Database, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with database.write_session() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    assert any("anterior al programa" in line for line in faults(run()))
    monkeypatch.setenv("ATTENTION_POINT_DATABASE_URL", f"sqlite:///{tmp_path}/none.db")
    assert any("No hay base de datos" in line for line in faults(run()))
    assert not (tmp_path / "none.db").exists()
    monkeypatch.setenv("ATTENTION_POINT_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
    assert any("no respondió" in line for line in faults(run()))


def test_a_disk_that_is_nearly_full_is_told(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _folder: usage(10**12, 10**12 - 10**8, 10**8))
    assert any("MB libres" in line for line in faults(run()))


def test_jobs_that_failed_and_a_silent_timer_are_told(run: Run, database: Database) -> None:
    with database.write_session() as session:
        long_ago = clock.now() - timedelta(days=3)
        session.add(
            JobRun(
                name="mail", period="every-run", started_at=long_ago, finished_at=long_ago, outcome="failed", tries=1,
                error="mail-not-taken",
            )
        )  # fmt: skip
    lines = list(faults(run()))
    assert any("La tarea mail (every-run) falló: mail-not-taken" in line for line in lines)
    assert any("No se ejecuta ninguna tarea desde" in line for line in lines)


def test_mail_that_nobody_sends_or_that_was_given_up_is_told(run: Run, database: Database) -> None:
    with database.write_session() as session:
        for name in ("ana", "luis"):
            queue_message(session, str(new_id()), Message(f"{name}@example.org", "Aviso", "Texto"))
        first, second = session.query(OutboxMail).all()
        first.next_try_at = clock.now() - timedelta(days=1)
        second.next_try_at = None
    lines = list(faults(run()))
    assert any("ATTENTION_POINT_SMTP_URL" in line for line in lines)
    assert any("mail send --again" in line for line in lines)
