"""Single tables protected by pytauargus and by ours, both audited by the same linear programme for G2 to the letter.

`python -m bench.suppression` prints the comparison. pytauargus (EUPL) is a tool of the tests: the product does without.
"""

import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import chdir
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from itertools import product
from pathlib import Path
from random import Random

from pytauargus import protect
from pytauargus.engine import run_batch
from pytauargus.result import TableResult

from attention_point.statistics.disclosure import Crossing, Group, crossing, line
from attention_point.statistics.programme import System, Target, settle
from attention_point.tallies import queries as tallies
from bench import pages
from tests.statistics.invented import kept

K = 5
TABLES, MONTHS, VISITS = 100, 24, 800
ALL = "Total"
CROSSINGS = {
    "people-by-sex-and-age": (0, 1),
    "people-by-nationality-and-status": (0, 1),
    "referrals-by-service-and-state": (0, 2),
}
Place = tuple[str, str]
Cells = Mapping[Place, int]
Sums = frozenset[Place]


@dataclass(frozen=True, slots=True)
class Result:
    """A table as somebody published it: known sums of cells, and the sums that must stay uncertain.

    ``hidden`` of the inner cells above 0 are not told by themselves; ``margins`` says how many totals are held back.
    """

    known: Mapping[Sums, int]
    uncertain: frozenset[Sums]
    hidden: frozenset[Place]
    margins: int
    seconds: float
    withheld: bool = False


def tables_of_chance(number: int) -> Iterator[Cells]:
    """5 × 8 tables, most cells in the tens, some small."""
    for seed in range(number):
        chance = Random(seed)
        yield {(f"r{i}", f"c{j}"): int(chance.expovariate(1 / 12)) for i, j in product(range(5), range(8))}


def crossings_of_months(number: int) -> Iterator[Cells]:
    """Crossings of invented months: people by sex and age, by nationality and status; referrals by entity and state."""
    month = date(2017, 8, 1)
    for seed in range(number):
        counts = kept(VISITS, month, seed)
        for table, (one, other) in CROSSINGS.items():
            cells: dict[Place, int] = {}
            for place, count in counts[table].items():
                at = f"r:{place[one]}", f"c:{place[other]}"
                cells[at] = cells.get(at, 0) + count
            yield _full(cells)
        month = tallies.next_month(month)


def _full(cells: Cells) -> Cells:
    """With its zeros, which are published as well."""
    rows, columns = (sorted({place[axis] for place in cells}) for axis in (0, 1))
    return {place: cells.get(place, 0) for place in product(rows, columns)}


def _margins(cells: Cells) -> dict[Place, Sums]:
    """Which cells each figure of a table sums up: cells, totals of rows and columns, the total."""
    found = {place: frozenset({place}) for place in cells}
    for row in {place[0] for place in cells}:
        found[row, ALL] = frozenset(place for place in cells if place[0] == row)
    for column in {place[1] for place in cells}:
        found[ALL, column] = frozenset(place for place in cells if place[1] == column)
    return {**found, (ALL, ALL): frozenset(cells)}


def ours(cells: Cells) -> Result:
    """Totals held back by the rule of lines, rows and columns merged by the rule of crossings."""
    start = time.perf_counter()
    margins = _margins(cells)
    known = {margins[ALL, ALL]: sum(cells.values())}
    uncertain: set[Sums] = set()
    held: set[str] = set()
    sides: list[list[str]] = []
    for axis in (0, 1):
        codes = sorted({place[axis] for place in cells})
        sums = {code: sum(n for place, n in cells.items() if place[axis] == code) for code in codes}
        hidden = line(sums, lambda _code: K)
        if hidden is None:
            return _nothing(cells, known, time.perf_counter() - start)
        held |= hidden
        sides.append([code for code in codes if sums[code]])
        for code in codes:
            whole = margins[(code, ALL) if axis == 0 else (ALL, code)]
            if code in hidden:
                uncertain.add(whole)
            else:
                known[whole] = sums[code]
    merging = crossing(Crossing(cells, sides[0], sides[1], lambda _row, _column: K, frozenset(held)))
    seconds = time.perf_counter() - start
    if merging is None:
        return _nothing(cells, known, seconds, len(held))
    untold = _merged(cells, known, merging.rows, merging.columns)
    uncertain |= {frozenset({place}) for place in untold if cells[place] < K}
    return Result(known, frozenset(uncertain), untold, len(held), seconds)


