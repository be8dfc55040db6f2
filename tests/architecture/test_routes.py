"""Conventions of addresses and views, read from the application's own map."""

import re
from collections.abc import Iterator

import pytest
from flask import Flask
from werkzeug.routing import Rule

from attention_point.foundation.access import find_access_rule

KEBAB = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
PARAMETER = re.compile(r"<(?:(?P<kind>[^:<>]+):)?(?P<name>[^<>]+)>")


def _rules(shape: Flask) -> Iterator[Rule]:
    yield from (rule for rule in shape.url_map.iter_rules() if rule.endpoint != "static")


def wrong_parts(address: str) -> list[str]:
    """The fixed parts of an address that are not kebab-case; a file's extension may follow a dot."""
    parts = re.split(r"[/.]", PARAMETER.sub("", address))
    return [part for part in parts if part and not KEBAB.fullmatch(part)]


def untyped_parameters(address: str) -> list[str]:
    """The parameters of an address that would take any text; ``string`` counts only with a bound or a choice."""
    return [
        found["name"]
        for found in PARAMETER.finditer(address)
        if not found["kind"] or found["kind"] in {"string", "default", "path"}
    ]


@pytest.mark.parametrize(
    ("address", "parts", "parameters"),
    [
        ("/people/<uuid:person>/print-out.pdf", [], []),
        ("/people/<person>", [], ["person"]),
        ("/people/<string:person>/<path:rest>", [], ["person", "rest"]),
        ("/entities/<string(maxlength=40):code>", [], []),
        ("/People/print_out", ["People", "print_out"], []),
        ("/people/<uuid:person>.PDF", ["PDF"], []),
    ],
)
def test_the_conventions_tell_good_from_bad(address: str, parts: list[str], parameters: list[str]) -> None:
    assert wrong_parts(address) == parts
    assert untyped_parameters(address) == parameters


def test_addresses_are_kebab_case(shape: Flask) -> None:
    # HSDS 3.0 writes its own names.
    own_rules = (rule for rule in _rules(shape) if not rule.rule.startswith("/hsds/"))
    assert {rule.rule: wrong for rule in own_rules if (wrong := wrong_parts(rule.rule))} == {}


def test_parameters_of_addresses_are_typed(shape: Flask) -> None:
    assert {rule.rule: wrong for rule in _rules(shape) if (wrong := untyped_parameters(rule.rule))} == {}


def test_every_view_declares_who_may_call_it(shape: Flask) -> None:
    undeclared = {name for name, view in shape.view_functions.items() if find_access_rule(view) is None}
    assert undeclared == set()


def test_each_view_has_one_kind_of_rule(shape: Flask) -> None:
    mixed = {
        name
        for name, view in shape.view_functions.items()
        if (access := find_access_rule(view))
        # What a device may do, some accounts may do as well: the waiting room's screen.
        and sum(map(bool, (access.public, access.permission or access.device, access.scope))) != 1
    }
    assert mixed == set()


def test_only_the_api_takes_tokens(shape: Flask) -> None:
    wrong = {
        rule.rule
        for rule in _rules(shape)
        if (access := find_access_rule(shape.view_functions[rule.endpoint]))
        and bool(access.scope) != rule.rule.startswith("/api/")
        # A device also asks for pages: those of the kiosk, of the screen, of the tablet without network.
        and not ((access.public or access.device) and rule.rule.startswith("/api/"))
    }
    assert wrong == set()
