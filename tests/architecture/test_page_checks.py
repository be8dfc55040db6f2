"""The checks that every fetched page goes through, on good and on bad pages."""

import pytest
from flask import Flask, Response

from tests.support.pages import PageClient, page_faults, title_of

POLICY = "default-src 'none'; script-src 'nonce-abc123'; style-src 'self'"
GOOD = """<!doctype html>
<html lang="es"><head><title>People · Attention point</title>
<script src="/a.js" nonce="abc123"></script></head>
<body><h1>People</h1>
<form action="/people" method="post"><input type="hidden" name="csrf_token" value="t">
<label for="name">Name</label><input id="name" name="name" aria-describedby="hint"><p id="hint">As written</p>
<label>Sex <select name="sex"><option>F</option></select></label>
<textarea name="notes" aria-label="Notes"></textarea>
<button>Save</button></form>
<form action="/find" method="get"><input type="submit" value="Find"></form>
<a href="/"><img src="/logo.svg" alt="Start"></a><svg><title>Chart</title></svg>
</body></html>"""

BAD = [
    ("<title>People · Attention point</title>", "", "one title"),
    ("<title>People · Attention point</title>", "<title> </title>", "one title"),
    ("<title>People · Attention point</title>", "<title>A</title><title>B</title>", "one title"),
    ("<h1>People</h1>", "", "one h1"),
    ("<h1>People</h1>", "<h1>People</h1><h1>More</h1>", "it has 2"),
    ("<h1>People</h1>", "<h1><span></span></h1>", "one h1"),
    ('<html lang="es">', "<html>", "no language"),
    ('<html lang="es">', '<html lang="">', "no language"),
    ('<p id="hint">', '<p id="name">', "id name stands 2 times"),
    ('<p id="hint">', '<p id="">', "an id is empty"),
    ('aria-describedby="hint"', 'aria-describedby="gone"', "names gone"),
    ('<label for="name">', '<label for="other">', "names other"),
    ('<label for="name">Name</label>', "", "has no label"),
    ('<label for="name">Name</label>', '<label for="name"></label>', "has no label"),
    ("<label>Sex <select", "<label><select", '<select name="sex"> has no label'),
    ('aria-label="Notes"', "", '<textarea name="notes"> has no label'),
    ("<button>Save</button>", "<button></button>", "<button> says nothing"),
    ('<input type="submit" value="Find">', '<input type="submit">', "says nothing"),
    ('alt="Start"', 'alt=""', "<a> says nothing"),
    (' alt="Start"', "", "<img> has no alt"),
    ('action="/people" ', "", "has no action"),
    ('action="/find" method="get"', 'action="/find"', "has no method"),
    ('<input type="hidden" name="csrf_token" value="t">', "", "posts with 0 csrf tokens"),
    ('name="csrf_token" value="t"', 'name="csrf_token" value=""', "posts with 0 csrf tokens"),
    ('method="get">', 'method="get"><input type="hidden" name="csrf_token" value="t">', "into the address"),
    ("<body>", '<body style="color: red">', "carries a style"),
    ("</head>", "<style>p {}</style></head>", "carries a style"),
    ("<body>", '<body onload="go()">', "carries a handler, onload"),
    ('href="/"', 'href=" JavaScript:go()"', "carries a script in href"),
    ('nonce="abc123"', "", "does not carry the page's nonce"),
    ('nonce="abc123"', 'nonce="abc124"', "does not carry the page's nonce"),
]


def test_a_good_page_has_no_fault() -> None:
    assert page_faults(GOOD, POLICY) == []


@pytest.mark.parametrize(("good", "bad", "told"), BAD)
def test_each_fault_is_told(good: str, bad: str, told: str) -> None:
    assert good in GOOD
    faults = page_faults(GOOD.replace(good, bad, 1), POLICY)
    assert [fault for fault in faults if told in fault], faults


@pytest.mark.parametrize(
    "policy",
    ["", "script-src 'self'", "script-src 'nonce-'", "script-src 'nonce-abc123'; style-src 'unsafe-inline'"],
)
def test_a_loose_policy_is_told(policy: str) -> None:
    assert page_faults(GOOD, policy)


def test_the_title_is_read_without_its_line_breaks() -> None:
    assert title_of("<title>\n  People\n  · Desk </title>") == "People · Desk"


def _app() -> Flask:
    app = Flask(__name__)
    app.test_client_class = PageClient

    def page(title: str, policy: str = POLICY) -> Response:
        return Response(GOOD.replace("People ·", f"{title} ·"), headers={"Content-Security-Policy": policy})

    app.add_url_rule("/people", "people", lambda: page("People"))
    app.add_url_rule("/again/<int:number>", "again", lambda number: page("Again"))
    app.add_url_rule("/copy", "copy", lambda: page("People"))
    app.add_url_rule("/loose", "loose", lambda: page("Loose", ""))
    app.add_url_rule("/away", "away", lambda: Response("<p>Elsewhere</p>", 302, {"Location": "/people"}))
    app.add_url_rule("/plain", "plain", lambda: Response("no page", mimetype="text/plain"))
    return app


def test_the_client_lets_good_pages_and_what_is_no_page_pass() -> None:
    client = _app().test_client()
    assert client.get("/people").status_code == 200
    assert client.get("/people?page=2").status_code == 200
    assert client.get("/again/1").status_code == client.get("/again/2").status_code == 200
    assert client.get("/away").status_code == 302
    assert client.get("/away", follow_redirects=True).status_code == 200
    assert client.get("/plain").status_code == 200


def test_the_client_refuses_a_page_with_a_fault() -> None:
    with pytest.raises(AssertionError, match="GET /loose:\nthe content security policy has no nonce"):
        _app().test_client().get("/loose")


def test_the_client_refuses_the_framework_s_bare_error_page() -> None:
    with pytest.raises(AssertionError, match="no nonce"):
        _app().test_client().get("/nowhere")


def test_the_client_refuses_one_title_on_two_views() -> None:
    client = _app().test_client()
    client.get("/people")
    with pytest.raises(AssertionError, match="the title is that of people"):
        client.get("/copy")
