"""What happens in a demonstration, in the order in which it happens, each step at its own pretended moment.

So the journal, the history of a record and the ids that sort by time read as if the months had been lived through.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from heapq import heapify, heappop, heappush
from itertools import count

from sqlalchemy.orm import Session

from attention_point.foundation import clock
from attention_point.foundation.database import Database

BATCH = 100  # steps a transaction


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happens at a moment.

    ``act`` does it in a shared transaction and returns the steps that follow from it. ``act_alone`` does it in
    transactions of its own instead. ``planned``: known from the beginning, so that progress can be measured by it.
    """

    moment: datetime
    act: Callable[[Session], Iterable["Step"]] | None = None
    act_alone: Callable[[Database], None] | None = None
    planned: bool = True


class Timeline:
    """Steps by moment; of the same moment, in the order in which they were given. None later than ``until`` happens."""

    def __init__(self, steps: Iterable[Step], until: datetime) -> None:
        self._until = until
        self._number = count()
        self._heap = [(step.moment, next(self._number), step) for step in steps if step.moment <= until]
        heapify(self._heap)
        self.planned = sum(step.planned for _moment, _number, step in self._heap)

    def run(self, database: Database) -> Iterator[Step]:
        """Take every step, some hundred a transaction; gives each step of a transaction after its commit."""
        while self._heap:
            if self._heap[0][2].act_alone:
                yield self._take_alone(database)
            else:
                with database.writing() as session:
                    taken = list(self._take(session, BATCH))
                yield from taken

    def run_within(self, session: Session) -> None:
        """Take every step that needs no transaction of its own, in the caller's."""
        while self._heap:
            for _step in self._take(session, BATCH):
                pass

    def _take(self, session: Session, most: int) -> Iterator[Step]:
        """Steps until the next one that wants to be alone, at most ``most``."""
        while self._heap and most and (act := self._heap[0][2].act):
            _moment, _number, step = heappop(self._heap)
            with clock.pretending(step.moment):
                for following in act(session):
                    if following.moment <= self._until:
                        heappush(self._heap, (following.moment, next(self._number), following))
            most -= 1
            yield step

    def _take_alone(self, database: Database) -> Step:
        _moment, _number, step = heappop(self._heap)
        if step.act_alone:
            with clock.pretending(step.moment):
                step.act_alone(database)
        return step
