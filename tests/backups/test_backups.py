"""A backup of a running installation, its way back on an empty machine, and everything that must be refused."""

import errno
import json
import shutil
import tarfile
from contextlib import closing
from dataclasses import replace
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path
from resource import RLIM_INFINITY
from typing import Any

import pyrage  # type: ignore[import-untyped]
import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from attention_point.backups import database_copies, instance_files, keeping
from attention_point.backups.archive import BackupError
from attention_point.backups.checks import check_backups
from attention_point.backups.commands import backup_commands
from attention_point.backups.services import create_backup, restore_backup
from attention_point.demo.invention.visit_drafts import invent_visits
from attention_point.demo.steps.visit_steps import LoadedCounts, load_visits
from attention_point.foundation import clock
from attention_point.foundation.database import Database
from attention_point.foundation.journal import JournalEntry
from attention_point.foundation.private_files import BACKUP_FOLDER
from attention_point.foundation.settings import Settings, SettingsError, read_settings
from tests.support.backups import DAY, IDENTITY, count_rows
from tests.support.machine import little_room


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
        # A copy that a killed backup left opens who is erased since: the next one takes it away, and none in use.
        left = running.instance / ".backup-left"
        left.mkdir()
        (left / "copy.db").touch()
        with instance_files.open_scratch_folder(running) as used:
            create_backup(database, running, tmp_path / "one.age")
            assert list(running.instance.glob(".backup-*")) == [used]
    restore_backup(empty, tmp_path / "one.age", identity_file)
    with closing(Database(empty.database_url, info=database.info)) as other:
        assert count_rows(other) == before
    assert count_rows(database)["visit"] > before["visit"]


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
@pytest.mark.parametrize("full_at", ["the archive", "the files", "the database"])
def test_a_full_disk_leaves_nothing_of_a_restore(
    database: Database,
    running: Settings,
    empty: Settings,
    identity_file: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    full_at: str,
) -> None:
    create_backup(database, running, tmp_path / "one.age")

    def fail(*_arguments: object, **_options: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    names = {"the files": (instance_files, "write_private_file"), "the database": (shutil, "move")}
    with monkeypatch.context() as patch, little_room(20_000 if full_at == "the archive" else RLIM_INFINITY):
        if full_at in names:
            patch.setattr(*names[full_at], fail)
        with pytest.raises(BackupError, match=r"No se puede restaurar la copia: (File too large|No space left)"):
            restore_backup(empty, tmp_path / "one.age", identity_file)
    assert {path.name for path in empty.instance.iterdir()} == {"keyring.json"}
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
    folder = keeping.find_backup_path(running, date(2026, 11, 30)).parent
    folder.mkdir(exist_ok=True)
    keeping.find_backup_path(running, date(2026, 11, 30)).write_bytes(b"")  # of another program, say
    # The half that a killed backup of another day left holds who is erased since; one that is written now stays.
    left, written_now = (folder / f".{name}.age.part" for name in ("attention-point-2026-11-29", "by-hand"))
    left.write_bytes(b"age-encryption.org/v1")
    with instance_files.held_new_file(written_now):
        keeping.make_daily_backup(database, running, "2026-11-30")
        assert (left.exists(), written_now.exists()) == (False, True)
        with pytest.raises(BackupError, match=r"by-hand\.age"):
            create_backup(database, running, folder / "by-hand.age")
    made = keeping.list_backups(running)
    assert list(made) == [date(2026, 11, 30)]
    content = made[date(2026, 11, 30)].read_bytes()
    for days in range(1, 40):
        keeping.find_backup_path(running, date(2026, 11, 30) - timedelta(days=days)).write_bytes(content[:99])
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
