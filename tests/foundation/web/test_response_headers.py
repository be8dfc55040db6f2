"""Headers: on every reply, whatever became of the request; stricter still where visitors come over TLS."""

import io
import re
from dataclasses import replace

import pytest
from flask import Flask, Response, send_file, session
from flask_wtf.csrf import generate_csrf
from werkzeug.test import TestResponse

from attention_point.foundation.access import public
from attention_point.foundation.database import Database
from attention_point.foundation.settings import Settings
from attention_point.foundation.vault import Vault
from attention_point.foundation.web.security.response_headers import STRICT_HEADERS
from attention_point.foundation.web.templating import build_static_url
from tests.foundation.web.conftest import Visitors, compose
from tests.support.pages import PageClient

# Nothing here depends on the engine.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
STATIC = "/static/css/base.css"
NONCE = re.compile(r"script-src 'nonce-([\w-]{20,})'")


@public
def remember() -> tuple[str, dict[str, str]]:
    """A page that gives the visitor a cookie."""
    session["seen"] = True
    return "", {"Content-Type": "text/plain"}


@public
def send() -> Response:
    """A file, of which Flask says that a copy may be kept and asked about again."""
    return send_file(io.BytesIO(b"a slip"), mimetype="application/pdf", download_name="slip.pdf")


@public
def fail() -> str:
    """A page that fails."""
    raise ZeroDivisionError


@pytest.fixture
def pages(small: Flask, client: PageClient) -> PageClient:
    """The small application with a page that works and one that fails."""
    small.add_url_rule("/remember", "remember", remember)
    small.add_url_rule("/send", "send", send)
    small.add_url_rule("/fail", "fail", fail, methods=["GET", "POST"])
    small.add_url_rule("/api/fail", "api_fail", fail)
    return client


def ask(client: PageClient, method: str, path: str, base: str = "http://localhost") -> TestResponse:
    reply = client.open(path, method=method, base_url=base)
    reply.close()
    return reply


REQUESTS = [
    ("GET", "/remember", 200),
    ("HEAD", "/remember", 200),
    ("GET", "/send", 200),
    ("GET", "/healthz", 200),
    ("GET", STATIC, 200),
    ("GET", "/static/not-there.css", 404),
    ("GET", "/nowhere", 404),
    ("GET", "/api/nowhere", 404),
    ("POST", "/remember", 405),
    ("GET", "/fail", 500),
    ("POST", "/fail", 500),
    ("GET", "/api/fail", 500),
]


@pytest.mark.parametrize(("method", "path", "status"), REQUESTS)
def test_every_reply_carries_them(pages: PageClient, method: str, path: str, status: int) -> None:
    reply = ask(pages, method, path)
    assert reply.status_code == status
    own = {"Content-Security-Policy", "Cache-Control"}
    for name in STRICT_HEADERS.keys() - own:
        assert reply.headers.getlist(name) == [STRICT_HEADERS[name]]
    assert all(len(reply.headers.getlist(name)) == 1 for name in own)
    policy = reply.headers["Content-Security-Policy"]
    assert NONCE.search(policy) if reply.mimetype == "text/html" else "script-src 'none'" in policy
    if not path.startswith("/static/"):
        assert reply.headers["Cache-Control"] == "no-store"
    assert "Strict-Transport-Security" not in reply.headers


def test_the_policy_lets_nothing_in_but_our_own(pages: PageClient) -> None:
    policy = ask(pages, "GET", "/remember").headers["Content-Security-Policy"]
    directives = dict(part.split(None, 1) for part in policy.split(";"))
    assert directives["default-src"] == directives["base-uri"] == directives["frame-ancestors"] == "'none'"
    assert directives["form-action"] == "'self'"
    for source in ("unsafe", "*", "http:", "https:", "data:", "blob:"):
        assert source not in policy


def test_each_reply_has_a_nonce_of_its_own(pages: PageClient) -> None:
    found = [NONCE.search(ask(pages, "GET", "/nowhere").headers["Content-Security-Policy"]) for _time in range(10)]
    assert len({match.group(1) for match in found if match}) == 10


@pytest.mark.parametrize("status", [200, 304])
def test_a_style_sheet_may_be_kept_for_ever_by_its_own_address(pages: PageClient, status: int) -> None:
    with pages.application.test_request_context():
        address = build_static_url("css/base.css")
    headers = {"If-None-Match": ask(pages, "GET", address).headers["ETag"]} if status == 304 else {}
    reply = pages.get(address, headers=headers, buffered=True)
    assert reply.status_code == status
    assert reply.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert "Set-Cookie" not in reply.headers


@pytest.mark.parametrize("query", ["", "?v=000000000000"])
def test_a_style_sheet_under_another_hash_is_asked_for_again(pages: PageClient, query: str) -> None:
    """While a newer server runs beside an older one, its pages may get the older file: they must not keep it."""
    assert ask(pages, "GET", STATIC + query).headers["Cache-Control"] == "no-cache"


def test_the_cookie_is_plain_where_there_is_no_tls(pages: PageClient) -> None:
    cookie = ask(pages, "GET", "/remember").headers["Set-Cookie"]
    assert cookie.startswith("session=")
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(cookie.split("; "))
    assert "Secure" not in cookie


@pytest.fixture
def over_tls(small: Flask, settings: Settings, vault: Vault, database: Database, visitors: Visitors) -> PageClient:
    """The same under an https address."""
    made = compose(replace(settings, public_url="https://point.example.org"), vault, database, visitors)
    made.config["WTF_CSRF_METHODS"] = {"POST"}
    made.add_url_rule("/remember", "remember", remember, methods=["GET", "POST"])
    made.add_url_rule("/fail", "fail", fail)
    return PageClient(made, made.response_class)


def test_the_cookie_is_bound_to_our_host_over_tls(over_tls: PageClient) -> None:
    cookie = ask(over_tls, "GET", "/remember", "https://point.example.org").headers["Set-Cookie"]
    assert cookie.startswith("__Host-session=")
    assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= set(cookie.split("; "))
    assert "Domain" not in cookie


@pytest.mark.parametrize("path", ["/remember", "/fail", "/nowhere", STATIC])
def test_browsers_are_told_to_stay_on_tls(over_tls: PageClient, path: str) -> None:
    sent = ask(over_tls, "GET", path, "https://point.example.org").headers["Strict-Transport-Security"]
    assert int(sent.partition("max-age=")[2].partition(";")[0]) >= 31_536_000


def test_a_form_over_tls_needs_no_referer(over_tls: PageClient) -> None:
    """Our own pages forbid browsers to send one."""
    base = "https://point.example.org"
    with over_tls.application.test_request_context("/", base_url=base):
        token = generate_csrf()
        raw = session["csrf_token"]
    with over_tls.session_transaction(base_url=base) as kept:
        kept["csrf_token"] = raw
    assert over_tls.post("/remember", base_url=base, data={"csrf_token": token}).status_code == 200
    assert over_tls.post("/remember", base_url=base).status_code == 403
