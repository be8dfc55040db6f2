"""Random populations, two years of releases each: does any tell who somebody is? `make disclosure` prints it.

What is asked here is asked by the adversary, who knows nothing of the code that protects, of the JSON that anybody
could read: of each month, of each month with its corrections, and of each quarter and year with its months.
"""

import argparse
import atexit
import gc
import hashlib
import hmac
import inspect
import json
import os
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from math import inf
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from attention_point.dates import Period, find_period, first_of_next_month, parse_period_code
from attention_point.foundation.database import Database, migrations
from attention_point.foundation.errors import AppError
from attention_point.foundation.vault import Keyring, Vault
from attention_point.intake.queries import list_hidden_visits
from attention_point.statistics.audit import bounds, findings, knowledge, related, remedies
from attention_point.statistics.audit import period as audit_period
from attention_point.statistics.protection import families, leanings, rounding, totals
from attention_point.statistics.protection import period as protection_period
from attention_point.statistics.protection.leanings import Leanings
from attention_point.statistics.protection.period import Figures, PeriodRounder, StoredTable
from attention_point.statistics.releases import related_releases
from attention_point.statistics.releases.content import (
    ReleaseContent,
    TableContent,
    build_content_json,
    encode_canonical_json,
)
from attention_point.statistics.releases.content_building import build_content
from attention_point.statistics.releases.parsing import parse_content_json
from attention_point.statistics.releases.period_counts import build_stored_tables
from attention_point.statistics.releases.related_releases import Publications, protect_beside_releases
from bench.report import write_section
from tests.statistics import adversary, invented_month, invented_years, possible_worlds
from tests.statistics.adversary import Adversary, Name, Told
from tests.statistics.invented_years import InventedYears, count_facts, list_true_figures
from tests.support.directory import load_shipped

POPULATIONS, MONTHS = 1000, 24
KEEP = Path(tempfile.gettempdir()) / "bench-disclosure.jsonl"
# The most visits of a month, population after population: most of them few, where there is most to tell.
SIZES = (45, 45, 150, 45, 45, 400, 45, 150, 45, 900)
CORRECTIONS = 10  # of one month of each population, each of which moves one person back or forth


@dataclass
class Found:
    """What was found in some releases: what is told by guarantee, and sums of what the figures are worth."""

    breaches: Counter[str] = field(default_factory=Counter)
    counts: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0

    def add(self, other: "Found") -> None:
        """Take another's in."""
        self.breaches.update(other.breaches)
        self.counts.update(other.counts)
        self.seconds += other.seconds


@dataclass
class Released:
    """A release, as it was frozen too, with the true figures behind it."""

    content: ReleaseContent
    frozen: dict[str, Any]
    truth: dict[Name, int]


