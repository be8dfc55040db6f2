"""Hostile texts in addresses: a path part is a page that is not there, a value of the query is named."""

import re
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from flask import Flask
from werkzeug.routing import Rule

from attention_point.directory.forms import EntitySearchForm
from attention_point.foundation import paths
from attention_point.foundation.access import DEVICE_KINDS, find_access_rule
from attention_point.registers.shared.pages.rendering import COMMON_FILTER_KEYS
from attention_point.statistics.dashboard.forms import FilterForm
from tests.access.callers import Bearer
from tests.access.permissions_page import ANYONE, list_admitted
from tests.accounts.devices.support import browser_of, enrol
from tests.portal.support import browser
from tests.support.pages import PageClient
from tests.texts.hostile import kinds, stored

TYPED = re.compile(r"<(?:(?P<kind>\w+)(?:\((?P<range>[^)]*)\))?:)?(?P<name>\w+)>")
UNKNOWN = "00000000-0000-7000-8000-000000000007"
QUERY = re.compile(r"""args(?:\.get\(|\[)["'](\w+)["']""")


def parameters(app: Flask) -> list[str]:
    """Every name of a value that a view reads from its address."""
    read = {
        name for path in paths.PACKAGE_FOLDER.rglob("*.py") for name in QUERY.findall(path.read_text(encoding="utf-8"))
    }
    filtered = {field.key for register in app.extensions["registers"] for field in register.fields if field.filtered}
    forms = {name for form in (EntitySearchForm, FilterForm) for name in form()._fields}
    return sorted(read | filtered | forms | set(COMMON_FILTER_KEYS) | {"q", "state", "before", "document", "name"})


class Callers:
    """Somebody who passes a view's rule, signed in once."""

    def __init__(self, app: Flask, bearer: Bearer) -> None:
        self.app, self.bearer = app, bearer
        self.known: dict[str, tuple[PageClient, dict[str, str]]] = {}
        database = app.extensions["database"]
        self.device_tokens = {kind: enrol(database, kind, kind) for kind in DEVICE_KINDS}

    def of(self, rule: Rule) -> tuple[PageClient, dict[str, str]]:
        """The browser and its headers."""
        who = list_admitted(find_access_rule(self.app.view_functions[rule.endpoint]))[0]
        if who not in self.known:
            self.known[who] = self._made(who)
        return self.known[who]

    def _made(self, who: str) -> tuple[PageClient, dict[str, str]]:
        kind, _colon, scope = who.partition(": ")
        if kind == "device":
            return browser_of(self.app, self.device_tokens[scope]), {}
        if scope:
            headers = self.bearer(scope, "sena" if scope == "referrals" else None)
            return PageClient(self.app, self.app.response_class), headers
        if kind == ANYONE:
            return PageClient(self.app, self.app.response_class), {}
        return browser(self.app, kind, "sena" if kind == "entity" else None), {}


@pytest.fixture
def callers(app: Flask, bearer: Bearer) -> Callers:
    """Who may call each address."""
    return Callers(app, bearer)


def _rules(app: Flask) -> Iterator[Rule]:
    yield from (rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ()))


def _filled(rule: Rule, **texts: str) -> str:
    """An address with one part as asked, the others of their kind."""
    usual = {"uuid": UNKNOWN, "int": "2017"}

    def fill(part: re.Match[str]) -> str:
        kind, allowed = part["kind"] or "", part["range"] or ""
        length = re.search(r"(?<!max)length=(\d+)", allowed)
        longest = re.search(r"maxlength=(\d+)", allowed)
        letters = int(length[1]) if length else min(16, int(longest[1]) if longest else 16)
        any_value = allowed.partition(",")[0] if kind == "any" else "x" * letters
        return texts.get(part["name"], usual.get(kind, any_value))

    return TYPED.sub(fill, rule.rule)


def _text_parts(rule: Rule) -> list[str]:
    return [part["name"] for part in TYPED.finditer(rule.rule) if part["kind"] not in {"uuid", "int", "any"}]


def test_a_hostile_part_of_a_path_is_no_page(app: Flask, callers: Callers) -> None:
    before, wrong = stored(app.extensions["database"]), {}
    seen: set[tuple[str, str]] = set()
    for rule in (rule for rule in app.url_map.iter_rules() if _text_parts(rule)):
        client, headers = callers.of(rule)
        for name in _text_parts(rule):
            for kind, text in kinds(app.extensions["database"], len(seen)).items():
                method = "GET" if "GET" in (rule.methods or ()) else "POST"
                hostile = quote(f"{text:x<16}"[:16]) if kind != "stack" else quote(text)
                reply = client.open(_filled(rule, **{name: hostile}), method=method, headers=headers)
                seen.add((rule.rule, name))
                if reply.status_code != 404 or text in reply.get_data(as_text=True):
                    wrong[f"{rule.rule} {kind}"] = reply.status_code
                reply.close()
    assert wrong == {}
    assert len(seen) >= 15
    left = stored(app.extensions["database"])
    del before["account"], left["account"]
    assert left == before


def test_a_hostile_value_of_a_query_is_named(app: Flask, callers: Callers) -> None:
    names, wrong, passed = parameters(app), {}, 0
    for number, rule in enumerate(_rules(app)):
        client, headers = callers.of(rule)
        address = _filled(rule)
        for text in kinds(app.extensions["database"], number).values():
            reply = client.get(f"{address}?{'&'.join(f'{name}={quote(text)}' for name in names)}", headers=headers)
            body = reply.get_data(as_text=True)
            messages = body if reply.json is None else " ".join(error["message"] for error in reply.json["fields"])
            missing = [name for name in names if f"«{name}»" not in messages]
            if reply.status_code != 422 or missing or "Quimbaya" in body:
                wrong[rule.rule] = reply.status_code, missing
            passed += reply.status_code == 422
            reply.close()
    assert wrong == {}
    assert passed > 100


@pytest.mark.parametrize("name", ["q\x00", "q\u202e"])
def test_a_hostile_name_in_a_query_is_shown_without_harm(client: PageClient, name: str) -> None:
    reply = client.get(f"/sign-in?{quote(name)}=1")
    assert reply.status_code == 422
    assert "«q\ufffd»" in reply.get_data(as_text=True)


@pytest.mark.parametrize("typed", ["n\u0303a", "\u00a0ña\u2003", "ña"])
def test_a_search_is_in_its_normal_form(app: Flask, typed: str) -> None:
    page = browser(app, "office").get(f"/registers/events?q={quote(typed)}").get_data(as_text=True)
    assert 'value="ña"' in page


def test_bytes_that_are_no_text_are_no_page(client: PageClient) -> None:
    assert client.get("/sign-in?next=%ff").status_code == 200  # it stays written out: %FF
    assert client.get("/directory/entities/%ed%a0%80").status_code == 404
