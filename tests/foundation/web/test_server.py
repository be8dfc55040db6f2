"""The server under clients that dribble, do not read, or come in crowds; asked from outside, over sockets."""

import socket
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest

from attention_point.foundation.network.ip_addresses import get_visitor_network
from attention_point.foundation.web.server import IDLE_SECONDS, BoundedChannel, BoundedServer
from tests.support.server import serve

PIECE, PIECES = 1024 * 1024, 40  # more than waitress keeps for a client: the thread that writes it waits
PATIENCE = 60
HEAD = b"GET /small HTTP/1.1\r\nHost: x\r\n"
BODY = b"POST /small HTTP/1.1\r\nHost: x\r\nContent-Length: 5000\r\n\r\n"
ASK = HEAD + b"\r\n"


class Answers:
    """Answers shortly, at length, or when it is let go."""

    def __init__(self) -> None:
        self.asked, self.go = threading.Event(), threading.Event()

    def __call__(self, environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if path == "/later":
            self.asked.set()
            self.go.wait(PATIENCE)
        content = [b"x" * PIECE] * PIECES if path == "/large" else [b"%d" % len(environ["wsgi.input"].read())]
        start("200 OK", [("Content-Length", str(sum(map(len, content))))])
        return content


@pytest.fixture
def answers() -> Answers:
    return Answers()


@pytest.fixture
def port(answers: Answers, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """A server of two threads with room for few."""
    monkeypatch.setattr(BoundedServer, "max_connections_per_address", 10)
    monkeypatch.setattr(BoundedServer, "max_connections", 16)
    with serve(answers, threads=2, cleanup_interval=0, outbuf_overflow=2 * PIECE * PIECES) as address:
        yield int(address.rpartition(":")[2])


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A second is enough for a request of no length."""
    monkeypatch.setattr(BoundedChannel, "base_seconds", 1)


@pytest.fixture
def sockets() -> Iterator[ExitStack]:
    """Closes a test's sockets at its end."""
    with ExitStack() as stack:
        yield stack


def connect(
    sockets: ExitStack, port: int, first: bytes, source: str = "127.0.0.1", host: str = "127.0.0.1"
) -> socket.socket:
    client = sockets.enter_context(socket.create_connection((host, port), PATIENCE, (source, 0)))
    client.sendall(first)
    return client


def piece_of(client: socket.socket) -> bytes:
    """What came; empty where the server closed the connection."""
    try:
        return client.recv(65536)
    except ConnectionResetError:
        return b""


def answer(client: socket.socket) -> str:
    """The body of a short reply; "closed" where the server closed the connection."""
    reply = b""
    while not reply or reply.endswith(b"\r\n"):
        piece = piece_of(client)
        if not piece:
            return "closed"
        reply += piece
    return reply.rpartition(b"\r\n")[2].decode()


def is_open(client: socket.socket) -> bool:
    client.setblocking(False)
    try:
        return client.recv(1) != b""
    except BlockingIOError:
        return True
    except ConnectionResetError:
        return False
    finally:
        client.settimeout(PATIENCE)


@contextmanager
def dribbling(clients: list[socket.socket]) -> Iterator[None]:
    """Let each send a byte every tenth of a second, as long as it may."""
    done = threading.Event()

    def send() -> None:
        while not done.wait(0.1):
            for client in clients:
                try:
                    client.send(b"x")
                except OSError:
                    continue

    thread = threading.Thread(target=send)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("first", [HEAD + b"X-", BODY, ASK + HEAD, b"P"], ids=["head", "body", "second", "verb"])
def test_a_dribbled_request_is_closed(port: int, sockets: ExitStack, first: bytes) -> None:
    """A byte every tenth of a second is never silent; its request would take for ever."""
    client = connect(sockets, port, first)
    with dribbling([client]):
        received = [answer(client) for _turn in range(first.startswith(ASK) + 1)]
    assert received[-1] == "closed"
    assert answer(connect(sockets, port, ASK)) == "0"


def test_who_sent_much_may_not_dribble_the_rest(port: int, sockets: ExitStack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(BoundedChannel, "max_seconds", 1)
    client = connect(sockets, port, BODY.replace(b"5000", b"500000") + b"x" * 400_000)
    with dribbling([client]):
        assert answer(client) == "closed"


@pytest.mark.usefixtures("impatient")
def test_a_slow_line_that_keeps_on_is_served(port: int, sockets: ExitStack) -> None:
    client = connect(sockets, port, BODY + b"x" * 3750)  # worth seven seconds: a busy machine may stop for a while
    for _piece in range(25):  # two and a half seconds, more than the patience
        client.sendall(b"x" * 50)
        time.sleep(0.1)
    assert answer(client) == "5000"


@pytest.mark.usefixtures("impatient")
def test_who_does_not_read_holds_no_thread(port: int, sockets: ExitStack) -> None:
    """Two clients, as many as the server has threads, ask for much and read nothing."""
    unread = [connect(sockets, port, b"GET /large HTTP/1.1\r\nHost: x\r\n\r\n") for _each in range(2)]
    assert answer(connect(sockets, port, ASK)) == "0"
    for client in unread:
        assert sum(map(len, iter(lambda: piece_of(client), b""))) < PIECE * PIECES  # noqa: B023 - called here


def test_a_crowded_address_loses_what_waits_longest_and_nobody_else_anything(
    port: int, sockets: ExitStack, answers: Answers
) -> None:
    working = connect(sockets, port, b"GET /later HTTP/1.1\r\nHost: x\r\n\r\n")
    assert answers.asked.wait(PATIENCE)
    other = connect(sockets, port, HEAD, "127.0.0.2")
    crowd = [connect(sockets, port, HEAD) for _each in range(30)]
    assert answer(connect(sockets, port, ASK)) == "0"
    other.sendall(b"\r\n")
    assert answer(other) == "0"
    assert {answer(client) for client in crowd[:20]} == {"closed"}
    answers.go.set()
    assert answer(working) == "0"


def test_where_all_are_too_many_the_greatest_crowd_makes_room(port: int, sockets: ExitStack) -> None:
    crowd = [connect(sockets, port, HEAD, "127.0.0.2") for _each in range(9)]
    few = [connect(sockets, port, HEAD, f"127.0.0.{last}") for last in range(3, 10)]
    assert answer(connect(sockets, port, ASK)) == "0"
    assert answer(crowd[0]) == "closed"
    assert all(map(is_open, crowd[1:]))
    for client in few:
        client.sendall(b"\r\n")
        assert answer(client) == "0"


def test_a_crowd_is_counted_over_all_addresses_on_which_one_listens(
    answers: Answers, sockets: ExitStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(BoundedServer, "max_connections_per_address", 10)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    with serve(answers, listen=f"127.0.0.1:{port} 127.0.0.2:{port}"):
        hosts = ("127.0.0.1", "127.0.0.2")
        crowd = [connect(sockets, port, HEAD, host=hosts[number % 2]) for number in range(10)]
        for host in hosts:
            assert answer(connect(sockets, port, ASK, host=host)) == "0"
        # Which of the two addresses accepts first is the machine's choice, so any two of the crowd may be the oldest.
        until = time.monotonic() + PATIENCE
        while sum(map(is_open, crowd)) > 8 and time.monotonic() < until:
            time.sleep(0.02)
        assert sum(map(is_open, crowd)) == 8


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3::4", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::1", "::/64"),
    ],
)
def test_a_client_s_addresses_are_one(address: str, network: str) -> None:
    assert get_visitor_network(address) == network


@pytest.mark.usefixtures("impatient")
def test_only_a_used_connection_may_be_silent_for_long(port: int, sockets: ExitStack) -> None:
    """A form is filled in for a minute; a connection that never asked anything gets a request's time."""
    used = connect(sockets, port, ASK)
    assert answer(used) == "0"
    assert answer(connect(sockets, port, b"")) == "closed"
    assert is_open(used)


@pytest.mark.usefixtures("impatient")
def test_a_connection_that_was_used_may_not_dribble_its_next_request(port: int, sockets: ExitStack) -> None:
    client = connect(sockets, port, ASK)
    assert answer(client) == "0"
    time.sleep(1.5)
    client.sendall(HEAD)
    with dribbling([client]):
        assert answer(client) == "closed"


def test_a_connection_outlasts_the_filling_of_a_form(answers: Answers, sockets: ExitStack) -> None:
    """The server as ``serve`` runs it keeps silent connections for 75 seconds, and no longer."""
    assert IDLE_SECONDS == 75
    with serve(answers, cleanup_interval=0, channel_timeout=1) as address:
        client = connect(sockets, int(address.rpartition(":")[2]), ASK)
        assert [answer(client), answer(client)] == ["0", "closed"]
