"""Draws every page of every role: ``make look`` writes contact sheets into ``test-results/look/``.

The crawl walks through one installation that holds all populations; of each address it takes the fullest page and the
barest. Chromium draws them at three widths. A red word over a page says that it is wider than the screen, that a script
broke or that a picture did not come.
"""

import logging
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import click
import pytest
import structlog
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Browser, Page, Route, sync_playwright

from attention_point.directory.queries import list_entity_names, list_point_names
from attention_point.foundation import paths
from attention_point.foundation.access import ROLES
from attention_point.foundation.database import Database, migrations
from attention_point.foundation.private_files import set_private_umask
from attention_point.foundation.settings import DEMO_MARKER_FILE, Settings, read_settings
from attention_point.foundation.vault import Keyring, Vault
from attention_point.intake.queries import list_hidden_visits
from tests.accounts.support import token_of
from tests.crawl.addresses import PARAMETER
from tests.crawl.contact_sheets import Tile, tile_of, write_sheets
from tests.crawl.crawling import Crawl, SeenPage
from tests.crawl.page_parts import HOST
from tests.crawl.populations import POPULATIONS, TYPED, ids_of
from tests.portal.support import browser as signed_in
from tests.support.application import composed
from tests.support.browser import ARGUMENTS, find_chromium, watch

SHEETS = paths.PROJECT_FOLDER / "test-results" / "look"
WIDTHS: Mapping[int, tuple[int, int]] = {360: (200, 560), 800: (300, 560), 1280: (460, 560)}
"""Pixels of the screen → the most pixels of its tile, across and down."""
EVERYBODY = ("nobody", *ROLES)


def draw_everything(roles: Iterable[str] = EVERYBODY) -> None:
    """Write the sheets of these roles; each file's path is printed."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    shutil.rmtree(SHEETS, ignore_errors=True)
    SHEETS.mkdir(parents=True)
    with TemporaryDirectory() as folder, sync_playwright() as playwright:
        whole = Path(folder) / "whole"
        known = _build(whole)
        chromium = playwright.chromium.launch(executable_path=find_chromium(), args=ARGUMENTS)
        for who in roles:
            copy = Path(folder) / who
            shutil.copytree(whole, copy)
            with composed(_settings(copy)) as app:
                _draw_role(chromium, app, who, known)
        chromium.close()


def _settings(folder: Path) -> Settings:
    # Without a contact the public page of open data is not served.
    contact = {"ATTENTION_POINT_CONTACT": "oficina@example.org", "ATTENTION_POINT_SECOND_FACTOR": "optional"}
    return read_settings({"ATTENTION_POINT_INSTANCE": str(folder), **contact})


def _build(folder: Path) -> tuple[str, ...]:
    """An instance with all populations; gives the addresses that stand in letters alone."""
    folder.mkdir()
    settings = _settings(folder)
    Keyring.create(settings.keyring)
    migrations.upgrade_database(settings.database_url)
    database = Database(
        settings.database_url,
        {
            "vault": Vault(Keyring.load(settings.keyring)),
            "entity_names": list_entity_names,
            "point_names": list_point_names,
            "hidden_visits": list_hidden_visits,
        },
    )
    known: tuple[str, ...] = ()
    # Invented people are loaded only where nobody was received.
    for name in sorted(POPULATIONS, key=lambda name: name != "demonstration"):
        try:
            known += POPULATIONS[name](database, folder).known
        except pytest.skip.Exception as reason:
            click.echo(reason)
    database.close()
    (folder / DEMO_MARKER_FILE).touch()
    return known


def _draw_role(chromium: Browser, app: Flask, who: str, known: tuple[str, ...]) -> None:
    def sign_in() -> tuple[FlaskClient, dict[str, str]]:
        client = signed_in(app, who, "sena" if who == "entity" else None) if who in ROLES else app.test_client()
        return client, {"X-CSRFToken": token_of(client.get("/account" if who in ROLES else "/sign-in"))}

    walk = Crawl(app, who, sign_in, ids_of(app.extensions["database"]), TYPED, ("/", *known), refusals=False)
    walk.open_pages()
    walk.send_forms()
    for fault in walk.faults:
        click.echo(fault, err=True)
    drawn: dict[int, list[Tile]] = {width: [] for width in WIDTHS}
    with _opened(chromium, sign_in()[0]) as (page, show):
        faults = watch(page)
        for seen in chosen(walk.pages):
            for width, tile in _tiles(page, faults, show, seen):
                drawn[width].append(tile)
    for width, tiles in drawn.items():
        for path in write_sheets(tiles, SHEETS, f"{who}-{width}"):
            click.echo(path.relative_to(paths.PROJECT_FOLDER))


def chosen(pages: Iterable[SeenPage]) -> list[SeenPage]:
    """Of each address rule, method and status the fullest page, and the barest where it is much shorter."""
    kinds: dict[tuple[str, str, int], list[SeenPage]] = {}
    for page in pages:
        kinds.setdefault((page.rule, page.method, page.status), []).append(page)
    found = []
    for _kind, several in sorted(kinds.items()):
        several.sort(key=lambda page: len(page.text))
        found += several[-1:]
        if len(several[0].text) < 0.8 * len(several[-1].text):
            found += several[:1]
    return found


Show = Callable[[SeenPage], None]


@contextmanager
def _opened(chromium: Browser, client: FlaskClient) -> Iterator[tuple[Page, Show]]:
    """A browser's page, and a function that shows a seen page in it; the client answers all else that it asks for."""
    context = chromium.new_context(locale="es-CO", timezone_id="America/Bogota", device_scale_factor=1)
    page = context.new_page()
    texts: dict[str, str] = {}
    replies: dict[str, tuple[int, str, bytes]] = {}

    def answer(route: Route) -> None:
        address = route.request.url.removeprefix(HOST)
        if route.request.is_navigation_request():
            route.fulfill(body=texts["page"], content_type="text/html; charset=utf-8")
            return
        if address not in replies:
            with client.get(address) as reply:
                replies[address] = reply.status_code, reply.content_type, reply.get_data()
        status, kind, body = replies[address]
        route.fulfill(status=status, content_type=kind, body=body)

    def show(seen: SeenPage) -> None:
        texts["page"] = seen.text
        page.goto(f"{HOST}{seen.address}", wait_until="load")

    context.route("**/*", answer)
    yield page, show
    context.close()


def _tiles(page: Page, faults: list[str], show: Show, seen: SeenPage) -> Iterator[tuple[int, Tile]]:
    """The page at each width: all of it, or of a long one as much as a tile takes."""
    label = PARAMETER.sub(r"<\g<name>>", f"{seen.method} {seen.rule} {'' if seen.status == 200 else seen.status}")
    for width, (across, down) in WIDTHS.items():
        page.set_viewport_size({"width": width, "height": 800})
        show(seen)
        alarms = [*faults, *page.evaluate(WRONG)]
        faults.clear()
        whole, most = page.evaluate("document.documentElement.scrollHeight"), down * width // across
        page.set_viewport_size({"width": width, "height": min(whole, most)})
        cut = f"… {whole} px" if whole > most else ""
        yield width, tile_of(f"{label} {cut}", "; ".join(alarms), page.screenshot(), across)


WRONG = """() => {
  const found = [], wide = document.documentElement.scrollWidth;
  if (wide > innerWidth) found.push(`WIDER: ${wide} px`);
  for (const image of document.images) if (!image.naturalWidth) found.push(`NO PICTURE: ${image.getAttribute("src")}`);
  return found;
}"""


if __name__ == "__main__":
    set_private_umask()
    draw_everything(sys.argv[1:] or EVERYBODY)
