"""The open data, as anybody sees them: page, files, dictionary, catalogue."""

import errno
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy.orm import Session

from attention_point.app import create_app
from attention_point.foundation.errors import Busy
from attention_point.foundation.settings import Settings
from attention_point.statistics.open_data import files, public_files, views
from attention_point.statistics.releases.models import Release
from tests.support.browser import axe
from tests.support.pages import PageClient, read
from tests.support.server import serve

# What is read here is one row by its key; that both engines keep it is for the tests of the release.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
AUGUST = date(2017, 8, 1)


@pytest.fixture
def demonstration(settings: Settings) -> Iterator[PageClient]:
    """A visitor of an installation with invented people."""
    app = create_app(replace(settings, demo=True))
    yield PageClient(app, app.response_class)
    app.extensions["database"].close()


def test_before_anything_is_published_the_page_says_so(client: PageClient) -> None:
    html = client.get("/open-data/").text
    assert "Todavía no se ha publicado ningún mes" in html
    assert "creativecommons.org/licenses/by/4.0" in html


def test_the_page_needs_no_session_and_leaves_no_cookie(client: PageClient, months: list[Release]) -> None:
    for address in ("/open-data/", "/open-data/2017-09.csv", "/open-data/dictionary.json", "/open-data/catalog.jsonld"):
        reply = client.get(address)
        assert reply.status_code == 200, address
        assert "Set-Cookie" not in reply.headers
        for method in ("post", "put", "delete", "patch"):
            assert getattr(client, method)(address).status_code in {403, 405}


def test_every_link_of_the_page_leads_to_a_file(client: PageClient, months: list[Release]) -> None:
    html = client.get("/open-data/").text
    assert html.index("Septiembre de 2017") < html.index("Agosto de 2017")
    for release in months:
        assert release.hash in html
    assert "Faltaban visitas de un día." in html
    links = {element.get("href") for element in read(html) if element.get("href").startswith("/open-data/")}
    sizes = {
        element.get("href"): element.text for element in read(html) if " kB" in element.text and element.tag == "a"
    }
    assert len(links) >= 3 * len(files.FILE_FORMATS) + 3
    assert len(sizes) == 2 * len(files.FILE_FORMATS)
    for link in links:
        reply = client.get(link)
        assert reply.status_code == 200, link
        if link in sizes:
            assert f"{-(-len(reply.data) // 1000)} kB" in sizes[link]


def test_the_page_speaks_english_too(client: PageClient, months: list[Release]) -> None:
    client.set_cookie("language", "en")
    html = client.get("/open-data/").text
    assert "September 2017" in html
    assert "How people are protected" in html
    assert client.get("/open-data/2017-09.xlsx").data == client.get("/open-data/2017-09/v2.xlsx").data


def test_the_page_goes_back_in_time_a_page_at_a_time(
    client: PageClient, months: list[Release], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "PAGE_SIZE", 1)
    first = client.get("/open-data/").text
    assert "Septiembre de 2017" in first
    assert "Agosto de 2017" not in first
    assert 'href="/open-data/?before=2017-09"' in first
    older = client.get("/open-data/?before=2017-09").text
    assert "Agosto de 2017" in older
    assert "Septiembre de 2017" not in older
    assert client.get("/open-data/?before=nothing").status_code == 404


@pytest.mark.parametrize("kind", files.FILE_FORMATS)
def test_a_version_is_kept_for_good_and_the_latest_for_a_while(
    client: PageClient, months: list[Release], kind: str
) -> None:
    for number, release in ((1, months[1]), (2, months[2])):
        reply = client.get(f"/open-data/2017-09/v{number}.{kind}")
        assert reply.status_code == 200
        assert reply.mimetype == files.FILE_FORMATS[kind].mimetype
        assert reply.headers["ETag"] == f'"{release.hash}"'
        assert reply.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert reply.headers["Access-Control-Allow-Origin"] == "*"
        assert reply.headers["X-Content-Type-Options"] == "nosniff"
        assert reply.headers["Content-Disposition"] == f'attachment; filename="2017-09-v{number}.{kind}"'
        head = client.head(f"/open-data/2017-09/v{number}.{kind}")
        assert head.headers["Content-Length"] == str(len(reply.data))
    latest = client.get(f"/open-data/2017-09.{kind}")
    assert latest.data == client.get(f"/open-data/2017-09/v2.{kind}").data
    assert latest.headers["Cache-Control"] == "public, max-age=300"


def test_the_json_is_the_frozen_content(client: PageClient, months: list[Release]) -> None:
    found = json.loads(client.get("/open-data/2017-09/v1.json").data)
    assert found.pop("hash") == months[1].hash
    assert found == json.loads(months[1].content)


@pytest.mark.parametrize(
    "address",
    ["2017-09.pdf", "2017-09/v1.csv", "dictionary.csv", "dictionary.json", "catalog.jsonld"],
)
def test_who_has_a_file_is_not_sent_it_again(client: PageClient, months: list[Release], address: str) -> None:
    etag = client.get(f"/open-data/{address}").headers["ETag"]
    assert not etag.startswith("W/")
    again = client.get(f"/open-data/{address}", headers={"If-None-Match": etag})
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["ETag"] == etag
    assert "public" in again.headers["Cache-Control"]
    assert client.get(f"/open-data/{address}", headers={"If-None-Match": '"other"'}).status_code == 200


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("2017-10.csv", "no se ha publicado"),
        ("2017-09/v3.csv", "no se ha publicado"),
        ("2017-09/v0.csv", "no se ha publicado"),
        ("2017-09.doc", "pdf, xlsx, csv, json"),
        ("2017-09/v1.exe", "pdf, xlsx, csv, json"),
        ("2017-13.csv", "Esto no es un mes"),
        ("dictionary.pdf", "CSV o en JSON"),
        ("2017-09/v99999999999.csv", "No encontramos esta página"),
        ("..%2f..%2fkeyring.json", "No encontramos esta página"),
    ],
)
def test_what_is_not_there_is_refused_in_words(
    client: PageClient, months: list[Release], address: str, told: str
) -> None:
    reply = client.get(f"/open-data/{address}")
    assert reply.status_code == 404
    assert told in reply.text
    assert reply.headers["Cache-Control"] == "no-store"


