"""Walks an application as one caller: every address of its map, every link, every form; tells what fails.

A link or a picture that a page shows must open; a form that a page shows must be one that this caller may send; nothing
may fail on the server's side. Which pages there are is read from the application and its pages alone.
"""

from collections import Counter, deque
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from structlog.testing import capture_logs
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from attention_point.foundation.web.install import LANGUAGE_COOKIE
from tests.crawl.addresses import AROUND, AddressBook
from tests.crawl.page_parts import FILE, Fields, Form, own_address, read_parts

SPREADSHEET = b"Nombre\nUno\n"
DRAWN_KINDS = {
    "application/ld+json",
    "application/pdf",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "image/svg+xml",
}
SignIn = Callable[[], tuple[FlaskClient, Mapping[str, str]]]
"""Gives a browser, signed in anew each time, and the headers that it sends."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What a caller met: the address, who led there, the status and what the log says."""

    who: str
    address: str
    referrer: str
    status: int | str
    note: str = ""

    def __str__(self) -> str:
        return f"{self.who}: {self.address} (from {self.referrer}): {self.status} {self.note}".rstrip()


@dataclass(frozen=True, slots=True)
class SeenPage:
    """A page as the caller got it."""

    rule: str
    method: str
    address: str
    status: int
    text: str


@dataclass
class Crawl:
    """One caller's walk through an application.

    ``ids`` are those of rows; ``typed`` is what is typed into a field of that name; ``known`` is where the walk begins;
    ``refusals`` says whether what the caller may not open is called too. ``drawn`` are papers and pictures that
    somebody got from the same records: who may have them too need not have them drawn again. A walk adds its own.
    """

    app: Flask
    who: str
    sign_in: SignIn
    ids: Collection[str] = ()
    typed: Mapping[str, str] = field(default_factory=dict)
    known: Collection[str] = ("/",)
    refusals: bool = True
    drawn: set[str] = field(default_factory=set)
    faults: list[Fault] = field(default_factory=list)
    pages: list[SeenPage] = field(default_factory=list)
    opened: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Sign in, and note where to begin."""
        self.client, self.headers = self.sign_in()
        self.addresses = AddressBook(self.app, self.ids)
        self._queue: deque[tuple[str, str]] = deque((address, "the beginning") for address in self.known)
        self._queued = set(self.known)
        self._searches: set[str] = set()
        self._forms: list[tuple[Form, str]] = []
        self._budget: Counter[tuple[str, frozenset[str]]] = Counter()

    def open_pages(self) -> None:
        """Open every address that the caller is led to or that the map names; nothing is written."""
        self._follow_links()
        while self._call_rules():
            self._follow_links()

    def send_forms(self) -> None:
        """Send every form that the pages showed, those with fields first, and look at what comes of it."""
        sent = 0
        self.drawn = set()  # from here on the records change
        while sent < len(self._forms):
            waiting = sorted(self._forms[sent:], key=lambda shown: (not shown[0].inputs, shown[0].action == END))
            self._forms[sent:] = waiting
            form, referrer = self._forms[sent]
            for fields in form.sent:
                self._send(form, fields, referrer)
            sent += 1

    def _follow_links(self) -> None:
        while self._queue:
            self._open(*self._queue.popleft())

    def _open(self, address: str, referrer: str) -> None:
        """A link that a page showed: it opens, wherever it leads."""
        reply = self._request("GET", address, referrer)
        typed = address in self._searches  # what was typed may be wrong, and the page says so
        if reply is not None and reply.status_code >= 400 and not (typed and reply.status_code == 422):
            self._fail(address, referrer, reply.status_code)

    def _call_rules(self) -> int:
        """Call the rules of the map with what is known of their parameters; gives how many addresses were new."""
        new = 0
        for rule in self.addresses.rules:
            key = rule.rule, frozenset[str]()
            most = AROUND if self.addresses.allows(self.who, rule) else int(self.refusals)
            for address in self.addresses.fill(rule, most) if self._budget[key] < most else ():
                if address not in self.opened:
                    self._budget[key] += 1
                    new += 1
                    self._call(rule, address)
        return new

    def _call(self, rule: Rule, address: str) -> None:
        """An address that nobody showed: it may be of nothing, but lets in by its rule and never fails."""
        reply = self._request("GET", address, "the map")
        if reply is None:
            return
        # A stranger is led to the sign-in page, and a browser that is no enrolled device to the page that makes it one.
        led_away = reply.status_code == 302 and reply.headers["Location"].startswith(("/sign-in", "/devices/enrol"))
        refused = led_away or reply.status_code in {401, 403, 405}
        if refused is self.addresses.allows(self.who, rule):
            self._fail(address, "the map", reply.status_code)

    def _request(self, method: str, address: str, referrer: str, **more: Any) -> TestResponse | None:
        """Ask for an address and read the page that comes; None where it failed, which is noted."""
        self.opened.add(address)
        if address in self.drawn and self._may_open(address):
            return None
        with capture_logs() as logs:
            try:
                reply = self.client.open(address, method=method, headers=dict(self.headers), **more)
            except AssertionError as broken:  # the client looks at each page with care
                self._fail(address, referrer, "page", str(broken))
                return None
            body = reply.get_data()
            reply.close()
        if "Set-Cookie" in reply.headers and self.client.get_cookie(LANGUAGE_COOKIE):
            self.client.delete_cookie(LANGUAGE_COOKIE)
        if reply.status_code >= 500:
            self._fail(address, referrer, reply.status_code, "; ".join(str(line) for line in logs if "at" in line))
            return None
        if reply.status_code // 100 == 3 and "Location" in reply.headers:
            self._queue_links([reply.headers["Location"]], address)
        elif reply.mimetype == "text/html":
            self._read(method, address, reply.status_code, body.decode())
        elif reply.mimetype in DRAWN_KINDS and reply.status_code == 200 and method == "GET":
            self.drawn.add(address)
        return reply

    def _may_open(self, address: str) -> bool:
        rule = self.addresses.rule_of(address.partition("?")[0])
        return rule is not None and self.addresses.allows(self.who, rule)

    def _read(self, method: str, address: str, status: int, text: str) -> None:
        path = address.partition("?")[0]
        rule = self.addresses.rule_of(path, method)
        if status not in {403, 404}:
            self.pages.append(SeenPage(rule.rule if rule else path, method, address, status, text))
        parts = read_parts(text, address, self.typed)
        self._queue_links(parts.links, address)
        self._searches.update(parts.searches)
        self._queue_links(parts.searches, address)
        for form in parts.forms:
            self._note_form(form, address)

    def _queue_links(self, links: Iterable[str], referrer: str) -> None:
        for link in links:
            address = own_address(link, referrer)
            if address is None or address in self._queued:
                continue
            path, _mark, query = address.partition("?")
            self.addresses.learn(path)
            rule = self.addresses.rule_of(path)
            names = frozenset(part.partition("=")[0] for part in query.split("&") if part)
            key = (rule.rule if rule else path), names
            if self._budget[key] < self.addresses.bound(rule, names):
                self._budget[key] += 1
                self._queued.add(address)
                self._queue.append((address, referrer))

    def _note_form(self, form: Form, referrer: str) -> None:
        rule = self.addresses.rule_of(form.action.partition("?")[0], form.method)
        if rule is None or not self.addresses.allows(self.who, rule):
            self._fail(f"{form.method} {form.action}", referrer, 405 if rule is None else 403, "a form that is shown")
            return
        key = f"{form.method} {rule.rule}", form.inputs
        if not self._budget[key]:  # another form of the same address and fields is the same form
            self._budget[key] += 1
            self._forms.append((form, referrer))

    def _send(self, form: Form, fields: Fields, referrer: str) -> None:
        """A form that a page showed: whatever is wrong with it, this caller may send it."""
        reply = self._post(form, fields, referrer)
        if reply is not None and reply.status_code in {401, 403}:  # a form before this one ended the session
            self.client, self.headers = self.sign_in()
            reply = self._post(form, fields, referrer)
        if reply is not None and reply.status_code in {403, 405, 413, 415}:
            self._fail(f"POST {form.action}", referrer, reply.status_code)
        if reply is not None and (target := own_address(reply.headers.get("Location", "#"), form.action)):
            self._open(target, f"POST {form.action}")  # what was open before shows something else now
        self._follow_links()

    def _post(self, form: Form, fields: Fields, referrer: str) -> TestResponse | None:
        data: MultiDict[str, Any] = MultiDict()
        for name, value in fields:
            if name == "csrf_token":
                value = self.headers["X-CSRFToken"]
            data.add(name, FileStorage(BytesIO(SPREADSHEET), "nota.csv") if value == FILE else value)
        return self._request("POST", form.action, referrer, data=data)

    def _fail(self, address: str, referrer: str, status: int | str, note: str = "") -> None:
        self.faults.append(Fault(self.who, address, referrer, status, note))


END = "/sign-out"
"""The form that is sent last."""
