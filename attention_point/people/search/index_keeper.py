"""Fills the index of names from sealed records, in the background, and keeps it fresh. One keeper a process.

Names are opened here for the server itself: nobody is shown by it. Who is shown by a search stands in the journal.
"""

import threading
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from enum import Enum
from uuid import UUID

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from attention_point.foundation import clock
from attention_point.people import queries, records
from attention_point.people.search import ranking
from attention_point.people.search.name_index import NameIndex

SESSION_KEY = "name_index_keeper"
BATCH_SIZE = 200
# Between batches other threads get their turn: a search or a registration then waits 10 ms at most for the opening.
_PAUSE_SECONDS = 0.002
FIRST_WAIT_SECONDS = 1.5
"""How long a search waits for an index that is being built: a desk's few thousand people are read by then."""
# A transaction is committed later than its time says, and another process's clock may be behind.
_OVERLAP = timedelta(minutes=2)
# Names that were changed leave the memory when the index is built anew; for somebody erased it is built sooner.
MAXIMUM_AGE, MAXIMUM_AGE_WITH_ERASED = timedelta(hours=24), timedelta(hours=1)


class IndexState(Enum):
    """Whether parts of names can be searched for now."""

    READY = "ready"
    LOADING = "loading"
    TOO_MANY = "too_many"
    OFF = "off"


class NameIndexKeeper:
    """Builds the index at the first search. ``maximum_people``: with more on file there is none; 0 turns it off."""

    def __init__(self, open_session: Callable[[], AbstractContextManager[Session]], maximum_people: int) -> None:
        self._open_session = open_session
        self._maximum_people = maximum_people
        self._lock = threading.Lock()
        self._index: NameIndex | None = None
        self._built_at = self._refreshed_at = datetime.min.replace(tzinfo=clock.TIME_ZONE)
        self._seen_versions: dict[UUID, int] = {}
        self._damaged_people = 0
        self._is_closed = False
        self._builder: threading.Thread | None = None
        self._state = IndexState.LOADING if maximum_people else IndexState.OFF

    @property
    def state(self) -> IndexState:
        """The state of the index now."""
        return self._state

    @property
    def has_damaged_people(self) -> bool:
        """Whether records did not open while the index was built: they are not in it."""
        return self._damaged_people > 0

    def get_index(self, session: Session, wait_seconds: float | None = None) -> NameIndex | None:
        """The index, with all that is written by now; None while it is being built, or where there is none."""
        if not self._maximum_people or self._is_closed:
            return None
        if self._is_build_due(session):
            self._start_build()
        if self._index is None and self._builder is not None:
            self._builder.join(FIRST_WAIT_SECONDS if wait_seconds is None else wait_seconds)
        index = self._index
        if index is not None:
            self._add_changed_people(session, index)
        return index

    def close(self) -> None:
        """Wipe the names. A keeper that is closed builds no index again."""
        self._is_closed = True
        with self._lock:
            index, self._index = self._index, None
        if index is not None:
            index.wipe()

    def _is_build_due(self, session: Session) -> bool:
        age = abs(clock.now() - self._built_at)
        # The number of people is looked at again each hour where there were too many.
        is_due = age > (MAXIMUM_AGE if self._index is not None else timedelta(hours=1))
        if not is_due and age > MAXIMUM_AGE_WITH_ERASED:
            is_due = queries.is_anybody_erased_since(session, self._built_at)
        return is_due and (self._builder is None or not self._builder.is_alive())

    def _start_build(self) -> None:
        with self._lock:
            if self._builder is not None and self._builder.is_alive():
                return
            self._built_at = clock.now()
            self._builder = threading.Thread(target=self._build, name="name-index", daemon=True)
            self._builder.start()

    def _build(self) -> None:
        started_at = clock.now()
        try:
            with self._open_session() as session:
                is_too_large = queries.count_people(session) > self._maximum_people
            index = None if is_too_large else self._read_people()
        except SQLAlchemyError:  # a database that is closed or busy: the next search tries again
            self._built_at = datetime.min.replace(tzinfo=clock.TIME_ZONE)
            return
        with self._lock:
            replaced_index = self._index
            self._index = None if self._is_closed else index
            self._refreshed_at, self._seen_versions = started_at, {}
            self._state = IndexState.TOO_MANY if is_too_large else IndexState.READY
        if replaced_index is not None:
            replaced_index.wipe()

    def _read_people(self) -> NameIndex | None:
        index, last_person, damaged_people = NameIndex(), None, 0
        while not self._is_closed:
            # A transaction for each batch: a long one would keep SQLite's log from being emptied.
            with self._open_session() as session:
                rows = queries.list_sealed_after(session, last_person, BATCH_SIZE)
                names = _open_names(session, rows)
            if not rows:
                self._damaged_people = damaged_people
                return index
            index.add_people(names)
            damaged_people += len(rows) - len(names)
            last_person = rows[-1].id
            time.sleep(_PAUSE_SECONDS)
        index.wipe()
        return None

    def _add_changed_people(self, session: Session, index: NameIndex) -> None:
        with self._lock:
            now = clock.now()
            # A clock that was put back must not leave out who is written now.
            versions = queries.list_versions_since(session, min(self._refreshed_at, now) - _OVERLAP)
            changed_people = [
                person for person, version in versions.items() if self._seen_versions.get(person) != version
            ]
            if changed_people:
                index.add_people(_open_names(session, queries.list_sealed_people(session, changed_people)))
            self._seen_versions = versions
            self._refreshed_at = now


def close_keeper(info: Mapping[str, object]) -> None:
    """Wipe the names of the keeper in a database's ``info``, when the server stops."""
    keeper = info.get(SESSION_KEY)
    if isinstance(keeper, NameIndexKeeper):
        keeper.close()


def _open_names(session: Session, rows: list[queries.SealedPerson]) -> list[tuple[UUID, list[ranking.NameWord]]]:
    opened_people = (records.open_person_or_note(session, row) for row in rows if row.wrapped_key is not None)
    return [(person.id, ranking.list_record_words(person.record)) for person in opened_people if person is not None]
