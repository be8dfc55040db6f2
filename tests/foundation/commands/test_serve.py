"""``attention-point serve`` as it runs, with crowds of slow clients at its door."""

import resource
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import pytest
from click.testing import CliRunner

from attention_point.command_line import main

HEAD = b"GET /healthz HTTP/1.1\r\nHost: x\r\n"
KINDS = {
    "head": (HEAD, b"x"),
    "body": (b"POST /sign-in HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n", b"x"),
    "silent": (b"", b""),
    "idle": (HEAD + b"\r\n", b""),
}


@pytest.fixture
def port(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """A server of an installation of its own, which may open as many files as most systems let a process open."""
    monkeypatch.setenv("ATTENTION_POINT_INSTANCE", str(tmp_path / "instance"))
    monkeypatch.delenv("ATTENTION_POINT_DATABASE_URL", raising=False)
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    assert CliRunner().invoke(main, ["init"]).exit_code == 0
    with socket.create_server(("127.0.0.1", 0)) as free:
        number = int(free.getsockname()[1])
    command = [sys.executable, "-m", "tests.foundation.commands.limited", "1024", "serve", "--port", str(number)]
    with (tmp_path / "log").open("wb") as log, subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log) as server:
        try:
            assert server.stdout is not None
            assert str(number).encode() in server.stdout.readline(), (tmp_path / "log").read_text()
            yield number
        finally:
            server.terminate()
    assert server.returncode == 0
    assert list(temporary.iterdir()) == []


def ask(port: int) -> float:
    """Ask as an ordinary client does; gives the seconds until the answer."""
    start = time.monotonic()
    with socket.create_connection(("127.0.0.1", port), 60) as client:
        client.sendall(HEAD + b"Connection: close\r\n\r\n")
        assert client.recv(100).startswith(b"HTTP/1.1 200 ")
    return time.monotonic() - start


@contextmanager
def crowd(port: int, size: int, kind: str) -> Iterator[list[socket.socket]]:
    """So many slow clients of a kind, each sending a byte every other second."""
    first, more = KINDS[kind]
    done = threading.Event()
    with ExitStack() as sockets:
        clients: list[socket.socket] = []
        for _each in range(size):
            client = sockets.enter_context(socket.create_connection(("127.0.0.1", port), 60))
            clients.append(client)
            with suppress(OSError):  # closed already, to make room
                client.sendall(first)
                if kind == "idle":
                    client.recv(100)

        def dribble() -> None:
            while not done.wait(2):
                for client in clients:
                    with suppress(OSError):
                        client.send(more)

        thread = threading.Thread(target=dribble)
        thread.start()
        try:
            yield clients
        finally:
            done.set()
            thread.join()


def test_a_crowd_of_slow_clients_shuts_nobody_out(port: int) -> None:
    with crowd(port, 300, "head"):
        for _each in range(5):
            ask(port)


@pytest.mark.faults
@pytest.mark.parametrize("kind", KINDS)
def test_a_thousand_slow_clients_cost_an_ordinary_one_less_than_a_second(port: int, kind: str) -> None:
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    with crowd(port, 1005, kind):
        end = time.monotonic() + 45
        while time.monotonic() < end:
            assert ask(port) < 1
            time.sleep(0.5)
