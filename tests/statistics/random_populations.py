"""Random populations, two years of releases each: does any tell who somebody is? `make disclosure` prints it.

What is asked here is asked apart from the code that protects, of the figures that anybody could read.
"""

import argparse
import hashlib
import inspect
import json
import os
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field
from datetime import date
from itertools import product
from pathlib import Path
from typing import Any

from attention_point.dates import first_of_next_month
from attention_point.foundation.errors import AppError
from attention_point.statistics.audit.background_knowledge import add_covering_inequalities
from attention_point.statistics.audit.equations import add_published_equations
from attention_point.statistics.audit.month import audit_month
from attention_point.statistics.protection.disclosure import MERGE_SEPARATOR, TOTAL_CODE, CellCodes, merge_cross_table
from attention_point.statistics.protection.linear_program import bound_targets
from attention_point.statistics.protection.month import SMALLEST_SHOWN_TOTAL, ProtectedMonth, protect_month
from attention_point.statistics.protection.table_shapes import build_cross_table
from attention_point.statistics.protection.visit_tables import protect_visit_table
from attention_point.statistics.releases import content as month_content
from attention_point.statistics.releases.content import (
    MonthContent,
    build_content_json,
    build_year_tables,
    compute_content_hash,
    parse_content_json,
)
from attention_point.statistics.releases.corrections import build_corrected_content
from attention_point.statistics.releases.services import protect_audited_month
from attention_point.tallies.rules import INDICATORS_BY_ID, LEAST_COUNT, get_least_count
from bench.report import write_section
from tests.statistics.invented_month import invent_table_counts

POPULATIONS, MONTHS = 1000, 24
KEEP = Path(tempfile.gettempdir()) / "bench-disclosure.jsonl"
# The most visits of a month, population after population: most of them few, where it is hard to tell anything.
SIZES = (45, 45, 150, 45, 45, 400, 45, 150, 45, 900)
Kept = Mapping[str, Mapping[CellCodes, int]]
Figure = tuple[str, frozenset[tuple[str, str]]]  # what is counted, and the code of each dimension


@dataclass
class Found:
    """What was found in some releases: breaches by guarantee, and how many figures were shown and held back."""

    breaches: Counter[str] = field(default_factory=Counter)
    counts: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0

    def add(self, other: "Found") -> None:
        """Take another's in."""
        self.breaches.update(other.breaches)
        self.counts.update(other.counts)
        self.seconds += other.seconds


def population(seed: int) -> Found:
    """Two years of one population."""
    found = Found()
    start = time.process_time()
    size = SIZES[seed % len(SIZES)]
    released: list[MonthContent] = []
    first_day = date(2017, 8, 1)
    for number in range(MONTHS):
        visits = 1 + (seed * 7 + number * 31) % size
        truth = invent_table_counts(visits, first_day, seed * MONTHS + number)
        content = _release(found, released, first_day, truth)
        if content is not None:
            if number == MONTHS // 2:
                _correct(
                    found,
                    content,
                    first_day,
                    invent_table_counts(visits + 1 + seed * 13 % 97, first_day, seed * MONTHS + number),
                )
            released.append(content)
        first_day = first_of_next_month(first_day)
    found.seconds = time.process_time() - start
    return found


def _release(found: Found, released: list[MonthContent], first_day: date, truth: Kept) -> MonthContent | None:
    try:
        month = protect_audited_month(truth)
    except AppError:
        found.counts["months refused"] += 1
        return None
    _look(found, month)
    alone = _content(first_day, month)
    year = [one for one in released if one.month.year == first_day.year]
    content = MonthContent(first_day, alone.totals, (*alone.tables, *build_year_tables([*year, alone])), (), {})
    found.breaches["G3"] += sum(1 for _each in _told_by_the_year(content, year[-1] if year else None))
    frozen = build_content_json(content)
    found.breaches["G4"] += compute_content_hash(
        build_content_json(parse_content_json(frozen))
    ) != compute_content_hash(frozen)
    return content


def _content(first_day: date, month: ProtectedMonth) -> MonthContent:
    tables = [
        month_content.build_table_content(name, one.cells, one.left_out)
        for name, one in month.tables.items()
        if one.cells
    ]
    return MonthContent(first_day, month.totals, tuple(tables), (), {})


