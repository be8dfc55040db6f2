"""A test client that looks with care at every page it fetches. Nothing here can be switched off."""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from html.parser import HTMLParser
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

VOID = frozenset(("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"))
CONTROLS = {"input", "select", "textarea"}
PRESSED = {"submit", "button", "reset"}
METHODS = {"get", "post", "dialog"}


@dataclass(eq=False)
class Element:
    """An element: its attributes, what holds it, and what it holds in order: texts and elements."""

    tag: str
    attributes: dict[str, str]
    holder: "Element | None" = None
    held: list["str | Element"] = field(default_factory=list)

    @cached_property
    def text(self) -> str:
        """Its text, with the alternative text of its images. An option or a typed text names nothing around it."""
        return "".join(
            one if isinstance(one, str) else one.get("alt") + ("" if one.tag in CONTROLS else one.text)
            for one in self.held
        )

    @cached_property
    def inside(self) -> list["Element"]:
        """Every element in it, however deep, in order."""
        elements = (one for one in self.held if isinstance(one, Element))
        return [deep for one in elements for deep in (one, *one.inside)]

    def get(self, name: str) -> str:
        """An attribute, stripped; empty when it is not there."""
        return self.attributes.get(name, "").strip()

    def within(self, tag: str) -> "Element | None":
        """The nearest element of that name around this one."""
        holder = self.holder
        while holder and holder.tag != tag:
            holder = holder.holder
        return holder

    def __str__(self) -> str:
        marks = [f' {name}="{self.get(name)}"' for name in ("id", "name", "type") if self.get(name)]
        return f"<{self.tag}{''.join(marks)}>"


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.elements: list[Element] = []
        self._open: list[Element] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        holder = self._open[-1] if self._open else None
        element = Element(tag, {name: value or "" for name, value in attrs}, holder)
        self.elements.append(element)
        if holder:
            holder.held.append(element)
        if tag not in VOID:
            self._open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if any(element.tag == tag for element in self._open):
            while self._open.pop().tag != tag:
                pass

    def handle_data(self, data: str) -> None:
        if self._open:
            self._open[-1].held.append(data)


@lru_cache(maxsize=4)  # a page is looked at, then read by its test
def read(html: str) -> Sequence[Element]:
    """The elements of a page, in order."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return tuple(reader.elements)


def page_faults(html: str, policy: str) -> list[str]:
    """What is wrong with a page, given its ``Content-Security-Policy``; an empty list when nothing is."""
    elements = read(html)
    faults: list[str] = []
    for check in (_document, _ids, _labels, _forms, _images, _nothing_inline):
        faults += check(elements)
    return faults + list(_scripts(elements, policy))


def title_of(html: str) -> str:
    """The page's title."""
    return next((" ".join(one.text.split()) for one in read(html) if one.tag == "title"), "")


def _document(elements: Sequence[Element]) -> Iterable[str]:
    # An <svg> has titles of its own.
    titles = [one for one in elements if one.tag == "title" and not one.within("svg")]
    headings = [one for one in elements if one.tag == "h1"]
    if len(titles) != 1 or not titles[0].text.strip():
        yield "the page needs one title that says something"
    if len(headings) != 1 or not headings[0].text.strip():
        yield f"the page needs one h1 that says something, it has {len(headings)}"
    if not any(one.tag == "html" and one.get("lang") for one in elements):
        yield "<html> names no language"


def _ids(elements: Sequence[Element]) -> Iterable[str]:
    ids = Counter(one.attributes["id"] for one in elements if "id" in one.attributes)
    for name, times in ids.items():
        if not name.strip():
            yield "an id is empty"
        elif times > 1:
            yield f"id {name} stands {times} times"
    for one in elements:
        for attribute in ("for", "aria-labelledby", "aria-describedby", "aria-controls"):
            for name in one.get(attribute).split():
                if name not in ids:
                    yield f"{one}: {attribute} names {name}, which is not there"


def _labels(elements: Sequence[Element]) -> Iterable[str]:
    named = {one.get("for") for one in elements if one.tag == "label" and one.text.strip()} - {""}
    for one in elements:
        if one.get("aria-label") or one.get("aria-labelledby"):
            continue
        if one.tag == "button" or (one.tag == "a" and "href" in one.attributes):
            if not one.text.strip():
                yield f"{one} says nothing"
        elif one.tag == "input" and one.get("type") in PRESSED:
            if not one.get("value"):
                yield f"{one} says nothing"
        elif one.tag in CONTROLS and one.get("type") not in {"hidden", "image"}:
            around = one.within("label")
            if not (one.get("id") in named or (around and around.text.strip())):
                yield f"{one} has no label"


