"""Keeps in memory what is open at each entity: built when its list is first asked for, and fresh with each page.

Referrals are opened here for the server itself, by ids and codes; who is shown what stands in the journal.
"""

import threading
import weakref
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from attention_point.foundation import clock
from attention_point.portal.inbox.order import states
from attention_point.portal.inbox.order.entries import ACCEPTED, ANSWERED, WAITING, build_entry
from attention_point.portal.inbox.order.index import EntityIndex
from attention_point.referrals import queries, rules
from attention_point.referrals.entity_rows import entity_lists

# How much is kept: of one entity, of its ended referrals, and of all entities together.
MAX_OPEN, MAX_ENDED, MAX_ENTRIES = 100_000, 1_000, 400_000
# So many are opened while the reader waits (0.1 s); of more a thread takes care, and the first page waits a little.
OPENED_AT_ONCE, BATCH_SIZE = 1_500, 500
FIRST_WAIT_SECONDS = 1.5
# A transaction is committed later than its time says, and another process's clock may be behind.
_OVERLAP = timedelta(minutes=2)
# What a wrong clock wrote is found by counting; more than so many are counted twice a minute only.
_COUNTED_EACH_TIME, _COUNT_PAUSE = 5_000, timedelta(seconds=30)
_OPEN_TABS = (WAITING, ACCEPTED)
_VAULT_KEY = "vault"


class InboxIndex(NamedTuple):
    """The index of an entity. ``has_all_open``, ``has_all_ended``: nothing of the kind is in the database alone."""

    entries: EntityIndex
    has_all_open: bool
    has_all_ended: bool


@dataclass(slots=True)
class _EntityList:
    index: EntityIndex = field(default_factory=EntityIndex)
    lock: threading.Lock = field(default_factory=threading.Lock)
    refreshed_at: datetime | None = None
    counted_at: datetime | None = None
    seen: dict[UUID, tuple[str, int]] = field(default_factory=dict)
    # Rows of erased people, by their state: they are in no list.
    erased: dict[UUID, str] = field(default_factory=dict)
    has_all_open: bool = False
    has_all_ended: bool = False
    builder: threading.Thread | None = None


class InboxKeeper:
    """One a process. ``open_session`` opens a reading session with some info, for the thread that builds a list."""

    def __init__(self, open_session: Callable[[dict[str, Any]], AbstractContextManager[Session]]) -> None:
        self._open_session = open_session
        self._lock = threading.Lock()
        self._lists: OrderedDict[str, _EntityList] = OrderedDict()

    def get_index(self, session: Session, entity: str) -> InboxIndex:
        """The index of an entity, with all that is committed by now."""
        entity_list = self._find_list(entity)
        with entity_list.lock:
            if entity_list.refreshed_at is None:
                self._begin_index(session, entity, entity_list)
            elif entity_list.builder is None:
                _refresh_index(session, entity, entity_list)
            builder = entity_list.builder
        if builder is not None:
            builder.join(FIRST_WAIT_SECONDS)
        return InboxIndex(entity_list.index, entity_list.has_all_open, entity_list.has_all_ended)

    def wait_until_built(self) -> None:
        """Wait for every list that is being built, as a measurement does."""
        for entity_list in list(self._lists.values()):
            if entity_list.builder is not None:
                entity_list.builder.join()

    def _find_list(self, entity: str) -> _EntityList:
        with self._lock:
            entity_list = self._lists.setdefault(entity, _EntityList())
            self._lists.move_to_end(entity)
            # Those that nobody asked for longest leave the memory.
            while len(self._lists) > 1 and sum(len(listed.index) for listed in self._lists.values()) > MAX_ENTRIES:
                self._lists.popitem(last=False)
            return entity_list

    def _begin_index(self, session: Session, entity: str, entity_list: _EntityList) -> None:
        entity_list.refreshed_at = clock.now()
        missing = _compare_entries(session, entity, entity_list)
        if len(missing) <= OPENED_AT_ONCE:
            _add_entries(session, entity_list, missing)
            entity_list.has_all_open = entity_list.index.count_open() < MAX_OPEN
            return
        entity_list.builder = threading.Thread(
            # With the vault of now: the keys may have rotated since the keeper began.
            target=self._build_index,
            args=(entity, entity_list, missing, {_VAULT_KEY: session.info[_VAULT_KEY], "reading": True}),
            name="inbox",
            daemon=True,
        )
        entity_list.builder.start()

    def _build_index(
        self, entity: str, entity_list: _EntityList, missing: Sequence[UUID], info: dict[str, Any]
    ) -> None:
        try:
            for start in range(0, len(missing), BATCH_SIZE):
                # A transaction for each batch: a long one would keep SQLite's log from being emptied.
                with self._open_session(info) as session:
                    _add_entries(session, entity_list, missing[start : start + BATCH_SIZE])
            with entity_list.lock, self._open_session(info) as session:
                entity_list.has_all_open = len(missing) < MAX_OPEN
                _refresh_index(session, entity, entity_list)
        except SQLAlchemyError:  # a database that is closed or busy: the next page begins again
            entity_list.refreshed_at = None
        entity_list.builder = None