def _look(found: Found, month: ProtectedMonth) -> None:
    """What can be read off the figures (G1, and one figure told in two ways), and what can be worked out (G2, G5)."""
    shown = {name: table.cells for name, table in month.tables.items() if table.cells}
    # As somebody outside would ask; with the counts themselves the release has just asked, and passed.
    found.breaches.update(breach.rule for breach in audit_month(shown, month.totals))
    figures: dict[Figure, set[int | None]] = {}
    for name, cells in shown.items():
        one = INDICATORS_BY_ID[name]
        for place, count in cells.items():
            found.breaches["G1"] += count is not None and 0 < count < _limit(name, place)
            codes = frozenset((d, c) for d, c in zip(one.dimensions, place, strict=True) if c != TOTAL_CODE)
            figures.setdefault((one.counts, codes), set()).add(count)
            found.counts["cells held back"] += count is None
            found.counts["merged cells"] += count is not None and any(MERGE_SEPARATOR in code for code in place)
            found.counts["cells"] += 1
    found.breaches["G1"] += sum(1 for _each in _few_again(figures))
    found.breaches["one figure told in two ways"] += sum(len(values) > 1 for values in figures.values())
    found.breaches["G1"] += sum(t is not None and 0 < t < SMALLEST_SHOWN_TOTAL for t in month.totals.values())
    found.counts["months"] += 1
    found.counts["tables"] += sum(bool(table.cells or table.withheld) for table in month.tables.values())
    found.counts["tables withheld"] += sum(table.withheld for table in month.tables.values())
    found.counts["parts left out"] += sum(len(table.left_out) for table in month.tables.values())


def _few_again(figures: Mapping[Figure, set[int | None]]) -> Iterator[Figure]:
    """Where attentions less people of one characteristic say that few came again."""
    for (counts, codes), values in figures.items():
        people = figures.get(("people", codes), set()) if counts == "attentions" else set()
        timed = {dimension for dimension, _code in codes} & {"day", "hour"}
        for more, fewer in product(values, people):
            if codes and not timed and more is not None and fewer is not None and 0 < more - fewer < LEAST_COUNT:
                yield counts, codes


def _limit(table: str, place: CellCodes) -> int:
    return max(get_least_count(INDICATORS_BY_ID[table], tuple(code.split(MERGE_SEPARATOR))) for code in place)


def _told_by_the_year(month: MonthContent, before: MonthContent | None) -> Iterator[str]:
    """Where the year so far less the year until the month before is no published figure of the month, and small."""
    now = {table.id: table.cells for table in month.tables if table.dimensions == ("month",)}
    then = {table.id: table.cells for table in before.tables if table.dimensions == ("month",)} if before else {}
    for name, cells in now.items():
        total, earlier = cells[TOTAL_CODE,], then.get(name, {}).get((TOTAL_CODE,), 0)
        if total is not None and earlier is not None:
            step = total - earlier
            if step != cells[f"{month.month:%Y-%m}",] or 0 < step < 5:
                yield name


def _correct(found: Found, before: MonthContent, first_day: date, truth: Kept) -> None:
    """A correction: no figure differs from the one before by less than its limit, and nothing is held back anew."""
    try:
        after = build_corrected_content(before, _content(first_day, protect_audited_month(truth)))
    except AppError:
        found.counts["corrections refused"] += 1
        return
    found.counts["corrections"] += 1
    for table in after.tables:
        old = before.find_table(table.id)
        for place, count in table.cells.items():
            was = old.cells.get(place, -1) if old else -1
            if was is None or count is None:
                found.breaches["G4"] += was is not count
            else:
                found.breaches["G4"] += 0 < abs(count - was) < _limit(table.id, place)


def run(populations: int, keep: Path) -> tuple[Found, int, float]:
    """As many as asked for, over the cores; how many were done, and the seconds that it took.

    Each that is done is added to the file ``keep``, so that a run that was stopped goes on where it was.
    """
    done = _done_before(keep)
    left = [seed for seed in range(populations) if seed not in done]
    pool = ProcessPoolExecutor(os.cpu_count(), initializer=_leave_interrupts)
    last = time.perf_counter()
    futures = {pool.submit(population, seed): seed for seed in left}
    try:
        for future in as_completed(futures):
            now = time.perf_counter()
            done[futures[future]] = future.result(), now - last
            _keep(keep, futures[future], *done[futures[future]])
            last = now
            breaches = sum(found.breaches.total() for found, _seconds in done.values())
            if len(done) % 10 == 0:
                sys.stderr.write(f"{len(done)} of {populations}, breaches: {breaches}\n")
    except KeyboardInterrupt:
        sys.stderr.write("Stopped: the same command goes on from here.\n")
    pool.shutdown(cancel_futures=True)
    total = Found()
    for found, _seconds in done.values():
        total.add(found)
    return total, len(done), sum(seconds for _found, seconds in done.values())


