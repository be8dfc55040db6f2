"""Ten million visits on file: rows in clear columns with their kept counts, and rows that nobody opens."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, insert, text
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.schema import CreateIndex, DropIndex

from attention_point.foundation.database import Base
from attention_point.tallies.models import Tally
from attention_point.tallies.rules import KEPT, RETURNS

POINT = "bucaramanga"
FIRST, DAYS = date(2008, 1, 1), 3653  # ten years
SCANNED = date(2016, 9, 1), date(2016, 10, 1)  # the month that is counted out of rows
RELEASED = date(2017, 9, 1), date(2017, 10, 1)  # the month that is released: of it nothing is invented here

# Columns in clear, each with how many codes it has. A code is a number here, which a scan groups faster than text.
CODES = {
    "hour": 10, "wait": 6, "new": 5, "again": 3, "sex": 4, "age": 7, "population": 6, "nationality": 5, "status": 6,
    "document": 6, "origin": 25, "municipality": 12, "intention": 5, "education": 13, "ethnicity": 9, "gender": 8,
    "disability": 3, "vulnerability": 12, "need": 30, "state": 8, "answer": 9,
}  # fmt: skip
COUNTED = "new > 0"  # four visits of five are the person's first of the month
# What each kept table groups, and which rows it counts. One document, need and referral a visit: less than a desk has.
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
    **{f"people-by-{name}": ((name,), COUNTED) for name in ("population", "document", "origin", "municipality",
                                                           "intention", "education", "ethnicity", "gender",
                                                           "disability")},
}  # fmt: skip
# Who came again, as the tables of people are kept: a visit of five, with nothing new.
RETURNED = "new = 0"
GROUPS |= {
    one.id: (GROUPS[people.id][0], GROUPS[people.id][1].replace(COUNTED, RETURNED))
    for one in RETURNS
    for people in KEPT
    if people.attentions and people.dimensions == one.dimensions
}


def filling(url: str | URL) -> Engine:
    """An engine to fill a database that nobody else has open: nothing waits for the disk."""
    engine = create_engine(url)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _hasty)
    return engine


def _hasty(connection: DBAPIConnection, _record: object) -> None:
    cursor = connection.cursor()
    for pragma in ("journal_mode=OFF", "synchronous=OFF", "cache_size=-500000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def numbers(connection: Connection, visits: int) -> None:
    """The days, and the places of a day's visits: what rows are multiplied out of."""
    days = "CREATE TABLE bench_day (number INTEGER PRIMARY KEY, day DATE NOT NULL, ms BIGINT NOT NULL)"
    connection.execute(text(days))
    connection.execute(text("CREATE TABLE bench_place (place INTEGER PRIMARY KEY)"))
    start = (FIRST - date(1970, 1, 1)).days
    rows = [
        {"number": number, "day": str(FIRST + timedelta(number)), "ms": (start + number) * 86_400_000}
        for number in range(DAYS)
    ]
    connection.execute(text("INSERT INTO bench_day VALUES (:number, :day, :ms)"), rows)
    places = [{"place": place} for place in range(-(-visits // DAYS))]
    connection.execute(text("INSERT INTO bench_place VALUES (:place)"), places)


def clear_rows(engine: Engine, visits: int) -> None:
    """The reference: a table of visits in clear columns, in order of their days, with an index on the day."""
    columns = ", ".join(f"{name} SMALLINT NOT NULL" for name in CODES)
    each = _number(visits)
    values = ", ".join(f"({each} * {PRIMES[place]} / 1009) % {codes}" for place, codes in enumerate(CODES.values()))
    with engine.begin() as connection:
        connection.execute(text(f"CREATE TABLE clear_visit (id BIGINT PRIMARY KEY, day DATE NOT NULL, {columns})"))
        connection.execute(
            text(
                f"INSERT INTO clear_visit SELECT {each}, day, {values} FROM bench_day CROSS JOIN bench_place"
                f" ORDER BY number, place"
            )
        )
        connection.execute(text("CREATE INDEX clear_visit_day ON clear_visit (day)"))
    analyse(engine, "clear_visit")


def _number(visits: int) -> str:
    return f"(CAST(number AS BIGINT) * {-(-visits // DAYS)} + place)"


PRIMES = [7919 + 2 * 3571 * place for place in range(len(CODES))]


def scans() -> dict[str, str]:
    """For each kept table the statement that counts it out of the month's rows."""
    assert set(GROUPS) == {one.id for one in KEPT}, "bench/big.py does not know every kept table"
    within = f"day >= '{SCANNED[0]}' AND day < '{SCANNED[1]}'"
    return {
        table: f"SELECT {', '.join(columns)}, count(*) FROM clear_visit WHERE {within}"
        f"{' AND ' + where if where else ''} GROUP BY {', '.join(columns)}"
        for table, (columns, where) in GROUPS.items()
    }


def counts_of(connection: Connection) -> dict[str, dict[str, int]]:
    """The month's tables by scanning its rows."""
    return {
        table: {"|".join(map(str, row[:-1])): row[-1] for row in connection.execute(text(statement))}
        for table, statement in scans().items()
    }


def kept_counts(connection: Connection, month: dict[str, dict[str, int]]) -> None:
    """Keep the month's counts as the product does, and as many in each other month of the ten years."""
    rows: list[dict[str, Any]] = []
    first = FIRST
    while first < FIRST + timedelta(DAYS):
        last = (first + timedelta(31)).replace(day=1) - timedelta(1)
        for table, cells in month.items() if first != RELEASED[0] else ():
            for cell, count in cells.items():
                day, name = (first, cell) if table not in DAILY else _day_of(cell, first, last)
                rows.append({"day": day, "point": POINT, "table": table, "cell": name, "count": count})
        first = last + timedelta(1)
    found = {(row["day"], row["table"], row["cell"]): row for row in rows}
    connection.execute(insert(Tally), list(found.values()))


DAILY = {one.id for one in KEPT if one.grain == "day"}


def _day_of(cell: str, first: date, last: date) -> tuple[date, str]:
    day = min(first + timedelta(int(cell[-2:]) - 1), last)
    return day, str(day)


def unopened(engine: Engine, visits: int) -> None:
    """Visits with one referral each, all outside the released month, in the product's own tables.

    Their sealed parts are bytes that nothing opens, a tenth of the usual length.
    """
    sqlite = engine.dialect.name == "sqlite"
    indexes = [index for table in ("visit", "referral") for index in Base.metadata.tables[table].indexes]
    with engine.begin() as connection:
        connection.execute(text("PRAGMA foreign_keys = OFF" if sqlite else "SET session_replication_role = replica"))
        for index in indexes:
            connection.execute(DropIndex(index))
        for statement in _statements(_number(visits), sqlite=sqlite):
            connection.execute(text(statement))
        for index in indexes:
            connection.execute(CreateIndex(index))
    if not sqlite:  # PostgreSQL does so by itself in time; the product does not on SQLite
        analyse(engine, "visit, referral")


def _statements(number: str, *, sqlite: bool) -> Iterator[str]:
    """Rows in the order of their time, as their ids (UUIDv7) are."""
    if sqlite:
        made, person = f"printf('%012x7%019x', ms, {number})", f"printf('%032x', {number} / 3)"
        at, digits = "day || ' 15:00:00.000000'", f"printf('%013d', {number})"
        visit_bytes, referral_bytes, print_bytes = "randomblob(64)", "randomblob(16)", "randomblob(32)"
    else:
        made = f"CAST(lpad(to_hex(ms), 12, '0') || '7' || lpad(to_hex({number}), 19, '0') AS uuid)"
        person = f"CAST(lpad(to_hex({number} / 3), 32, '0') AS uuid)"
        at, digits = "CAST(day AS timestamptz)", f"lpad(CAST({number} AS text), 13, '0')"
        chance = f"md5(CAST({number} AS text))"
        visit_bytes, referral_bytes, print_bytes = (f"decode(repeat({chance}, {n}), 'hex')" for n in (4, 1, 2))
    outside = (
        f"FROM bench_day CROSS JOIN bench_place WHERE day < '{RELEASED[0]}' OR day >= '{RELEASED[1]}'"
        " ORDER BY number, place"
    )
    yield (
        "INSERT INTO visit (id, person_id, point, day, attended_at, received_at, actor, channel, reference, code,"
        f" fingerprint, sealed) SELECT {made}, {person}, '{POINT}', day, {at}, {at}, 'demo', 'demo', {digits},"
        f" {digits}, {print_bytes}, {visit_bytes} {outside}"
    )
    yield (
        "INSERT INTO referral (id, visit_id, person_id, point, day, entity, state, created_at, state_at, version,"
        f" sealed) SELECT {made}, {made}, {person}, '{POINT}', day, 'sena', 'attended', {at}, {at}, 2,"
        f" {referral_bytes} {outside}"
    )


def analyse(engine: Engine, tables: str) -> None:
    """Let the planner know what is in tables."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f"ANALYZE {tables}" if engine.dialect.name == "sqlite" else f"VACUUM ANALYZE {tables}"))
