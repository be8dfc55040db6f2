"""A proxy between a browser and the server that fails as networks and servers do, as often as a test says."""

import http.client
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

Fault = str | int
"""A status to answer with instead of the server; ``cut``: the line breaks before the server hears of it; ``lost``: the
server does it and the reply never arrives; ``half``: half of the reply arrives; ``pass``: nothing fails."""


class FailingProxy:
    """``choose_fault(method, path)`` says what becomes of each request; ``is_down`` cuts every one."""

    def __init__(self, upstream: str) -> None:
        self.upstream = urlsplit(upstream)
        self.is_down = False
        self.choose_fault: Callable[[str, str], Fault] = lambda _method, _path: "pass"
        self.counts: Counter[Fault] = Counter()

    def take_fault(self, method: str, path: str) -> Fault:
        """What becomes of this request."""
        fault = "cut" if self.is_down else self.choose_fault(method, path)
        self.counts[fault] += 1
        return fault


@contextmanager
def run_failing_proxy(upstream: str) -> Iterator[tuple[str, FailingProxy]]:
    """Run a proxy on a free loopback port; gives its address and its controls."""
    proxy = FailingProxy(upstream)
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"proxy": proxy}))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, name="failing-proxy", daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", proxy
    finally:
        server.shutdown()
        server.server_close()
        thread.join(timeout=10)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    proxy: FailingProxy
    upstream: http.client.HTTPConnection | None = None

    def handle_request_of_browser(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        fault = self.proxy.take_fault(self.command, self.path)
        if fault == "cut":
            self.close_connection = True
            return
        if isinstance(fault, int):
            self.answer(fault, [("Content-Type", "application/json")], b'{"error": "planted", "message": "Planted."}')
            return
        status, headers, content = self.ask_server(body)
        if fault == "lost":
            self.close_connection = True
        elif fault == "half":
            self.answer(status, headers, content, sent=len(content) // 2)
            self.close_connection = True
        else:
            self.answer(status, headers, content)

    do_GET = do_POST = do_HEAD = handle_request_of_browser  # noqa: N815 - the names that http.server calls

    def ask_server(self, body: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
        if self.upstream is None:
            self.upstream = http.client.HTTPConnection(
                str(self.proxy.upstream.hostname), self.proxy.upstream.port or 80, timeout=60
            )
        # The page's own origin stays the one that the browser knows.
        headers = {name: value for name, value in self.headers.items() if name.lower() != "connection"}
        try:
            self.upstream.request(self.command, self.path, body or None, headers)
            reply = self.upstream.getresponse()
        except (http.client.RemoteDisconnected, ConnectionError):  # a connection that rested for too long
            self.upstream.close()
            self.upstream.request(self.command, self.path, body or None, headers)
            reply = self.upstream.getresponse()
        return reply.status, reply.getheaders(), reply.read()

    def answer(self, status: int, headers: list[tuple[str, str]], content: bytes, sent: int | None = None) -> None:
        self.send_response_only(status)
        for name, value in headers:
            if name.lower() not in {"content-length", "transfer-encoding", "connection"}:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content[:sent])
            self.wfile.flush()

    def finish(self) -> None:
        with suppress(OSError):
            super().finish()
        if self.upstream is not None:
            self.upstream.close()

    def log_message(self, *_arguments: Any) -> None:
        """Write nothing: the test says what it saw."""
