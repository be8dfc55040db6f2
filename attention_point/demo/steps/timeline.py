"""Runs the steps of a demonstration in the order of time; during each step the clock shows the step's moment.

So the journal, the histories of records and the ids (which sort by time) look like those of a desk that was in use for
months.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from heapq import heapify, heappop, heappush
from itertools import count

from sqlalchemy.orm import Session

from attention_point.foundation import clock
from attention_point.foundation.database import Database

# A transaction for each step would wait for the disk thousands of times; a single one would lose all when stopped.
STEPS_PER_TRANSACTION = 100


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happens at a moment.

    ``run_in_session`` does it in a shared transaction and returns the steps that follow from it. ``run_with_database``
    does it in transactions of its own instead. ``is_planned``: known from the beginning; progress is measured by these.
    """

    moment: datetime
    run_in_session: Callable[[Session], Iterable["Step"]] | None = None
    run_with_database: Callable[[Database], None] | None = None
    is_planned: bool = True


class Timeline:
    """Steps by moment; those of one moment in the order of their arrival. No step later than ``until`` is run."""

    def __init__(self, steps: Iterable[Step], until: datetime) -> None:
        self._until = until
        self._step_numbers = count()
        # The number decides between steps of one moment: without it the heap would compare steps, which have no order.
        self._heap = [(step.moment, next(self._step_numbers), step) for step in steps if step.moment <= until]
        heapify(self._heap)
        self.planned_count = sum(step.is_planned for _moment, _number, step in self._heap)

    def run_steps(self, database: Database) -> Iterator[Step]:
        """Run every step; yield each one after the commit of its transaction."""
        while self._heap:
            if self._heap[0][2].run_with_database:
                yield self._run_database_step(database)
            else:
                with database.write_session() as session:
                    finished_steps = list(self._run_next_steps(session, STEPS_PER_TRANSACTION))
                yield from finished_steps

    def run_steps_in_session(self, session: Session) -> None:
        """Run every step in the caller's transaction. No step may need transactions of its own."""
        while self._heap:
            for _step in self._run_next_steps(session, STEPS_PER_TRANSACTION):
                pass

    def _run_next_steps(self, session: Session, step_limit: int) -> Iterator[Step]:
        """Run at most ``step_limit`` steps, up to the next one that needs transactions of its own."""
        while self._heap and step_limit and (run_in_session := self._heap[0][2].run_in_session):
            _moment, _number, step = heappop(self._heap)
            with clock.override_now(step.moment):
                for following_step in run_in_session(session):
                    if following_step.moment <= self._until:
                        heappush(self._heap, (following_step.moment, next(self._step_numbers), following_step))
            step_limit -= 1
            yield step

    def _run_database_step(self, database: Database) -> Step:
        _moment, _number, step = heappop(self._heap)
        if step.run_with_database:
            with clock.override_now(step.moment):
                step.run_with_database(database)
        return step
