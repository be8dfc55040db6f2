"""The sides of a comparison, each in a server process of its own behind the same waitress; CPU is the process's own."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from bench import client, registration
from bench.people import Draft


@dataclass(frozen=True)
class Side:
    """A server: where its application is made, how its client posts, what must be prepared before."""

    application: str
    poster: Callable[[client.Client, str], client.Post] = client.api
    prepare: Callable[[Path], str] = lambda _folder: "none"


SIDES = {
    "minimal Flask POST": Side("bench.floors:minimal_flask"),
    "both in one request": Side("bench.floors:both"),
    "bare route": Side("bench.bare_route:bare_route"),
    "ORM reference": Side("bench.orm_reference:orm_reference", client.form),
    "registration": Side("bench.registration:registration", prepare=registration.prepare),
    "registration without counting": Side("bench.registration:uncounted", prepare=registration.prepare),
}


@dataclass(frozen=True)
class Turn:
    """One turn of a side: milliseconds of CPU a request, and of wall-clock time at the median."""

    cpu: float
    wall: float


Runner = Callable[[list[Draft]], Turn]


def in_process(write: Callable[[Draft], None]) -> Runner:
    """A floor that needs no server."""

    def turn(batch: list[Draft]) -> Turn:
        before = time.process_time()
        walls = [_timed(write, draft) for draft in batch]
        return Turn((time.process_time() - before) * 1000 / len(batch), median(walls))

    return turn


@contextmanager
def served(side: Side, folder: Path) -> Iterator[Runner]:
    """Start the side's server, give its runner, stop it."""
    folder.mkdir()
    token = side.prepare(folder)
    with (
        open(folder / "log", "wb") as log,
        subprocess.Popen(
            [sys.executable, "-m", "bench.serve", side.application, str(folder)], stdout=subprocess.PIPE, stderr=log
        ) as process,
    ):
        try:
            assert process.stdout
            line = process.stdout.readline()
            if not line:
                raise RuntimeError((folder / "log").read_text())
            connection = client.Client(int(line))
            post = side.poster(connection, token)

            def turn(batch: list[Draft]) -> Turn:
                before = _cpu(connection)
                walls = [_timed(post, draft) for draft in batch]
                return Turn((_cpu(connection) - before) * 1000 / len(batch), median(walls))

            yield turn
        finally:
            process.terminate()


def _cpu(connection: client.Client) -> float:
    return float(json.loads(connection.send("GET", "/-/cpu", 200)))


def _timed(action: Callable[[Draft], None], draft: Draft) -> float:
    start = time.perf_counter()
    action(draft)
    return (time.perf_counter() - start) * 1000
