"""A month's tables and release over ten million visits, and its papers: ``python -m bench.month`` prints P8 and P11."""

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from io import BytesIO
from itertools import count
from pathlib import Path

from pypdf import PdfReader
from sqlalchemy import Connection, create_engine, event, select, text
from sqlalchemy.orm import Session

from attention_point.dates import Period
from attention_point.demo.invention.visit_drafts import invent_visits
from attention_point.demo.steps.visit_steps import LoadedCounts, load_visits
from attention_point.directory.seed.loading import load_shipped_files
from attention_point.foundation.access import SYSTEM
from attention_point.foundation.database import Database, migrations
from attention_point.foundation.paperwork import write_slip
from attention_point.foundation.paperwork.slip.content import Slip
from attention_point.foundation.vault import Keyring, Vault
from attention_point.intake.models import Visit
from attention_point.intake.queries import list_hidden_visits
from attention_point.referrals.queries import list_decrypted_of_visit
from attention_point.referrals.slip import SlipTraveller, SlipVisit, build_slip
from attention_point.statistics.month_papers.period_report import PeriodPaper
from attention_point.statistics.open_data import files
from attention_point.statistics.releases import queries as release_queries
from attention_point.statistics.releases import services
from attention_point.statistics.releases.content import ReleaseContent
from attention_point.statistics.releases.parsing import parse_content_json
from attention_point.tallies import queries as tally_queries
from attention_point.tallies.counted_cells import CellKey
from attention_point.tallies.rules import STORED_INDICATORS
from attention_point.tallies.services import rebuild_tallies
from bench.report import Figure, divide, format_table, measure_milliseconds, working_folder
from tests.support.postgres import Server, find_binaries

VISITS, PEOPLE, BATCH, TURNS = 10_000_000, 2_600, 200, 9
GOALS = {"SQLite": 15.0, "PostgreSQL": 4.0}
RELEASE_GOAL = 2000.0  # milliseconds
FIRST_DAY, DAYS = date(2008, 1, 1), 3653  # ten years
SCANNED_MONTH = date(2016, 9, 1), date(2016, 10, 1)
RELEASED_MONTH = date(2017, 9, 1), date(2017, 10, 1)
# Columns in clear, each with how many codes it has. A code is a number here, which a scan groups faster than text.
CODES = {
    "hour": 10, "wait": 6, "new": 5, "again": 3, "sex": 4, "age": 7, "population": 6, "nationality": 5, "status": 6,
    "document": 6, "origin": 25, "municipality": 12, "intention": 5, "education": 13, "ethnicity": 9, "gender": 8,
    "disability": 3, "vulnerability": 12, "need": 30, "state": 8, "answer": 9,
}  # fmt: skip
COUNTED = "new > 0"  # four visits of five are the person's first of the month
# What each stored table groups, and which rows it counts. One document, need and referral a visit.
GROUPS: dict[str, tuple[tuple[str, ...], str]] = {
    "attentions-by-day": (("day",), ""),
    "attentions-by-hour": (("hour",), ""),
    "attentions-by-wait": (("wait",), ""),
    "people-by-day": (("day",), COUNTED),
    "people-by-hour": (("hour",), COUNTED),
    "people-by-first-time": (("again",), COUNTED),
    "people-by-sex-and-age": (("sex", "age"), COUNTED),
    "people-by-nationality-and-status": (("nationality", "status"), COUNTED),
    "vulnerabilities-by-sex": (("vulnerability", "sex"), f"{COUNTED} AND vulnerability > 8"),
    "needs-by-sex-and-age": (("need", "sex", "age"), COUNTED),
    "referrals-by-service-and-state": (("need", "state"), ""),
    "answers-by-time": (("answer",), "answer > 3"),
    "answers-by-entity-and-time": (("need", "answer"), "answer > 3"),
    "openings-by-entity-and-time": (("need", "answer"), "answer > 1"),
    "person-outcomes-by-entity": (("need", "again"), "answer > 7"),
    **{f"people-by-{name}": ((name,), COUNTED) for name in ("population", "document", "origin", "municipality",
                                                           "intention", "education", "ethnicity", "gender",
                                                           "disability")},
}  # fmt: skip
Counts = dict[str, dict[str, int]]


@contextmanager
def create_databases(folder: Path) -> Iterator[dict[str, str]]:
    """The address of a migrated database on each engine of this machine."""
    addresses = {"SQLite": f"sqlite:///{folder / 'month.db'}"}
    binaries, server = find_binaries(), Server.prepare()
    try:
        if binaries is not None:
            server.start(binaries)
            server.create("month")
            addresses["PostgreSQL"] = server.url("month")
        for address in addresses.values():
            migrations.upgrade_database(address)
        yield addresses
    finally:
        server.stop()


