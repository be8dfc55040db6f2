"""The sides of a comparison, each in a server process of its own behind the same waitress.

``python -m bench.sides MODULE:FUNCTION FOLDER`` serves one. CPU is the server process's own, all threads.
"""

import importlib
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

from waitress.server import create_server

from bench import client, registration
from bench.people import Draft
from bench.report import measure_milliseconds

CPU_ADDRESS = "/-/cpu"


@dataclass(frozen=True)
class Side:
    """A server: where its application is made, how its client posts, what must be prepared before."""

    application: str
    poster: Callable[[client.Client, str], client.Post] = client.post_json
    prepare: Callable[[Path], str] = lambda _folder: "none"


SIDES = {
    "minimal Flask POST": Side("bench.floors:create_minimal_flask"),
    "bare route": Side("bench.bare_route:create_bare_route"),
    "ORM reference": Side("bench.orm_reference:create_orm_reference", client.post_form),
    "registration": Side("bench.registration:create_product", prepare=registration.prepare_instance),
    "registration without counting": Side(
        "bench.registration:create_uncounted_product", prepare=registration.prepare_instance
    ),
}


@dataclass(frozen=True)
class Turn:
    """One turn of a side: milliseconds of CPU a request, and of wall-clock time at the median."""

    cpu: float
    wall: float


Runner = Callable[[list[Draft]], Turn]


def run_in_process(write: Callable[[Draft], None]) -> Runner:
    """The runner of a floor that needs no server."""
    return lambda batch: _take_turn(write, batch, time.process_time)


@contextmanager
def serve_side(side: Side, folder: Path) -> Iterator[Runner]:
    """Start the side's server, give its runner, stop it."""
    folder.mkdir()
    token = side.prepare(folder)
    command = [sys.executable, "-m", "bench.sides", side.application, str(folder)]
    with (
        open(folder / "log", "wb") as log,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log) as process,
    ):
        try:
            assert process.stdout
            port = process.stdout.readline()
            if not port:
                raise RuntimeError((folder / "log").read_text())
            connection = client.Client(int(port))
            post = side.poster(connection, token)
            yield lambda batch: _take_turn(post, batch, lambda: float(connection.send("GET", CPU_ADDRESS, 200)))
        finally:
            process.terminate()


def _take_turn(post: Callable[[Draft], None], batch: list[Draft], read_cpu_seconds: Callable[[], float]) -> Turn:
    cpu_before = read_cpu_seconds()
    walls = [measure_milliseconds(partial(post, draft)) for draft in batch]
    return Turn((read_cpu_seconds() - cpu_before) * 1000 / len(batch), median(walls))


def serve(application: str, folder: str) -> None:
    """Serve one side on a free loopback port and print the port."""
    module, _, name = application.partition(":")
    app = getattr(importlib.import_module(module), name)(Path(folder))

    def answer(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if environ["PATH_INFO"] != CPU_ADDRESS:
            return app(environ, start_response)
        start_response("200 OK", [("Content-Type", "application/json")])
        return [json.dumps(time.process_time()).encode()]

    server = create_server(answer, host="127.0.0.1", port=0, threads=4, ident=None)
    print(server.effective_port, flush=True)
    server.run()


if __name__ == "__main__":
    serve(*sys.argv[1:])
