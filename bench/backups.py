"""A backup beside registrations, and its restore: ``python -m bench.backups [--visits 1000000] [--postgresql]``.

The installation is filled with copies of some hundred recorded visits under ids of their own: a backup reads bytes, so
that it need not open them. One process registers people one after another, a second makes the backup, as the job does.
``--write`` puts the section into docs/performance.md.
"""

import argparse
import multiprocessing
import os
import shutil
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import pyrage  # type: ignore[import-untyped]
from sqlalchemy import insert, select

from attention_point.backups.services import BackupSummary, create_backup, restore_backup
from attention_point.demo.invention.visit_drafts import invent_visits
from attention_point.demo.steps.visit_steps import LoadedCounts, load_visits
from attention_point.foundation.access import SYSTEM
from attention_point.foundation.database import Base, Database, migrations, new_id
from attention_point.foundation.settings import Settings, read_settings
from attention_point.foundation.system_page.program_status import measure_database
from attention_point.foundation.vault import Keyring, Vault
from attention_point.intake.draft import read_draft
from attention_point.intake.queries import list_hidden_visits
from attention_point.intake.services import record_visit
from bench.people import invent_drafts
from bench.report import Figure, format_table, in_memory, measure_milliseconds, working_folder, write_section
from tests.support.directory import load_shipped
from tests.support.postgres import Server, find_binaries

VISITS, RECORDED, ROWS_AT_ONCE = 1_000_000, 400, 20_000
USUAL = 400  # registrations before the backup
COPIED_TABLES = ("person", "person_tag", "visit", "referral")


def main() -> None:
    """Fill an installation, measure, and print the section."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--visits", type=int, default=VISITS)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--postgresql", action="store_true", help="on a server of the bench's own, without fsync")
    options = parser.parse_args()
    with working_folder() as folder, ExitStack() as stack:
        files = {name: folder / name / "attention-point.db" for name in ("instance", "other-machine")}
        addresses = {name: f"sqlite:///{file}" for name, file in files.items()}
        if options.postgresql:
            addresses = stack.enter_context(create_postgresql(addresses))
        settings, identity = prepare(folder, addresses["instance"])
        with in_memory(settings.instance), closing(_open(settings)) as database:
            fill(database, options.visits)
        section = format_section(options.visits, *measure(settings, identity, folder, addresses["other-machine"]))
    print(section)
    if options.write:
        write_section(section)


@contextmanager
def create_postgresql(names: Iterable[str]) -> Iterator[dict[str, str]]:
    """Empty databases of these names on a server of the bench's own; their addresses."""
    binaries = find_binaries()
    if binaries is None:
        raise SystemExit("PostgreSQL is not installed: see `make system-packages`")
    server = Server.prepare()
    try:
        server.start(binaries)
        for name in names:
            server.create(name)
        yield {name: server.url(name) for name in names}
    finally:
        server.stop()


def prepare(folder: Path, address: str) -> tuple[Settings, Path]:
    """An empty installation with a recipient of its backups, and the file of the recipient's identity."""
    identity = pyrage.x25519.Identity.generate()
    (folder / "identity").write_text(f"{identity}\n")
    instance = folder / "instance"
    instance.mkdir(mode=0o700)
    Keyring.create(instance / "keyring.json")
    variables = {"INSTANCE": instance, "KEYRING": instance / "keyring.json", "BACKUP_RECIPIENTS": identity.to_public()}
    variables["DATABASE_URL"] = address
    settings = read_settings({f"ATTENTION_POINT_{name}": str(value) for name, value in variables.items()})
    migrations.upgrade_database(settings.database_url)
    return settings, folder / "identity"


def _open(settings: Settings) -> Database:
    info = {"vault": Vault(Keyring.load(settings.keyring)), "hidden_visits": list_hidden_visits}
    return Database(settings.database_url, info)


