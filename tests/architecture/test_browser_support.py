"""The live server, the browser and axe, on a page good and bad."""

import pytest
from flask import Flask, Response
from playwright.sync_api import BrowserContext, Page, expect

from tests.support.browser import axe, watch
from tests.support.server import serve

PAGE = """<!doctype html><html lang="es"><head><title>Desk</title></head>
<body><main><h1>Desk</h1>{body}</main></body></html>"""
pytestmark = pytest.mark.browser


def _app(body: str) -> Flask:
    app = Flask(__name__)
    app.add_url_rule(
        "/",
        "desk",
        lambda: Response(PAGE.format(body=body), headers={"Content-Security-Policy": "default-src 'self'"}),
    )
    app.add_url_rule("/favicon.ico", "icon", lambda: Response(status=204))
    return app


def test_a_good_page_shows_at_tablet_size_and_passes(page: Page) -> None:
    with serve(_app("<p>Good morning</p>")) as address:
        page.goto(address)
        expect(page.get_by_role("heading")).to_have_text("Desk")
        assert page.evaluate("[innerWidth, innerHeight]") == [1024, 768]
        axe(page)


@pytest.mark.parametrize(
    ("body", "rule"),
    [
        ('<img src="/favicon.ico">', "image-alt"),
        ('<a href="#a" aria-label="a">.</a><a href="#b" aria-label="b">.</a>', "target-size"),
    ],
)
def test_axe_tells_a_breach(page: Page, body: str, rule: str) -> None:
    with serve(_app(body)) as address:
        page.goto(address)
        with pytest.raises(AssertionError, match=rule):
            axe(page)


@pytest.mark.parametrize(
    ("policy", "told"),
    [("default-src 'self'", "Content Security Policy"), ("script-src 'unsafe-inline'", "script: broken")],
)
def test_a_stopped_or_broken_script_is_told(context: BrowserContext, policy: str, told: str) -> None:
    app = Flask(__name__)
    body = PAGE.format(body="<script>throw new Error('broken')</script>")
    app.add_url_rule("/", "desk", lambda: Response(body, headers={"Content-Security-Policy": policy}))
    page = context.new_page()
    faults = watch(page)
    with serve(app) as address:
        page.goto(address)
    assert [fault for fault in faults if told in fault], faults
