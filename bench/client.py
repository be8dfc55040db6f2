"""One client on the loopback: keeps its connection, posts drafts the way each side takes them."""

import http.client
import json
from collections.abc import Callable
from urllib.parse import urlencode

from bench.people import Draft, flat

Post = Callable[[Draft], None]


class Client:
    """A kept-alive connection; a reply that is not the expected one ends the run."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self.cookie = ""

    def send(self, method: str, path: str, expected: int, body: str = "", **headers: str) -> tuple[str, str]:
        """The reply's body and Location."""
        if self.cookie:
            headers["Cookie"] = self.cookie
        self._connection.request(method, path, body.encode(), {k.replace("_", "-"): v for k, v in headers.items()})
        reply = self._connection.getresponse()
        text = reply.read().decode()
        if reply.status != expected:
            raise RuntimeError(f"{method} {path}: {reply.status} instead of {expected}: {text[:500]}")
        if cookie := reply.headers.get("Set-Cookie"):
            self.cookie = cookie.partition(";")[0]
        return text, reply.headers.get("Location", "")


def api(client: Client, token: str) -> Post:
    """Posts drafts as JSON to the visits API."""

    def post(draft: Draft) -> None:
        client.send(
            "POST",
            "/api/v1/visits",
            201,
            json.dumps(draft),
            Content_Type="application/json",
            Authorization=f"Bearer {token}",
        )

    return post


def form(client: Client, _token: str) -> Post:
    """Posts drafts as the reference's form; who came before is named by the id that their page had."""
    csrf, _ = client.send("GET", "/sign-in", 200)
    pages: dict[str, str] = {}

    def post(draft: Draft) -> None:
        fields = flat(draft)
        number = str(fields["document_number"])
        fields |= {"csrf_token": csrf, "person_id": pages.get(number, "")}
        kind = "application/x-www-form-urlencoded"
        _, location = client.send("POST", "/visits", 302, urlencode(fields, doseq=True), Content_Type=kind)
        pages[number] = location.rpartition("/")[2]

    return post
