"""A full room: 50 tablets register at once beside 5 screens of the waiting room, on one server.

``python -m bench.room`` prints the section; ``--write`` puts it into docs/performance.md. It takes about a minute.
"""

import argparse
import json
import os
import random
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from http.client import HTTPConnection
from itertools import islice
from pathlib import Path
from statistics import quantiles

from bench.client import Client
from bench.people import invent_drafts, make_id
from bench.registration import run_command
from bench.report import Figure, format_table, measure_milliseconds, working_folder, write_section
from bench.start import RunningServer, running

TABLETS, SCREENS, TURNS = 50, 5, 8
PAUSE_SECONDS = 2.0  # within which all tablets register once
CALL_SECONDS = 0.6
IDLE_SECONDS = 8
POINT = "bucaramanga"


class Screen:
    """A waiting-room screen: ``seen`` has the second at which each turn came."""

    def __init__(self, port: int, token: str) -> None:
        connection = HTTPConnection("127.0.0.1", port, timeout=60)
        connection.request("GET", f"/screen/{POINT}/events", headers={"Authorization": f"Bearer {token}"})
        self.reply = connection.getresponse()
        self.seen: dict[str, float] = {}
        threading.Thread(target=self._follow, daemon=True).start()

    def _follow(self) -> None:
        for line in self.reply:
            if line.startswith(b"data: "):
                for call in json.loads(line[6:])["calls"]:
                    self.seen.setdefault(call["code"], time.monotonic())


@dataclass(slots=True)
class Registrations:
    """The milliseconds that registrations took, sent at the same moment or apart, and the ids of all."""

    at_once: list[float] = field(default_factory=list)
    apart: list[float] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)


class Room:
    """A server with a point's programs, tablets and screens."""

    def __init__(self, server: RunningServer, instance: Path) -> None:
        self.server = server
        self.headers = {
            scope: {
                "Content_Type": "application/json",
                "Authorization": f"Bearer {run_command(instance, 'token', 'add', scope, '--scope', scope).split()[0]}",
            }
            for scope in ("intake", "turns")
        }
        token = self._enrol_screen(instance)  # one device: whose each stream is makes no difference to the server
        self.screens = [Screen(server.port, token) for _number in range(SCREENS)]
        self.called: dict[str, float] = {}

    def _enrol_screen(self, instance: Path) -> str:
        words = ("device", "add", "screen", "--point", POINT, "--kind", "screen")
        body = json.dumps({"code": run_command(instance, *words).split()[0]})
        client = Client(self.server.port)
        reply = client.send("POST", "/api/v1/devices/enrol", 201, body, Content_Type="application/json")
        token: str = json.loads(reply)["token"]
        return token

    def call_turns(self, end: threading.Event) -> None:
        """Give, call and finish turns at four desks until the end."""
        client, number = Client(self.server.port), 0
        while not end.wait(CALL_SECONDS):
            number += 1
            body = json.dumps({"id": str(make_id()), "point": POINT, "priority": []})
            turn = json.loads(client.send("POST", "/api/v1/turns", 201, body, **self.headers["turns"]))
            at_desk = json.dumps({"desk": str(number % 4 + 1)})
            self.called[turn["code"]] = time.monotonic()
            for step in ("call", "finish"):
                client.send("POST", f"/api/v1/turns/{turn['id']}/{step}", 200, at_desk, **self.headers["turns"])

    def register(self, turns: int) -> "Registrations":
        """Let every tablet register each turn, by turns at the same moment and at a moment of its own.

        The first two turns are not timed.
        """
        start = threading.Barrier(TABLETS)
        registrations = Registrations()

        def work(number: int) -> None:
            client, chance = Client(self.server.port), random.Random(number)
            for turn, draft in enumerate(islice(invent_drafts(number + 1), 2 * turns + 2)):
                body, is_apart = json.dumps(draft), turn % 2
                start.wait()
                time.sleep(chance.uniform(0, PAUSE_SECONDS) if is_apart else 0)
                taken = measure_milliseconds(partial(self._post_visit, client, body))
                if turn > 1:
                    (registrations.apart if is_apart else registrations.at_once).append(taken)
                registrations.ids.append(draft["id"])
                time.sleep(PAUSE_SECONDS / 2)

        tablets = [threading.Thread(target=work, args=(number,)) for number in range(TABLETS)]
        for tablet in tablets:
            tablet.start()
        for tablet in tablets:
            tablet.join()
        return registrations

    def _post_visit(self, client: Client, body: str) -> None:
        client.send("POST", "/api/v1/visits", 201, body, **self.headers["intake"])

    def count_lost(self, ids: Sequence[str]) -> int:
        """How many registrations were sent and are not there, with those that ended in an error."""
        client, there = Client(self.server.port), 0
        for visit_id in ids:
            receipt = json.loads(client.send("GET", f"/api/v1/visits/{visit_id}", 200, **self.headers["intake"]))
            there += receipt["state"] == "recorded"
        return len(ids) - there

    def list_delays(self) -> list[float]:
        """For each call the milliseconds from sending it until the last screen had it."""
        missing = [code for code in self.called for screen in self.screens if code not in screen.seen]
        if missing:
            raise RuntimeError(f"calls that a screen never showed: {missing}")
        return [
            (max(screen.seen[code] for screen in self.screens) - moment) * 1000 for code, moment in self.called.items()
        ]