def _merged(cells: Cells, known: dict[Sums, int], rows: Iterable[Group], columns: Iterable[Group]) -> frozenset[Place]:
    """Publish merged cells; which cells above 0 are then not told by themselves."""
    untold: set[Place] = set()
    for group in product(rows, columns):
        places = frozenset(place for place in product(*group) if place in cells)
        known[places] = sum(cells[place] for place in places)
        if len(places) > 1 and known[places]:
            untold |= {place for place in places if cells[place]}
    return frozenset(untold)


def _nothing(cells: Cells, known: Mapping[Sums, int], seconds: float, margins: int = 0) -> Result:
    """The crossing withheld as a whole."""
    hidden = frozenset(place for place, count in cells.items() if count)
    return Result(known, frozenset(), hidden, margins, seconds, withheld=True)


def theirs(suppress: str, *, levels: bool = False) -> Callable[[Cells], Result]:
    """pytauargus: a least count of 5 with the widest safety range that it takes, and suppression as named.

    ``levels``: asked cell by cell for the interval of G2, by an a-priori file.
    """

    def protected(cells: Cells) -> Result:
        places = [place for place, count in cells.items() for _each in range(count)]
        micro = {"row": [p[0] for p in places], "column": [p[1] for p in places], "people": [1] * len(places)}
        # Its program leaves its logs where it is called from.
        with tempfile.TemporaryDirectory(prefix="tau-") as folder, chdir(folder):
            start = time.perf_counter()
            job = protect(micro, ["row", "column"], "people", f"FREQ({K},100)", suppress, workdir=folder, run=False)
            if levels:
                _ask_for_levels(cells, Path(job.files["arb"]))
            run_batch(job.files["arb"])
            seconds = time.perf_counter() - start
            rows = TableResult(job.files["tab1"], ["row", "column"], "people")._rows
        margins = _margins(cells)
        known = {margins[place]: 0 for place, count in cells.items() if not count}
        uncertain: set[Sums] = set()
        hidden: set[Place] = set()
        totals = 0
        for row in rows:
            place = str(row["row"]).strip(), str(row["column"]).strip()
            if row["status"] not in {"U", "M"}:
                known[margins[place]] = round(float(str(row["people"])))
            else:
                uncertain.add(margins[place])
                hidden |= {place} & cells.keys()
                totals += ALL in place
        return Result(known, frozenset(uncertain), frozenset(hidden), totals, seconds)

    return protected


def _ask_for_levels(cells: Cells, batch: Path) -> None:
    margins = _margins(cells)
    asked = batch.with_name("levels.hst")
    counts = {place: sum(cells[one] for one in sums) for place, sums in margins.items()}
    lines = [f"{row},{column},pl,{count},{K + 1 - count}" for (row, column), count in counts.items() if 0 < count < K]
    # From its first line, which must end in one value, pytauargus reads how many codes a line has.
    first = f"{ALL},{ALL},c,{counts[ALL, ALL]}"
    asked.write_text("\n".join([first, *lines]) + "\n", encoding="utf-8")
    text = batch.read_text(encoding="utf-8")
    batch.write_text(text.replace("<SUPPRESS>", f'<APRIORI> "{asked}",1,",",0,0\n<SUPPRESS>'), encoding="utf-8")


