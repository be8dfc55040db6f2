"""What the list of an entity with a million referrals takes: ``python -m bench.inbox --referrals 1000000``.

Prints a section for SQLite and one for PostgreSQL. The referrals are invented and sealed as real ones are; a few in a
thousand are open, as at an entity that answers. Times are those of the whole request in the server, without a network.
"""

import argparse
import random
import re
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

from flask import Flask
from sqlalchemy import insert, select

from attention_point.app import create_app
from attention_point.foundation import clock
from attention_point.foundation.database import Database, migrations
from attention_point.foundation.database.identifiers import build_id_at
from attention_point.foundation.settings import read_settings
from attention_point.foundation.vault import Keyring, Vault
from attention_point.intake.models import Visit
from attention_point.intake.queries import list_hidden_visits
from attention_point.people import queries as people_queries
from attention_point.people.models import Person
from attention_point.portal.inbox import finding
from attention_point.portal.inbox.order import index_keeper
from attention_point.referrals.entity_rows.entity_tags import make_tag
from attention_point.referrals.models import Referral
from attention_point.referrals.queries import SEALING_PURPOSE
from bench.look_up import open_databases
from bench.report import Figure, format_table, measure_milliseconds, working_folder
from bench.search import choose_people, fill_people, type_full_name
from tests.portal.support import browser
from tests.support.directory import load_shipped
from tests.support.pages import PageClient
from tests.support.visits import acting

ENTITY, SERVICE = "sena", "EMP-SENA"
GOAL, ROUNDS, CHUNK = 50.0, 30, 10_000
ENDED_STATES = ("attended", "attended", "no_show", "rejected", "closed", "closed", "withdrawn")
MINUTES_BETWEEN = 2


def fill_referrals(database: Database, count: int, open_count: int, seed: int = 5) -> None:
    """Visits and referrals of the people on file, oldest first; the newest ``open_count`` are open."""
    chance = random.Random(seed)
    with database.read_session() as session:
        people = list(session.scalars(select(Person.id)))
    start = clock.now() - timedelta(minutes=MINUTES_BETWEEN * count)
    for first in range(0, count, CHUNK):
        with database.write_session() as session:
            chosen_people = [chance.choice(people) for _ in range(min(CHUNK, count - first))]
            keys = people_queries.open_person_keys(session, chosen_people)
            visits, referrals = [], []
            for number, person in enumerate(chosen_people, start=first):
                moment = start + timedelta(minutes=MINUTES_BETWEEN * number)
                visit, referral = (build_id_at(int(moment.timestamp() * 1000)) for _ in range(2))
                waits = number >= count - open_count
                state = chance.choice(("created", "seen", "seen", "accepted")) if waits else chance.choice(ENDED_STATES)
                answers = [] if state in {"created", "seen"} else [_build_answer(state, moment.isoformat())]
                record = {
                    "service": SERVICE,
                    "need": SERVICE,
                    "entity": ENTITY,
                    "mandatory": False,
                    "urgent": chance.random() < 0.03,
                    "restricted": False,
                    "reason": ["It answers a need that the person stated.", {}],
                    "rule": None,
                    "answers": answers,
                }
                key = keys[person]
                assert key is not None
                day = clock.local_day(moment)
                visits.append(_build_visit(visit, person, number, moment))
                referrals.append(
                    {
                        "id": referral,
                        "visit_id": visit,
                        "person_id": person,
                        "point": "bucaramanga",
                        "day": day,
                        "entity_tag": make_tag(session, ENTITY, referral),
                        "state": state,
                        "created_at": moment,
                        "state_at": moment,
                        "version": 1,
                        "sealed": key.seal(SEALING_PURPOSE, referral, record, version=1),
                    }
                )
            session.connection().execute(insert(Visit), visits)
            session.connection().execute(insert(Referral), referrals)


def _build_answer(state: str, moment: str) -> dict[str, object]:
    return {"at": moment, "by": "system", "state": state, "reason": None, "note": None}


def _build_visit(visit: UUID, person: UUID, number: int, moment: datetime) -> dict[str, object]:
    return {
        "id": visit,
        "person_id": person,
        "point": "bucaramanga",
        "day": clock.local_day(moment),
        "attended_at": moment,
        "received_at": moment,
        "actor": "system",
        "channel": "bench",
        "reference": f"BGA-2026-{number:06d}" if number < 1_000_000 else f"BGA-2027-{number - 1_000_000:06d}",
        "code": f"{number:020d}",
        "fingerprint": bytes(32),
        "family_tag": None,
        "version": 1,
        "state": "recorded",
        "changed_at": None,
        "sealed": b"\0",
    }