def find_p99(times: Sequence[float]) -> float:
    """The 99th percentile."""
    return quantiles(times, n=100)[98]


def read_ticks(process_id: int) -> int:
    """The CPU that a process has taken, in ticks of the system's clock."""
    fields = Path(f"/proc/{process_id}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])  # utime and stime, proc(5)


def measure_cpu(process_id: int) -> float:
    """The milliseconds of CPU that a process takes in a second."""
    before = read_ticks(process_id)
    time.sleep(IDLE_SECONDS)
    return (read_ticks(process_id) - before) / os.sysconf("SC_CLK_TCK") * 1000 / IDLE_SECONDS


TEXT = """## A full room

`.venv/bin/python -m bench.room --write`

{table}

- {tablets} tablets, each with a connection of its own, register {turns} times within {pause:g} s, each at a moment of
  its own, and by turns {turns} times all at the same moment, after one time each that is not kept; meanwhile {screens}
  screens follow the calls of the waiting room by server-sent events, and a turn is given, called and finished every
  {call:g} s. One server on SQLite; tablets, screens and calls are threads of one client on the same machine.
- *Lost*: registrations that were answered with 201 and whose receipt is not there afterwards, with those that were
  refused or cut.
- *A call on every screen*: from the moment at which the call is sent until the last screen has it.
"""


def build_section(turns: int = TURNS) -> str:
    """Measure; the section of the page."""
    with working_folder() as folder:
        instance = folder / "instance"
        run_command(instance, "init")
        with running(instance) as server:
            room, end = Room(server, instance), threading.Event()
            calling = threading.Thread(target=room.call_turns, args=(end,))
            calling.start()
            done = room.register(turns)
            end.set()
            calling.join()
            time.sleep(1)
            lost = TABLETS * (2 * turns + 2) - len(done.ids) + room.count_lost(done.ids)
            memory, cpu = server.read_megabytes(), measure_cpu(server.process.pid)
    delays = room.list_delays()
    figures = [
        Figure("P20", f"{TABLETS} tablets, each at a moment of its own: p99", [find_p99(done.apart)], "ms", 300),
        Figure("", "the same, all of them", done.apart, "ms"),
        Figure("P20", f"{TABLETS} tablets at the same moment: p99", [find_p99(done.at_once)], "ms", 300),
        Figure("", "the same, all of them", done.at_once, "ms"),
        Figure("P20", "registrations lost", [float(lost)], "", 0),
        Figure("P20", f"a call on every screen, the slowest of {len(delays)}", [max(delays)], "ms", 1000),
        Figure("", "the same, all of them", delays, "ms"),
        Figure("", f"CPU of the server for {SCREENS} screens and nothing else, a second", [cpu], "ms"),
        Figure("", "memory of the server at the end", [memory], "MB"),
    ]
    table = format_table(figures)
    return TEXT.format(
        table=table, tablets=TABLETS, screens=SCREENS, turns=turns, pause=PAUSE_SECONDS, call=CALL_SECONDS
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=TURNS)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    measured = build_section(options.turns)
    print(measured)
    if options.write:
        write_section(measured)
