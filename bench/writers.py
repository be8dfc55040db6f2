"""Two and eight writers at once on PostgreSQL, against the same rows as one statement: ``python -m bench.writers``.

It prints P10. The floor has the rows of a registration with their encryption, a counter of references and the head of a
journal, all in one statement; it decides nothing, looks nothing up and answers nothing.
"""

import argparse
import json
import multiprocessing
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import islice
from multiprocessing.connection import Connection
from pathlib import Path

import psycopg

from attention_point.demo.steps.visit_steps import AGENT_ACTOR
from attention_point.directory.seed.loading import load_shipped_files
from attention_point.foundation.database import Database, migrations
from attention_point.foundation.vault import Keyring, Vault
from attention_point.intake.draft import read_draft
from attention_point.intake.queries import list_hidden_visits
from attention_point.intake.services import record_visit
from bench.people import Draft, invent_drafts
from bench.report import Figure, divide, format_table, measure_milliseconds, working_folder
from bench.sealing import Sealer, build_tags, hash_journal_entry, seal_record, seal_rows
from tests.support.postgres import Server, find_binaries

FEW, MANY, VISITS, TURNS = 2, 8, 240, 7
SIDES = ("floor", "few", "many")
SCHEMA = """
CREATE TABLE person (id bytea PRIMARY KEY, wrapped bytea, sealed bytea);
CREATE TABLE visit (id bytea PRIMARY KEY, person bytea REFERENCES person, at timestamptz, reference int, sealed bytea);
CREATE TABLE referral (id bytea PRIMARY KEY, visit bytea REFERENCES visit, state text, sealed bytea);
CREATE TABLE tag (tag bytea, person bytea REFERENCES person, PRIMARY KEY (tag, person));
CREATE TABLE journal (seq serial PRIMARY KEY, entry text, hash bytea);
CREATE TABLE counter (id int PRIMARY KEY, last int);
INSERT INTO counter VALUES (1, 0);
"""
STATEMENT = """
WITH p AS (INSERT INTO person VALUES (%(person)s, %(wrapped)s, %(sealed)s)),
 t AS (INSERT INTO tag SELECT unnest(%(tags)s::bytea[]), %(person)s),
 c AS (UPDATE counter SET last = last + 1 WHERE id = 1 RETURNING last),
 v AS (INSERT INTO visit SELECT %(visit)s, %(person)s, now(), last, %(record)s FROM c),
 r AS (INSERT INTO referral SELECT unnest(%(ids)s::bytea[]), %(visit)s, 'created', unnest(%(referrals)s::bytea[])),
 j AS (INSERT INTO journal (entry, hash) VALUES (%(entry)s, %(hash)s))
SELECT last FROM c
"""


@contextmanager
def create_databases(folder: Path, binaries: Path) -> Iterator[tuple[str, str, Vault]]:
    """The address of the floor's database, that of the product's, and its vault, on a server of the bench's own."""
    Keyring.create(folder / "keyring.json")
    vault = Vault(Keyring.load(folder / "keyring.json"))
    server = Server.prepare()
    try:
        server.start(binaries)
        server.create("floor")
        server.create("product")
        with psycopg.connect(_strip_driver(server.url("floor"))) as connection:
            connection.execute(SCHEMA)
        migrations.upgrade_database(server.url("product"))
        database = open_database(server.url("product"), vault)
        with database.write_session() as session:
            load_shipped_files(session)
        database.close()
        yield server.url("floor"), server.url("product"), vault
    finally:
        server.stop()


def open_database(address: str, vault: Vault) -> Database:
    """The product's database with what its sessions carry."""
    return Database(address, {"vault": vault, "hidden_visits": list_hidden_visits}, pool_size=1)


def _strip_driver(address: str) -> str:
    return address.replace("+psycopg", "")