def _forms(elements: Sequence[Element]) -> Iterable[str]:
    for form in (one for one in elements if one.tag == "form"):
        method = form.get("method").lower()
        if not form.get("action"):
            yield f"{form} has no action"
        if method not in METHODS:
            yield f"{form} has no method"
        tokens = [one for one in form.inside if one.get("name") == "csrf_token" and one.get("value")]
        if method == "post" and len(tokens) != 1:
            yield f"{form} posts with {len(tokens)} csrf tokens"
        if method == "get" and tokens:
            yield f"{form} puts a csrf token into the address"


def _images(elements: Sequence[Element]) -> Iterable[str]:
    for one in elements:
        if (one.tag == "img" or one.get("type") == "image") and "alt" not in one.attributes:
            yield f"{one} has no alt"


def _nothing_inline(elements: Sequence[Element]) -> Iterable[str]:
    for one in elements:
        if one.tag == "style" or "style" in one.attributes:
            yield f"{one} carries a style"
        for name, value in one.attributes.items():
            if name.startswith("on"):
                yield f"{one} carries a handler, {name}"
            if value.strip().lower().startswith("javascript:"):
                yield f"{one} carries a script in {name}"


def _scripts(elements: Sequence[Element], policy: str) -> Iterable[str]:
    directives = {words[0]: words[1:] for part in policy.split(";") if (words := part.split())}
    sources = directives.get("script-src", [])
    nonces = {source[7:-1] for source in sources if source.startswith("'nonce-") and len(source) > 8}
    if not nonces:
        yield "the content security policy has no nonce for scripts"
    if any("unsafe" in source for words in directives.values() for source in words):
        yield "the content security policy allows what is unsafe"
    for one in elements:
        if one.tag == "script" and one.get("nonce") not in nonces:
            yield f"{one} does not carry the page's nonce"


_TOKEN = re.compile(r'(name="csrf_token"[^>]*value=")[^"]*')
_NONCE = re.compile(r"'nonce-([^']{9,})'")
# Pages without a fault and their titles: the same page comes to many tests.
_faultless: dict[bytes, str] = {}


def _without_what_differs(html: str, policy: str) -> bytes:
    """A page and its policy without the nonce and the form's token, which are other each time; as a digest."""
    nonce = _NONCE.search(policy)
    page = _TOKEN.sub(r"\1", f"{policy}\n{html}")
    return hashlib.sha256((page.replace(nonce[1], "(nonce)") if nonce else page).encode()).digest()


# The code on the slip leads whoever has no account to the page that she also finds by typing it.
_SAME_PAGES = {"portal.open_slip": "slip_outcomes.show_slip"}


class PageClient(FlaskClient):
    """Flask's test client; an HTML page with a fault fails the test that fetched it.

    Titles tell pages apart: two views that show the same title to one client fail too.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._views: dict[str, str] = {}

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        """Send a request; AssertionError lists what is wrong with the page that came."""
        response = super().open(*args, **kwargs)
        # Nobody sees the body of a redirection.
        if response.mimetype == "text/html" and response.get_data() and response.status_code // 100 != 3:
            self._look_at(response)
        return response

    def _look_at(self, response: TestResponse) -> None:
        html, policy = response.get_data(as_text=True), response.headers.get("Content-Security-Policy", "")
        alike = _without_what_differs(html, policy)
        faults = [] if alike in _faultless else page_faults(html, policy)
        if not faults and alike not in _faultless:
            _faultless[alike] = title_of(html)
        request = response.request
        if response.status_code == 200 and request.method == "GET":
            view = self._view(request.path)
            other = self._views.setdefault(_faultless.get(alike) or title_of(html), view)
            if other != view:
                faults.append(f"the title is that of {other}")
        assert not faults, f"{request.method} {request.path}:\n" + "\n".join(faults)

    def _view(self, path: str) -> str:
        adapter = self.application.url_map.bind("localhost")
        endpoint, _ = adapter.match(path, method="GET")
        return _SAME_PAGES.get(str(endpoint), str(endpoint))