def failing(cells: Cells, result: Result) -> tuple[int, int]:
    """Of the sums that must stay uncertain, how many fail G2: small ones, and all."""
    number = {place: at for at, place in enumerate(sorted(cells))}
    system = System(size=len(number))
    for sums, count in result.known.items():
        system.add(tuple(sorted(number[place] for place in sums)), count)
    targets = {Target(tuple(sorted(number[place] for place in sums)), K): sums for sums in result.uncertain}
    if not settle(system, list(targets)):
        raise RuntimeError("the published figures contradict one another")
    failed = [sums for target, sums in targets.items() if not target.settled]
    return sum(sum(cells[place] for place in sums) < K for sums in failed), len(failed)


@dataclass(slots=True)
class Summary:
    """One side over all tables."""

    tables: int = 0
    failed_tables: int = 0
    failed_small: int = 0
    failed: int = 0
    uncertain: int = 0
    hidden: int = 0
    cells: int = 0
    people_hidden: int = 0
    people: int = 0
    margins: int = 0
    withheld: int = 0
    unsolved: int = 0
    seconds: float = 0.0

    def take(self, cells: Cells, result: Result) -> None:
        """One more table."""
        small, failed = failing(cells, result)
        self.tables += 1
        self.failed_tables += failed > 0
        self.failed_small += small
        self.failed += failed
        self.uncertain += len(result.uncertain)
        self.hidden += len(result.hidden)
        self.cells += sum(count > 0 for count in cells.values())
        self.people_hidden += sum(cells[place] for place in result.hidden)
        self.people += sum(cells.values())
        self.margins += result.margins
        self.withheld += result.withheld
        self.seconds += result.seconds

    def line(self, tables: str, side: str) -> str:
        """As Markdown."""
        return (
            f"| {tables} | {side} | {self.failed_tables} of {self.tables} | {self.failed_small} small, {self.failed} of"
            f" {self.uncertain} in all | {self.hidden / self.cells:.1%} | {self.people_hidden / self.people:.1%} |"
            f" {self.margins} | {self.withheld} | {self.seconds * 1000 / self.tables:.0f} |"
        )


SIDES: dict[str, Callable[[Cells], Result]] = {
    "ours": ours,
    "pytauargus, optimal": theirs("OPT(1)"),
    "pytauargus, optimal, levels asked for": theirs("OPT(1)", levels=True),
    "pytauargus, modular": theirs("MOD(1)"),
}
TEXT = """## Disclosure: single tables against pytauargus

| Tables | Side | Tables failing G2 | Figures failing G2 | Cells not told | Their people | Totals | Withheld | ms |
|---|---|---|---|---|---|---|---|---|
{lines}

- G2 to the letter, k = {k}: what is held back could be 1 or less, {almost} or more, and these lie {k} apart, whatever
  is published of the same table with its totals. The same linear programme asks it of both sides: of each figure that
  is held back, and on our side of each small cell inside merged ones.
- *Cells not told*: cells above 0 whose own count is not published, with *their people*. Of ours the sum of merged
  cells is published all the same; of theirs nothing of the cell is. *Totals*: how many of rows and columns are held
  back. *Withheld*: crossings of which only the totals are published.
- pytauargus {version}: `FREQ({k},100)`, the widest safety range that it takes. *Levels asked for*: an a-priori file
  asks for the interval of G2 for each small cell. It protects small cells; those held back for their sake, which look
  the same to a reader, it does not.
- {chance} tables of 5 × 8 drawn by chance; three crossings of each of {months} invented months of {visits} visits.
"""


def section(chance: int = TABLES, months: int = MONTHS) -> str:
    """Both sides on the same tables; the part of docs/performance.md."""
    lines = []
    for name, made in (("5 × 8", list(tables_of_chance(chance))), ("crossings", list(crossings_of_months(months)))):
        for side, protecting in SIDES.items():
            summary = Summary()
            for cells in made:
                summary.take(cells, protecting(cells))
            lines.append(summary.line(name, side))
    return TEXT.format(
        lines="\n".join(lines),
        k=K,
        almost=K - 1,
        version=version("pytauargus"),
        chance=chance,
        months=months,
        visits=VISITS,
    )


def main() -> None:
    """Compare, keep the section, print it."""
    made = section()
    print(made)
    pages.replace(made)


if __name__ == "__main__":
    main()
