"""The open data, as anybody sees them: page, files, dictionary, catalogue."""

import errno
import json
import os
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy.orm import Session

from attention_point.app import create_app
from attention_point.foundation import clock
from attention_point.foundation.database import Database
from attention_point.foundation.errors import Busy
from attention_point.foundation.language import in_language
from attention_point.foundation.settings import Settings
from attention_point.statistics.open_data import files, public_files
from attention_point.statistics.releases import queries
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


@pytest.mark.parametrize("address", ["", "2017-09", "2017-09/tables", "?period=2017-09"])
def test_without_a_contact_the_page_is_not_served_and_says_so(
    client: PageClient, app: Flask, months: list[Release], settings: Settings, address: str
) -> None:
    app.extensions["settings"] = replace(settings, contact=None)
    reply = client.get(f"/open-data/{address}", follow_redirects=True)
    assert reply.status_code == 404
    assert "Esta página todavía no está abierta" in reply.text
    assert "ATTENTION_POINT" not in reply.text  # what to set is for doctor and the start to say
    assert "/open-data/" not in client.get("/sign-in").text
    # Addresses of files are permanent.
    assert client.get("/open-data/2017-09/v1.csv").status_code == 200


def test_the_sign_in_page_leads_to_it(client: PageClient) -> None:
    assert 'href="/open-data/"' in client.get("/sign-in").text


def test_the_figures_come_before_the_files(client: PageClient, months: list[Release]) -> None:
    html = client.get("/open-data/").text
    content = queries.load_content(months[2])
    assert html.index("Septiembre de 2017") < html.index("Agosto de 2017")
    tiles = [element.text for element in read(html) if "tile__number" in element.get("class")]
    assert str(content.totals["people"]) in tiles
    assert html.index("tile__number") < html.index('id="files"')
    assert "Faltaban visitas de un día." in html
    assert 'href="mailto:internacional@example.org"' in html
    assert "Oficina de Asuntos Internacionales, Alcaldía de Bucaramanga. Cifras del punto" in html
    assert "127.0.0.1" not in html
    for chart in re.findall(r'src="(/open-data/[^"]+\.svg)"', html):
        assert client.get(chart).mimetype == "image/svg+xml"


def test_the_months_stand_in_a_row_with_a_true_finding(client: PageClient, months: list[Release]) -> None:
    html = client.get("/open-data/").text
    totals = {release.period: queries.load_content(release).totals for release in (months[0], months[2])}
    highest = max(totals, key=lambda code: int(totals[code]["people"] or 0))
    name = {"2017-08": "agosto", "2017-09": "septiembre"}[highest]
    assert f"El mes en que vinieron más personas fue {name} de 2017: {totals[highest]['people']}." in html
    chart, narrow_chart = client.get("/open-data/months.svg"), client.get("/open-data/months.svg?narrow=1")
    assert chart.mimetype == narrow_chart.mimetype == "image/svg+xml"
    assert chart.text != narrow_chart.text
    assert "El mes en que vinieron" not in client.get("/open-data/2017-08").text


def test_each_period_has_its_page_and_all_its_tables(client: PageClient, months: list[Release]) -> None:
    html = client.get("/open-data/2017-08").text
    assert "septiembre de 2017 →" in html
    assert client.get("/open-data/?period=2017-08").headers["Location"] == "/open-data/2017-08"
    tables = client.get("/open-data/2017-08/tables").text
    for table in ("people-by-sex", "people-by-nationality", "people-by-need", "referrals-by-state"):
        assert f'id="table-{table}"' in tables
    for missing in ("2017-10", "2017-Q3", "2017", "2099-01", "nothing", "2017-10/tables", "?period=x"):
        assert client.get(f"/open-data/{missing}").status_code == 404


def test_every_link_of_the_page_leads_to_a_file(client: PageClient, months: list[Release]) -> None:
    html = client.get("/open-data/").text
    for release in months[1:]:
        assert release.hash in html
    links = {element.get("href") for element in read(html) if element.get("href").startswith("/open-data/")}
    sizes = {
        element.get("href"): element.text for element in read(html) if " kB" in element.text and element.tag == "a"
    }
    assert len(links) >= 3 * len(files.FILE_FORMATS) + 3
    assert len(sizes) == len(files.FILE_FORMATS)
    for link in links:
        reply = client.get(link)
        assert reply.status_code == 200, link
        if link in sizes:
            assert f"{-(-len(reply.data) // 1000)} kB" in sizes[link]


