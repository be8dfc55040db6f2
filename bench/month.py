"""A month over ten million visits on file: its tables, its release, its paper. `python -m bench.month` prints them."""

import argparse
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from importlib import import_module
from io import BytesIO
from itertools import count
from pathlib import Path
from statistics import median

from pypdf import PdfReader
from sqlalchemy import select

from attention_point.demo.loading import Loaded, load
from attention_point.demo.visits import invent
from attention_point.directory.loading import load_shipped
from attention_point.foundation import paths
from attention_point.foundation.access import SYSTEM
from attention_point.foundation.database import Database, migrations
from attention_point.foundation.paperwork.slip import Slip
from attention_point.foundation.paperwork.slip_pdf import write_slip
from attention_point.foundation.vault import Keyring, Vault
from attention_point.intake.models import Visit
from attention_point.referrals.documents import Handed, slip
from attention_point.referrals.queries import open_of_visit
from attention_point.statistics import files, released, services
from attention_point.statistics.content import Content, from_json
from attention_point.tallies import queries as tallies
from bench import big
from tests.support.postgres import Server, find_binaries

MANY, FEW = 10_000_000, 10_000
PEOPLE, BATCH, TURNS = 2_600, 200, 9
Counts = dict[str, dict[str, int]]
GOALS = {"sqlite": 15.0, "postgresql": 4.0}


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table: each turn's value, and the goal, which is to be reached from above or from below."""

    figure: str
    what: str
    values: list[float]
    unit: str
    goal: float | None = None
    least: bool = False

    def line(self) -> str:
        """As Markdown."""
        digits = 2 if self.unit == "×" else 1
        middle = median(self.values)
        goal, verdict = "–", "–"
        if self.goal is not None:
            goal = f"{'≥' if self.least else '≤'} {self.goal:g}"
            verdict = "yes" if (middle >= self.goal if self.least else middle <= self.goal) else "no"
        spread = f"{middle:.{digits}f} ({min(self.values):.{digits}f}–{max(self.values):.{digits}f})"
        return f"| {self.figure} | {self.what} | {goal} | {spread} {self.unit} | {verdict} |"


def timed(action: Callable[[], object]) -> float:
    """Milliseconds of wall clock."""
    start = time.perf_counter()
    action()
    return (time.perf_counter() - start) * 1000


@dataclass(frozen=True, slots=True)
class Place:
    """Where databases of an engine are made, and how one becomes the copy of another."""

    address: Callable[[str], str]
    copy: Callable[[str, str], None]


@contextmanager
def places(folder: Path) -> Iterator[dict[str, Place]]:
    """The engines on this machine: a file on the disk, and where it is installed a PostgreSQL of the bench's own."""

    def copy_file(name: str, base: str) -> None:
        shutil.copyfile(folder / f"{base}.db", folder / f"{name}.db")

    made = {"sqlite": Place(lambda name: f"sqlite:///{folder / name}.db", copy_file)}
    binaries = find_binaries()
    if binaries is None:
        yield made
        return
    server = Server.prepare()
    try:
        server.start(binaries)
        yield {**made, "postgresql": Place(server.url, server.create)}
    finally:
        server.stop()


def record(database: Database, people: int) -> int:
    """The released month: invented people through the one door, with what the entities answered."""
    with database.writing() as session:
        load_shipped(session)
    first, after = big.RELEASED
    drafts = invent(people, first, after - timedelta(1), 2017)
    loaded = Loaded()
    for start in range(0, len(drafts), BATCH):
        with database.writing() as session:
            load(session, drafts[start : start + BATCH], loaded)
    return loaded.visits


@contextmanager
def prepared(place: Place, vault: Vault, many: int, people: int) -> Iterator[tuple[Database, Database]]:
    """Two installations with the same month: one with few other visits on file, one with many."""
    name = f"month_{many}"
    if "postgresql" in place.address(name):
        place.copy(name, "template1")
    migrations.upgrade(place.address(name))
    base = Database(place.address(name), {"vault": vault})
    visits = record(base, people)
    base.close()
    with ExitStack() as stack:
        opened = []
        for size in (FEW, many):
            place.copy(f"{name}_{size}_on_file", name)
            address = place.address(f"{name}_{size}_on_file")
            _fill(address, size - visits)
            database = Database(address, {"vault": vault})
            stack.callback(database.close)
            opened.append(database)
        yield opened[0], opened[1]


def _fill(address: str, visits: int) -> None:
    start = time.perf_counter()
    engine = big.filling(address)
    with engine.begin() as connection:
        big.numbers(connection, visits)
    big.clear_rows(engine, visits)
    big.unopened(engine, visits)
    with engine.begin() as connection:
        big.kept_counts(connection, big.counts_of(connection))
    engine.dispose()
    print(f"{engine.dialect.name}: {visits:,} visits on file in {time.perf_counter() - start:.0f} s", file=sys.stderr)


class Month:
    """What is measured on one installation."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def scan(self) -> Counts:
        """The tables out of rows in clear."""
        with self.database.reading() as session:
            return big.counts_of(session.connection())

    def kept(self) -> Counts:
        """The tables out of the kept counts."""
        with self.database.reading() as session:
            return tallies.months_tables(session, big.SCANNED[0])

    def release(self) -> Content:
        """Recounted, protected, audited, frozen, told to the journal; then undone, so that it can be done again."""
        with self.database.writing() as session:
            found = released.content(services.release(session, SYSTEM, big.RELEASED[0]))
            session.rollback()
        return from_json(found)

    def slip(self) -> Slip:
        """Some visit's slip."""
        first, after = big.RELEASED
        with self.database.reading() as session:
            visit = session.execute(select(Visit).where(Visit.day >= first, Visit.day < after).limit(1)).scalar_one()
            handed = Handed(visit.point, visit.day, visit.received_at, visit.reference, visit.code)
            return slip(session, handed, open_of_visit(session, visit.id), "https://example.org")


