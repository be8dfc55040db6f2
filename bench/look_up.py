"""How long a look-up at the desk takes over HTTP, and whether it finds: ``python -m bench.look_up`` prints P6 and P7.

On SQLite and PostgreSQL, among many people with names as skewed as those of Venezuela and Colombia. The agent's browser
keeps its connection. A full name that many bear is followed to its last page: nobody may be out of reach.
"""

import argparse
import os
import re
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlencode

from attention_point.app import create_app
from attention_point.foundation.database import Database, migrations
from attention_point.foundation.settings import read_settings
from attention_point.foundation.vault import Keyring, Vault
from attention_point.people.search.people_search import MORE_PEOPLE
from bench.client import Client
from bench.report import Figure, format_table, working_folder
from bench.room import read_ticks
from bench.search import KINDS, InventedPerson, choose_people, fill_people
from bench.start import running, sign_in
from tests.support.postgres import Server, find_binaries

SEARCHES = 300
GOALS = {"document": ("P6", 2.0), "full name": ("P7", 10.0)}
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
FORM = {"Content_Type": "application/x-www-form-urlencoded"}


class LookUps(NamedTuple):
    """The look-ups of one kind: milliseconds each, of them the server's CPU, people shown at first, and on no page."""

    milliseconds: list[float]
    processor_milliseconds: float
    shown: int
    missed: int


class Desk:
    """An agent's browser at the search."""

    def __init__(self, port: int, cookie: str) -> None:
        self._client = Client(port)
        self._client.cookie = cookie
        token = TOKEN.search(self._client.send("GET", "/desk", 200))
        assert token
        self._token = token[1]

    def search(self, text: str) -> str:
        """The page that answers a search as one types."""
        body = urlencode({"csrf_token": self._token, "q": text, "at_once": "yes"})
        return self._client.send("POST", "/desk/search", 200, body, **FORM)

    def search_further(self, text: str, shown: int) -> str:
        """The page that shows more people of the same search."""
        body = urlencode({"csrf_token": self._token, "q": text, "shown": str(shown)})
        redirect = self._client.send("POST", "/desk/search", 303, body, **FORM)
        address = re.search(r'href="(/desk/search/[0-9a-f-]+)"', redirect)
        assert address
        return self._client.send("GET", address[1], 200)


def measure_kind(desk: Desk, process_id: int, people: Sequence[InventedPerson], kind: str) -> LookUps:
    """Look each of the people up in this way."""
    milliseconds, pages = [], []
    ticks = read_ticks(process_id)
    for person in people:
        start = time.perf_counter()
        pages.append(desk.search(KINDS[kind](person.record)))
        milliseconds.append((time.perf_counter() - start) * 1000)
    processor = (read_ticks(process_id) - ticks) / os.sysconf("SC_CLK_TCK") * 1000 / len(people)
    not_shown = [person for person, page in zip(people, pages, strict=True) if f"/people/{person.id}" not in page]
    missed = [
        person
        for person in not_shown
        if not any(
            f"/people/{person.id}" in desk.search_further(KINDS[kind](person.record), count) for count in MORE_PEOPLE
        )
    ]
    return LookUps(milliseconds, processor, len(people) - len(not_shown), len(missed))


def measure_database(instance: Path, url: str, searches: int = SEARCHES) -> dict[str, LookUps]:
    """Serve the people of a database and look some of them up."""
    settings = read_settings({"ATTENTION_POINT_INSTANCE": str(instance), "ATTENTION_POINT_DATABASE_URL": url})
    app = create_app(settings)
    cookie = sign_in(app, "agent")
    people = choose_people(app.extensions["database"], searches)
    with running(instance, ATTENTION_POINT_DATABASE_URL=url) as server:
        desk = Desk(server.port, cookie)
        desk.search("Nadie Conocido")
        return {kind: measure_kind(desk, server.process.pid, people, kind) for kind in GOALS}


def format_look_ups(name: str, count: int, look_ups: dict[str, LookUps]) -> str:
    """The figures of one database."""
    figures = []
    for kind, (number, goal) in GOALS.items():
        measured = look_ups[kind]
        total = len(measured.milliseconds)
        words = f"{kind}: {measured.shown / total:.1%} on the first page, {measured.missed} of {total} on none"
        figures.append(Figure(number, words, measured.milliseconds, "ms", goal))
        figures.append(Figure("", f"{kind}: CPU of the server", [measured.processor_milliseconds], "ms", goal))
    return f"### {count:,} people on {name}\n\n{format_table(figures)}\n"


@contextmanager
def open_databases(folder: Path, name: str) -> Iterator[dict[str, str]]:
    """The address of an empty SQLite database, and of one of PostgreSQL where it is installed."""
    urls = {"SQLite": f"sqlite:///{folder / f'{name}.db'}"}
    binaries = find_binaries()
    if binaries is None:
        yield urls
        return
    server = Server.prepare()
    server.start(binaries)
    try:
        server.create(name)
        yield {**urls, "PostgreSQL": server.url(name)}
    finally:
        server.stop()


def main() -> None:
    """Make the people, measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, nargs="+", default=[10_000, 1_000_000])
    for count in parser.parse_args().people:
        with working_folder() as folder, open_databases(folder, "people") as urls:
            Keyring.create(folder / "keyring.json")
            for name, url in urls.items():
                database = Database(url, {"vault": Vault(Keyring.load(folder / "keyring.json"))})
                migrations.upgrade_database(url)
                fill_people(database, count)
                database.close()
                print(format_look_ups(name, count, measure_database(folder, url)))


if __name__ == "__main__":
    main()
