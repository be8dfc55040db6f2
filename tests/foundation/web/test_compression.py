"""Compression: which replies, for whom, and what stays as it is."""

import gzip
from collections.abc import Callable
from io import BytesIO

import brotli
import pytest
from flask import Flask, Response, request, send_file
from werkzeug.test import TestResponse

from attention_point.foundation.access import public
from attention_point.foundation.web.delivery import compression
from attention_point.foundation.web.security.response_headers import allow_public_cache
from tests.support.pages import PageClient

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
STATIC = "/static/css/base.css"
TEXT = "Atención a personas migrantes. " * 200


@public
def show_text() -> Response:
    """A text of which a part was sent by whoever asks."""
    if request.args.get("published"):
        allow_public_cache("public, max-age=60")
    return Response(request.args.get("q", "") + TEXT, mimetype="text/plain")


@public
def send_paper() -> Response:
    """A paper, whose format is compressed already."""
    return send_file(BytesIO(TEXT.encode()), mimetype="application/pdf", download_name="slip.pdf")


@public
def send_table() -> Response:
    """A text that is sent as a file."""
    return send_file(BytesIO(TEXT.encode()), mimetype="application/json", download_name="table.json")


def get(client: PageClient, address: str, headers: dict[str, str]) -> TestResponse:
    """The reply read to its end, so that the file is closed."""
    return client.get(address, headers=headers, buffered=True)


@pytest.fixture
def pages(small: Flask, client: PageClient) -> PageClient:
    small.add_url_rule("/text", "text", show_text)
    small.add_url_rule("/paper", "paper", send_paper)
    small.add_url_rule("/table", "table", send_table)
    return client


@pytest.mark.parametrize(
    ("accepted", "encoding", "read"),
    [("gzip", "gzip", gzip.decompress), ("gzip, deflate, br", "br", brotli.decompress)],
)
@pytest.mark.parametrize("address", ["/text", "/table"])
def test_text_is_compressed_as_the_browser_can_read_it(
    pages: PageClient, address: str, accepted: str, encoding: str, read: Callable[[bytes], bytes]
) -> None:
    reply = pages.get(address, headers={"Accept-Encoding": accepted})
    assert reply.headers["Content-Encoding"] == encoding
    assert len(reply.data) < len(TEXT) / 10
    assert read(reply.data).decode() == TEXT
    assert "Accept-Encoding" in reply.headers["Vary"]


@pytest.mark.parametrize(
    ("address", "accepted"),
    [("/text", ""), ("/text", "identity"), ("/text", "x-unknown"), ("/paper", "gzip, br")],
)
def test_what_need_not_or_cannot_be_compressed_stays_as_it_is(pages: PageClient, address: str, accepted: str) -> None:
    reply = pages.get(address, headers={"Accept-Encoding": accepted})
    assert "Content-Encoding" not in reply.headers
    assert reply.data.decode() == TEXT


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_another_site_learns_nothing_from_a_length(pages: PageClient, site: str) -> None:
    """The BREACH attack lets a browser ask for many pages, each with another guess, and compares their lengths."""
    headers = {"Accept-Encoding": "gzip, br", "Sec-Fetch-Site": site}
    right, wrong = (pages.get(f"/text?q={guess}", headers=headers) for guess in ("migrantes", "mqzkwjxyv"))
    assert len(right.data) == len(wrong.data)
    assert "Content-Encoding" not in right.headers
    published = pages.get("/text?published=yes", headers=headers)
    assert published.headers["Content-Encoding"] == "br"


@pytest.mark.parametrize("site", ["same-origin", "none"])
def test_own_pages_and_typed_addresses_are_compressed(pages: PageClient, site: str) -> None:
    reply = pages.get("/text", headers={"Accept-Encoding": "gzip", "Sec-Fetch-Site": site})
    assert reply.headers["Content-Encoding"] == "gzip"


def test_a_static_file_is_compressed_once(pages: PageClient, monkeypatch: pytest.MonkeyPatch) -> None:
    kept: list[str] = []
    monkeypatch.setattr(compression.StaticFilesOnly, "set", lambda self, key, value: kept.append(key))
    monkeypatch.setattr(compression.StaticFilesOnly, "get", lambda self, key: b"kept" if kept else None)
    addresses = [STATIC, f"{STATIC}?v=1"]
    first, again = (get(pages, address, {"Accept-Encoding": "br"}) for address in addresses)
    assert brotli.decompress(first.data).startswith(b"/*")
    assert again.data == b"kept"
    assert set(kept) == {"br;/static/css/base.css"}


@pytest.mark.usefixtures("client")
def test_no_page_is_kept() -> None:
    files = compression.StaticFilesOnly()
    files.set("br;", b"a page")
    files.set("br;/static/css/base.css", b"a style sheet")
    assert files.get("br;") is None
    assert files.get("br;/static/css/base.css") == b"a style sheet"


def test_a_part_of_a_file_stays_that_part(pages: PageClient) -> None:
    reply = get(pages, STATIC, {"Accept-Encoding": "br", "Range": "bytes=0-999"})
    assert reply.status_code == 206
    assert "Content-Encoding" not in reply.headers
    assert len(reply.data) == 1000


def test_a_compressed_file_is_not_sent_again(pages: PageClient) -> None:
    headers = {"Accept-Encoding": "br"}
    tag = get(pages, STATIC, headers).headers["ETag"]
    again = get(pages, STATIC, {**headers, "If-None-Match": tag})
    assert again.status_code == 304
    assert again.data == b""


@pytest.mark.parametrize("refused", ["gzip;q=0", "br;q=0, gzip;q=0, zstd;q=0", "*;q=0", "identity", "gzip;q=abc"])
@pytest.mark.parametrize("address", ["/text", STATIC])
def test_nothing_is_compressed_in_what_a_program_refuses(pages: PageClient, refused: str, address: str) -> None:
    reply = get(pages, address, {"Accept-Encoding": refused})
    assert "Content-Encoding" not in reply.headers
    assert "Accept-Encoding" in reply.headers["Vary"]