class Population:
    """Two years of one population, released as they pass."""

    def __init__(self, session: Session, seed: int) -> None:
        self.session, self.seed, self.found = session, seed, Found()
        self.years = InventedYears(seed)
        self.released: dict[Period, list[Released]] = {}
        self.key = hashlib.sha256(str(seed).encode()).digest()

    def release(self) -> Found:
        """Release everything, and let the adversary read it."""
        first_day, size = date(2017, 8, 1), SIZES[self.seed % len(SIZES)]
        for number in range(MONTHS):
            month = Period("month", first_day)
            visits = 1 + (self.seed * 7 + number * 31) % size
            self.years.add_month(first_day, visits, self.seed * MONTHS + number)
            self._release(month, self.years.build_tables(self.session, month))
            if number == MONTHS // 2:
                self._correct(month)
            if told := self._attack([month]):
                self._report("G2", told, self._attack([month], self._list_truths([month]), self._list_earlier(month)))
            first_day = first_of_next_month(first_day)
            for kind in ("quarter", "year"):
                whole = find_period(kind, month.first_day)
                if whole.end_day == first_day and all(Period("month", m) in self.released for m in whole.months):
                    self._release(whole, self.years.build_tables(self.session, whole))
                    self._report("G3", self._attack([whole, *(Period("month", m) for m in whole.months)]))
                    if kind == "quarter":
                        self._correct_late(whole)
        return self.found

    def _release(self, period: Period, tables: Sequence[StoredTable]) -> None:
        start = time.process_time()
        rounder = PeriodRounder(tables, Leanings(period.code, lambda text: hmac.digest(self.key, text, "sha256")))
        published = Publications(
            lambda other: [version.content for version in reversed(self.released.get(other, ()))],
            lambda other: not any(self.years.visits.get(month) for month in other.months),
        )
        try:
            protected = protect_beside_releases(rounder, period, published, cache(self._count_true))
        except AppError:
            self.found.counts["refused"] += 1
            return
        self.found.seconds += time.process_time() - start
        self.found.counts["leanings turned"] += protected.turn_count
        content = build_content(self.session, period, protected.rounded, protected.totals, protected.hidden)
        frozen, truth = build_content_json(content), list_true_figures(protected.rounded.true_figures, period)
        self.released.setdefault(period, []).append(Released(content, frozen, truth))
        text = encode_canonical_json(frozen)
        again = build_content_json(parse_content_json(json.loads(text)))
        self.found.breaches["G4"] += encode_canonical_json(again) != text
        self._measure(content, truth)

    def _count_true(self, code: str) -> Figures:
        period = parse_period_code(code)
        return PeriodRounder(self.years.build_tables(self.session, period), Leanings(code, bytes)).true_figures

    def _correct_late(self, quarter: Period) -> None:
        """Half of what waits in a month of a released quarter is answered, and one person's sex is corrected.

        What was told by then, as of the counts of now, is no fault of the new versions.
        """
        months = [Period("month", month) for month in quarter.months]
        month = months[(self.seed + quarter.first_day.month) % 3]
        visits, referrals = self.years.visits[month.first_day], self.years.referrals[month.first_day]
        waiting = [number for number, referral in enumerate(referrals) if referral.answered_in is None]
        for number in waiting[::2]:
            referrals[number] = referrals[number]._replace(state="attended", answered_in=25)
        changed = {"sex": "M" if visits[0][1].person["sex"] == "F" else "F"}
        visits[:] = [
            (who, fact._replace(person={**fact.person, **changed}) if who == visits[0][0] else fact)
            for who, fact in visits
        ]
        truth_now = {period: self._list_truth(period) for period in (month, quarter)}
        before = {period: list(versions) for period, versions in self.released.items()}
        for period in (month, quarter):
            self._release(period, self.years.build_tables(self.session, period))
        if told := self._attack([quarter, *months], truth_now):
            self._report("G3", told, self._attack([quarter, *months], truth_now, before))

    def _correct(self, month: Period) -> None:
        """One person is moved between two cells, ten times in a row."""
        visits = list(self.years.visits[month.first_day])
        person, visit = visits[0]
        for number in range(CORRECTIONS):
            sex = "M" if (visit.person["sex"] == "F") == (number % 2 == 0) else "F"
            moved = [
                (who, fact._replace(person={**fact.person, "sex": sex}) if who == person else fact)
                for who, fact in visits
            ]
            counts = count_facts(moved, self.years.referrals[month.first_day])
            self._release(month, build_stored_tables(self.session, month, counts))

    def _attack(
        self,
        periods: Sequence[Period],
        truth_now: Mapping[Period, dict[Name, int]] | None = None,
        released: Mapping[Period, list[Released]] | None = None,
    ) -> list[Told]:
        """Return what all versions of these periods tell of the counts of the last one, or of ``truth_now``.

        ``released`` are those of an earlier moment.
        """
        versions = {period: (released or self.released).get(period, []) for period in periods}
        if not all(versions.values()):
            return []
        truths = {period: found[-1].truth for period, found in versions.items()} | dict(truth_now or {})
        reader = Adversary({period.code: truth for period, truth in truths.items()})
        for found in versions.values():
            for version in found:
                # A year with its twelve months is asked of its simplest tables: all at once would take minutes.
                reader.read(version.frozen, {1: 3, 4: 2}.get(len(periods), 1))
        whole, *months = [period.code for period in periods]
        told = reader.find_told({whole: months} if months else {})
        self.found.counts["questions"] += reader.question_count
        return told

    def _list_earlier(self, period: Period) -> dict[Period, list[Released]]:
        """What was published of a period before its newest version."""
        return {period: self.released.get(period, [])[:-1]}

    def _list_truths(self, periods: Sequence[Period]) -> dict[Period, dict[Name, int]]:
        return {period: self.released[period][-1].truth for period in periods if self.released.get(period)}

    def _list_truth(self, period: Period) -> dict[Name, int]:
        return list_true_figures(self._count_true(period.code), period)

    def _report(self, guarantee: str, told: Sequence[Told], known: Sequence[Told] = ()) -> None:
        """Count what is told and was not known, or not as narrowly, before."""
        left_before = {one.what: one.count_values() for one in known}
        for one in told:
            if one.count_values() >= left_before.get(one.what, inf):
                self.found.counts["known before"] += 1
                continue
            self.found.breaches["G3" if " less " in one.what else guarantee] += 1
            sys.stderr.write(f"population {self.seed}: {one}\n")

    def _measure(self, content: ReleaseContent, truth: dict[Name, int]) -> None:
        counts = self.found.counts
        counts["releases"] += 1
        counts["tables"] += len(content.tables)
        for table in content.tables:
            for cell, count in table.cells.items():
                self._measure_cell(table, cell, count or 0, truth)
        if content.quality:
            counts["left out"] += round(
                (1 - content.quality.published_share) * sum(len(t.cells) for t in content.tables)
            )

    def _measure_cell(self, table: TableContent, cell: tuple[str, ...], count: int, truth: dict[Name, int]) -> None:
        name = adversary.name_cell(table.counts, table.dimensions, cell)
        base, error = table.get_base(cell), abs(count - truth[name])
        self.found.breaches["G1"] += 0 < count < base or count % base != 0
        self.found.breaches["U1"] += error >= base
        self.found.counts["cells"] += 1
        if base == 5:
            self.found.counts["cells of base 5"] += 1
            self.found.counts["errors of base 5"] += error
            self.found.counts["cells above 0"] += truth[name] > 0
            self.found.counts["errors above 0"] += error if truth[name] else 0


