"""Where PostgreSQL still holds the key of somebody who was erased: ``python -m bench.erasure`` (a minute).

A server with the settings of a real one holds people; some are erased, and the bytes of their wrapped keys are looked
for in the files of the tables and of the log (WAL) after each step of an administrator. ``--write`` puts the section
into docs/performance.md.
"""

import argparse
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path

import psycopg

from attention_point import catalogue
from attention_point.demo.invention.visit_drafts import invent_visits
from attention_point.demo.steps.visit_steps import LoadedCounts, load_visits
from attention_point.directory.queries import list_entity_names, list_point_names
from attention_point.foundation import erasers
from attention_point.foundation.access import SYSTEM
from attention_point.foundation.database import Database, migrations
from attention_point.foundation.vault import Keyring, Vault
from attention_point.intake.queries import list_hidden_visits
from attention_point.people import queries
from attention_point.people.erasure import proof, services
from bench.report import write_section
from tests.support.directory import load_shipped
from tests.support.postgres import ROLE, Server, find_binaries

DATABASE, VISITS, ERASED = "bench", 300, 20
# As a server is delivered, but for the network; small logs, so that their turn comes soon.
OPTIONS = "-c listen_addresses='' -c autovacuum=off -c min_wal_size=32MB -c max_wal_size=64MB"
FILLING = "CREATE TABLE filling AS SELECT repeat('x', 1000) AS text FROM generate_series(1, 200000)"


def main() -> None:
    """Measure, and print the section."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    binaries = find_binaries()
    if binaries is None:
        raise SystemExit("PostgreSQL is missing; install it with: sudo apt-get install postgresql")
    server = Server.prepare()
    try:
        server.start(binaries, OPTIONS)
        section = format_section(list(measure(server)))
    finally:
        server.stop()
    print(section)
    if options.write:
        write_section(section)


def measure(server: Server) -> Iterator[tuple[str, int, int]]:
    """Each step, with the keys found in the tables and in the log after it."""
    server.create(DATABASE)
    migrations.upgrade_database(server.url(DATABASE))
    info = {
        "vault": Vault(Keyring.generate()),
        "entity_names": list_entity_names,
        "point_names": list_point_names,
        "hidden_visits": list_hidden_visits,
        erasers.SESSION_KEY: tuple(eraser for feature in catalogue.FEATURES for eraser in feature.erasers),
    }
    with closing(Database(server.url(DATABASE), info)) as database:
        with database.write_session() as session:
            load_shipped(session)
            load_visits(session, invent_visits(VISITS, date(2017, 9, 1), date(2017, 9, 29), 3), LoadedCounts())
        with database.read_session() as session:
            people = [row.id for row in queries.list_sealed_after(session, None, ERASED)]
            traces = proof.collect_traces(session, people)
        # The people came long ago: the log of that day is gone.
        run(server, "CHECKPOINT", FILLING, "DROP TABLE filling", "CHECKPOINT", "SELECT pg_switch_wal()", "CHECKPOINT")
        yield "before the erasure", *count_traces(server, traces)
        with database.write_session() as session:
            services.erase_people(session, SYSTEM, people, "claim")
    yield "erased", *count_traces(server, traces)
    run(server, "CHECKPOINT")
    yield "CHECKPOINT", *count_traces(server, traces)
    run(server, "VACUUM person", "CHECKPOINT")
    yield "VACUUM person", *count_traces(server, traces)
    run(server, "VACUUM FULL person", "CHECKPOINT")
    yield "VACUUM FULL person", *count_traces(server, traces)
    run(server, FILLING, "DROP TABLE filling", "CHECKPOINT", "SELECT pg_switch_wal()", "CHECKPOINT")
    yield "200 MB of other writes (max_wal_size 64 MB)", *count_traces(server, traces)


def run(server: Server, *statements: str) -> None:
    """Run statements, each by itself: VACUUM is refused inside of a transaction."""
    with psycopg.connect(host=str(server.folder), user=ROLE, dbname=DATABASE, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)


def count_traces(server: Server, traces: frozenset[bytes]) -> tuple[int, int]:
    """How many of the keys stand in the files of tables, and in those of the log."""
    return _count_found(server.data / "base", traces), _count_found(server.data / "pg_wal", traces)


def _count_found(folder: Path, traces: frozenset[bytes]) -> int:
    return len({trace for path in folder.rglob("*") if path.is_file() for trace in proof.find_traces(path, traces)})


def format_section(steps: list[tuple[str, int, int]]) -> str:
    """The section of docs/performance.md."""
    lines = [f"| {step} | {in_tables} | {in_log} |" for step, in_tables, in_log in steps]
    return "\n".join(
        [
            "## Erased, on PostgreSQL",
            "",
            f"The wrapped keys of {ERASED} erased people, looked for byte by byte in the server's files after each step"
            " (`python -m bench.erasure`). Without its key nothing of a person opens.",
            "",
            "| After | Keys in the tables' files | Keys in the log |",
            "|---|---:|---:|",
            *lines,
        ]
    )


if __name__ == "__main__":
    main()
