"""A backup of a running installation, its way back on an empty machine, and everything that must be refused."""

import json
import shutil
import tarfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pyrage  # type: ignore[import-untyped]
import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import MetaData, func, select
from sqlalchemy.orm import Session

from attention_point.backups import database_copies, instance_files, keeping
from attention_point.backups.archive import BackupError
from attention_point.backups.checks import check_backups
from attention_point.backups.commands import backup_commands
from attention_point.backups.services import check_backup, create_backup, restore_backup
from attention_point.demo.invention.visit_drafts import invent_visits
from attention_point.demo.steps.visit_steps import LoadedCounts, load_visits
from attention_point.foundation import clock
from attention_point.foundation.database import Database, new_id
from attention_point.foundation.errors import AppError
from attention_point.foundation.journal import JournalEntry
from attention_point.foundation.private_files import BACKUP_FOLDER
from attention_point.foundation.settings import Settings, SettingsError, read_settings
from attention_point.foundation.vault import Keyring
from attention_point.people import records as people_records
from attention_point.people.models import Person
from tests.support.directory import load_shipped
from tests.support.postgres import Server

IDENTITY = pyrage.x25519.Identity.generate()
DAY = date(2017, 9, 8)


@pytest.fixture
def identity_file(tmp_path: Path) -> Path:
    """The identity as ``age-keygen`` writes it."""
    path = tmp_path / "identity.txt"
    path.write_text(f"# created: 2026-11-30\n# public key: {IDENTITY.to_public()}\n{IDENTITY}\n")
    return path


@pytest.fixture
def running(database: Database, settings: Settings) -> Settings:
    """An installation with people, an attachment, and a recipient of its backups."""
    settings.instance.mkdir(mode=0o700, exist_ok=True)
    (settings.instance / "attachments").mkdir(mode=0o700)
    (settings.instance / "attachments" / "a-record").write_bytes(b"%PDF-1.7 sealed")
    with database.write_session() as session:
        load_shipped(session)
        load_visits(session, invent_visits(20, date(2017, 9, 1), DAY, 5), LoadedCounts())
    return replace(settings, backup_recipients=(str(IDENTITY.to_public()),))


@pytest.fixture
def empty(running: Settings, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Settings]:
    """An empty machine: an instance with the keyring alone, and an empty database of the same kind."""
    instance = tmp_path / "other-machine"
    instance.mkdir(mode=0o700)
    shutil.copy(running.keyring, instance / "keyring.json")
    fresh = replace(running, instance=instance, keyring=instance / "keyring.json")
    if running.database_url.startswith("sqlite"):
        yield replace(fresh, database_url=f"sqlite:///{instance / 'attention-point.db'}")
        return
    server: Server = request.getfixturevalue("postgresql_server")
    name = f"test_{new_id().hex}"
    server.create(name)
    try:
        yield replace(fresh, database_url=server.url(name))
    finally:
        server.drop(name)


def count_rows(database: Database) -> dict[str, int]:
    metadata = MetaData()
    with database.read_engine.connect() as connection:
        metadata.reflect(connection)
        return {
            name: connection.scalar(select(func.count()).select_from(table)) or 0
            for name, table in metadata.tables.items()
        }


def list_people(session: Session) -> list[Any]:
    """Every person's opened record, so that a restored row that does not open is seen."""
    ids = session.scalars(select(Person.id).order_by(Person.id)).all()
    return [people_records.open_chosen_person(session, person_id) for person_id in ids]


def test_a_backup_is_restored_on_an_empty_machine(
    database: Database, running: Settings, empty: Settings, identity_file: Path, tmp_path: Path
) -> None:
    file = tmp_path / "one.age"
    made = create_backup(database, running, file)
    before = count_rows(database)
    assert file.stat().st_mode & 0o777 == 0o600
    assert made.row_count >= sum(count for name, count in before.items() if name != "alembic_version")
    restored = restore_backup(empty, file, identity_file)
    assert (restored.made_at, restored.row_count, restored.file_count) == (made.made_at, made.row_count, 1)
    assert (empty.instance / "attachments" / "a-record").read_bytes() == b"%PDF-1.7 sealed"
    with closing(Database(empty.database_url, info=database.info)) as other:
        assert count_rows(other) == before
        with other.read_session() as theirs, database.read_session() as ours:
            people = list_people(theirs)
            assert [person.record for person in people] == [person.record for person in list_people(ours)]
        # The desk opens at once: numbers that the database gives go on after those of the backup.
        with other.write_session() as session:
            load_visits(session, invent_visits(3, date(2017, 9, 1), DAY, 9), LoadedCounts())
    names = {path.name for path in empty.instance.iterdir()}
    assert not any(name.startswith(".") for name in names), "nothing decrypted stays behind"


