"""The open data, as anybody sees them: page, files, dictionary, catalogue."""

import errno
import hashlib
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

from attention_point.app import create_app
from attention_point.foundation.refusals import Busy
from attention_point.foundation.settings import Settings
from attention_point.statistics import files, open_data, open_data_views
from attention_point.statistics.models import Release
from tests.statistics.publishing import SEPTEMBER, publish
from tests.support.browser import axe
from tests.support.pages import PageClient, read
from tests.support.server import serve

# What is read here is one row by its key; that both engines keep it is for the tests of the release.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
AUGUST = date(2017, 8, 1)


@pytest.fixture
def months(app: Flask) -> list[Release]:
    """August, and September in two versions, the second of which is in force."""
    with app.extensions["database"].writing() as session:
        made = [
            publish(session, 250, AUGUST),
            publish(session, 300, SEPTEMBER),
            publish(session, 310, SEPTEMBER, note="Faltaban visitas de un día."),
        ]
        session.expunge_all()
    return made


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
    links = {one.get("href") for one in read(html) if one.get("href").startswith("/open-data/")}
    sizes = {one.get("href"): one.text for one in read(html) if " kB" in one.text and one.tag == "a"}
    assert len(links) >= 3 * len(files.KINDS) + 3
    assert len(sizes) == 2 * len(files.KINDS)
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
    monkeypatch.setattr(open_data_views, "SIZE", 1)
    first = client.get("/open-data/").text
    assert "Septiembre de 2017" in first
    assert "Agosto de 2017" not in first
    assert 'href="/open-data/?before=2017-09"' in first
    older = client.get("/open-data/?before=2017-09").text
    assert "Agosto de 2017" in older
    assert "Septiembre de 2017" not in older
    assert client.get("/open-data/?before=nothing").status_code == 404


@pytest.mark.parametrize("kind", files.KINDS)
def test_a_version_is_kept_for_good_and_the_latest_for_a_while(
    client: PageClient, months: list[Release], kind: str
) -> None:
    for number, release in ((1, months[1]), (2, months[2])):
        reply = client.get(f"/open-data/2017-09/v{number}.{kind}")
        assert reply.status_code == 200
        assert reply.mimetype == files.KINDS[kind].mimetype
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
    write = files.of_release

    def counted(kind: str, release: Release, watermark: str | None = None) -> bytes:
        made.append(f"{kind}-{release.version}")
        return write(kind, release, watermark)

    monkeypatch.setattr(files, "of_release", counted)
    first = client.get("/open-data/2017-09.pdf").data
    for _ in range(3):
        assert client.get("/open-data/2017-09.pdf").data == first
        assert client.get("/open-data/2017-09/v2.pdf").data == first
        client.get("/open-data/")
        client.get("/open-data/catalog.jsonld")
    assert sorted(made) == sorted([*(f"{kind}-1" for kind in files.KINDS), *(f"{kind}-2" for kind in files.KINDS)])
    kept = settings.instance / open_data.FOLDER
    assert len(list(kept.iterdir())) == len(made)
    for path in kept.iterdir():
        path.unlink()
    assert client.get("/open-data/2017-09.pdf").data == first