def _write_batches(floor_address: str, address: str, vault: Vault, seed: int, pipe: Connection) -> None:
    database, people = open_database(address, vault), invent_drafts(seed)
    write_floor = prepare_floor(floor_address)
    while (order := pipe.recv()) is not None:
        side, size = order
        batch = list(islice(people, size))
        if side == "floor":
            for draft in batch:
                write_floor(draft)
        else:
            for draft in batch:
                with database.write_session() as session:
                    record_visit(session, AGENT_ACTOR, read_draft(draft))
        pipe.send(None)


def prepare_floor(address: str) -> Callable[[Draft], None]:
    """A registration's rows as one statement on a connection of its own; everybody is somebody new."""
    connection = psycopg.connect(_strip_driver(address), autocommit=True)
    sealer, head = Sealer(), bytes(32)

    def write(draft: Draft) -> None:
        nonlocal head
        person = draft["id"].encode()
        cipher, wrapped = sealer.new_key(person)
        (visit, record), referrals = seal_rows(cipher, draft)
        entry = json.dumps({"action": "visit.recorded", "visit": draft["id"], "at": time.time()})
        head = hash_journal_entry(head, entry.encode())
        values = {
            "person": person,
            "wrapped": wrapped,
            "sealed": seal_record(cipher, person, draft["person"]),
            "tags": build_tags(sealer, draft),
            "visit": visit,
            "record": record,
            "ids": [referral for referral, _entity, _sealed in referrals],
            "referrals": [sealed for _referral, _entity, sealed in referrals],
            "entry": entry,
            "hash": head,
        }
        connection.execute(STATEMENT, values)

    return write


def run_turn(pipes: list[Connection], side: str) -> None:
    """Let the writers of a side write their share of the visits."""
    writers = pipes[: FEW if side == "few" else MANY]
    for pipe in writers:
        pipe.send((side, VISITS // len(writers)))
    for pipe in writers:
        pipe.recv()


TEXT = """## Many writers

{table}

`python -m bench.writers`: processes that record visits at one point through `record_visit` on PostgreSQL, {visits} a
turn, against the rows of a registration as one statement in {many} connections. {turns} turns of each side after one
that is not kept. Nothing waits for the disk here (`fsync=off`), as in the tests.
"""


def build_section(turns: int = TURNS) -> str:
    """Measure; the section of the page. RuntimeError where PostgreSQL is not installed."""
    binaries = find_binaries()
    if binaries is None:
        raise RuntimeError("PostgreSQL is not installed: see `make system-packages`")
    rates: dict[str, list[float]] = {side: [] for side in SIDES}
    context = multiprocessing.get_context("fork")
    with working_folder() as folder, create_databases(folder, binaries) as (floor_address, address, vault):
        pipes = [context.Pipe() for _writer in range(MANY)]
        processes = [
            context.Process(target=_write_batches, args=(floor_address, address, vault, seed + 1, writer_end))
            for seed, (_own_end, writer_end) in enumerate(pipes)
        ]
        for process in processes:
            process.start()
        own_ends = [own_end for own_end, _writer_end in pipes]
        for turn in range(turns + 1):
            for side in SIDES if turn % 2 else SIDES[::-1]:
                milliseconds = measure_milliseconds(partial(run_turn, own_ends, side))
                if turn:
                    rates[side].append(VISITS * 1000 / milliseconds)
        for own_end in own_ends:
            own_end.send(None)
        for process in processes:
            process.join(30)
    share = [100 * ratio for ratio in divide(rates["many"], rates["floor"])]
    figures = [
        Figure("P10", f"PostgreSQL, {MANY} writers: visits a second / the floor's", share, "%", 25, is_minimum=True),
        Figure("P10", f"{MANY} writers / {FEW} writers", divide(rates["many"], rates["few"]), "×", 1, is_minimum=True),
        *(
            Figure("", words, rates[side], "visits/s")
            for side, words in zip(
                SIDES, (f"one statement, {MANY} connections", f"{FEW} writers", f"{MANY} writers"), strict=True
            )
        ),
    ]
    return TEXT.format(table=format_table(figures), visits=VISITS, many=MANY, turns=turns)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=TURNS)
    print(build_section(parser.parse_args().turns))
