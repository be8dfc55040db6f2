"""Row 22: a backup fails. It is encrypted, restored on an empty machine, and refused where it is not whole."""

import json
import tarfile
from contextlib import closing
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import pyrage  # type: ignore[import-untyped]
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from attention_point.backups.services import check_backup, create_backup, restore_backup
from attention_point.demo.invention.visit_drafts import invent_visits
from attention_point.demo.steps.visit_steps import LoadedCounts, load_visits
from attention_point.foundation.database import Database
from attention_point.foundation.errors import AppError
from attention_point.foundation.settings import Settings
from attention_point.foundation.vault import Keyring
from attention_point.people import records as people_records
from attention_point.people.models import Person
from tests.support.backups import DAY, IDENTITY, count_rows


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
            load_visits(session, invent_visits(3, DAY.replace(day=1), DAY, 9), LoadedCounts())
    names = {path.name for path in empty.instance.iterdir()}
    assert not any(name.startswith(".") for name in names), "nothing decrypted stays behind"


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


@pytest.mark.parametrize(
    "kind", ["flipped", "truncated", "no age file", "other identity", "other keyring", "no keyring", "in use"]
)
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
    if kind == "no keyring":
        empty.keyring.unlink()
    # An instance in use, and one that is empty but for its database.
    in_use = (running, replace(empty, database_url=running.database_url))
    before = count_rows(database)
    for target in in_use if kind == "in use" else (empty,):
        with pytest.raises(AppError) as refusal:
            restore_backup(target, file, identity_file)
        assert "init" not in refusal.value.message  # what it makes could not be restored into
    assert count_rows(database) == before
    if kind != "in use":
        assert {path.name for path in empty.instance.iterdir()} == ({"keyring.json"} if kind != "no keyring" else set())
        if not database.is_sqlite:
            with closing(Database(empty.database_url)) as other:
                assert count_rows(other) == {}
