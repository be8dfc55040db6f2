"""How long a start takes, and every page after it: ``python -m bench.start`` prints P12 and P18.

The program's bytecode is compiled before, as ``make install`` does. All sides take turns.
"""

import argparse
import re
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from http.client import HTTPConnection
from pathlib import Path
from statistics import median

from flask import Flask
from werkzeug.exceptions import HTTPException

from attention_point.accounts import services as account_services
from attention_point.accounts.models import LoginSession
from attention_point.app import create_app
from attention_point.foundation import clock
from attention_point.foundation.access import ROLES, SYSTEM
from attention_point.foundation.database import new_id
from attention_point.foundation.settings import read_settings
from bench.registration import COMMAND, build_environment, run_command
from bench.report import Figure, divide, format_table, measure_milliseconds, working_folder

TURNS, REQUESTS, PEOPLE = 9, 5, 2_000
BARE_IMPORT = "import flask, sqlalchemy, cryptography"
FIRST_PAGE = "/sign-in"
LINK = re.compile(r'(?:href|src)="(/[^"#]*)"')
Times = dict[tuple[str, str], list[float]]  # milliseconds by role and rule


class RunningServer:
    """``attention-point serve`` in a process of its own, from its start to its first page."""

    def __init__(self, instance: Path, **settings: str) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free_port:
            self.port: int = free_port.getsockname()[1]
        self.process = subprocess.Popen(
            [COMMAND, "serve", "--port", str(self.port)],
            env=build_environment(instance) | settings,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        while True:
            with suppress(ConnectionRefusedError):
                self.get(FIRST_PAGE)
                return
            time.sleep(0.005)

    def get(self, address: str, cookie: str = "") -> tuple[int, str]:
        """The status and the text of a page."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.request("GET", address, headers={"Cookie": cookie} if cookie else {})
        reply = connection.getresponse()
        text = reply.read().decode("utf-8", errors="replace")
        connection.close()
        return reply.status, text

    def read_megabytes(self) -> float:
        """The memory that the process holds (its resident set)."""
        status = Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii")
        return int(status.split("VmRSS:")[1].split()[0]) / 1024

    def stop(self) -> None:
        """End the process."""
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(30)


@contextmanager
def running(instance: Path, **settings: str) -> Iterator[RunningServer]:
    """A server for a while, with settings besides those of its instance."""
    server = RunningServer(instance, **settings)
    try:
        yield server
    finally:
        server.stop()


def measure_starts(instance: Path, turns: int) -> list[Figure]:
    """The bare import, the help and the first page in turns, after one turn that is not kept."""
    taken: dict[str, list[float]] = {name: [] for name in ("bare", "help", "page", "memory")}
    environment = build_environment(instance)
    for turn in range(turns + 1):
        bare = measure_milliseconds(lambda: subprocess.run([sys.executable, "-c", BARE_IMPORT], check=True))
        shown_help = measure_milliseconds(
            lambda: subprocess.run([COMMAND, "--help"], env=environment, check=True, stdout=subprocess.DEVNULL)
        )
        start = time.perf_counter()
        with running(instance) as server:
            page = (time.perf_counter() - start) * 1000
            memory = server.read_megabytes()
        if turn:
            for name, value in zip(taken, (bare, shown_help, page, memory), strict=True):
                taken[name].append(value)
    return [
        Figure("P12", "`attention-point --help` / bare import", divide(taken["help"], taken["bare"]), "×", 2.5),
        Figure("P12", "first page / bare import", divide(taken["page"], taken["bare"]), "×", 2.5),
        Figure("", "bare import of Flask, SQLAlchemy and cryptography", taken["bare"], "ms"),
        Figure("P12", "memory after the first page", taken["memory"], "MB", 90),
    ]


def sign_in(app: Flask, role: str) -> str:
    """The session cookie of a new account of a role; those who act for an entity act for the SENA."""
    token, now = secrets.token_urlsafe(32), clock.now()
    entity = "sena" if role == "entity" else None
    new_account = account_services.NewAccount(f"{role}@bench.example.org", "Bench", role, entity)
    with app.extensions["database"].write_session() as session:
        account = account_services.add_account(session, SYSTEM, new_account, "no password", must_change=False)
        login = LoginSession(
            token_hash=account_services.hash_secret(token),
            id=new_id(),
            account_id=account,
            created_at=now,
            last_seen_at=now,
            ended_at=None,
        )
        session.add(login)
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie["_user_id"] = token
        cookie["_fresh"] = True
    stored_cookie = client.get_cookie(app.config["SESSION_COOKIE_NAME"])
    assert stored_cookie is not None
    return f"{stored_cookie.key}={stored_cookie.value}"


def open_every_page(server: RunningServer, app: Flask, requests: int) -> Times:
    """Follow the links as each role; of each rule the first address that opens is asked for several times."""
    adapter = app.url_map.bind("localhost")
    times: Times = {}
    for role in ROLES:
        cookie = sign_in(app, role)
        addresses, waiting = {"/"}, ["/"]
        while waiting:
            address = waiting.pop(0)
            try:
                rule, _values = adapter.match(address.partition("?")[0], return_rule=True)
            except HTTPException:
                continue
            if (role, rule.rule) in times or rule.endpoint == "static":
                continue
            status, text = server.get(address, cookie)
            if status == 200:
                ask = partial(server.get, address, cookie)
                times[role, rule.rule] = [measure_milliseconds(ask) for _request in range(requests)]
            links = [link.replace("&amp;", "&") for link in (*LINK.findall(text), *(["/"] if address != "/" else []))]
            waiting += [link for link in dict.fromkeys(links) if link not in addresses]
            addresses.update(links)
    return times


TEXT = """## Start and pages

{table}

{pages} pages (a role and an address with its parameters left open) of a demonstration with {people:,} people, opened
over the loopback by following the links. *First page*: from the start of the process to the whole sign-in page. {turns}
turns. The slowest pages, in milliseconds:

{slowest}
"""


def build_section(turns: int = TURNS, people: int = PEOPLE) -> str:
    """Measure; the section of the page."""
    subprocess.run([sys.executable, "-m", "compileall", "-q", "attention_point", "migrations"], check=True)
    with working_folder() as folder:
        instance = folder / "instance"
        run_command(instance, "init")
        figures = measure_starts(instance, turns)
        run_command(instance, "demo", "load", "--people", str(people))
        app = create_app(read_settings({"ATTENTION_POINT_INSTANCE": str(instance)}))
        with running(instance) as server:
            times = open_every_page(server, app, REQUESTS)
            memory = server.read_megabytes()
        app.extensions["database"].close()
    medians = sorted(((median(values), *page) for page, values in times.items()), reverse=True)
    figures += [
        Figure("P12", "memory after every page of every role", [memory], "MB", 180),
        Figure("P18", "a page, in the middle of its requests", [value for value, *_page in medians], "ms"),
        Figure("P18", "pages above 50 ms", [float(sum(value > 50 for value, *_page in medians))], "", 0),
    ]
    slowest = "\n".join(f"- `{rule}` as {role}: {value:.0f}" for value, role, rule in medians[:8])
    return TEXT.format(table=format_table(figures), pages=len(times), people=people, slowest=slowest, turns=turns)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=TURNS)
    parser.add_argument("--people", type=int, default=PEOPLE)
    options = parser.parse_args()
    print(build_section(options.turns, options.people))
