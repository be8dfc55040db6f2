"""Server-sent events for screens: few streams, each of a few minutes; who comes beyond is told to ask again soon."""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from attention_point.turns.screen.board import LOOK_SECONDS, Board

MAX_STREAMS = 20
"""Fewer than the server's threads for streams, so that the others can be told at once to ask again."""
STREAM_SECONDS = 180.0  # below the five minutes after which a proxy cuts a reply
HEARTBEAT_SECONDS = 10.0
"""A stream repeats itself so often: the screen knows that it is connected, and the server notices one that is gone."""
RECONNECT_MILLISECONDS = 300
ASK_AGAIN_MILLISECONDS = 800
LOAD_AGAIN_SECONDS = 10
"""After so long a page without script is loaded anew where it cannot be held."""


@dataclass(frozen=True, slots=True)
class Streams:
    """The streams of a process, at most ``MAX_STREAMS`` at a time."""

    free: threading.BoundedSemaphore = field(default_factory=lambda: threading.BoundedSemaphore(MAX_STREAMS))

    def follow(self, read: Callable[[], Board], seconds: float) -> Iterator[bytes]:
        """Yield the board now and whenever a turn is called, for a number of seconds.

        With 0 seconds, or if there are too many streams, it is yielded once, and the screen asks again.
        """
        if seconds <= 0 or not self.free.acquire(blocking=False):
            yield _build_retry(ASK_AGAIN_MILLISECONDS) + build_event(read())
            return
        try:
            yield _build_retry(RECONNECT_MILLISECONDS)
            yield from _repeat_changes(read, seconds)
        finally:
            self.free.release()

    def hold(self, page: str, board: Board, read: Callable[[], Board], seconds: float) -> Iterator[bytes]:
        """Yield a page that shows the board; its end, with what loads it anew, comes when a turn is called.

        A browser puts its own page of errors in the place of one that it cannot load. So it is told to load while the
        server is there. With 0 seconds, or if there are too many streams, it loads after ``LOAD_AGAIN_SECONDS``.
        """
        shown, body_end, rest = page.rpartition("</body>")
        end = (body_end + rest).encode()
        yield shown.encode()
        if seconds <= 0 or not self.free.acquire(blocking=False):
            yield _build_refresh(LOAD_AGAIN_SECONDS) + end
            return
        try:
            yield from _wait_for_change(board, read, seconds)
        finally:
            self.free.release()
        yield _build_refresh(0) + end


def _wait_for_change(board: Board, read: Callable[[], Board], seconds: float) -> Iterator[bytes]:
    begun = sent_at = time.monotonic()
    while (now := time.monotonic()) - begun < seconds and read().calls == board.calls:
        if now - sent_at >= HEARTBEAT_SECONDS:
            yield b"\n"  # so that the server notices who is gone
            sent_at = now
        time.sleep(LOOK_SECONDS)


def _build_refresh(seconds: int) -> bytes:
    return b'<meta http-equiv="refresh" content="%d">\n' % seconds


def _repeat_changes(read: Callable[[], Board], seconds: float) -> Iterator[bytes]:
    begun = sent_at = time.monotonic()
    sent: Board | None = None
    while (now := time.monotonic()) - begun < seconds:
        board = read()
        if sent is None or board.calls != sent.calls or now - sent_at >= HEARTBEAT_SECONDS:
            yield build_event(board)
            sent, sent_at = board, now
        time.sleep(LOOK_SECONDS)


def build_event(board: Board) -> bytes:
    """Return a board as an event of a stream (HTML standard, section 9.2)."""
    return b"data: " + board.to_json() + b"\n\n"


def _build_retry(milliseconds: int) -> bytes:
    return b"retry: %d\n\n" % milliseconds