def test_the_backup_holds_the_moment_in_which_it_began(
    database: Database, running: Settings, empty: Settings, identity_file: Path, tmp_path: Path, monkeypatch: Any
) -> None:
    # While the files are copied, somebody registers. The backup is of before, and the registration waits for nobody.
    before = count_rows(database)
    list_members = instance_files.list_file_members

    def list_later(settings: Settings) -> Any:
        with database.write_session() as session:
            load_visits(session, invent_visits(2, date(2017, 9, 1), DAY, 11), LoadedCounts())
        return list_members(settings)

    with monkeypatch.context() as patch:
        patch.setattr(instance_files, "list_file_members", list_later)
        create_backup(database, running, tmp_path / "one.age")
    restore_backup(empty, tmp_path / "one.age", identity_file)
    with closing(Database(empty.database_url, info=database.info)) as other:
        assert count_rows(other) == before
    assert count_rows(database)["visit"] > before["visit"]


def test_nothing_can_be_read_without_the_identity_and_the_keyring_is_not_inside(
    database: Database, running: Settings, identity_file: Path, tmp_path: Path
) -> None:
    file = tmp_path / "one.age"
    create_backup(database, running, file)
    content = file.read_bytes()
    assert content.startswith(b"age-encryption.org/v1")
    opened = BytesIO()
    pyrage.decrypt_io(BytesIO(content), opened, [IDENTITY])
    keys = json.loads(running.keyring.read_text())
    secrets = [value for value in json.dumps(keys).split('"') if len(value) > 30]
    assert secrets
    plain = opened.getvalue()
    assert not any(secret.encode() in plain for secret in secrets)
    with tarfile.open(fileobj=BytesIO(plain)) as tar:
        names = tar.getnames()
    assert not any("keyring" in name for name in names)
    assert check_backup(running, file, identity_file).row_count > 0


