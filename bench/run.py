"""``make bench``: measures every side in turns, prints the tables and keeps them in docs/performance.md."""

import argparse
import os
import platform
import sqlite3
from contextlib import ExitStack
from importlib.metadata import version
from itertools import islice

from bench import attacks, floors, hot_day, month, papers, room, start, upkeep, writers
from bench.people import invent_drafts
from bench.report import Figure, divide, format_spread, format_table, working_folder, write_section
from bench.sides import SIDES, Runner, Turn, run_in_process, serve_side

TURNS, BATCH = 15, 40
FLOORS = {"durable write of 16 KiB": floors.prepare_durable_write, "bare transaction": floors.prepare_bare_transaction}
Turns = dict[str, list[Turn]]


def measure_sides(turns: int, batch: int) -> Turns:
    """Every side takes its turn with the same number of drafts; the order moves on, the first turn is not kept."""
    with working_folder() as folder, ExitStack() as stack:
        runners: dict[str, Runner] = {name: run_in_process(prepare(folder)) for name, prepare in FLOORS.items()}
        for number, (name, side) in enumerate(SIDES.items()):
            runners[name] = stack.enter_context(serve_side(side, folder / str(number)))
        people = {name: invent_drafts(seed) for seed, name in enumerate(runners, 1)}
        measured: Turns = {name: [] for name in runners}
        names = list(runners)
        for turn in range(turns + 1):
            first = turn % len(names)
            for name in names[first:] + names[:first]:
                taken = runners[name](list(islice(people[name], batch)))
                if turn:
                    measured[name].append(taken)
    return measured


def compare_sides(measured: Turns) -> list[Figure]:
    """The figures of the goals, each a ratio within a turn."""
    cpu = {name: [turn.cpu for turn in turns] for name, turns in measured.items()}
    wall = {name: [turn.wall for turn in turns] for name, turns in measured.items()}
    both_floors = [sum(pair) for pair in zip(cpu["bare transaction"], cpu["minimal Flask POST"], strict=True)]
    uncounted = "registration without counting"
    return [
        Figure("P1", "CPU: registration / (bare transaction + minimal Flask POST)",
               divide(cpu["registration"], both_floors), "×"),
        Figure("P2", "CPU: registration / ORM reference", divide(cpu["registration"], cpu["ORM reference"]), "×"),
        Figure("P3", "p50: registration / bare route", divide(wall["registration"], wall["bare route"]), "×", 2.0),
        Figure("P9", "CPU: registration / the same without counting",
               divide(cpu["registration"], cpu[uncounted]), "×", 1.1),
        Figure("P9", "p50: registration / the same without counting",
               divide(wall["registration"], wall[uncounted]), "×", 1.1),
    ]  # fmt: skip


def format_sides(measured: Turns) -> str:
    """Each side's own times as a Markdown table."""
    rows = [
        f"| {name} | {format_spread([turn.cpu for turn in turns])} | {format_spread([turn.wall for turn in turns])} |"
        for name, turns in measured.items()
    ]
    return "\n".join(["| Side | CPU a request, ms | p50, ms |", "|---|---|---|", *rows])


def describe_machine() -> str:
    """What the measurement ran on."""
    parts = ", ".join(f"{name} {version(name)}" for name in ("Flask", "SQLAlchemy", "cryptography", "waitress"))
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{os.cpu_count()} cores, {memory:.0f} GiB, {platform.system()} {platform.machine()}, Python "
        f"{platform.python_version()}, SQLite {sqlite3.sqlite_version}, {parts}"
    )


TEXT = """## A registration

{table}

{sides}

- Machine: {machine}.
- Every side has a server process of its own: the same waitress, SQLite in WAL with `synchronous=FULL`, a file on the
  disk. One client on the loopback keeps its connection. The two floors without a server run in the client's process.
- The sides take turns: {turns} turns of {batch} registrations each, after one that is not kept. A ratio is taken within
  a turn, then its median and range. CPU is the server process's own, all threads; p50 is the client's wall clock.
- Each registration is another invented person with two documents and two needs; a quarter have come before.
- *Bare transaction*: person, visit, two referrals, three tags and a journal entry by `sqlite3`, sealed. *Minimal Flask
  POST*: reads the same JSON and answers. *Bare route*: the same sealed rows by SQLAlchemy Core, no sign-in, CSRF,
  validation, rules, counting or journal. *ORM reference*: a signed-in, validated form over ORM models whose fields are
  encrypted one by one; it finds the person by a keyed hash of the document, looks up the offers, writes an audit row,
  counts, and answers from its rows. It has no chain of hashes, no rules and no guard against a repeated request.
"""


def build_section(turns: int = TURNS, batch: int = BATCH) -> str:
    """Measure; the section of the page."""
    measured = measure_sides(turns, batch)
    table, sides = format_table(compare_sides(measured)), format_sides(measured)
    return TEXT.format(table=table, sides=sides, machine=describe_machine(), turns=turns, batch=batch)


def main() -> None:
    """Measure everything, section after section; a small run keeps nothing."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", action="store_true", help="a few turns and little data: to see that it works")
    if parser.parse_args().small:
        print(build_section(turns=2, batch=10))
        print(start.build_section(turns=2, people=40))
        print(month.build_section(visits=40_000, people=200, turns=2))
        print(hot_day.build_section(turns=2))
        print(writers.build_section(turns=1))
        print(upkeep.build_section(people=200))
        print(attacks.build_section())
        print(room.build_section(turns=2))
        print(papers.build_section(turns=1, seconds=2, people=200))
        return
    parts = (start, month, hot_day, writers, upkeep, attacks, room, papers)
    for build in (build_section, *(part.build_section for part in parts)):
        section = build()
        print(section, flush=True)
        write_section(section)


if __name__ == "__main__":
    main()
