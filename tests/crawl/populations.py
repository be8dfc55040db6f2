"""The populations that are crawled: what an installation may hold, each made through the services of its rooms."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Uuid, select

from attention_point.dates import format_month_code
from attention_point.demo.commands import demo_commands
from attention_point.foundation.access import SYSTEM
from attention_point.foundation.database import Base, Database
from attention_point.foundation.settings import ENVIRONMENT_PREFIX
from attention_point.registers.shared.records.loading import load_year_file
from attention_point.statistics.commands import statistics_commands
from attention_point.tallies.stored_counts import list_months_with_counts
from tests.crawl import bare_records
from tests.registers.seed import seed
from tests.support.directory import load_shipped

PEOPLE, MONTHS = 40, 2
TYPED = {
    "code": "1",
    "kind": "municipal",
    "type": "PA",
    "email": "otra@example.org",
    "link": "https://example.org/",
    "months": "1",
    "name": "Yohana",
    "document_number": "",
    "birth_year": "",
    "needs": "MIG-REG",
    "period": "2017-08",
    "q": "Yohana",
    "share": "50",
}
"""What is typed into a field of that name, wherever it stands, or chosen; what is empty is left blank."""


@dataclass(frozen=True, slots=True)
class Population:
    """``known`` are addresses to which no page leads: those of letters."""

    known: tuple[str, ...] = ()


def add_nothing(database: Database, folder: Path) -> Population:
    """An installation on its first day: the directory alone."""
    with database.write_session() as session:
        load_shipped(session)
    return Population()


def add_real_year(database: Database, folder: Path) -> Population:
    """The office's real year, of which much was never written down; skips the test where its file is absent."""
    year = seed()
    with database.write_session() as session:
        load_shipped(session)
        load_year_file(session, SYSTEM, year)
    return Population()


def add_bare_records(database: Database, folder: Path) -> Population:
    """Records with only their required fields in every room."""
    with database.write_session() as session:
        load_shipped(session)
        bare_records.add_bare_directory(session)
        bare_records.add_bare_webhook(session)
        bare_records.add_bare_requests(session)
        bare_records.add_bare_accounts(session)
        bare_records.add_bare_registers(session, folder)
        bare_records.add_bare_visits(session)
        bare_records.add_bare_families(session)
        known = bare_records.send_bare_bulletins(session)
    bare_records.make_extract(database)
    return Population(tuple(known))


def add_demonstration(database: Database, folder: Path) -> Population:
    """The demonstration's people, as its own command loads them, and its first months published."""
    with database.write_session() as session:
        load_shipped(session)
    loaded = run(database, folder, demo_commands, "load", "--people", str(PEOPLE))
    assert loaded.exit_code == 0, (loaded.output, loaded.exc_info)
    with database.read_session() as session:
        months = sorted({month for month, _point in list_months_with_counts(session)})[:MONTHS]
    for month in map(format_month_code, months):
        run(database, folder, statistics_commands, "release", month)  # refused where it was published while loading
    return Population()


def run(database: Database, folder: Path, commands: click.Group, *options: str) -> Result:
    """A command on this database and instance folder."""
    address = database.url.render_as_string(hide_password=False)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(f"{ENVIRONMENT_PREFIX}INSTANCE", str(folder))
        # A command closes the database that it opens.
        return CliRunner().invoke(commands, options, obj=lambda: Database(address, database.info))


POPULATIONS: Mapping[str, Callable[[Database, Path], Population]] = {
    "nothing": add_nothing,
    "real-year": add_real_year,
    "bare-records": add_bare_records,
    "demonstration": add_demonstration,
}


def ids_of(database: Database) -> list[str]:
    """One id of each table that has one, for parameters of which no page shows a value."""
    with database.read_session() as session:
        columns = [
            column
            for table in Base.metadata.sorted_tables
            for column in table.primary_key
            if isinstance(column.type, Uuid)
        ]
        found = [session.scalar(select(column).limit(1)) for column in columns]
    return list(dict.fromkeys(str(value) for value in found if value is not None))
