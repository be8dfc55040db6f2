"""A lock that serves in order of arrival.

SQLite admits one writer, and its own busy handler lets late comers pass: under load the unlucky ones wait for seconds
(docs/decisions/0005-a-fair-lock-before-begin-immediate.md). Writers of one process therefore queue here first.
"""

import threading
from collections import deque


class FairLock:
    """A lock whose waiters get their turn in the order in which they came. A waiter gives up after its time."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._is_held = False
        self._waiters: deque[threading.Lock] = deque()

    def acquire(self, timeout: float) -> bool:
        """Wait at most ``timeout`` seconds. Return False when the turn did not come."""
        with self._guard:
            if not self._is_held:
                self._is_held = True
                return True
            # Each waiter sleeps on a lock of its own, so that ``release`` can wake exactly the first of them.
            waiter = threading.Lock()
            waiter.acquire()
            self._waiters.append(waiter)
        if waiter.acquire(timeout=timeout):
            return True
        with self._guard:
            if waiter in self._waiters:
                self._waiters.remove(waiter)
                return False
        return True  # the turn came between the time-out and the guard

    def release(self) -> None:
        """Give the turn to the waiter who has waited longest."""
        with self._guard:
            if self._waiters:
                # The lock stays held: nobody who comes now can pass the waiter.
                self._waiters.popleft().release()
            else:
                self._is_held = False