def damage(file: Path, kind: str) -> None:
    content = bytearray(file.read_bytes())
    if kind == "flipped":
        content[len(content) // 2] ^= 1
    elif kind == "truncated":
        del content[-70_000:]
    elif kind == "no age file":
        content = bytearray(b"PK\x03\x04 something else")
    file.write_bytes(content)


@pytest.mark.parametrize("kind", ["flipped", "truncated", "no age file", "other identity", "other keyring", "in use"])
def test_what_cannot_be_restored_changes_nothing(
    database: Database, running: Settings, empty: Settings, identity_file: Path, tmp_path: Path, kind: str
) -> None:
    file = tmp_path / "one.age"
    create_backup(database, running, file)
    damage(file, kind)
    if kind == "other identity":
        identity_file.write_text(f"{pyrage.x25519.Identity.generate()}\n")
    if kind == "other keyring":
        empty.keyring.unlink()
        Keyring.create(empty.keyring)
    target = running if kind == "in use" else empty
    before = count_rows(database)
    with pytest.raises(AppError):
        restore_backup(target, file, identity_file)
    assert count_rows(database) == before
    if target is empty:
        assert {path.name for path in empty.instance.iterdir()} == {"keyring.json"}
        if not database.is_sqlite:
            with closing(Database(empty.database_url)) as other:
                assert count_rows(other) == {}


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_restore_that_fails_midway_leaves_an_empty_database(
    database: Database, running: Settings, empty: Settings, identity_file: Path, tmp_path: Path, monkeypatch: Any
) -> None:
    create_backup(database, running, tmp_path / "one.age")

    def fail(*_arguments: object) -> None:
        raise BackupError("the disk is full, say")

    with monkeypatch.context() as patch:
        patch.setattr(database_copies, "_advance_sequences", fail)
        with pytest.raises(BackupError):
            restore_backup(empty, tmp_path / "one.age", identity_file)
    with closing(Database(empty.database_url)) as other:
        assert count_rows(other) == {}
    assert restore_backup(empty, tmp_path / "one.age", identity_file).row_count > 0


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_an_archive_that_was_put_together_by_somebody_else_is_refused(
    database: Database, running: Settings, empty: Settings, identity_file: Path, tmp_path: Path
) -> None:
    # The recipient is public: anybody can encrypt to it. A path that leads out of the instance, a member that the
    # manifest does not know, a changed member, a name that no disk takes, a file of a terabyte of holes, a manifest of
    # another shape: each is refused before anything is written.
    file = tmp_path / "one.age"
    create_backup(database, running, file)
    opened = BytesIO()
    pyrage.decrypt_io(BytesIO(file.read_bytes()), opened, [IDENTITY])
    for change in ("out", "more", "other", "name", "holes", "shape"):
        file.write_bytes(pyrage.encrypt(_rebuild(opened.getvalue(), change), [IDENTITY.to_public()]))
        with pytest.raises(BackupError):
            restore_backup(empty, file, identity_file)
        assert {path.name for path in empty.instance.iterdir()} == {"keyring.json"}
        assert not (tmp_path / "evil").exists()


_NAMES = {"out": "instance/attachments/../../evil", "name": "instance/attachments/" + "a" * 300}
_HOLES = {"GNU.sparse.map": "0,0", "GNU.sparse.size": str(2**40)}


def _rebuild(plain: bytes, change: str) -> bytes:
    target = BytesIO()
    with tarfile.open(fileobj=BytesIO(plain)) as source, tarfile.open(fileobj=target, mode="w") as changed:
        for head in source.getmembers():
            content = source.extractfile(head).read()  # type: ignore[union-attr]
            if head.name == "manifest.json":
                manifest = json.loads(content)
                if change in _NAMES:
                    entry = manifest["members"].pop("instance/attachments/a-record")
                    manifest["members"][_NAMES[change]] = entry
                manifest |= {"rows": None} if change == "shape" else {}
                content = json.dumps(manifest, sort_keys=True).encode()
            elif head.name == "instance/attachments/a-record":
                head.name = _NAMES.get(change, head.name)
                head.pax_headers = _HOLES if change == "holes" else {}
                content = b"something else!!" if change == "other" else content
            head.size = len(content)
            changed.addfile(head, BytesIO(content))
        if change == "more":
            changed.addfile(tarfile.TarInfo("instance/attachments/more"), BytesIO())
    return target.getvalue()


def test_without_recipients_or_over_another_file_no_backup_is_made(
    database: Database, running: Settings, tmp_path: Path
) -> None:
    (tmp_path / "one.age").write_bytes(b"another one")
    with pytest.raises(BackupError, match=r"one\.age"):
        create_backup(database, running, tmp_path / "one.age")
    assert (tmp_path / "one.age").read_bytes() == b"another one"
    with pytest.raises(BackupError, match="ATTENTION_POINT_BACKUP_RECIPIENTS"):
        create_backup(database, replace(running, backup_recipients=()), tmp_path / "two.age")
    with pytest.raises(BackupError):
        create_backup(database, running, tmp_path / "no folder" / "two.age")
    assert {path.name for path in tmp_path.iterdir() if "age" in path.name} == {"one.age"}
    with pytest.raises(SettingsError, match="BACKUP_RECIPIENTS"):
        read_settings({"ATTENTION_POINT_BACKUP_RECIPIENTS": "age1nobody"})


def test_the_daily_job_makes_one_and_keeps_some(
    database: Database, running: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "today", lambda: date(2026, 11, 30))
    assert len(list(check_backups(database, running))) == 2  # none yet, and no drill
    keeping.make_daily_backup(database, running, "2026-11-30")
    made = keeping.list_backups(running)
    assert list(made) == [date(2026, 11, 30)]
    content = made[date(2026, 11, 30)].read_bytes()
    for days in range(1, 40):
        keeping.find_backup_path(running, date(2026, 11, 30) - timedelta(days=days)).write_bytes(b"")
    keeping.make_daily_backup(database, running, "2026-11-30")
    assert keeping.list_backups(running)[date(2026, 11, 30)].read_bytes() == content, "made once a day"
    assert set(keeping.list_backups(running)) == keeping.choose_kept_days(
        date(2026, 11, 30) - timedelta(days=days) for days in range(40)
    )
    keeping.record_drill(running)
    assert list(check_backups(database, running)) == []
    monkeypatch.setattr(clock, "today", lambda: date(2026, 12, 4))
    assert len(list(check_backups(database, running))) == 1
    shutil.rmtree(running.instance / BACKUP_FOLDER)
    keeping.make_daily_backup(database, replace(running, backup_recipients=()), "2026-11-30")
    assert keeping.list_backups(running) == {}


@given(st.sets(st.dates(date(2020, 1, 1), date(2022, 12, 31)), max_size=400))
def test_the_newest_of_each_week_and_month_stay(days: set[date]) -> None:
    kept = keeping.choose_kept_days(days)
    assert kept <= days
    assert len(kept) <= keeping.KEPT_DAYS + keeping.KEPT_WEEKS + keeping.KEPT_MONTHS
    if days:
        newest = max(days)
        assert newest in kept
        # Kept day by day, what is kept never loses a month that lies within a year.
        assert keeping.choose_kept_days(kept) == kept


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_commands_say_what_they_did(
    database: Database, running: Settings, identity_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("INSTANCE", "DATABASE_URL", "KEYRING"):
        monkeypatch.setenv(f"ATTENTION_POINT_{name}", str(getattr(running, name.lower())))
    monkeypatch.setenv("ATTENTION_POINT_BACKUP_RECIPIENTS", ",".join(running.backup_recipients))
    runner, identity = CliRunner(), ["--identity", str(identity_file)]

    def call(*words: str) -> Result:
        return runner.invoke(backup_commands, words, obj=lambda: Database(running.database_url, database.info))

    file = tmp_path / "one.age"
    made = call("create", str(file))
    assert (made.exit_code, "filas" in made.output) == (0, True), made.output
    assert call("create", str(file)).exit_code == 1
    checked = call("check", str(file), *identity)
    assert (checked.exit_code, "La copia está completa y abre." in checked.output) == (0, True)
    assert keeping.find_last_drill(running) is not None
    refused = call("restore", str(file), *identity)
    assert (refused.exit_code, "No se cambió nada" in refused.output) == (1, True)
    assert call("restore", str(file)).exit_code == 2
    assert "No hay copias" in call("list").output
    with database.read_session() as session:
        actions = session.scalars(select(JournalEntry.action).where(JournalEntry.action.startswith("backup"))).all()
    assert actions == ["backup.create"]