Times = dict[str, list[float]]
CPU = "{}, CPU"


def measure(few: Database, many: Database, turns: int) -> Times:
    """Every side in turns, after one round that is not kept: it loads what is loaded once."""
    small, large = Month(few), Month(many)
    if small.scan() != small.kept() or large.scan() != large.kept():
        raise RuntimeError("the kept counts are not what the rows say")
    content, paper, visits = large.release(), large.slip(), count()
    sides: dict[str, Callable[[], object]] = {
        "scan": large.scan,
        "kept": large.kept,
        "release few": small.release,
        "release many": large.release,
        "pdf": lambda: files.write("pdf", content),
        "slip": lambda: write_slip(replace(paper, code=f"{paper.code[:-8]}{next(visits):08}")),
    }
    taken: Times = {name: [] for name in (*sides, *map(CPU.format, sides))}
    for number in range(turns + 1):
        for name, side in sides.items():
            before = time.process_time()
            elapsed = timed(side)
            if number:
                taken[name].append(elapsed)
                taken[CPU.format(name)].append((time.process_time() - before) * 1000)
    return taken


def lines(engine: str, taken: Times, many: int, pages: int) -> Iterator[Figure]:
    """The figures of an engine."""

    def ratio(one: str, other: str) -> list[float]:
        return [a / b for a, b in zip(taken[one], taken[other], strict=True)]

    on = f"{ENGINES[engine]}, {many:,} visits"
    yield Figure("P8", f"{on}: a month's tables by scan / from kept counts", ratio("scan", "kept"), "×",
                 GOALS[engine], least=True)  # fmt: skip
    yield Figure("", f"{on}: by scan", taken["scan"], "ms")
    yield Figure("", f"{on}: from kept counts", taken["kept"], "ms")
    yield Figure("P8", f"{on}: a month's release / over {FEW:,}", ratio("release many", "release few"), "×", 1.5)
    yield Figure("P8", f"{on}: a month's release, recounted and audited", taken["release many"], "ms", 2000)
    yield Figure("", f"{on}: the same, CPU of the process", taken["release many, CPU"], "ms")
    if engine == "sqlite":
        yield Figure("P8", f"the month's PDF, {pages} pages with charts, warm", taken["pdf"], "ms", 1000)
        yield Figure("P11", "the same for 10 of its pages", [one / pages * 10 for one in taken["pdf"]], "ms", 300)
        yield Figure("P11", "slip, warm, each of another visit", taken["slip"], "ms", 10)
        yield Figure("", "the same, CPU of the process", taken["slip, CPU"], "ms")


ENGINES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
TEXT = """## A month

| Figure | What | Goal | Median (range) | Reached |
|---|---|---|---|---|
{lines}

- *By scan*: one `GROUP BY` for each of the {kept} kept tables over the month's rows of a table with a column in clear
  for each code, one need, document and referral a visit, in the order of its days and with an index on them.
  *From kept counts*: `tallies.months_tables`. Both give the same counts, which is checked before.
- *A month's release*: `statistics.services.release` of a month of {people:,} invented people, recorded through the one
  door with the entities' answers: {visits} attentions and {referrals} referrals are opened and recounted, the tables
  protected and audited by linear programme, frozen and told to the journal, all in one transaction; its commit is left
  out, because it is undone to be done again. The other visits, each with a referral, and ten years of counts are on
  file, and nothing opens them. HiGHS is loaded before: the first release of a process takes about {loading} more.
- The PDF is that of the released month. The sides take turns: {turns} of them after one that is
  not kept.
- Of PostgreSQL nothing waits for the disk here (`fsync=off`), as in the tests.
"""


def section(many: int = MANY, people: int = PEOPLE, turns: int = TURNS) -> str:
    """Measure on each engine; the part of docs/performance.md."""
    cache = paths.PROJECT / ".cache"
    cache.mkdir(exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="bench-", dir=cache))
    try:
        Keyring.create(folder / "keyring.json")
        vault = Vault(Keyring.load(folder / "keyring.json"))
        figures: list[Figure] = []
        with places(folder) as engines:
            loading = timed(lambda: import_module("attention_point.statistics.audit"))
            for engine, place in engines.items():
                with prepared(place, vault, many, people) as (few, large):
                    content = Month(large).release()
                    pages = len(PdfReader(BytesIO(files.write("pdf", content))).pages)
                    figures += lines(engine, measure(few, large, turns), many, pages)
    finally:
        shutil.rmtree(folder)
    return TEXT.format(
        lines="\n".join(figure.line() for figure in figures),
        kept=len(big.GROUPS),
        people=people,
        visits=content.totals["attentions"],
        referrals=content.totals["referrals"],
        loading=f"{loading / 1000:.1f} s",
        turns=turns,
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--visits", type=int, default=MANY)
    parser.add_argument("--people", type=int, default=PEOPLE)
    parser.add_argument("--turns", type=int, default=TURNS)
    given = parser.parse_args()
    print(section(given.visits, given.people, given.turns))


if __name__ == "__main__":
    main()
