"""Sixteen writers of one day on PostgreSQL, with and without counting. `python -m bench.hot_day` prints the figures."""

import multiprocessing
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from functools import partial
from itertools import islice
from multiprocessing.connection import Connection
from pathlib import Path
from types import ModuleType
from uuid import UUID

from attention_point.demo.loading import DESK, Loaded, load
from attention_point.demo.visits import invent
from attention_point.directory.loading import load_shipped
from attention_point.foundation import clock, paths
from attention_point.foundation.access import SYSTEM, Actor, permissions_of
from attention_point.foundation.database import Database, migrations
from attention_point.foundation.vault import Keyring, Vault
from attention_point.intake import counting
from attention_point.intake.reading import read_draft
from attention_point.intake.services import record_visit
from attention_point.referrals.services import Answer, answer_for_entity
from attention_point.statistics import queries, services
from attention_point.tallies import queries as kept
from attention_point.tallies import services as tallies
from bench import pages
from bench.month import Figure, timed
from bench.people import Draft, drafts
from tests.support.postgres import Server, find_binaries

WRITERS, BATCH, TURNS, PEOPLE = 16, 25, 9, 60
RELEASED = date(2017, 9, 1)
SIDES = ("counted", "uncounted")
GOAL = 1.3  # times as many visits a second without counting
# What counts, and what stands in its place on the side without.
COUNTING: tuple[tuple[ModuleType, str, Callable[..., object]], ...] = (
    (tallies, "add", lambda *_: None),
    (counting, "cells", lambda *_: {}),
)
ORIGINAL = {name: getattr(module, name) for module, name, _instead in COUNTING}
Orders = list[Connection]
Referral = tuple[UUID, str]


def _write(urls: dict[str, str], vault: Vault, seed: int, orders: Connection) -> None:
    """A writer: does a batch on the side that it is told, and says so; until it is told nothing more."""
    databases = {side: Database(url, {"vault": vault}, pool_size=1) for side, url in urls.items()}
    people = {side: drafts(seed * len(SIDES) + place) for place, side in enumerate(SIDES)}
    while side := orders.recv():
        for module, name, instead in COUNTING:
            setattr(module, name, instead if side == "uncounted" else ORIGINAL[name])
        try:
            _batch(databases[side], list(islice(people[side], BATCH)))
            orders.send(None)
        except Exception as error:
            orders.send(repr(error))
    for database in databases.values():
        database.close()


def _batch(database: Database, batch: list[Draft]) -> None:
    """Visits of today; after each third one an entity accepts the last referral."""
    made: list[Referral] = []
    for number, draft in enumerate(batch):
        with database.writing() as session:
            found = record_visit(session, DESK, read_draft({**draft, "attended_at": clock.now().isoformat()})).answer
        made += [(UUID(each["id"]), each["entity"]) for each in found["referrals"]]
        if number % 3 == 2 and made:
            referral, entity = made.pop()
            actor = Actor("bench", None, entity, "entity", permissions_of("entity"), entity)
            with database.writing() as session:
                answer_for_entity(session, actor, referral, Answer("accepted", 1))


@contextmanager
def installations(folder: Path, binaries: Path) -> Iterator[tuple[dict[str, str], Vault]]:
    """A database for each side, on a server of the bench's own, with a month that can be released."""
    Keyring.create(folder / "keyring.json")
    vault = Vault(Keyring.load(folder / "keyring.json"))
    server = Server.prepare()
    try:
        server.start(binaries)
        server.create("day")
        migrations.upgrade(server.url("day"))
        base = Database(server.url("day"), {"vault": vault})
        with base.writing() as session:
            load_shipped(session)
            load(session, invent(PEOPLE, RELEASED, RELEASED + timedelta(29), 2017), Loaded())
        base.close()
        for side in SIDES:
            server.create(side, "day")
        yield {side: server.url(side) for side in SIDES}, vault
    finally:
        server.stop()


