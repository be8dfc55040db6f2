"""Sixteen writers of one day on PostgreSQL, with and without counting: ``python -m bench.hot_day`` prints P9."""

import argparse
import multiprocessing
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from itertools import islice
from multiprocessing.connection import Connection
from pathlib import Path
from uuid import UUID

from attention_point.demo.steps.visit_steps import AGENT_ACTOR
from attention_point.directory.seed.loading import load_shipped_files
from attention_point.foundation import clock
from attention_point.foundation.access import Actor, get_permissions
from attention_point.foundation.database import Database, migrations
from attention_point.foundation.vault import Keyring, Vault
from attention_point.intake.draft import read_draft
from attention_point.intake.queries import list_hidden_visits
from attention_point.intake.services import record_visit
from attention_point.referrals.services import Answer, answer_for_entity
from attention_point.statistics.releases import period_counts
from attention_point.tallies import queries as tally_queries
from bench.people import Draft, invent_drafts
from bench.registration import switch_counting
from bench.report import Figure, divide, format_table, measure_milliseconds, working_folder
from tests.support.postgres import Server, find_binaries

WRITERS, BATCH, TURNS = 16, 25, 9
SIDES = ("counted", "uncounted")
GOAL = 1.3  # times as many visits a second without counting
Pipes = list[Connection]


@contextmanager
def create_installations(folder: Path, binaries: Path) -> Iterator[tuple[dict[str, str], Vault]]:
    """The address of a database for each side, on a server of the bench's own, and the vault of both."""
    Keyring.create(folder / "keyring.json")
    vault = Vault(Keyring.load(folder / "keyring.json"))
    server = Server.prepare()
    try:
        server.start(binaries)
        for side in SIDES:
            server.create(side)
            migrations.upgrade_database(server.url(side))
            database = Database(server.url(side), {"vault": vault, "hidden_visits": list_hidden_visits})
            with database.write_session() as session:
                load_shipped_files(session)
            database.close()
        yield {side: server.url(side) for side in SIDES}, vault
    finally:
        server.stop()


@contextmanager
def start_writers(addresses: dict[str, str], vault: Vault) -> Iterator[Pipes]:
    """The processes, each waiting at its pipe for the side of its next batch."""
    context = multiprocessing.get_context("fork")
    pipes = [context.Pipe() for _writer in range(WRITERS)]
    processes = [
        context.Process(target=_write_batches, args=(addresses, vault, seed, writer_end))
        for seed, (_own_end, writer_end) in enumerate(pipes)
    ]
    for process in processes:
        process.start()
    own_ends = [own_end for own_end, _writer_end in pipes]
    try:
        yield own_ends
    finally:
        for own_end in own_ends:
            own_end.send("")
        for process in processes:
            process.join(30)


def _write_batches(addresses: dict[str, str], vault: Vault, seed: int, pipe: Connection) -> None:
    databases = {
        side: Database(address, {"vault": vault, "hidden_visits": list_hidden_visits}, pool_size=1)
        for side, address in addresses.items()
    }
    people = {side: invent_drafts(seed * len(SIDES) + number) for number, side in enumerate(SIDES)}
    while side := pipe.recv():
        switch_counting(is_on=side == "counted")
        try:
            _record_batch(databases[side], list(islice(people[side], BATCH)))
            pipe.send(None)
        except Exception as error:
            pipe.send(repr(error))
    for database in databases.values():
        database.close()


def _record_batch(database: Database, batch: list[Draft]) -> None:
    """Visits of today; after each third one an entity accepts the last referral."""
    for number, draft in enumerate(batch):
        visit_draft = read_draft({**draft, "attended_at": clock.now().isoformat()})
        with database.write_session() as session:
            referrals = record_visit(session, AGENT_ACTOR, visit_draft).response["referrals"]
        if number % 3 == 2 and referrals:
            entity = referrals[-1]["entity"]
            actor = Actor("bench", None, entity, "entity", get_permissions("entity"), entity)
            with database.write_session() as session:
                answer_for_entity(session, actor, UUID(referrals[-1]["id"]), Answer("accepted", 1))


def run_turn(pipes: Pipes, side: str) -> None:
    """Let every writer record a batch; raises RuntimeError if one fails."""
    for pipe in pipes:
        pipe.send(side)
    failures = [answer for pipe in pipes if (answer := pipe.recv()) is not None]
    if failures:
        raise RuntimeError(f"{side}: {failures[0]} ({len(failures)} of {len(pipes)})")


def check_counts(database: Database) -> None:
    """Raise RuntimeError where the stored counts are not what a recount of all sealed visits says."""
    with database.read_session() as session:
        recounted = period_counts.recount_all_visits(session, lambda facts: facts)
        differences = list(tally_queries.list_differences(session, recounted))
    if differences:
        raise RuntimeError(f"{len(differences)} counts are not what a recount says")


TEXT = """## A hot day

{table}

{writers} processes record visits of one day at one point through `record_visit` on PostgreSQL, {batch} each a turn;
after each third one an entity accepts a referral. {turns} turns of either side after one that is not kept. Without
counting, neither are the cells worked out nor is anything written to the tallies. No transaction was refused, and
the stored counts are what a recount says. Nothing waits for the disk here (`fsync=off`), as in the tests.
"""


def build_section(turns: int = TURNS) -> str:
    """Measure; the section of the page. RuntimeError where PostgreSQL is not installed."""
    binaries = find_binaries()
    if binaries is None:
        raise RuntimeError("PostgreSQL is not installed: see `make system-packages`")
    rates: dict[str, list[float]] = {side: [] for side in SIDES}
    with working_folder() as folder, create_installations(folder, binaries) as (addresses, vault):
        with start_writers(addresses, vault) as pipes:
            for turn in range(turns + 1):
                for side in SIDES if turn % 2 else SIDES[::-1]:
                    milliseconds = measure_milliseconds(partial(run_turn, pipes, side))
                    if turn:
                        rates[side].append(WRITERS * BATCH * 1000 / milliseconds)
        database = Database(addresses["counted"], {"vault": vault, "hidden_visits": list_hidden_visits})
        check_counts(database)
        database.close()
    ratio = divide(rates["uncounted"], rates["counted"])
    figures = [
        Figure("P9", "PostgreSQL, 16 writers: visits a second without counting / with it", ratio, "×", GOAL),
        Figure("", "with counting", rates["counted"], "visits/s"),
        Figure("", "without counting", rates["uncounted"], "visits/s"),
    ]
    return TEXT.format(table=format_table(figures), writers=WRITERS, batch=BATCH, turns=turns)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=TURNS)
    print(build_section(parser.parse_args().turns))