def _compare_entries(session: Session, entity: str, entity_list: _EntityList) -> list[UUID]:
    """Remove what is over; return what is to be read: the open ones, newest first, and the newest ended ones."""
    open_rows = entity_lists.list_ids_of_entity(session, entity, rules.OPEN_STATES, MAX_OPEN, newest_first=True)
    ended_rows = entity_lists.list_ids_of_entity(
        session, entity, rules.ANSWERED_STATES, MAX_ENDED + 1, newest_first=True
    )
    entity_list.has_all_ended = len(ended_rows) <= MAX_ENDED
    current_states = dict(open_rows) | dict(ended_rows[:MAX_ENDED])
    known_states = entity_list.index.find_states((*_OPEN_TABS, ANSWERED))
    entity_list.index.remove(referral for referral in known_states if referral not in current_states)
    known_states |= entity_list.erased
    return [referral for referral, state in current_states.items() if known_states.get(referral) != state]


def _refresh_index(session: Session, entity: str, entity_list: _EntityList) -> None:
    now = clock.now()
    since = min(entity_list.refreshed_at or now, now) - _OVERLAP
    changed = {row[0]: row[1:] for row in entity_lists.list_changed_since(session, entity, since)}
    _add_entries(
        session,
        entity_list,
        [referral for referral, state in changed.items() if entity_list.seen.get(referral) != state],
    )
    entity_list.seen, entity_list.refreshed_at = changed, now
    _trim_ended(entity_list)
    is_large = entity_list.index.count_open() > _COUNTED_EACH_TIME
    if is_large and entity_list.counted_at is not None and abs(now - entity_list.counted_at) < _COUNT_PAUSE:
        return
    entity_list.counted_at = now
    if entity_list.has_all_open and not _has_right_counts(session, entity, entity_list):
        _add_entries(session, entity_list, _compare_entries(session, entity, entity_list))


def _has_right_counts(session: Session, entity: str, entity_list: _EntityList) -> bool:
    counts = dict.fromkeys(rules.OPEN_STATES, 0) | entity_lists.count_states(session, entity, rules.OPEN_STATES)
    listed_counts = entity_list.index.count_states()
    erased = list(entity_list.erased.values())
    return all(count == listed_counts.get(state, 0) + erased.count(state) for state, count in counts.items())


def _add_entries(session: Session, entity_list: _EntityList, referral_ids: Iterable[UUID]) -> None:
    chosen_ids = list(referral_ids)
    for start in range(0, len(chosen_ids), BATCH_SIZE):
        batch = chosen_ids[start : start + BATCH_SIZE]
        referrals = queries.list_referrals_by_ids(session, batch)
        entity_list.index.put(build_entry(referral) for referral in referrals)
        if len(referrals) < len(batch):
            absent = set(batch) - {referral.id for referral in referrals}
            entity_list.index.remove(absent)
            entity_list.erased |= dict(states.find_states(session, absent))


def _trim_ended(entity_list: _EntityList) -> None:
    ended = entity_list.index.find_states((ANSWERED,)) if entity_list.index.count_ended() > 2 * MAX_ENDED else {}
    if ended:
        entity_list.index.remove(sorted(ended)[:-MAX_ENDED])
        entity_list.has_all_ended = False


_LOCK = threading.Lock()
# By engine: a process serves one database, and tests open many.
_KEEPERS: WeakKeyDictionary[Engine, InboxKeeper] = WeakKeyDictionary()


def get_keeper(session: Session) -> InboxKeeper:
    """The keeper of the database to which a session belongs. It begins empty."""
    engine = session.get_bind()
    engine = engine.engine if isinstance(engine, Connection) else engine
    with _LOCK:
        keeper = _KEEPERS.get(engine)
        if keeper is None:
            reference = weakref.ref(engine)
            keeper = _KEEPERS[engine] = InboxKeeper(
                lambda info: Session(reference(), expire_on_commit=False, info=info)
            )
        return keeper