@contextmanager
def writers(urls: dict[str, str], vault: Vault) -> Iterator[Orders]:
    """The processes, waiting for orders."""
    context = multiprocessing.get_context("fork")
    ends = [context.Pipe() for _each in range(WRITERS)]
    processes = [
        context.Process(target=_write, args=(urls, vault, seed, there)) for seed, (_here, there) in enumerate(ends)
    ]
    for process in processes:
        process.start()
    orders = [here for here, _there in ends]
    try:
        yield orders
    finally:
        for here in orders:
            here.send("")
        for process in processes:
            process.join(30)


def _turn(orders: Orders, side: str) -> None:
    for here in orders:
        here.send(side)
    failed = [answer for here in orders if (answer := here.recv()) is not None]
    if failed:
        raise RuntimeError(f"{side}: {failed[0]} ({len(failed)} of {len(orders)})")


def _turn_with_release(orders: Orders, database: Database) -> float:
    """The writers' turn, with the release of another month in the midst; milliseconds of the release."""
    for here in orders:
        here.send("counted")
    time.sleep(0.2)
    with database.writing() as session:
        taken = timed(lambda: services.release(session, SYSTEM, RELEASED))
    failed = [answer for here in orders if (answer := here.recv()) is not None]
    if failed:
        raise RuntimeError(f"with a release: {failed[0]}")
    return taken


def lost(database: Database) -> int:
    """Counts that are not what a recount of all sealed visits says."""
    with database.reading() as session:
        return len(kept.compare(session, queries.recount(session, lambda facts: facts)))


TEXT = """## A hot day

| Figure | What | Goal | Median (range) | Reached |
|---|---|---|---|---|
{lines}

- {writers} processes record visits of one day at one point through `record_visit` on PostgreSQL, {batch} each a turn;
  after each third one an entity accepts a referral. {turns} turns of either side after one that is not kept. Without
  counting, neither are the cells worked out nor is anything written to the tallies.
- Then another such turn while another month is released. No transaction was refused; {visits:,} visits, and the kept
  counts differ from the recount in {lost} cells.
- Nothing waits for the disk here (`fsync=off`), as in the tests: counting weighs the more.
"""


def section(turns: int = TURNS) -> str:
    """Measure; the part of docs/performance.md. Empty where PostgreSQL is not installed."""
    binaries = find_binaries()
    if binaries is None:
        return ""
    cache = paths.PROJECT / ".cache"
    cache.mkdir(exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="bench-", dir=cache))
    try:
        with installations(folder, binaries) as (urls, vault):
            taken: dict[str, list[float]] = {side: [] for side in SIDES}
            with writers(urls, vault) as orders:
                for number in range(turns + 1):
                    for side in SIDES if number % 2 else SIDES[::-1]:
                        elapsed = timed(partial(_turn, orders, side))
                        if number:
                            taken[side].append(WRITERS * BATCH * 1000 / elapsed)
                database = Database(urls["counted"], {"vault": vault})
                release = _turn_with_release(orders, database)
            differences = lost(database)
            database.close()
    finally:
        shutil.rmtree(folder)
    if differences:
        raise RuntimeError(f"{differences} counts are not what a recount says")
    return _told(taken, release, differences, turns)


def _told(taken: dict[str, list[float]], release: float, differences: int, turns: int) -> str:
    ratios = [without / counted for counted, without in zip(taken["counted"], taken["uncounted"], strict=True)]
    figures = [
        Figure("P9", f"PostgreSQL, {WRITERS} writers: visits a second without counting / with it", ratios, "×", GOAL),
        Figure("", "with counting", taken["counted"], "visits/s"),
        Figure("", "without counting", taken["uncounted"], "visits/s"),
        Figure("", "release of another month meanwhile", [release], "ms"),
    ]
    return TEXT.format(
        lines="\n".join(figure.line() for figure in figures),
        writers=WRITERS,
        batch=BATCH,
        turns=turns,
        visits=WRITERS * BATCH * (turns + 2),
        lost=differences,
    )


def main() -> None:
    """Measure, keep the section, print it."""
    made = section()
    if not made:
        sys.exit("PostgreSQL is not installed.")
    print(made)
    pages.replace(made)


if __name__ == "__main__":
    main()