@cache
def _open_directory() -> Database:
    """A database with the shipped directory, once for each process: tables take their rows from it."""
    folder = Path(tempfile.mkdtemp(prefix="bench-disclosure-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    url = f"sqlite:///{folder / 'directory.db'}"
    migrations.upgrade_database(url)
    database = Database(url, {"vault": Vault(Keyring.generate()), "hidden_visits": list_hidden_visits})
    with database.write_session() as session:
        load_shipped(session)
    return database


def population(seed: int) -> Found:
    """Two years of one population."""
    with _open_directory().read_session() as session:
        found = Population(session, seed).release()
    gc.collect()
    return found


def run(populations: int, keep: Path) -> tuple[Found, int, float]:
    """As many as asked for, over the cores; how many were done, and the seconds that it took.

    Each that is done is added to the file ``keep``, so that a run that was stopped goes on where it was.
    """
    done = _done_before(keep)
    left = [seed for seed in range(populations) if seed not in done]
    pool = ProcessPoolExecutor(os.cpu_count(), initializer=_prepare_worker)
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


def _prepare_worker() -> None:
    """A worker ends what it is at: only the process that gathers is interrupted."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    # Thousands of tables and none in a circle: looking for circles among them would take a quarter of the time.
    gc.disable()


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
    modules: Iterable[Any] = (
        audit_period, bounds, findings, knowledge, related, remedies, families, leanings, protection_period, rounding,
        totals, related_releases, adversary, possible_worlds, invented_month, invented_years, sys.modules[__name__],
    )  # fmt: skip
    files = sorted({inspect.getfile(module) for module in modules})
    return hashlib.sha256(b"".join(Path(file).read_bytes() for file in files)).hexdigest()


TEXT = """## Disclosure: random populations

| Figure | Value | Goal |
|---|---|---|
| populations × months | {populations} × {months} | {all} × 24 |
| small counts and differences asked of | {questions} | – |
| breaches of G1–G4 | {breaches} | 0 |
| periods that could not be released, of {releases} | {refused} | 0 |
| of that told already before a late correction, as of its counts | {known} | – |
| tables of the fixed list that are there | {tables} | 100 % |
| counts published, of {cells} | {published:.4%} | 100 % |
| mean error of base 5, zeros among the counts / without them | {error:.2f} / {error_above:.2f} | ≤ 2 |
| leanings turned by the audit, a release | {turned:.2f} | – |
| CPU a release, rounded and audited | {cpu:.0f} ms | – |

- `make disclosure`, {minutes:.1f} minutes of {cores} processes. Of ten populations six have at most {small}
  visits a month; the others up to {larger}. Three of ten people of a month came in an earlier one. The thirteenth month
  is corrected ten times, each of which moves one person between two cells. Every quarter and year is released too;
  then a month of the quarter is corrected, half of whose waiting referrals were answered meanwhile, and the quarter
  with it.
- The adversary (`tests/statistics/adversary.py`) shares no code with the audit. It reads the JSON, all versions of a
  month together and each quarter or year together with its months, knows when a total is rounded, links figures by
  meaning, and asks of each small count, and of each small difference, how many values it could still have. Tried on
  the two leaks of the old method it finds both (`tests/statistics/test_adversary.py`).
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
        questions=f"{counts['questions']:,}",
        breaches=f"{sum(named.values())} {named or ''}".strip(),
        releases=f"{counts['releases']:,}",
        refused=counts["refused"],
        known=counts["known before"],
        tables=f"{counts['tables']:,}",
        cells=f"{counts['cells']:,}",
        published=1 - counts["left out"] / max(counts["cells"], 1),
        error=counts["errors of base 5"] / max(counts["cells of base 5"], 1),
        error_above=counts["errors above 0"] / max(counts["cells above 0"], 1),
        turned=counts["leanings turned"] / max(counts["releases"], 1),
        cpu=found.seconds * 1000 / max(counts["releases"], 1),
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