def _leave_interrupts() -> None:
    """A worker ends what it is at: only the process that gathers is interrupted."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)


def _done_before(keep: Path) -> dict[int, tuple[Found, float]]:
    """What a run of the same code has found already, by population."""
    code = _code()
    lines = keep.read_text(encoding="utf-8").splitlines() if keep.exists() else []
    if not lines or lines[0] != code:
        keep.parent.mkdir(parents=True, exist_ok=True)
        keep.write_text(f"{code}\n", encoding="utf-8")
        return {}
    found = {}
    for line in lines[1:]:
        seed, breaches, counts, cpu, seconds = json.loads(line)
        found[seed] = Found(Counter(breaches), Counter(counts), cpu), seconds
    return found


def _keep(keep: Path, seed: int, found: Found, seconds: float) -> None:
    with keep.open("a", encoding="utf-8") as file:
        file.write(f"{json.dumps([seed, found.breaches, found.counts, found.seconds, seconds])}\n")


def _code() -> str:
    """What the figures depend on, as a hash: those of other code are not gone on with."""
    modules: list[Callable[..., Any]] = [
        audit_month,
        protect_audited_month,
        build_corrected_content,
        get_least_count,
        protect_month,
        merge_cross_table,
        bound_targets,
        build_content_json,
        invent_table_counts,
        population,
        protect_visit_table,
        build_cross_table,
        add_published_equations,
        add_covering_inequalities,
    ]
    files = sorted({inspect.getfile(one) for one in modules})
    return hashlib.sha256(b"".join(Path(file).read_bytes() for file in files)).hexdigest()


TEXT = """## Disclosure: random populations

| Figure | Value | Goal |
|---|---|---|
| populations × months | {populations} × {months} | {all} × 24 |
| breaches of G1–G5 | {breaches} | 0 |
| months that could not be released | {refused} of {all_months} | – |
| corrections made / refused, because they would expose somebody | {corrections} / {not_corrected} | – |
| published cells shown, of {cells} | {shown:.1%} ({merged:.1%} of them for codes put together) | – |
| cells held back | {held:.1%} | – |
| tables withheld, of {tables} | {withheld:.1%} | – |
| parts of tables left out | {left_out} | – |
| CPU a month, protected and audited twice | {cpu:.0f} ms | – |

- `make disclosure`, {minutes:.1f} minutes of {cores} processes. Of ten populations six have at most {small}
  visits a month, where nearly everything must be held back; the others up to {larger}.
- Each release has passed the audit with the true counts in hand, and is audited once more by its figures alone. G1,
  also of what attentions and people differ by, that no figure is told in two ways, G3 on the year's running totals and
  G4 on a correction of the thirteenth month are asked of the published figures by this script itself.
"""


def section(populations: int, keep: Path) -> str:
    """Run and say what was found."""
    found, done, seconds = run(populations, keep)
    counts = found.counts
    named = {rule: count for rule, count in sorted(found.breaches.items()) if count}
    return TEXT.format(
        populations=done,
        all=POPULATIONS,
        months=MONTHS,
        breaches=f"{sum(named.values())} {named or ''}".strip(),
        refused=counts["months refused"],
        all_months=done * MONTHS,
        corrections=counts["corrections"],
        not_corrected=counts["corrections refused"],
        cells=f"{counts['cells']:,}",
        shown=1 - counts["cells held back"] / counts["cells"],
        merged=counts["merged cells"] / (counts["cells"] - counts["cells held back"]),
        held=counts["cells held back"] / counts["cells"],
        tables=f"{counts['tables']:,}",
        withheld=counts["tables withheld"] / counts["tables"],
        left_out=f"{counts['parts left out']:,}",
        cpu=found.seconds * 1000 / max(counts["months"], 1),
        minutes=seconds / 60,
        cores=os.cpu_count(),
        small=min(SIZES),
        larger=", ".join(str(size) for size in sorted(set(SIZES) - {min(SIZES)})),
    )


def main() -> None:
    """Run the populations, keep the section, print it. Interrupted (Ctrl+C), it says what was found until then."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--populations", type=int, default=POPULATIONS)
    parser.add_argument("--keep", type=Path, default=KEEP, help="where finished populations are kept (%(default)s)")
    asked = parser.parse_args()
    # A process started in the background may have been told to ignore an interrupt; a stop is taken as one too.
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, signal.default_int_handler)
    text = section(asked.populations, asked.keep)
    sys.stdout.write(text)
    write_section(text)


if __name__ == "__main__":
    main()
