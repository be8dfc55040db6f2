"""Row 18, key compromise: keys are rotated under load, killed midway and resumed; the old ones end unused."""

import subprocess
import sys
import threading
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from attention_point.app import open_database_of
from attention_point.foundation import clock
from attention_point.foundation.access import SYSTEM
from attention_point.foundation.database import Database
from attention_point.foundation.journal.verification.chain_verification import verify_chain
from attention_point.foundation.settings import Settings
from attention_point.foundation.vault import Keyring
from attention_point.foundation.vault.keyring import KEY_KINDS
from attention_point.keys import renewal, services
from attention_point.keys.models import KeyRotation
from attention_point.people.models import Person, PersonTag
from attention_point.people.search import people_search
from tests.support.visits import AGENT, person, recorded

PEOPLE = 12
# Kills itself within its third batch of two people, before the batch is committed.
KILLED_ROTATION = """
import os, signal
from dataclasses import replace
from attention_point.app import open_database_of
from attention_point.foundation.settings import read_settings
from attention_point.intake.key_renewal import person_keys
from attention_point.keys import renewal, services

settings = read_settings()
database = open_database_of(settings)
services.begin_rotation(database, settings.keyring, "wrap")
batches = []

def prepare(session, after, limit):
    batch = person_keys.prepare_batch(session, after, 2)
    batches.append(batch)
    return replace(batch, write=lambda writing: write(writing, batch))

def write(session, batch):
    batch.write(session)
    if len(batches) == 3:
        os.kill(os.getpid(), signal.SIGKILL)

renewal.renew_rows(database, replace(person_keys.PERSON_KEY_ROTATION, prepare_batch=prepare))
"""


def count_versions(database: Database, column: object) -> dict[int, int]:
    """How many rows stand under each version."""
    with database.read_session() as session:
        query = select(column, func.count()).where(Person.wrapped_key.is_not(None)).group_by(column)  # type: ignore[call-overload]
        return {version: count for version, count in session.execute(query)}


def rotate_all(database: Database, path: Path, kind: str) -> int:
    """Rotate a key to the end. Returns the rows that still wait."""
    services.begin_rotation(database, path, kind)
    return sum(renewal.renew_rows(database, rotation) for rotation in services.list_rotations(database, kind))


def test_a_killed_rotation_goes_on_where_it_stopped(
    opened: Database, own_settings: Settings, database_url: str
) -> None:
    with opened.write_session() as session:
        for _number in range(PEOPLE):
            recorded(session)
    environment = {
        "ATTENTION_POINT_INSTANCE": str(own_settings.instance),
        "ATTENTION_POINT_DATABASE_URL": database_url,
        "PYTHONPATH": str(Path(__file__).parents[2]),
    }
    for renewed in (4, 8):
        killed = subprocess.run([sys.executable, "-c", KILLED_ROTATION], env=environment, check=False, timeout=60)
        assert killed.returncode == -9
        assert count_versions(opened, Person.key_version) == {1: PEOPLE - renewed, 2: renewed}
        with opened.read_session() as session:
            assert session.get_one(KeyRotation, "keys of people").finished_at is None
    assert rotate_all(opened, own_settings.keyring, "wrap") == 0
    assert Keyring.load(own_settings.keyring).wrap.current == 2  # it went on, and made no third version
    assert count_versions(opened, Person.key_version) == {2: PEOPLE}


def test_the_desk_works_while_all_keys_rotate_and_the_old_ones_go(opened: Database, own_settings: Settings) -> None:
    number = "V7391842"
    with opened.write_session() as session:
        recorded(session, person=person(documents=[{"type": "DE", "number": number}]))
    stop, failures, counts = threading.Event(), [], []

    def work(database: Database) -> None:
        while not stop.wait(0.02):  # a desk is not without pause at the database
            try:
                with database.write_session() as session:
                    recorded(session)
                with database.read_session() as session:
                    found = people_search.search_people(session, AGENT, people_search.read_search(f"DE {number}"))
                    counts.append(len(found.people))
            except Exception as error:
                failures.append(repr(error))

    with closing(open_database_of(own_settings)) as server:
        desk = threading.Thread(target=work, args=(server,))
        desk.start()
        try:
            waiting = [rotate_all(opened, own_settings.keyring, kind) for kind in KEY_KINDS]
        finally:
            stop.set()
            desk.join()
        assert (waiting, failures) == ([0, 0, 0], [])
        # What began before a rotation may have been written after it: the command, given again, renews that too.
        for rotation in services.list_rotations(opened):
            assert renewal.renew_rows(opened, rotation) == 0
        assert set(counts) == {1}
        assert count_versions(server, Person.key_version).keys() == {2}
        with server.read_session() as session:
            assert set(session.scalars(select(PersonTag.index_version))) == {2}
        keyring = Keyring.load(own_settings.keyring)
        with pytest.raises(services.KeyInUse):
            services.end_version(opened, own_settings.keyring, "wrap", 2)
        with clock.override_now(clock.now() + timedelta(days=31)):
            for kind in KEY_KINDS:
                services.end_version(opened, own_settings.keyring, kind, 1)
        kept = Keyring.load(own_settings.keyring)
        assert [list(kept.get_keys(kind).keys) for kind in KEY_KINDS] == [[2], [2], [2]]
        assert keyring.derive.keys[1] not in {secret for kept in kept.lasting.values() for secret in kept.values()}
        # All is there with the new keys alone, and the journal of before still holds.
        with server.read_session() as session:
            found = people_search.search_people(session, SYSTEM, people_search.read_search(f"DE {number}"))
            assert [not match.damaged for match in found.people] == [True]
            assert verify_chain(session).faults == []
        with server.write_session() as session:
            recorded(session)


def test_a_version_in_use_is_not_removed(opened: Database, own_settings: Settings) -> None:
    with opened.write_session() as session:
        recorded(session)
    services.begin_rotation(opened, own_settings.keyring, "wrap")
    before = own_settings.keyring.read_bytes()
    with clock.override_now(clock.now() + timedelta(hours=2)):
        for version in (1, 2, 9):
            with pytest.raises(services.KeyInUse):
                services.end_version(opened, own_settings.keyring, "wrap", version)
    assert own_settings.keyring.read_bytes() == before
