"""Streams of calls under the real server: quick, few, and never in the way of the desks."""

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from http.client import HTTPConnection
from typing import Any

import pytest
from flask import Flask

from attention_point.foundation.database import Database
from attention_point.turns.screen import streams, views
from attention_point.turns.screen.board import LOOK_SECONDS, BoardReader
from tests.accounts.devices.support import enrol
from tests.support.server import serve
from tests.turns.screen.room import NAME, PAGE, act, call_somebody

LONG = 60.0


@pytest.fixture
def port(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """A server with two threads for the desks, and streams that outlast a test, but not its server."""
    monkeypatch.setattr(views, "STREAM_SECONDS", LONG)
    made = streams.Streams()
    monkeypatch.setitem(app.extensions, "screen_streams", (BoardReader(), made))  # not of the test before
    with serve(app, threads=2, stream_path=views.STREAM_PATH) as address:
        yield int(address.rpartition(":")[2])
        monkeypatch.setattr(streams, "HEARTBEAT_SECONDS", 0)  # each writes at its next look, and sees that nobody reads
        wait_until(lambda: made.free._value == streams.MAX_STREAMS)


@pytest.fixture
def token(database: Database) -> str:
    call_somebody(database)
    return enrol(database, NAME, "screen")


class Stream:
    """The events of one screen, read in a thread; ``calls`` has the second at which each code came last."""

    def __init__(self, port: int, token: str) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=LONG)
        head = f"GET {PAGE}/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\r\n"
        self.socket.sendall(head.encode())
        self.retry, self.moments = "", list[str]()
        self.calls: dict[str, float] = {}
        self.has_first = threading.Event()
        self.thread = threading.Thread(target=self._read, daemon=True)
        self.thread.start()

    def _read(self) -> None:
        # Each event is a chunk; the lines with the chunks' sizes are passed over.
        with suppress(OSError), self.socket.makefile() as lines:
            for line in lines:
                if line.startswith("retry: "):
                    self.retry = line.strip()
                elif line.startswith("data: "):
                    self._note(json.loads(line[6:]))
                elif line.startswith("0\n"):
                    return  # the last chunk

    def _note(self, board: dict[str, Any]) -> None:
        self.moments.append(board["updated_at"])
        for call in board["calls"]:
            self.calls.setdefault(call["code"], time.monotonic())
        self.has_first.set()

    def close(self) -> None:
        """Go away as a browser does: whatever comes later is refused."""
        with suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)
        self.thread.join(5)
        self.socket.close()


@contextmanager
def following(port: int, token: str, count: int) -> Iterator[list[Stream]]:
    with ExitStack() as stack:
        opened = []
        for _screen in range(count):
            stream = Stream(port, token)
            stack.callback(stream.close)
            opened.append(stream)
        for stream in opened:
            assert stream.has_first.wait(LONG)
        yield opened


def wait_until(is_done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + LONG
    while not is_done():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def ask_page(port: int) -> None:
    """Ask for a page of everybody, which comes while the streams go on."""
    connection = HTTPConnection("127.0.0.1", port, timeout=LONG / 2)
    connection.request("GET", "/sign-in")
    assert connection.getresponse().read()
    connection.close()


def test_a_call_is_on_every_screen_within_a_second(
    port: int, token: str, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is sent at the next look, and what a look finds is at most one look old."""
    assert 2 * LOOK_SECONDS < 1
    monkeypatch.setattr(streams, "HEARTBEAT_SECONDS", LONG)
    with following(port, token, 10) as screens:
        code = call_somebody(database, 1)
        wait_until(lambda: all(code in screen.calls for screen in screens))


def test_who_comes_beyond_is_told_to_ask_again_and_the_desks_are_served(port: int, token: str) -> None:
    with following(port, token, streams.MAX_STREAMS + 5) as screens:
        waits = sorted(screen.retry for screen in screens)
        assert waits.count("retry: 300") == streams.MAX_STREAMS
        assert waits.count("retry: 800") == 5
        ask_page(port)  # with two threads, any two of the streams would keep it waiting until they end


@pytest.mark.parametrize("address", ["//screen/bucaramanga/events", "http://x/screen/bucaramanga/events"])
def test_an_address_written_otherwise_takes_no_thread_of_the_desks(port: int, token: str, address: str) -> None:
    head = f"GET {address} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\r\n"
    with ExitStack() as sockets:
        for _number in range(6):
            connection = sockets.enter_context(socket.create_connection(("127.0.0.1", port), timeout=LONG))
            connection.sendall(head.encode())
        time.sleep(0.3)
        ask_page(port)  # with two threads, any two of them would keep it waiting until they end


def test_a_stream_ends_and_makes_room(port: int, token: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "STREAM_SECONDS", 0.6)
    with following(port, token, streams.MAX_STREAMS) as screens:
        for screen in screens:
            screen.thread.join(LONG)
            assert not screen.thread.is_alive()
    with following(port, token, 1) as (screen,):
        assert screen.retry == "retry: 300"


def test_a_screen_that_is_gone_makes_room(port: int, token: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "HEARTBEAT_SECONDS", 0.3)
    with following(port, token, streams.MAX_STREAMS):
        pass
    deadline = time.monotonic() + LONG
    while time.monotonic() < deadline:
        with following(port, token, 1) as (screen,):
            if screen.retry == "retry: 300":
                return
        time.sleep(0.2)
    pytest.fail("no room after the screens were gone")


def test_a_stream_repeats_itself_so_that_a_screen_knows_of_its_connection(
    port: int, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "HEARTBEAT_SECONDS", 0.3)
    with following(port, token, 1) as (screen,):
        wait_until(lambda: len(screen.moments) >= 3)
        assert len(set(screen.moments)) == len(screen.moments)


def test_what_is_called_again_is_sent_again(port: int, token: str, database: Database) -> None:
    code = call_somebody(database, 1)
    with following(port, token, 1) as (screen,):
        first = screen.calls.pop(code)
        act(database, code, "recall_turn")
        wait_until(lambda: code in screen.calls)
        assert screen.calls[code] > first