def fill_database(address: str, visits: int, vault: Vault) -> None:
    """A table of visits in clear columns, in the order of their days and with an index on them; and its counts."""
    engine = create_engine(address)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", lambda connection, _record: connection.execute("PRAGMA synchronous=OFF"))
    a_day = -(-visits // DAYS)
    number = f"(CAST(number AS BIGINT) * {a_day} + place)"
    # Primes, so that the codes of a visit do not depend on each other.
    values = ", ".join(
        f"({number} * {7919 + 2 * 3571 * place} / 1009) % {codes}" for place, codes in enumerate(CODES.values())
    )
    columns = ", ".join(f"{name} SMALLINT NOT NULL" for name in CODES)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE bench_day (number INTEGER PRIMARY KEY, day DATE NOT NULL)"))
        connection.execute(text("CREATE TABLE bench_place (place INTEGER PRIMARY KEY)"))
        days = [{"number": day, "day": str(FIRST_DAY + timedelta(day))} for day in range(DAYS)]
        connection.execute(text("INSERT INTO bench_day VALUES (:number, :day)"), days)
        connection.execute(text("INSERT INTO bench_place VALUES (:place)"), [{"place": n} for n in range(a_day)])
        connection.execute(text(f"CREATE TABLE clear_visit (id BIGINT PRIMARY KEY, day DATE NOT NULL, {columns})"))
        select_visits = f"SELECT {number}, day, {values} FROM bench_day CROSS JOIN bench_place ORDER BY number, place"
        connection.execute(text(f"INSERT INTO clear_visit {select_visits}"))
        connection.execute(text("CREATE INDEX clear_visit_day ON clear_visit (day)"))
        store_counts(connection, scan_month(connection), vault)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE" if engine.dialect.name == "sqlite" else "VACUUM ANALYZE clear_visit"))
    engine.dispose()


def scan_month(connection: Connection) -> Counts:
    """The month's tables out of its rows: one GROUP BY for each stored table."""
    if set(GROUPS) != {indicator.id for indicator in STORED_INDICATORS}:
        raise RuntimeError("bench/month.py does not know every stored table")
    within = f"day >= '{SCANNED_MONTH[0]}' AND day < '{SCANNED_MONTH[1]}'"
    counts: Counts = {}
    for table, (columns, condition) in GROUPS.items():
        where = f"{within} AND {condition}" if condition else within
        listed = ", ".join(columns)
        rows = connection.execute(text(f"SELECT {listed}, count(*) FROM clear_visit WHERE {where} GROUP BY {listed}"))
        counts[table] = {"|".join(map(str, row[:-1])): row[-1] for row in rows}
    return counts


def store_counts(connection: Connection, counts: Counts, vault: Vault) -> None:
    """Store the month's counts as the product does, and as many in each other month of the ten years."""
    daily = {indicator.id for indicator in STORED_INDICATORS if indicator.grain == "day"}
    all_cells: dict[CellKey, int] = {}
    for month in (date(FIRST_DAY.year + number // 12, number % 12 + 1, 1) for number in range(120)):
        for table, cells in counts.items() if month != RELEASED_MONTH[0] else ():
            for cell, number in cells.items():
                day = month.replace(day=min(int(cell[-2:]), 28 + 2 * (month.month != 2))) if table in daily else month
                name = str(day) if table in daily else cell
                all_cells[day, "bucaramanga", table, name] = number
    rebuild_tallies(Session(connection, info={"vault": vault}), all_cells, ())


def measure_tables(database: Database, turns: int) -> tuple[list[float], list[float]]:
    """Milliseconds by scan and from stored counts, in turns, after one turn that is not kept."""

    def scan() -> Counts:
        with database.read_session() as session:
            return scan_month(session.connection())

    def read_stored() -> Counts:
        with database.read_session() as session:
            return tally_queries.sum_month_tables(session, SCANNED_MONTH[0])

    if scan() != read_stored():
        raise RuntimeError("the stored counts are not what the rows say")
    times = [(measure_milliseconds(scan), measure_milliseconds(read_stored)) for _turn in range(turns + 1)][1:]
    return [scanned for scanned, _stored in times], [stored for _scanned, stored in times]


def release_month(database: Database, people: int, turns: int) -> tuple[ReleaseContent, Slip, list[float]]:
    """A released month of invented people with the answers of the entities, and the slip of one of its visits.

    And the milliseconds of each of the turns that released it, after one that is not kept.
    """
    first_day, day_after = RELEASED_MONTH
    with database.write_session() as session:
        load_shipped_files(session)
    drafts = invent_visits(people, first_day, day_after - timedelta(1), 2017)
    for start in range(0, len(drafts), BATCH):
        with database.write_session() as session:
            load_visits(session, drafts[start : start + BATCH], LoadedCounts())
    month, times = Period("month", first_day), []
    for _turn in range(turns + 1):
        with suppress(_UndoneError), database.write_session() as session:
            times.append(measure_milliseconds(partial(services.release_period, session, SYSTEM, month)))
            raise _UndoneError  # to be done again
    with database.write_session() as session:
        content = release_queries.read_content_json(services.release_period(session, SYSTEM, month))
    with database.read_session() as session:
        visit = session.execute(select(Visit).where(Visit.day >= first_day).limit(1)).scalar_one()
        slip_visit = SlipVisit(visit.point, visit.day, visit.received_at, visit.reference, visit.code)
        traveller = SlipTraveller(list_decrypted_of_visit(session, visit.id))
        slip = build_slip(session, slip_visit, [traveller], "https://example.org")
    return parse_content_json(content), slip, times[1:]


class _UndoneError(Exception):
    """Ends a transaction that is not to stay."""


def measure_papers(content: ReleaseContent, slip: Slip, turns: int) -> list[Figure]:
    """The month's PDF and slips, each of another address, after one turn that is not kept."""
    numbers = count()

    def write_another_slip() -> bytes:
        return write_slip(replace(slip, qr_code_address=f"{slip.qr_code_address[:-8]}{next(numbers):08}"))

    def write_month_pdf() -> bytes:
        return files.write_paper("pdf", PeriodPaper(content))

    pages = len(PdfReader(BytesIO(write_month_pdf())).pages)
    times = [
        (measure_milliseconds(write_month_pdf), measure_milliseconds(write_another_slip)) for _turn in range(turns + 1)
    ][1:]
    return [
        Figure("P8", f"the month's PDF of {pages} pages with charts, warm", [pdf for pdf, _slip in times], "ms", 1000),
        Figure("P11", "the same", [pdf for pdf, _slip in times], "ms", 300),
        Figure("P11", "slip of one page, warm, each of another visit", [slip for _pdf, slip in times], "ms", 10),
    ]


TEXT = """## A month

{table}

- *By scan*: one `GROUP BY` for each of the {tables} stored tables over the month's rows of a table with a column in
  clear for each code, one need, document and referral a visit, in the order of its days and with an index on them.
  *From stored counts*: `tallies.queries.sum_month_tables`. Both give the same counts, which is checked before.
- *A month's release*: all that `release_period` does within its transaction, whose commit is left out because it is
  undone to be done again.
- The papers are those of a released month of {people:,} invented people. The sides take turns: {turns} of them after
  one that is not kept.
- Of PostgreSQL nothing waits for the disk here (`fsync=off`), as in the tests.
"""


def build_section(visits: int = VISITS, people: int = PEOPLE, turns: int = TURNS) -> str:
    """Measure on each engine; the section of the page."""
    figures: list[Figure] = []
    with working_folder() as folder, create_databases(folder) as addresses:
        Keyring.create(folder / "keyring.json")
        vault = Vault(Keyring.load(folder / "keyring.json"))
        for engine, address in addresses.items():
            milliseconds = measure_milliseconds(partial(fill_database, address, visits, vault))
            print(f"{engine}: {visits:,} visits on file in {milliseconds / 1000:.0f} s", file=sys.stderr)
            database = Database(address, {"vault": vault, "hidden_visits": list_hidden_visits})
            scanned, stored = measure_tables(database, turns)
            label = f"{engine}, {visits:,} visits: a month's tables"
            ratio = divide(scanned, stored)
            figures += [
                Figure("P8", f"{label} by scan / from stored counts", ratio, "×", GOALS[engine], is_minimum=True),
                Figure("", f"{label} by scan", scanned, "ms"),
                Figure("", f"{label} from stored counts", stored, "ms"),
            ]
            content, slip, times = release_month(database, people, turns)
            what = f"{engine}, {visits:,} visits: a month's release, recounted and audited"
            figures.append(Figure("P8", what, times, "ms", RELEASE_GOAL))
            if engine == "SQLite":
                figures += measure_papers(content, slip, turns)
            database.close()
    return TEXT.format(table=format_table(figures), tables=len(GROUPS), people=people, turns=turns)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--visits", type=int, default=VISITS)
    parser.add_argument("--people", type=int, default=PEOPLE)
    parser.add_argument("--turns", type=int, default=TURNS)
    options = parser.parse_args()
    print(build_section(options.visits, options.people, options.turns))
