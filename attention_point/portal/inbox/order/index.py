"""The open referrals of one entity in memory, in the order in which they are to be answered.

Service, urgency and whether a referral is restricted are sealed, so that no database can sort or filter by them
(decision 58). The index holds no person: ids, states, services and days.
"""

import threading
from bisect import bisect_left, bisect_right, insort
from collections import Counter
from collections.abc import Iterable, Iterator
from uuid import UUID

from attention_point.portal.inbox.order.entries import ANSWERED, STATES_OF_TAB, Entry

_CHUNK = 200  # entries that are read under the lock at once
_BULK = 500


class EntityIndex:
    """Entries by tab, ordinary and restricted ones apart, each list in its order. Several threads may use it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._entries: dict[UUID, Entry] = {}
        self._keys: dict[tuple[str, bool], list[int]] = {}
        self._ids: dict[int, UUID] = {}
        self._states: Counter[str] = Counter()
        self._services: Counter[tuple[str, bool | None]] = Counter()

    def __len__(self) -> int:
        return len(self._entries)

    def count_states(self) -> Counter[str]:
        """How many are in each state."""
        with self._lock:
            return Counter(self._states)

    def count_open(self) -> int:
        """How many are open."""
        return len(self._entries) - self.count_ended()

    def count_ended(self) -> int:
        """How many are not open."""
        return sum(self._states[state] for state in STATES_OF_TAB[ANSWERED])

    def list_services(self, *, restricted: bool) -> list[str]:
        """The codes of the services of the ordinary referrals, or of the restricted ones, in order."""
        return sorted({service for service, is_restricted in +self._services if is_restricted is restricted})

    def find_entry(self, referral: UUID) -> Entry | None:
        """The entry of a referral; None where it is not in the index."""
        return self._entries.get(referral)

    def find_states(self, tabs: Iterable[str]) -> dict[UUID, str]:
        """The state of each referral under some tabs."""
        chosen_tabs = set(tabs)
        with self._lock:
            return {referral: entry.state for referral, entry in self._entries.items() if entry.tab in chosen_tabs}

    def put(self, entries: Iterable[Entry]) -> None:
        """Add entries, or put them in place of what was known of the same referrals."""
        with self._lock:
            new_entries = [entry for entry in entries if self._entries.get(entry.id) != entry]
            for entry in new_entries:
                self._forget_entry(entry.id)
            # One by one a list of thousands would be moved for each; whole, it is sorted once.
            is_bulk = len(new_entries) > _BULK
            for entry in new_entries:
                self._entries[entry.id] = entry
                self._states[entry.state] += 1
                self._services[entry.service, entry.restricted] += 1
                self._ids[entry.sort_key] = entry.id
                for keys in self._list_keys_of(entry):
                    if is_bulk:
                        keys.append(entry.sort_key)
                    else:
                        insort(keys, entry.sort_key)
            if is_bulk:
                for keys in self._keys.values():
                    keys.sort()

    def remove(self, referrals: Iterable[UUID]) -> None:
        """Forget referrals."""
        with self._lock:
            for referral in referrals:
                self._forget_entry(referral)

    def _forget_entry(self, referral: UUID) -> None:
        entry = self._entries.pop(referral, None)
        if entry is None:
            return
        self._states[entry.state] -= 1
        self._services[entry.service, entry.restricted] -= 1
        self._ids.pop(entry.sort_key, None)
        for keys in self._list_keys_of(entry):
            position = bisect_left(keys, entry.sort_key)
            if position < len(keys) and keys[position] == entry.sort_key:
                del keys[position]

    def _list_keys_of(self, entry: Entry) -> list[list[int]]:
        return [
            self._keys.setdefault((entry.tab, restricted), [])
            for restricted in (False, True)
            if entry.stands_in(restricted=restricted)
        ]

    def count(self, tab: str, *, restricted: bool) -> int:
        """How many stand under a tab."""
        return len(self._keys.get((tab, restricted), ()))

    def iterate(
        self, tab: str, after: int | None = None, *, restricted: bool, newest_first: bool = False
    ) -> Iterator[Entry]:
        """The entries under a tab in order, those after a sort key. What changes meanwhile may be there or not."""
        while chunk := self._list_chunk(tab, after, restricted=restricted, newest_first=newest_first):
            yield from chunk
            after = chunk[-1].sort_key

    def _list_chunk(self, tab: str, after: int | None, *, restricted: bool, newest_first: bool) -> list[Entry]:
        with self._lock:
            keys = self._keys.get((tab, restricted), [])
            if newest_first:
                end = len(keys) if after is None else bisect_left(keys, after)
                chosen_keys = keys[max(0, end - _CHUNK) : end][::-1]
            else:
                start = 0 if after is None else bisect_right(keys, after)
                chosen_keys = keys[start : start + _CHUNK]
            return [self._entries[self._ids[key]] for key in chosen_keys]
