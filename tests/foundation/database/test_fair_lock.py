"""The fair lock: in order of arrival, one at a time, and sane after somebody gave up."""

import threading
import time
from collections.abc import Callable

from hypothesis import given, settings
from hypothesis import strategies as st

from attention_point.foundation.database.fair_lock import FairLock

LONG = 60.0


def wait_until(true: Callable[[], bool]) -> None:
    """Wait for another thread; AssertionError when it does not come."""
    until = time.monotonic() + LONG
    while not true():
        assert time.monotonic() < until
        time.sleep(0.0005)


class Queue:
    """Threads that queue for one lock, each started when the one before stands in the queue."""

    def __init__(self) -> None:
        self.lock = FairLock()
        self.served: list[int] = []
        self.gave_up: list[int] = []
        self.inside = 0
        self.most = 0
        self.threads: list[threading.Thread] = []

    def come(self, timeout: float = LONG) -> None:
        number, before = len(self.threads), list(self.lock._waiters)
        thread = threading.Thread(target=self._use, args=(number, timeout))
        self.threads.append(thread)
        thread.start()
        wait_until(lambda: any(waiter not in before for waiter in list(self.lock._waiters)) or not thread.is_alive())

    def _use(self, number: int, timeout: float) -> None:
        if not self.lock.acquire(timeout):
            self.gave_up.append(number)
            return
        self.inside += 1
        self.most = max(self.most, self.inside)
        self.served.append(number)
        self.inside -= 1
        self.lock.release()

    def end(self) -> None:
        for thread in self.threads:
            thread.join(LONG)
        assert not any(thread.is_alive() for thread in self.threads)
        assert self.lock.acquire(0)
        self.lock.release()


def test_it_serves_in_order_of_arrival() -> None:
    queue = Queue()
    assert queue.lock.acquire(0)
    for _number in range(30):
        queue.come()
    queue.lock.release()
    queue.end()
    assert queue.served == list(range(30))
    assert (queue.most, queue.gave_up) == (1, [])


@settings(max_examples=25, deadline=None)
@given(st.lists(st.booleans(), max_size=12))
def test_those_who_give_up_leave_the_order_of_the_others(patient: list[bool]) -> None:
    queue = Queue()
    assert queue.lock.acquire(0)
    for stays in patient:
        queue.come(LONG if stays else 0.005)
    impatient = [number for number, stays in enumerate(patient) if not stays]
    wait_until(lambda: sorted(queue.gave_up) == impatient)
    queue.lock.release()
    queue.end()
    assert queue.served == [number for number, stays in enumerate(patient) if stays]


def test_a_held_lock_is_not_had() -> None:
    lock = FairLock()
    assert lock.acquire(0)
    started = time.monotonic()
    assert not lock.acquire(0.05)
    assert 0.04 < time.monotonic() - started < LONG
    lock.release()
    assert lock.acquire(0)


def test_no_turn_is_lost_when_time_runs_out_as_it_comes() -> None:
    """Many who wait about as long as the lock is held: each is either served or gives up, and the lock ends free."""
    lock = FairLock()
    state = {"inside": 0, "served": 0, "gave_up": 0}
    guard = threading.Lock()

    def visit() -> None:
        for _time in range(40):
            if not lock.acquire(0.001):
                with guard:
                    state["gave_up"] += 1
                continue
            state["inside"] += 1
            assert state["inside"] == 1
            time.sleep(0.0005)
            state["inside"] -= 1
            state["served"] += 1
            lock.release()

    threads = [threading.Thread(target=visit) for _number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(LONG)
    assert state["served"] + state["gave_up"] == 8 * 40
    assert state["inside"] == 0
    assert state["served"] > 0
    assert lock.acquire(0)