def fill(database: Database, visit_count: int) -> None:
    """Record some visits, and copy their rows until there are so many."""
    with database.write_session() as session:
        load_shipped(session)
        load_visits(session, invent_visits(RECORDED, date(2017, 9, 1), date(2017, 9, 29), 3), LoadedCounts())
    tables = {name: Base.metadata.tables[name] for name in COPIED_TABLES}
    with database.read_session() as session:
        rows = {name: [row._asdict() for row in session.execute(select(table))] for name, table in tables.items()}
    for _turn in range(max(visit_count // len(rows["visit"]) - 1, 0)):
        ids: dict[UUID, UUID] = {row["id"]: new_id() for name in ("person", "visit", "referral") for row in rows[name]}
        with database.write_session() as session:
            for name, table in tables.items():
                session.execute(insert(table), [_copy_row(row, ids) for row in rows[name]])


def _copy_row(row: dict[str, Any], ids: dict[UUID, UUID]) -> dict[str, Any]:
    copied = {name: ids.get(value, value) if isinstance(value, UUID) else value for name, value in row.items()}
    own_values = {"reference": os.urandom(10).hex(), "code": os.urandom(10).hex(), "tag": os.urandom(16)}
    if "family_tag" in row:
        own_values["family_tag"] = None if row["family_tag"] is None else os.urandom(16)  # type: ignore[assignment]
    return copied | {name: value for name, value in own_values.items() if name in row}


def measure(settings: Settings, identity: Path, folder: Path, other_address: str) -> tuple[list[Figure], BackupSummary]:
    """Register people, first alone, then beside a backup; then restore the backup."""
    file, drafts = folder / "one.age", invent_drafts(11)
    with closing(_open(settings)) as database:
        usual = [_register(database, next(drafts)) for _number in range(USUAL)]
        process = multiprocessing.get_context("spawn").Process(target=make_backup, args=(settings, file))
        started_at = time.perf_counter()
        process.start()
        beside = list(_register_while(process, database, drafts))
        process.join()
        seconds = time.perf_counter() - started_at
        with database.read_session() as session:
            gigabytes = measure_database(session, settings) / 1024**3
    target = folder / "other-machine"
    target.mkdir(mode=0o700)
    shutil.copy(settings.keyring, target / "keyring.json")
    empty = replace(settings, instance=target, keyring=target / "keyring.json", database_url=other_address)
    started_at = time.perf_counter()
    summary = restore_backup(empty, file, identity)
    restored_in = time.perf_counter() - started_at
    ratio = _find_percentile(beside) / _find_percentile(usual)
    return [
        Figure("K1", "a registration's 99th percentile, alone", [_find_percentile(usual)], "ms"),
        Figure("K2", f"the same beside a backup ({len(beside)} registrations)", [_find_percentile(beside)], "ms"),
        Figure("K3", "K2 : K1", [ratio], "×", 2.0),
        Figure("K4", f"the backup of {gigabytes:.1f} GB beside registrations", [seconds], "s"),
        Figure("K5", "its restore, every digest and row compared", [restored_in], "s"),
    ], summary


def make_backup(settings: Settings, file: Path) -> None:
    """What the other process does."""
    with closing(_open(settings)) as database:
        create_backup(database, settings, file)


def _register_while(process: Any, database: Database, drafts: Iterator[dict[str, Any]]) -> Iterator[float]:
    while process.is_alive():
        yield _register(database, next(drafts))


def _register(database: Database, draft: dict[str, Any]) -> float:
    parsed = read_draft(draft)

    def write() -> None:
        with database.write_session() as session:
            record_visit(session, SYSTEM, parsed)

    duration = measure_milliseconds(write)
    time.sleep(0.02)  # a busy desk's 50 registrations a second, not as many as the machine can do
    return duration


def _find_percentile(values: list[float]) -> float:
    with suppress(IndexError):
        return sorted(values)[int(len(values) * 0.99)]
    return 0.0


def format_section(visit_count: int, figures: list[Figure], summary: BackupSummary) -> str:
    """The section of docs/performance.md."""
    return "\n".join(
        [
            "## A backup beside registrations",
            "",
            f"{visit_count:,} visits, {summary.row_count:,} rows; one process registers up to 50 people a"
            f" second, another makes the backup (`python -m bench.backups --visits {visit_count}`). The restored copy"
            " has as many rows in each table, and every digest of the archive agrees.",
            "",
            format_table(figures),
        ]
    )


if __name__ == "__main__":
    main()
