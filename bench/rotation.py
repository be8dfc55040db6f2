"""What a rotation of the keys costs the desk: ``python -m bench.rotation --people 1000000``; ``--write`` keeps it.

The keys rotate by the command, in a process of its own, while this one registers people as a desk does: one after the
other, with a pause as long as four registrations. SQLite; the people are written by their tables.
"""

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from sqlalchemy import insert

from attention_point.app import open_database_of
from attention_point.foundation import clock
from attention_point.foundation.database import Database, migrations, new_id
from attention_point.foundation.settings import Settings, read_settings
from attention_point.foundation.vault import Keyring, get_vault
from attention_point.keys import renewal
from attention_point.people import identity, records
from attention_point.people.models import Person, PersonTag
from bench.report import Figure, format_table, in_memory, working_folder, write_section
from tests.support.visits import person, recorded

PEOPLE, BATCH = 1_000_000, 5_000
USUAL = 150  # registrations before the rotation
PAUSE = 4.0  # times a registration
COMMAND = "from attention_point.command_line import main; main()"


def main() -> None:
    """Fill an installation, register people without and with a rotation, and print the section."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=PEOPLE)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    with working_folder() as folder:
        settings = _prepare(folder)
        with in_memory(settings.instance), closing(open_database_of(settings)) as database:
            _invent_people(database, options.people)
        database = open_database_of(settings)
        usual = _register_while(database, lambda done: done < USUAL)
        section = _format_section(options.people, usual, _rotate(settings, database))
        database.close()
    print(section)
    if options.write:
        write_section(section)


def _prepare(folder: Path) -> Settings:
    instance = folder / "instance"
    instance.mkdir(mode=0o700)
    settings = read_settings({"ATTENTION_POINT_INSTANCE": str(instance)})
    os.umask(0o077)
    Keyring.create(settings.keyring)
    migrations.upgrade_database(settings.database_url)
    return settings


def _invent_people(database: Database, count: int) -> None:
    with database.write_session() as session:
        recorded(session)
    for start in range(0, count, BATCH):
        with database.write_session() as session:
            vault, now, people, tags = get_vault(session), clock.now(), [], []
            for _number in range(min(BATCH, count - start)):
                person_id, record = new_id(), person()
                key, wrapped = vault.create_person_key(person_id)
                people.append(
                    {
                        "id": person_id,
                        "key_version": wrapped.version,
                        "wrapped_key": wrapped.sealed_key,
                        "sealed": identity.seal_record(key, person_id, 1, record),
                        "version": 1,
                        "created_at": now,
                        "updated_at": now,
                    }
                )
                tags += [
                    {"kind": kind, "tag": tag, "person_id": person_id, "index_version": vault.index_version}
                    for kind, tag in records.build_record_tags(session, record)
                ]
            session.connection().execute(insert(Person), people)
            session.connection().execute(insert(PersonTag), tags)


def _register_while(database: Database, goes_on: Callable[[int], bool]) -> list[float]:
    """Register people while it goes on, which is told how many there were. Returns the milliseconds of each."""
    taken: list[float] = []
    while goes_on(len(taken)):
        begun = time.perf_counter()
        with database.write_session() as session:
            recorded(session)
        seconds = time.perf_counter() - begun
        taken.append(seconds * 1000)
        time.sleep(seconds * PAUSE)
    return taken


def _rotate(settings: Settings, database: Database) -> dict[str, tuple[float, list[float]]]:
    """For each key: the seconds of its rotation, and the milliseconds of the registrations meanwhile."""
    environment = {**os.environ, "ATTENTION_POINT_INSTANCE": str(settings.instance)}
    measured = {}
    for kind in ("wrap", "index"):
        begun = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, "-c", COMMAND, "keys", "rotate", kind], env=environment, stdout=subprocess.DEVNULL
        )
        taken = _register_while(database, lambda _done, running=process: running.poll() is None)  # type: ignore[misc]
        if process.returncode:
            raise SystemExit("the rotation failed")
        measured[kind] = (time.perf_counter() - begun, taken)
        with database.read_session() as session:
            rotations = [one for one in session.info[renewal.SESSION_KEY] if one.key == kind]
            assert not any(renewal.count_waiting(session, rotations).values())
    return measured


def _format_section(people: int, usual: list[float], measured: dict[str, tuple[float, list[float]]]) -> str:
    limit = 2 * _find_p99(usual)
    figures = [Figure("P17", "registration, nothing else going on, p99", [_find_p99(usual)], "ms")]
    for kind, (seconds, taken) in measured.items():
        figures.append(
            Figure("P17", f"registration while `{kind}` rotates, p99", [_find_p99(taken)], "ms", round(limit, 1))
        )
        figures.append(Figure("P17", f"the longest of {len(taken)}", [max(taken)], "ms", 1000.0))
        figures.append(Figure("P17", f"rotation of `{kind}`", [seconds], "s"))
    return f"## Rotation of the keys\n\n{people:,} people on file; no registration failed.\n\n{format_table(figures)}\n"


def _find_p99(taken: list[float]) -> float:
    return sorted(taken)[int(len(taken) * 0.99)]


if __name__ == "__main__":
    main()
