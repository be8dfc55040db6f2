"""What a page leads to: its links, its pictures and its forms, read from its HTML."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

from lxml import html

Fields = tuple[tuple[str, str], ...]
"""Names and values in the order of the form; the value of a file is ``FILE``."""
FILE = "\0file"
DAY, YEAR = "09/08/2017", "2017"
"""A year is a name as well, a number and a date."""
HOST = "http://localhost"
_LEADS = {"a": "href", "area": "href", "link": "href", "img": "src", "script": "src", "iframe": "src", "source": "src"}
_BUTTONS = {"submit", "image", "button", "reset"}
# What a name counts (a second companion) or names by a code (a decision on a service) makes no other kind of form.
_COUNTED_OR_CODED = re.compile(r"-(\d+|[A-Z][A-Z0-9-]*)(?=-|$)")
_USUAL = {"button": "submit", "input": "text"}
_PLAUSIBLE = {
    "email": "ana.rojas@example.org",
    "date": "2017-08-09",
    "month": "2017-08",
    "time": "08:30",
    "number": "1",
    "url": "https://example.org/",
    "file": FILE,
}


@dataclass(frozen=True, slots=True)
class Form:
    """A form of a page. ``sent`` are the ways in which it is sent: as it stands, with the least, filled.

    ``inputs`` are the kinds of what somebody types or chooses, by which forms of the same kind are known.
    """

    method: str
    action: str
    sent: tuple[Fields, ...]
    inputs: frozenset[str]


@dataclass(frozen=True, slots=True)
class PageParts:
    """What a page leads to: addresses of this site, in order; addresses that its searches make; forms to send."""

    links: tuple[str, ...]
    searches: tuple[str, ...]
    forms: tuple[Form, ...]


def read_parts(text: str, address: str, typed: Mapping[str, str]) -> PageParts:
    """Read a page that stands at ``address``. ``typed`` is what somebody types into a field of that name."""
    document = html.document_fromstring(text)
    forms = tuple(form for element in document.iter("form") for form in _read_form(element, address, typed))
    links = [
        own
        for element in document.iter(*_LEADS)
        if (target := element.get(_LEADS[element.tag])) and (own := own_address(target, address))
    ]
    searches = [address_of(form.action, fields) for form in forms if form.method == "GET" for fields in form.sent]
    posts = tuple(form for form in forms if form.method == "POST")
    return PageParts(tuple(dict.fromkeys(links)), tuple(dict.fromkeys(searches)), posts)


def own_address(target: str, base: str) -> str | None:
    """The path and query of a link of this site; None for another site's, a fragment and what is no page."""
    whole = urlsplit(urljoin(f"{HOST}{base}", target.strip()))
    if f"{whole.scheme}://{whole.netloc}" != HOST or target.startswith("#"):
        return None
    return f"{whole.path}?{whole.query}" if whole.query else whole.path


def address_of(action: str, fields: Iterable[tuple[str, str]]) -> str:
    """Where a form with the method GET leads."""
    query = urlencode([(name, value) for name, value in fields if value != FILE])
    return f"{action.partition('?')[0]}?{query}" if query else action


def _read_form(element: Any, address: str, typed: Mapping[str, str]) -> Iterator[Form]:
    """The form as each of its buttons sends it."""
    controls = [one for one in element.iter("input", "select", "textarea") if one.get("name")]
    for control in controls:
        if control.tag == "input" and control.get("type") not in {"radio", "checkbox"}:
            control.set("value", control.get("value", ""))  # a browser sends an empty box too
    stands = tuple((name, value) for name, value in element.form_values() if isinstance(value, str))
    inputs = [one for one in controls if one.get("type") not in {"hidden", *_BUTTONS}]
    needed = [one for one in inputs if "required" in one.attrib or _is_chosen(one, typed)]
    for button in _buttons(element):
        action = own_address(button.get("formaction") or element.get("action") or address, address)
        method = (button.get("formmethod") or element.get("method") or "get").upper()
        if action is not None and method in {"GET", "POST"}:
            own = ((button.get("name"), button.get("value") or ""),) if button.get("name") else ()
            ways = [
                (*fields, *own) for fields in (stands, _filled(stands, needed, typed), _filled(stands, inputs, typed))
            ]
            yield Form(
                method,
                action,
                tuple(dict.fromkeys(ways)),
                frozenset(_name_kind(one.get("name") or "") for one in inputs),
            )


def _is_chosen(control: Any, typed: Mapping[str, str]) -> bool:
    """Whether it is one of several choices, and that which somebody makes."""
    return control.get("type") in {"radio", "checkbox"} and typed.get(control.get("name")) == control.get("value")


def _buttons(form: Any) -> list[Any]:
    """What sends the form; the form itself where it has no button."""
    found = [one for one in form.iter("button", "input") if one.get("type", _USUAL[one.tag]) in _BUTTONS]
    return [one for one in found if one.get("type", "submit") in {"submit", "image"}] or [{}]


def _name_kind(name: str) -> str:
    return _COUNTED_OR_CODED.sub("-*", name)


def _filled(stands: Fields, inputs: Iterable[Any], typed: Mapping[str, str]) -> Fields:
    """What stands in the form, with something put into each of ``inputs`` in which nothing stands."""
    given = {name for name, value in stands if value.strip()}
    added: dict[str, str] = {}
    for control in inputs:
        name = control.get("name")
        if name not in given and name not in added and (value := _plausible(control, typed)):
            added[name] = value
    return (*((name, value) for name, value in stands if name not in added), *added.items())


def _plausible(control: Any, typed: Mapping[str, str]) -> str:
    """What somebody in a hurry would give: the first choice, or a word."""
    if control.tag == "select":
        return next(_options(control), "")
    kind = control.get("type", "text")
    if kind in {"radio", "checkbox"}:
        return control.get("value") or "on"
    usual = DAY if "data-date" in control.attrib else "1" if control.get("inputmode") == "numeric" else YEAR
    return typed.get(control.get("name").rpartition("-")[2], _PLAUSIBLE.get(kind, usual))


def _options(select: Any) -> Iterator[str]:
    return (value for option in select.iter("option") if (value := option.get("value")))