def test_the_page_speaks_english_too(client: PageClient, months: list[Release]) -> None:
    client.set_cookie("language", "en")
    html = client.get("/open-data/").text
    assert "September 2017" in html
    assert "How to read the figures, and how they protect people" in html
    assert client.get("/open-data/2017-09.xlsx").data == client.get("/open-data/2017-09/v2.xlsx").data


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
        ("2017-13.csv", "Esto no es un mes, un trimestre ni un año"),
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


@pytest.mark.usefixtures("real_worker")
def test_a_file_is_made_once_whoever_asks(
    client: PageClient, undrawn_months: list[Release], settings: Settings, monkeypatch: pytest.MonkeyPatch
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
    assert len(list(kept.iterdir())) == len(months) * len(files.FILE_FORMATS) + 1  # and the file of all months
    lost = sorted(kept.iterdir())[0]
    content = lost.read_bytes()
    lost.unlink()
    public_files.make_missing_files(database, settings)
    assert lost.read_bytes() == content
    monkeypatch.setattr(public_files, "run_in_worker", pytest.fail)
    for address in ("", "catalog.jsonld", "series.csv", *(f"2017-09/v1.{kind}" for kind in files.FILE_FORMATS)):
        assert client.get(f"/open-data/{address}").status_code == 200


def test_what_a_killed_process_left_is_deleted(app: Flask, months: list[Release], settings: Settings) -> None:
    kept = settings.instance / public_files.FOLDER
    old, new = kept / ".2017-09-v1.pdf.1.part", kept / ".2017-09-v1.pdf.2.part"
    for half in (old, new):
        half.write_bytes(b"%PDF")
        half.chmod(0o600)
    two_hours_ago = (clock.now() - timedelta(hours=2)).timestamp()
    os.utime(old, (two_hours_ago, two_hours_ago))
    public_files.make_missing_files(app.extensions["database"], settings)
    assert not old.exists()
    assert new.exists()


def test_each_language_has_a_file_of_its_own_made_once(
    database: Database, undrawn_months: list[Release], settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with database.read_session() as session:
        release = session.get_one(Release, (undrawn_months[0].period, undrawn_months[0].version))
        public = public_files.read_public_file(session, settings, release, "pdf")
        with in_language("en"):
            english = public_files.read_kept_file(session, settings, release, "pdf")
            assert public_files.read_public_file(session, settings, release, "pdf") == public
            monkeypatch.setattr(public_files, "run_in_worker", pytest.fail)
            assert public_files.read_kept_file(session, settings, release, "pdf") == english
        assert public_files.read_kept_file(session, settings, release, "pdf") == public != english


def test_a_full_disk_leaves_no_half_of_a_file(
    client: PageClient, app: Flask, undrawn_months: list[Release], settings: Settings, monkeypatch: pytest.MonkeyPatch
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
    client: PageClient, undrawn_months: list[Release], settings: Settings
) -> None:
    reply = client.get("/open-data/2017-09.pdf", headers={"If-None-Match": f'"{undrawn_months[2].hash}"'})
    assert reply.status_code == 304
    assert not (settings.instance / public_files.FOLDER).exists()


def test_where_a_file_cannot_be_kept_the_visitor_is_told(
    client: PageClient, undrawn_months: list[Release], settings: Settings
) -> None:
    in_its_place = settings.instance / public_files.FOLDER
    in_its_place.write_text("no folder")
    in_its_place.chmod(0o600)
    reply = client.get("/open-data/2017-09.pdf")
    assert reply.status_code == 503
    assert reply.headers["Retry-After"] == "2"
    assert "no puede guardar el archivo" in reply.text


def test_who_comes_while_a_file_is_made_is_asked_to_come_again(
    client: PageClient, undrawn_months: list[Release], monkeypatch: pytest.MonkeyPatch
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
        for width, height in ((1280, 800), (800, 1280), (360, 800)):
            page.set_viewport_size({"width": width, "height": height})
            page.goto(f"{address}/open-data/")
            expect(page.get_by_role("heading", level=1)).to_have_text("Datos abiertos")
            page.get_by_text("Comprobación y versiones anteriores").first.click()
            page.get_by_text("Archivos de todos los periodos").click()
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            axe(page)
            page.goto(f"{address}/open-data/2017-09/tables")
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            axe(page)
        page.goto(f"{address}/open-data/")
        page.get_by_label("Mes, trimestre o año").select_option("Agosto de 2017")
        page.get_by_role("button", name="Mostrar").click()
        expect(page).to_have_url(f"{address}/open-data/2017-08")
        page.goto(f"{address}/open-data/")
        with page.expect_download() as taken:
            page.get_by_role("link", name=re.compile("^CSV septiembre de 2017, versión 2")).click()
        assert taken.value.suggested_filename == "2017-09-v2.csv"