def test_a_file_is_made_once_whoever_asks(
    client: PageClient, months: list[Release], settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []
    run = public_files.run_in_worker

    def count_runs(session: Session, settings: Settings, function: Any, period: str, number: int, kind: str) -> Any:
        made.append(f"{kind}-{number}")
        return run(session, settings, function, period, number, kind)

    monkeypatch.setattr(public_files, "run_in_worker", count_runs)
    first = client.get("/open-data/2017-09.pdf").data
    for _ in range(3):
        assert client.get("/open-data/2017-09.pdf").data == first
        assert client.get("/open-data/2017-09/v2.pdf").data == first
        client.get("/open-data/")
        client.get("/open-data/catalog.jsonld")
    assert sorted(made) == sorted(
        [*(f"{kind}-1" for kind in files.FILE_FORMATS), *(f"{kind}-2" for kind in files.FILE_FORMATS)]
    )
    kept = settings.instance / public_files.FOLDER
    assert len(list(kept.iterdir())) == len(made)
    for path in kept.iterdir():
        path.unlink()
    assert client.get("/open-data/2017-09.pdf").data == first


def test_once_the_files_are_made_a_visitor_only_reads_them(
    client: PageClient, app: Flask, months: list[Release], settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    database, kept = app.extensions["database"], settings.instance / public_files.FOLDER
    public_files.make_missing_files(database, settings)
    assert len(list(kept.iterdir())) == len(months) * len(files.FILE_FORMATS)
    lost = sorted(kept.iterdir())[0]
    content = lost.read_bytes()
    lost.unlink()
    public_files.make_missing_files(database, settings)
    assert lost.read_bytes() == content
    monkeypatch.setattr(public_files, "run_in_worker", pytest.fail)
    for address in ("", "catalog.jsonld", *(f"2017-09/v1.{kind}" for kind in files.FILE_FORMATS)):
        assert client.get(f"/open-data/{address}").status_code == 200


def test_a_full_disk_leaves_no_half_of_a_file(
    client: PageClient, app: Flask, months: list[Release], settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_file: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    kept = settings.instance / public_files.FOLDER
    with monkeypatch.context() as patch:
        patch.setattr(files.os, "fsync", full)
        with pytest.raises(Busy):
            public_files.make_missing_files(app.extensions["database"], settings)
        assert client.get("/open-data/2017-09.csv").status_code == 503
    assert list(kept.iterdir()) == []
    assert client.get("/open-data/2017-09.csv").status_code == 200


def test_an_unknown_client_with_the_right_tag_makes_nothing(
    client: PageClient, months: list[Release], settings: Settings
) -> None:
    reply = client.get("/open-data/2017-09.pdf", headers={"If-None-Match": f'"{months[2].hash}"'})
    assert reply.status_code == 304
    assert not (settings.instance / public_files.FOLDER).exists()


def test_where_a_file_cannot_be_kept_the_visitor_is_told(
    client: PageClient, months: list[Release], settings: Settings
) -> None:
    (settings.instance / public_files.FOLDER).write_text("no folder")
    reply = client.get("/open-data/2017-09.pdf")
    assert reply.status_code == 503
    assert reply.headers["Retry-After"] == "2"
    assert "no puede guardar el archivo" in reply.text


def test_who_comes_while_a_file_is_made_is_asked_to_come_again(
    client: PageClient, months: list[Release], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(public_files, "LOCK_TIMEOUT", 0.01)
    with public_files._drawing_lock:
        reply = client.get("/open-data/2017-09.pdf")
    assert reply.status_code == 503
    assert "se está preparando" in reply.text
    assert client.get("/open-data/2017-09.pdf").status_code == 200


def test_invented_people_are_said_to_be_so_everywhere(
    demonstration: PageClient, client: PageClient, months: list[Release]
) -> None:
    assert "personas inventadas" in demonstration.get("/open-data/").text
    for kind in ("csv", "json"):
        marked = demonstration.get(f"/open-data/2017-09/v2.{kind}")
        plain = client.get(f"/open-data/2017-09/v2.{kind}")
        assert "Personas inventadas" in marked.text
        assert "Personas inventadas" not in plain.text
        assert marked.headers["ETag"] != plain.headers["ETag"]


@pytest.mark.browser
def test_the_page_is_legible_on_a_tablet_and_on_a_telephone(
    page: Page, app: Flask, months: list[Release], tmp_path: Path
) -> None:
    with serve(app) as address:
        for width, height in ((1024, 768), (400, 800)):
            page.set_viewport_size({"width": width, "height": height})
            page.goto(f"{address}/open-data/")
            expect(page.get_by_role("heading", level=1)).to_have_text("Datos abiertos")
            page.get_by_text("Comprobación y versiones anteriores").first.click()
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            axe(page)
        with page.expect_download() as taken:
            page.get_by_role("link", name=re.compile("^CSV septiembre de 2017, versión 2")).click()
        assert taken.value.suggested_filename == "2017-09-v2.csv"