def measure_inbox(app: Flask) -> list[Figure]:
    """The pages of the list, near its head and deep in it, and the search: wall-clock and CPU."""
    database: Database = app.extensions["database"]
    client = browser(app, entity=ENTITY)
    first = measure_milliseconds(lambda: _get(client, "/portal"))
    with database.read_session() as session:
        index_keeper.get_keeper(session).wait_until_built()
    _wait_for_names(database)
    figures = [Figure("", "first page after a start, which opens what is open", [first], "ms")]
    for what, address in _list_addresses(client).items():
        figures += _measure(what, [partial(_get, client, address)] * ROUNDS)
    for what, texts in _list_searches([person.record for person in choose_people(database, ROUNDS)]).items():
        figures += _measure(f"find by {what}", [partial(_find, database, text) for text in texts])
    return figures


def _list_searches(people: Sequence[dict[str, Any]]) -> dict[str, list[str]]:
    chance = random.Random(1)
    return {
        "the whole name": [type_full_name(record) for record in people],
        "one surname": [record["surname_1"] for record in people],
        "the document": [record["documents"][0]["number"] for record in people],
        "the reference": [f"BGA-2026-{chance.randrange(1_000):06d}" for _person in people],
    }


def _measure(what: str, actions: Sequence[Callable[[], object]]) -> list[Figure]:
    actions[0]()
    walls, processors = [], []
    for action in actions:
        start = time.thread_time()
        walls.append(measure_milliseconds(action))
        processors.append((time.thread_time() - start) * 1000)
    return [Figure("", what, walls, "ms", GOAL), Figure("", f"{what}, CPU", processors, "ms", GOAL)]


def _find(database: Database, text: str) -> None:
    with database.read_session() as session:
        finding.find_referrals(session, acting("entity", ENTITY), text)


def _get(client: PageClient, address: str) -> str:
    reply = client.get(address)
    assert reply.status_code == 200, reply.status_code
    return reply.get_data(as_text=True)


def _list_addresses(client: PageClient) -> dict[str, str]:
    addresses = {"first page of what waits": "/portal", "first page of what was answered": "/portal?show=answered"}
    for tab, start in (("waits", "/portal"), ("was answered", "/portal?show=answered")):
        address, depth = start, 0
        while depth < 20 and (match := re.search(r'rel="next" href="([^"]+)"', _get(client, address))):
            address, depth = match[1].replace("&amp;", "&"), depth + 1
        addresses[f"page {depth + 1} of what {tab}"] = address
    addresses["what waits, overdue alone"] = "/portal?came=late"
    return addresses


def _wait_for_names(database: Database) -> None:
    """Until the names can be searched, as they can some seconds after the first search."""
    actor = acting("entity", ENTITY)
    for _second in range(300):
        with database.read_session() as session:
            if not finding.find_referrals(session, actor, "Nadie Conocido").is_loading:
                return
        time.sleep(1)


def main() -> None:
    """Make the rows, measure, and print a table for each database."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--referrals", type=int, default=1_000_000)
    parser.add_argument("--open", type=int, default=3_000)
    parser.add_argument("--people", type=int, default=100_000)
    parser.add_argument("--database", choices=("SQLite", "PostgreSQL"))
    options = parser.parse_args()
    with working_folder() as folder, open_databases(folder, "inbox") as urls:
        Keyring.create(folder / "keyring.json")
        for name, url in urls.items():
            if options.database in {None, name}:
                _print_section(folder, name, url, options)


def _print_section(folder: Path, name: str, url: str, options: argparse.Namespace) -> None:
    started = time.perf_counter()
    database = Database(
        url, {"vault": Vault(Keyring.load(folder / "keyring.json")), "hidden_visits": list_hidden_visits}
    )
    migrations.upgrade_database(url)
    with database.write_session() as session:
        load_shipped(session)
    fill_people(database, options.people)
    fill_referrals(database, options.referrals, options.open)
    _analyse(database)
    database.close()
    environment = {"INSTANCE": str(folder), "DATABASE_URL": url, "SECOND_FACTOR": "optional"}
    settings = read_settings({f"ATTENTION_POINT_{name}": value for name, value in environment.items()})
    print(
        f"\n## An entity with {options.referrals:,} referrals, {options.open:,} of them open, on {name}\n\n"
        f"Made in {time.perf_counter() - started:.0f} s.\n"
    )
    print(format_table(measure_inbox(create_app(settings))))


def _analyse(database: Database) -> None:
    # As PostgreSQL does by itself after some minutes.
    with database.engine.connect() as connection:
        connection.exec_driver_sql("ANALYZE")
        connection.commit()


if __name__ == "__main__":
    main()