def test_once_the_files_are_made_a_visitor_only_reads_them(
    client: PageClient, app: Flask, months: list[Release], settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    database, kept = app.extensions["database"], settings.instance / open_data.FOLDER
    open_data.make_missing(database, settings)
    assert len(list(kept.iterdir())) == len(months) * len(files.KINDS)
    lost = sorted(kept.iterdir())[0]
    content = lost.read_bytes()
    lost.unlink()
    open_data.make_missing(database, settings)
    assert lost.read_bytes() == content
    monkeypatch.setattr(files, "of_release", pytest.fail)
    for address in ("", "catalog.jsonld", *(f"2017-09/v1.{kind}" for kind in files.KINDS)):
        assert client.get(f"/open-data/{address}").status_code == 200


def test_a_full_disk_leaves_no_half_of_a_file(
    client: PageClient, app: Flask, months: list[Release], settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_file: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    kept = settings.instance / open_data.FOLDER
    with monkeypatch.context() as patch:
        patch.setattr(files.os, "fsync", full)
        with pytest.raises(Busy):
            open_data.make_missing(app.extensions["database"], settings)
        assert client.get("/open-data/2017-09.csv").status_code == 503
    assert list(kept.iterdir()) == []
    assert client.get("/open-data/2017-09.csv").status_code == 200


def test_an_unknown_client_with_the_right_tag_makes_nothing(
    client: PageClient, months: list[Release], settings: Settings
) -> None:
    reply = client.get("/open-data/2017-09.pdf", headers={"If-None-Match": f'"{months[2].hash}"'})
    assert reply.status_code == 304
    assert not (settings.instance / open_data.FOLDER).exists()


def test_where_a_file_cannot_be_kept_the_visitor_is_told(
    client: PageClient, months: list[Release], settings: Settings
) -> None:
    (settings.instance / open_data.FOLDER).write_text("no folder")
    reply = client.get("/open-data/2017-09.pdf")
    assert reply.status_code == 503
    assert reply.headers["Retry-After"] == "2"
    assert "no puede guardar el archivo" in reply.text


def test_who_comes_while_a_file_is_made_is_asked_to_come_again(
    client: PageClient, months: list[Release], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(open_data, "WAIT", 0.01)
    with open_data._making:
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


def catalogue(client: PageClient) -> dict[str, Any]:
    """The catalogue as a program reads it."""
    reply = client.get("/open-data/catalog.jsonld")
    assert reply.mimetype == "application/ld+json"
    found: dict[str, Any] = json.loads(reply.data)
    return found


# What DCAT-AP 3 wants of each class, and what open data here adds.
REQUIRED = {
    "dcat:Catalog": {"dct:title", "dct:description", "dct:publisher", "dcat:dataset", "dct:license", "dct:spatial"},
    "dcat:DatasetSeries": {"dct:title", "dct:description", "dct:publisher", "dct:accrualPeriodicity"},
    "dcat:Dataset": {
        "dct:title", "dct:description", "dct:publisher", "dcat:contactPoint", "dct:spatial", "dct:temporal",
        "dct:accrualPeriodicity", "dct:issued", "dcat:distribution", "dcat:version", "dcat:inSeries",
    },
    "dcat:Distribution": {
        "dcat:accessURL", "dcat:downloadURL", "dct:license", "dcat:mediaType", "dct:format", "dcat:byteSize",
        "spdx:checksum",
    },
}  # fmt: skip


def nodes(value: Any) -> Iterator[dict[str, Any]]:
    """Every object of the catalogue."""
    if isinstance(value, dict):
        yield value
        for part in value.values():
            yield from nodes(part)
    elif isinstance(value, list):
        for part in value:
            yield from nodes(part)


def test_the_catalogue_has_what_dcat_requires(client: PageClient, months: list[Release]) -> None:
    found = catalogue(client)
    seen = []
    for node in nodes({name: value for name, value in found.items() if name != "@context"}):
        seen.append(node.get("@type"))
        assert REQUIRED.get(str(node.get("@type")), set()) <= set(node), node.get("@id")
        for name in node:
            prefix, _colon, _rest = name.partition(":")
            assert name.startswith("@") or prefix in found["@context"]
    assert [seen.count(kind) for kind in REQUIRED] == [1, 1, 2, 2 * len(files.KINDS)]


def test_every_reference_of_the_catalogue_is_defined_or_leads_elsewhere(
    client: PageClient, months: list[Release], settings: Settings
) -> None:
    found = catalogue(client)
    defined = {node["@id"] for node in nodes(found) if "@id" in node and len(node) > 1}
    for node in nodes(found):
        here = str(node.get("@id", ""))
        if len(node) == 1 and here.startswith(settings.public_url) and "#" in here:
            assert here in defined, here
    assert len(defined) == len([node for node in nodes(found) if "@id" in node and len(node) > 1])


def test_the_catalogue_tells_the_truth_about_its_files(
    client: PageClient, months: list[Release], settings: Settings
) -> None:
    checked = 0
    for node in nodes(catalogue(client)):
        if node.get("@type") == "dcat:Distribution":
            address = node["dcat:downloadURL"]["@id"]
            assert address.startswith(settings.public_url + "/open-data/")
            reply = client.get(address.removeprefix(settings.public_url))
            assert node["dcat:byteSize"]["@value"] == str(len(reply.data))
            assert node["spdx:checksum"]["spdx:checksumValue"]["@value"] == hashlib.sha256(reply.data).hexdigest()
            assert node["dcat:mediaType"]["@id"].endswith(str(reply.mimetype))
            checked += 1
    assert checked == 2 * len(files.KINDS)


def test_the_catalogue_names_the_month_from_its_first_to_its_last_day(
    client: PageClient, months: list[Release]
) -> None:
    found = {node["dct:identifier"]: node for node in nodes(catalogue(client)) if node.get("@type") == "dcat:Dataset"}
    september = found["2017-09"]["dct:temporal"]
    assert september["dcat:startDate"]["@value"] == "2017-09-01"
    assert september["dcat:endDate"]["@value"] == "2017-09-30"
    assert found["2017-09"]["dcat:version"] == "2"


def test_an_empty_catalogue_is_still_one(client: PageClient) -> None:
    assert [one["@type"] for one in catalogue(client)["dcat:dataset"]] == ["dcat:DatasetSeries"]


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
