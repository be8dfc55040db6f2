"""Registers of ten thousand records: `python -m bench.registers` measures their lists, searches, board and report."""

import random
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import insert
from sqlalchemy.orm import Session

from attention_point.foundation import clock, paths
from attention_point.foundation.access import SYSTEM
from attention_point.foundation.database import new_id
from attention_point.registers.agreements.register import AGREEMENTS
from attention_point.registers.annual_report.register import YEARS
from attention_point.registers.annual_report.sums import add_up_again
from attention_point.registers.calls import queries as calls
from attention_point.registers.calls.keeping import figures_of
from attention_point.registers.calls.models import ProposalFigures
from attention_point.registers.calls.register import CALLS, PROPOSALS
from attention_point.registers.events.register import EVENTS
from attention_point.registers.shared import queries, services
from attention_point.registers.shared.describe import Register, nothing_more
from attention_point.registers.shared.models import Mark
from attention_point.registers.shared.queries import Wanted
from attention_point.registers.shared.writing import New, insert_records
from bench import pages
from bench.dashboard import instance, signed_in

NUMBER, ORGANISATIONS, CALLS_KEPT = 10_000, 200, 500
TURNS, PAGE = 15, 51
GOAL = 100.0
WORDS = ["foro", "agua", "movilidad", "parque", "bicicleta", "comercio", "ciudad", "clima", "empleo", "idioma"]
SEARCHES = {
    "no words": Wanted(),
    "a common word": Wanted("foro"),
    "three words": Wanted("foro agua 77"),
    "the word of every organisation": Wanted("organizacion"),
    "a word that nothing has": Wanted("nothing"),
    "one letter, which narrows nothing": Wanted("o"),
    "three filters": Wanted(marks={"year": "2017", "state": "done", "countries": "NL"}),
}
Ask = Callable[[Session], object]
Taken = dict[str, list[float]]


def _peso(amount: int, **more: str) -> dict[str, str]:
    return {"amount": str(amount), "currency": "COP", **more}


def fill_events(session: Session) -> None:
    """Events of twenty years that name two of the organisations each, with their words and their history."""
    chance = random.Random(7)
    partners = [{"name": f"Organización {number}"} for number in range(ORGANISATIONS)]
    (data,) = services.linked(session, SYSTEM, EVENTS, [{"partners": partners}])
    new = [
        New(
            {
                "name": f"{' '.join(chance.sample(WORDS, 3))} {number}",
                "state": chance.choice(["done", "planned"]),
                "date": f"20{chance.randrange(10, 30)}-{chance.randrange(1, 13):02d}",
                "countries": chance.sample(["CO", "NL", "FR"], 1),
                "partners": chance.sample(data["partners"], 2),
            },
            "typed",
        )
        for number in range(NUMBER)
    ]
    insert_records(session, SYSTEM, EVENTS, new, "imported")


def fill_proposals(session: Session) -> None:
    """Proposals of twenty years to 500 calls, with the figures that follow from them."""
    chance, today = random.Random(7), clock.today()
    told = [
        New({"name": f"Fondo {number}", "closes": f"{today + timedelta(days=chance.randrange(-900, 60))}"}, "typed")
        for number in range(CALLS_KEPT)
    ]
    ids = insert_records(session, SYSTEM, replace(CALLS, settle=nothing_more), told, "imported")
    to = [chance.randrange(CALLS_KEPT) for _each in range(NUMBER)]
    new = [
        New(
            {
                "name": f"Propuesta {number}",
                "call": f"Fondo {call}",
                "state": chance.choice(["preparing", "presented", "viable", "selected"]),
                "year": chance.randrange(2010, 2030),
                "phases_passed": chance.randrange(4),
                "cofinancing_approved": _peso(1000),
                **({"deadline": f"{today + timedelta(days=3)}"} if number % 10 == 0 else {}),
            },
            "typed",
        )
        for number, call in enumerate(to)
    ]
    made = insert_records(session, SYSTEM, replace(PROPOSALS, settle=nothing_more), new, "imported")
    rows = [figures_of(key, ids[call], each.data) for key, call, each in zip(made, to, new, strict=True)]
    session.execute(insert(ProposalFigures), rows)


def _of_one_year(some: list[dict[str, str]], chance: random.Random, place: int) -> Mapping[Register, dict[str, Any]]:
    return {
        EVENTS: {
            "name": f"Foro {place}",
            "state": chance.choice(["done", "planned"]),
            "date": f"2019-{place % 12 + 1:02d}",
            "countries": chance.sample(["CO", "NL", "FR"], 1),
            "partners": some,
            "participants": {"number": place},
        },
        AGREEMENTS: {
            "name": f"Convenio {place}",
            "state": "signed",
            "year": 2019,
            "partners": some,
            "contributions": [
                {"side": "municipality", "amount": _peso(0)},
                {"side": "partners", "amount": _peso(1000, mark="approximate")},
            ],
            "beneficiaries": [{"group": "estudiantes", "count": {"number": 3}}],
        },
        CALLS: {"name": f"Convocatoria {place}", "state": "open", "closes": "2019-05-01", "issuer": some[:1]},
        PROPOSALS: {
            "name": f"Propuesta {place}",
            "call": f"Convocatoria {place}",
            "state": "presented",
            "date": "2019-04-01",
            "total_value": _peso(10),
            "cofinancing_approved": _peso(4),
        },
    }


