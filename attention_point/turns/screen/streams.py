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
