"""Walks the whole chain and names each place where it does not hold."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from attention_point.foundation.journal import queries
from attention_point.foundation.journal.chain import (
    GENESIS,
    KeyedDigests,
    canonical,
    digests_of,
    keyed_hash,
    plain_hash,
)
from attention_point.foundation.journal.heads import Head
from attention_point.foundation.journal.models import JournalHead, JournalMention

MARK = "journal.keyed"
"""The action of the entry that says: from here on every entry is keyed."""
_MOST_MOVED = 24
"""Entries that do not agree among which some are looked for that only changed places."""
_UUID = re.compile(r'"([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})"(?!:)')

_MOST_MISSING = 20
"""Missing entries in a row that are named one by one."""

Watch = Callable[[Iterator[Row[Any]]], Iterable[Row[Any]]]


@dataclass(frozen=True, slots=True)
class Fault:
    """A place where the chain does not hold.

    ``kind``: ``altered``; ``moved`` (it was entry ``other``); ``missing``, ``gap`` (all entries from here to ``other``
    are); ``cut`` (entries after the last are gone);
    ``head`` (the head's row is not that of the last entry); ``unkeyed`` (nothing says where the keyed part begins);
    ``index`` (the index by record differs); ``outside`` (a head kept outside differs), ``beyond`` (it names an entry
    after the last), ``unknown`` (no entry has its hash, ``hash``).
    """

    seq: int
    kind: str
    other: int = 0
    hash: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """How many entries there are, the first keyed one (None: none is), and what is wrong."""

    count: int
    keyed_from: int | None
    faults: list[Fault]


@dataclass(frozen=True, slots=True)
class _Entry:
    """An entry that does not agree with its hash: the hash before it, its content, its own hash."""

    seq: int
    before: bytes
    content: tuple[Any, ...]
    hash: bytes


@dataclass(slots=True)
class _Walk:
    digests: KeyedDigests
    before: bytes = GENESIS
    expected: int = 1
    count: int = 0
    keyed_from: int | None = None
    last_plain: int | None = None
    marked: bool = False
    faults: list[Fault] = field(default_factory=list)
    altered: list[_Entry] = field(default_factory=list)

    def take(self, row: Row[Any]) -> None:
        """Go on to the next entry."""
        self.count += 1
        if row.seq > self.expected:
            self.faults += _missing(self.expected, row.seq - 1)
            self.before = b""
        if not is_readable(row):
            self.faults.append(Fault(row.seq, "altered"))
        elif self.before:  # else nobody knows the hash before
            self._compare(row)
        self.before, self.expected = row.hash if isinstance(row.hash, bytes) else b"", row.seq + 1

    def _compare(self, row: Row[Any]) -> None:
        content = (row.at, row.actor, row.action, row.subject, row.subject_id, row.detail)
        said = canonical(row.seq, *content)
        if keyed_hash(self.digests, self.before, said) == row.hash:
            self.keyed_from = self.keyed_from or row.seq
            self.marked = self.marked or row.action == MARK
        elif self.keyed_from is None and plain_hash(self.before, said) == row.hash:
            self.last_plain = row.seq
        else:
            self.altered.append(_Entry(row.seq, self.before, content, row.hash))


def _missing(first: int, last: int) -> list[Fault]:
    """Each missing entry; many in a row as one fault, for somebody may have given an entry any number."""
    if last - first >= _MOST_MISSING:
        return [Fault(first, "gap", last)]
    return [Fault(seq, "missing") for seq in range(first, last + 1)]


def verify(session: Session, heads: Sequence[Head] = (), watch: Watch = lambda rows: rows) -> Verdict:
    """Walk the whole chain, and compare it with heads kept outside. ``watch`` sees the entries pass: a progress bar."""
    walk, outside, index = _Walk(digests_of(session)), _Outside(heads), _Index(session)
    for row in watch(queries.entries(session)):
        walk.take(row)
        if is_readable(row):
            outside.take(row)
            index.take(row)
    faults = [*walk.faults, *_moved_or_altered(walk)]
    faults += _head_faults(session, walk)
    if walk.last_plain and not walk.marked:
        faults.append(Fault(walk.last_plain, "unkeyed"))
    faults += index.faults() + outside.faults(walk.expected - 1)
    return Verdict(walk.count, walk.keyed_from, sorted(faults, key=lambda fault: fault.seq))


def _moved_or_altered(walk: _Walk) -> Iterator[Fault]:
    """An entry that agrees with its hash at another number only changed its place; all others were altered."""
    entries = walk.altered
    hashes = {entry.hash for entry in entries} | {entry.before for entry in entries}
    seqs = sorted({entry.seq + step for entry in entries for step in (-1, 0, 1)})
    for entry in entries:
        places = seqs if len(entries) <= _MOST_MOVED else ()
        was = next((seq for seq in places if _agrees_at(walk, entry, seq, hashes)), None)
        if was != entry.seq:
            yield Fault(entry.seq, "moved", was) if was else Fault(entry.seq, "altered")


def _agrees_at(walk: _Walk, entry: _Entry, seq: int, hashes: Iterable[bytes]) -> bool:
    """Whether the entry agrees with its hash at this number; without the key only before the keyed part."""
    said = canonical(seq, *entry.content)
    keyed = walk.keyed_from is not None and max(seq, entry.seq) >= walk.keyed_from
    return any(
        entry.hash == keyed_hash(walk.digests, before, said) or (not keyed and entry.hash == plain_hash(before, said))
        for before in hashes
    )


def _head_faults(session: Session, walk: _Walk) -> list[Fault]:
    head = session.execute(select(JournalHead.seq, JournalHead.hash).where(JournalHead.id == 1)).one_or_none()
    last = walk.expected - 1
    if head is None or not isinstance(head.seq, int):
        return [Fault(last, "head")]
    if head.seq > last:
        return [Fault(head.seq, "cut")]
    return [Fault(last, "head")] if head.seq < last or head.hash != walk.before else []


class _Outside:
    """Heads kept outside, compared with the entries that pass."""

    def __init__(self, heads: Sequence[Head]) -> None:
        self._numbered: dict[int, set[str]] = {}
        self._hashes = {head.hash for head in heads if head.seq is None and head.hash != GENESIS.hex()}
        for head in heads:
            if head.seq:
                self._numbered.setdefault(head.seq, set()).add(head.hash)
        self._differing: list[Fault] = []

    def take(self, row: Row[Any]) -> None:
        """Compare one entry."""
        self._hashes.discard(row.hash.hex())
        if self._numbered.pop(row.seq, {row.hash.hex()}) != {row.hash.hex()}:
            self._differing.append(Fault(row.seq, "outside"))

    def faults(self, last: int) -> list[Fault]:
        """Those that no entry bore out; ``last`` is the number of the last entry."""
        gone = [Fault(seq, "beyond", last) for seq in self._numbered if seq > last]
        return [*self._differing, *gone, *(Fault(last, "unknown", hash=value) for value in sorted(self._hashes))]


class _Index:
    """The index by record, read in step with the entries."""

    def __init__(self, session: Session) -> None:
        found = session.execute(
            select(JournalMention.seq, JournalMention.record_id)
            .order_by(JournalMention.seq)
            .execution_options(yield_per=1000)
        )
        self._groups = groupby(found, key=lambda row: row.seq)
        self._next: tuple[int, set[str]] | None = None
        self._differing: list[int] = []
        self._advance()

    def _advance(self) -> None:
        group = next(self._groups, None)
        self._next = (group[0], {row.record_id for row in group[1]}) if group else None

    def take(self, row: Row[Any]) -> None:
        """Compare one entry's mentions."""
        while self._next and self._next[0] < row.seq:
            self._differing.append(self._next[0])
            self._advance()
        indexed: set[str] = set()
        if self._next and self._next[0] == row.seq:
            indexed = self._next[1]
            self._advance()
        if indexed != mentioned(row.subject_id, row.detail):
            self._differing.append(row.seq)

    def faults(self) -> list[Fault]:
        """The entries whose mentions differ, also of entries that are not there."""
        while self._next:
            self._differing.append(self._next[0])
            self._advance()
        return [Fault(seq, "index") for seq in self._differing]


def is_readable(row: Row[Any]) -> bool:
    """Whether each value has its column's type. SQLite keeps any value in any column."""
    texts = (row.actor, row.action, row.subject, row.detail, row.subject_id or "")
    return row.at is not None and isinstance(row.hash, bytes) and all(isinstance(text, str) for text in texts)


def mentioned(subject_id: str | None, detail: str) -> set[str]:
    """The ids that an entry mentions: its subject, and each UUID that stands in its detail."""
    return {*_UUID.findall(detail), *([subject_id] if subject_id is not None else [])}
