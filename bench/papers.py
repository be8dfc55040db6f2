"""Registrations beside papers: a hundred a second, alone and while a paper is asked for every two seconds.

``python -m bench.papers`` prints the section; ``--write`` puts it into docs/performance.md. It takes some minutes.
"""

import argparse
import json
import multiprocessing
import os
import threading
import time
from functools import partial
from http.client import HTTPConnection
from itertools import islice
from multiprocessing.connection import Connection
from pathlib import Path

from attention_point.app import create_app
from attention_point.foundation.settings import read_settings
from bench.client import Client
from bench.people import invent_drafts
from bench.registration import run_command
from bench.report import Figure, divide, format_table, measure_milliseconds, working_folder, write_section
from bench.room import find_p99, read_ticks
from bench.start import RunningServer, running, sign_in

TURNS, SECONDS, PEOPLE = 5, 15, 2_000
TABLETS, PER_SECOND = 20, 100
PAPER_SECONDS = 2.0
PAPERS_FOR_CPU = 20
GOAL = 2.0  # times the p99 of registrations alone
Times = list[float]  # milliseconds


class Desk:
    """A server, its tablets and an office that asks for papers."""

    def __init__(self, server: RunningServer, instance: Path, cookie: str) -> None:
        self.server, self.cookie = server, cookie
        token = run_command(instance, "token", "add", "bench", "--scope", "intake").split()[-1]
        self.headers = {"Content_Type": "application/json", "Authorization": f"Bearer {token}"}
        self.drafts = [invent_drafts(number + 1) for number in range(TABLETS)]

    def register(self, seconds: float) -> Times:
        """The milliseconds of each registration, from the moment at which it was due."""
        times: Times = []
        begin = time.monotonic() + 0.5
        count = int(seconds * PER_SECOND / TABLETS)

        def work(number: int) -> None:
            client, drafts = Client(self.server.port), list(islice(self.drafts[number], count))
            for turn, draft in enumerate(drafts):
                due = begin + (turn * TABLETS + number) / PER_SECOND
                body = json.dumps(draft)
                time.sleep(max(due - time.monotonic(), 0))
                client.send("POST", "/api/v1/visits", 201, body, **self.headers)
                times.append((time.monotonic() - due) * 1000)

        tablets = [threading.Thread(target=work, args=(number,)) for number in range(TABLETS)]
        for tablet in tablets:
            tablet.start()
        for tablet in tablets:
            tablet.join()
        return times

    def register_beside(self, address: str, seconds: float) -> tuple[Times, Times]:
        """The milliseconds of registrations and of the papers beside them."""
        # The office is a process of its own: what reads its papers takes no time from the clock of the tablets.
        context = multiprocessing.get_context("spawn")
        here, there = context.Pipe()
        values = self.server.port, address, self.cookie, there
        office = context.Process(target=ask_for_papers, args=values)
        office.start()
        here.recv()  # the first paper, which starts the worker, is there
        times = self.register(seconds)
        here.send(None)
        taken: Times = here.recv()
        office.join()
        return times, taken


def ask_for_papers(port: int, address: str, cookie: str, pipe: Connection) -> None:
    """Ask for a paper every two seconds until something comes through the pipe; then send the milliseconds of each."""
    fetch_paper(port, address, cookie)
    pipe.send(None)
    taken = Times()
    while not pipe.poll(PAPER_SECONDS):
        taken.append(measure_milliseconds(partial(fetch_paper, port, address, cookie)))
    pipe.send(taken)


def fetch_paper(port: int, address: str, cookie: str) -> None:
    """Ask for a paper once. Raises RuntimeError for any reply but 200."""
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", address, headers={"Cookie": cookie})
    reply = connection.getresponse()
    reply.read()
    connection.close()
    if reply.status != 200:
        raise RuntimeError(f"{address}: {reply.status}")


def measure_server_cpu(desk: Desk, address: str) -> float:
    """The milliseconds of CPU that a paper takes of the server itself; the rest is the worker's."""
    ticks = read_ticks(desk.server.process.pid)
    for _paper in range(PAPERS_FOR_CPU):
        fetch_paper(desk.server.port, address, desk.cookie)
    spent = read_ticks(desk.server.process.pid) - ticks
    return spent / os.sysconf("SC_CLK_TCK") * 1000 / PAPERS_FOR_CPU


def find_papers(desk: Desk) -> dict[str, str]:
    """The papers that are asked for: name → address. The newest month that was released is the last of the list."""
    _status, text = desk.server.get("/statistics", desk.cookie)
    months = sorted(set(part[:7] for part in text.split("/statistics/")[1:] if part[:2] == "20"))
    released = months[-2]
    return {
        "a released month's PDF, kept": f"/statistics/{released}.pdf",
        "the PDF of a month that is not released": f"/statistics/{months[-1]}.pdf",
        "the dashboard's PDF": "/dashboard/figures.pdf",
        "the year's report as PDF": f"/report/{released[:4]}.pdf",
    }


def measure_turns(desk: Desk, turns: int, seconds: float) -> list[Figure]:
    """Alone and beside each paper in turns, after one that is not kept."""
    papers = find_papers(desk)
    alone: list[Times] = []
    beside: dict[str, list[Times]] = {name: [] for name in papers}
    drawn: dict[str, Times] = {name: [] for name in papers}
    desk.register(seconds / 3)
    for _turn in range(turns):
        alone.append(desk.register(seconds))
        for name, address in papers.items():
            times, taken = desk.register_beside(address, seconds)
            beside[name].append(times)
            drawn[name] += taken
    alone_p99 = [find_p99(times) for times in alone]
    figures = [Figure("", "registrations alone: p99", alone_p99, "ms")]
    for name in papers:
        p99 = [find_p99(times) for times in beside[name]]
        figures += [
            Figure("P21", f"beside {name}: p99 / alone", divide(p99, alone_p99), "×", GOAL),
            Figure("", "the same: p99", p99, "ms"),
            Figure("", "until the paper is there", drawn[name], "ms"),
            Figure("", "CPU of the server for one", [measure_server_cpu(desk, papers[name])], "ms"),
        ]
    return figures


TEXT = """## Registrations beside papers

`.venv/bin/python -m bench.papers --write`

{table}

- {tablets} tablets register together {rate} times a second on one server with SQLite, for {seconds:g} s a turn; the
  time of each counts from the moment at which it was due. Alone and beside each paper by turns, {turns} of each;
  beside: one paper every {pause:g} s, fetched by a process of its own.
- A ratio is taken within a turn, then its median and range.
"""


def build_section(turns: int = TURNS, seconds: float = SECONDS, people: int = PEOPLE) -> str:
    """Measure; the section of the page."""
    with working_folder() as folder:
        instance = folder / "instance"
        run_command(instance, "init")
        run_command(instance, "demo", "load", "--people", str(people))
        app = create_app(read_settings({"ATTENTION_POINT_INSTANCE": str(instance)}))
        with running(instance) as server:
            figures = measure_turns(Desk(server, instance, sign_in(app, "office")), turns, seconds)
        app.extensions["database"].close()
    table = format_table(figures)
    values = {"tablets": TABLETS, "rate": PER_SECOND, "seconds": seconds, "turns": turns, "pause": PAPER_SECONDS}
    return TEXT.format(table=table, **values)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=TURNS)
    parser.add_argument("--seconds", type=float, default=SECONDS)
    parser.add_argument("--people", type=int, default=PEOPLE)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    measured = build_section(options.turns, options.seconds, options.people)
    print(measured)
    if options.write:
        write_section(measured)
