"""What a screen shows: the latest calls of a point, with the moment at which they were read."""

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from pydantic_core import to_json
from sqlalchemy.orm import Session

from attention_point.foundation import clock
from attention_point.foundation.database import Database
from attention_point.turns.queries import TurnCall, list_latest_calls

CALLS_SHOWN = 5  # the current call and the four rows that are legible from 6 m (docs/decisions/0042)
LOOK_SECONDS = 0.25
"""How often a stream looks for a new call, in seconds."""


@dataclass(frozen=True, slots=True)
class Board:
    """The latest calls, the latest first; ``updated_at`` is the moment of the reading by the server's clock."""

    updated_at: datetime
    calls: Sequence[TurnCall]

    def to_json(self) -> bytes:
        """Return the board as the screens and outside programs read it."""
        calls = [{"code": call.code, "desk": call.desk, "called_at": call.called_at} for call in self.calls]
        return to_json({"updated_at": self.updated_at, "calls": calls})


def read_board(session: Session, point: str) -> Board:
    """Read the latest calls of a point."""
    return Board(clock.now(), list_latest_calls(session, point, CALLS_SHOWN))


class BoardReader:
    """Reads the boards for all streams of a process, each point's at most once every ``LOOK_SECONDS``.

    The database is asked and not the code that calls turns: that may run in another process.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._boards: dict[str, tuple[float, Board]] = {}

    def read(self, database: Database, point: str) -> Board:
        """Return a point's board, at most ``LOOK_SECONDS`` old."""
        with self._lock:
            read_at, board = self._boards.get(point, (0.0, None))
            if board is None or time.monotonic() - read_at >= LOOK_SECONDS:
                with database.read_session() as session:
                    board = read_board(session, point)
                self._boards[point] = (time.monotonic(), board)
            return board
