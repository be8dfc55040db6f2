"""One client on the loopback: keeps its connection, posts drafts the way each side takes them."""

import http.client
import json
from collections.abc import Callable
from urllib.parse import urlencode

from bench.people import Draft, flatten_draft

Post = Callable[[Draft], None]


class Client:
    """A kept-alive connection; a reply that is not the expected one ends the run."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self.cookie = ""

    def send(self, method: str, path: str, expected: int, body: str = "", **headers: str) -> str:
        """The reply's body."""
        if self.cookie:
            headers["Cookie"] = self.cookie
        self._connection.request(method, path, body.encode(), {k.replace("_", "-"): v for k, v in headers.items()})
        reply = self._connection.getresponse()
        text = reply.read().decode()
        if reply.status != expected:
            raise RuntimeError(f"{method} {path}: {reply.status} instead of {expected}: {text[:500]}")
        if cookie := reply.headers.get("Set-Cookie"):
            self.cookie = cookie.partition(";")[0]
        return text


def post_json(client: Client, token: str) -> Post:
    """Posts drafts as JSON to the visits API."""
    headers = {"Content_Type": "application/json", "Authorization": f"Bearer {token}"}

    def post(draft: Draft) -> None:
        client.send("POST", "/api/v1/visits", 201, json.dumps(draft), **headers)

    return post


def post_form(client: Client, _token: str) -> Post:
    """Posts drafts as the reference's form."""
    csrf_token = client.send("GET", "/sign-in", 200)

    def post(draft: Draft) -> None:
        body = urlencode(flatten_draft(draft) | {"csrf_token": csrf_token}, doseq=True)
        client.send("POST", "/visits", 201, body, Content_Type="application/x-www-form-urlencoded")

    return post
