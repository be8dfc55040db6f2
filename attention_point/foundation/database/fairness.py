"""A lock that serves in order of arrival.

SQLite admits one writer, and its own busy handler lets late comers pass: under load the unlucky wait seconds. Within
the process writers queue here first, so that each waits its turn and no more.
"""

import threading
from collections import deque


class FairLock:
    """First come, first served; a waiter gives up after its time."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._held = False
        self._waiters: deque[threading.Lock] = deque()

    def acquire(self, timeout: float) -> bool:
        """Wait at most ``timeout`` seconds; False when the turn did not come."""
        with self._guard:
            if not self._held:
                self._held = True
                return True
            turn = threading.Lock()
            turn.acquire()
            self._waiters.append(turn)
        if turn.acquire(timeout=timeout):
            return True
        with self._guard:
            if turn in self._waiters:
                self._waiters.remove(turn)
                return False
        return True  # the turn came between the time-out and the guard

    def release(self) -> None:
        """Hand over to the one who has waited longest."""
        with self._guard:
            if self._waiters:
                self._waiters.popleft().release()
            else:
                self._held = False