def fill_year(session: Session) -> None:
    """Each register's records, all of one year; without words and history, of which the report asks nothing."""
    chance, now = random.Random(5), clock.now()
    partners = [{"id": new_id().hex} for _each in range(3)]
    rows = [_of_one_year(chance.sample(partners, 2), chance, place) for place in range(NUMBER)]
    for register in (EVENTS, AGREEMENTS, CALLS, PROPOSALS):
        records = [
            {"id": new_id(), "version": 1, "name": data["name"], "name_key": data["name"], "sort": data.get("date", ""),
             "state": data["state"], "data": data, "origin": "typed", "created_at": now, "changed_at": now}
            for data in (row[register] for row in rows)
        ]  # fmt: skip
        marks = [{"register": register.name, "key": "year", "value": "2019", "record": row["id"]} for row in records]
        session.execute(insert(register.model), records)
        session.execute(insert(Mark), marks)
    services.add(session, SYSTEM, YEARS, {"name": "Oficina de Prueba", "year": 2019})
    add_up_again(session)


def measure_queries(session: Session) -> Taken:
    """Milliseconds of each question, in turns, after one round that is not kept."""
    last = queries.page(session, EVENTS, Wanted(), None, NUMBER // 2)[-1]
    asked: dict[str, Ask] = {}
    for name, wanted in SEARCHES.items():
        asked[f"events, {name}"] = partial(_page, EVENTS, wanted, None)
        asked[f"events, {name}, from the middle on"] = partial(_page, EVENTS, wanted, last)
    asked |= {
        "events, how many of each country": lambda session: queries.counts(session, EVENTS, "countries"),
        "events, how many of each year": lambda session: queries.counts(session, EVENTS, "year"),
        "events, how many with a word": lambda session: queries.count(session, EVENTS, Wanted("foro")),
        "proposals, no words": partial(_page, PROPOSALS, Wanted(), None),
        "proposals, two words": partial(_page, PROPOSALS, Wanted("fondo 77"), None),
        "proposals, the board": calls.board,
        "proposals, the board of a year": lambda session: calls.board(session, 2017),
        "proposals, success rate by year": calls.years,
        "calls, those open": lambda session: calls.open_calls(session, clock.today()),
    }
    session.expunge(last)
    taken: Taken = {name: [] for name in asked}
    for turn in range(TURNS + 1):
        for name, ask in asked.items():
            session.expunge_all()
            elapsed = _milliseconds(partial(ask, session))
            if turn:
                taken[name].append(elapsed)
    return taken


def _page(register: Register, wanted: Wanted, after: Any, session: Session) -> object:
    return queries.page(session, register, wanted, after, PAGE)


def measure_report(app: Flask) -> Taken:
    """Milliseconds of the report's pages; of the year's page also right after one of its records is written."""
    client, database = signed_in(app), app.extensions["database"]
    pages_of = {
        "the report's years": "/report",
        "the report's page of a year": "/report/2019",
        "the report's page of a year, first after a write": "/report/2019",
    }
    taken: Taken = {name: [] for name in pages_of}
    for turn in range(TURNS + 1):
        for name, address in pages_of.items():
            if "write" in name:
                with database.writing() as session:
                    services.add(session, SYSTEM, EVENTS, {"name": f"Foro {turn}", "state": "done", "date": "2019-03"})
            elapsed = _milliseconds(partial(_look, client, address))
            if turn:
                taken[name].append(elapsed)
    return taken


def _look(client: FlaskClient, address: str) -> None:
    reply = client.get(address)
    if reply.status_code != 200:
        raise RuntimeError(f"{address}: {reply.status_code}")


def _milliseconds(ask: Callable[[], object]) -> float:
    start = time.perf_counter()
    ask()
    return (time.perf_counter() - start) * 1000


@contextmanager
def filled(*fills: Callable[[Session], None]) -> Iterator[Flask]:
    """The application on a temporary instance on the disk that a desk would use, with invented records."""
    cache = paths.PROJECT / ".cache"
    cache.mkdir(exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="bench-", dir=cache))
    try:
        app = instance(folder)
        database = app.extensions["database"]
        with database.writing() as session:
            for fill in fills:
                fill(session)
        yield app
        database.close()
    finally:
        shutil.rmtree(folder)


TEXT = """## Registers

{table}

SQLite, {number:,} invented records of each register. Events and proposals are of twenty years, the events name two of
{organisations} organisations each, the proposals go to {calls} calls; these rows are the database's part of a page
({page} records). The report's rows are whole pages: all the records are of its year, whose sums are kept with each
write. Median and range of {turns} turns.
"""


def table(taken: Taken) -> str:
    """The figures as Markdown."""
    lines = ["| What is asked | p50 (range), ms | Goal | Reached |", "|---|---|---|---|"]
    for name, times in taken.items():
        lines.append(f"| {name} | {_spread(times)} | ≤ {GOAL:.0f} | {'yes' if median(times) <= GOAL else 'no'} |")
    return "\n".join(lines)


def _spread(times: list[float]) -> str:
    return f"{median(times):.1f} ({min(times):.1f}–{max(times):.1f})"


def section() -> str:
    """Fill, measure; the part of docs/performance.md."""
    with filled(fill_events, fill_proposals) as app, app.extensions["database"].reading() as session:
        taken = measure_queries(session)
    with filled(fill_year) as app:
        of_report = measure_report(app)
    return TEXT.format(
        table=table(taken | of_report),
        number=NUMBER,
        organisations=ORGANISATIONS,
        calls=CALLS_KEPT,
        page=PAGE,
        turns=TURNS,
    )


def main() -> None:
    """Measure, print, keep the section."""
    made = section()
    print(made)
    pages.replace(made)


if __name__ == "__main__":
    main()
