"""The crawl can fail: it tells of what was planted, with the caller, the address, who led there and the status."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask, abort, redirect, request
from flask.typing import ResponseReturnValue as Reply

from attention_point.foundation.access import public, requires
from tests.crawl.crawling import Crawl, Fault

RECORD = "00000000-0000-7000-8000-000000000007"
HOME = f"""<!doctype html><title>Home</title>
<a href="/dead">Dead</a> <a href="/office-only">Not yours</a> <a href="#main">Here</a>
<a href="https://example.org/">Elsewhere</a> <a href="mailto:ana@example.org">Letter</a> <a href="/moved">Moved</a>
<a href="/records/{RECORD.replace("-", "")}">An address without hyphens</a> <img src="/none.png" alt="">
<form method="get" action="/search"><input name="q"><select name="order"><option value="newest"></select></form>
<form method="post" action="/nowhere"><button>Send</button></form>
<form method="post" action="/save"><input name="name" required><button name="step" value="last">Save</button>
<button formaction="/nowhere-either">Else</button></form>
<a href="/days/1">Days without an end</a>"""


@pytest.fixture
def planted() -> Flask:
    """A small application with one fault of each kind."""
    app = Flask("planted", static_folder=None)

    def add(rule: str, view: Callable[..., Reply], **options: Any) -> None:
        app.add_url_rule(rule, f"{rule} {options}", view, **options)

    def search() -> Reply:
        return abort(500) if request.args["order"] == "newest" else "Found"

    def save() -> Reply:
        return abort(500) if request.form["name"] and request.form.get("step") == "last" else ("Wrong", 422)

    def day(number: int) -> Reply:
        return f'<title>Day</title><a href="/days/{number + 1}">Next</a>'

    def record(record: object) -> Reply:
        return abort(500 if str(record) == RECORD else 404)

    add("/", public(lambda: HOME))
    add("/office-only", requires("events.edit")(lambda: abort(403)))
    add("/moved", public(lambda: redirect("/gone")))
    add("/search", public(search))
    add("/save", public(save), methods=["POST"])
    add("/days/<int:number>", public(day))
    add("/records/<uuid:record>", public(record))
    add("/forgotten", requires("events.edit")(lambda: "open to whoever comes"))
    return app


def test_every_planted_fault_is_told(planted: Flask) -> None:
    walk = Crawl(planted, "agent", lambda: (planted.test_client(), {}), [RECORD])
    walk.open_pages()
    assert {(fault.address, fault.referrer, fault.status) for fault in walk.faults} == {
        ("/dead", "/", 404),
        ("/office-only", "/", 403),
        ("/gone", "/moved", 404),
        (f"/records/{RECORD.replace('-', '')}", "/", 404),
        ("/none.png", "/", 404),
        ("/search?q=&order=newest", "/", 500),
        ("/search?order=newest&q=2017", "/", 500),
        ("POST /nowhere", "/", 405),
        ("POST /nowhere-either", "/", 405),
        (f"/records/{RECORD}", "the map", 500),
        ("/forgotten", "the map", 200),
    }
    walk.send_forms()
    assert [(fault.address, fault.status) for fault in walk.faults[11:]] == [("/save", 500)]
    assert sum(address.startswith("/days/") for address in walk.opened) < 20


def test_a_fault_says_who_met_it_where_and_what_led_there() -> None:
    fault = Fault("office", "/registers/events", "/registers", 500, "KeyError")
    assert str(fault) == "office: /registers/events (from /registers): 500 KeyError"


@pytest.mark.parametrize(("engine", "population"), [("sqlite", "bare-records")])
def test_a_view_that_fails_is_told_with_its_place(
    app: Flask, crawl: Callable[[str], Crawl], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails() -> str:
        raise KeyError("milestones")

    broken = requires("organisations.view")(fails)
    monkeypatch.setitem(app.view_functions, "registers.show_overview", broken)
    walk = crawl("auditor")
    walk.open_pages()
    (fault,) = walk.faults
    assert (fault.who, fault.address, fault.status) == ("auditor", "/registers", 500)
    assert "KeyError" in fault.note
    assert "test_planted.py" in fault.note
    assert "milestones" not in str(fault)
