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
    GENESIS_HASH,
    KeyedDigests,
    canonical_content,
    get_keyed_digests,
    has_keyed_hash,
    plain_hash,
)
from attention_point.foundation.journal.models import JournalHead, JournalMention
from attention_point.foundation.journal.partner_entries import EntryRow
from attention_point.foundation.journal.verification.head_files import ChainHead

KEYED_START_ACTION = "journal.keyed"
"""The action of the entry that says: from here on every entry has a keyed hash."""
# Each mismatched entry is tried at the numbers and hashes of all others: the tries grow with the cube of this.
_MAX_MOVED_CANDIDATES = 24
# A UUID that is a value of the detail and no key, as the triggers find it (``triggers.py``).
_UUID = re.compile(r'"([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})"(?!:)')
_MAX_MISSING_NAMED = 20
"""A longer row of missing entries is one fault: somebody may have given an entry any number."""

WatchEntries = Callable[[Iterator[Row[Any]]], Iterable[Row[Any]]]


@dataclass(frozen=True, slots=True)
class Fault:
    """A place where the chain does not hold. ``kind`` is one of these:

    - ``altered``, ``missing``; ``moved``: it was entry ``other_seq``; ``gap``: all up to ``other_seq`` are missing
    - ``cut``: entries after the last one are gone; ``head``: the head's row is not that of the last entry
    - ``unkeyed``: no entry says where the keyed part begins; ``index``: the index by record differs
    - ``outside``: a head kept outside differs; ``beyond``: it names an entry after the last one, ``other_seq``;
      ``unknown``: no entry has its ``hash``
    """

    seq: int
    kind: str
    other_seq: int = 0
    hash: str = ""


@dataclass(frozen=True, slots=True)
class VerificationResult:
    """The number of entries, the number of the first keyed one (None: none is), and the faults."""

    count: int
    keyed_from: int | None
    faults: list[Fault]


@dataclass(frozen=True, slots=True)
class _MismatchedEntry:
    """An entry that does not agree with its hash, and the hash before it."""

    seq: int
    previous_hash: bytes
    content: tuple[Any, ...]
    hash: bytes


@dataclass(slots=True)
class _ChainWalk:
    """The state of a walk over the entries in order of their numbers."""

    digests: KeyedDigests
    previous_hash: bytes = GENESIS_HASH
    next_seq: int = 1
    count: int = 0
    keyed_from: int | None = None
    last_unkeyed: int | None = None
    has_keyed_start: bool = False
    faults: list[Fault] = field(default_factory=list)
    mismatched: list[_MismatchedEntry] = field(default_factory=list)

    def check_entry(self, entry: Row[Any]) -> None:
        self.count += 1
        if entry.seq > self.next_seq:
            self.faults += _build_missing_faults(self.next_seq, entry.seq - 1)
            self.previous_hash = b""  # the hash before is missing too
        if not is_readable_entry(entry):
            self.faults.append(Fault(entry.seq, "altered"))
        elif self.previous_hash:
            self._check_hash(entry)
        self.previous_hash, self.next_seq = entry.hash if isinstance(entry.hash, bytes) else b"", entry.seq + 1

    def _check_hash(self, entry: Row[Any]) -> None:
        content = (entry.at, entry.actor, entry.action, entry.subject, entry.subject_id, entry.detail)
        canonical_bytes = canonical_content(entry.seq, *content)
        if has_keyed_hash(self.digests, self.previous_hash, canonical_bytes, entry.at, entry.hash):
            self.keyed_from = self.keyed_from or entry.seq
            self.has_keyed_start = self.has_keyed_start or entry.action == KEYED_START_ACTION
        # Anybody can compute a plain hash, so it counts only before the first keyed entry.
        elif self.keyed_from is None and plain_hash(self.previous_hash, canonical_bytes) == entry.hash:
            self.last_unkeyed = entry.seq
        else:
            self.mismatched.append(_MismatchedEntry(entry.seq, self.previous_hash, content, entry.hash))


def _build_missing_faults(first: int, last: int) -> list[Fault]:
    if last - first >= _MAX_MISSING_NAMED:
        return [Fault(first, "gap", last)]
    return [Fault(seq, "missing") for seq in range(first, last + 1)]


def verify_chain(
    session: Session, heads: Sequence[ChainHead] = (), watch_entries: WatchEntries = lambda rows: rows
) -> VerificationResult:
    """Walk the whole chain and compare it with heads kept outside.

    ``watch_entries`` gets the entries and yields them again: a progress bar, say.
    """
    walk = _ChainWalk(get_keyed_digests(session))
    outside_heads = _OutsideHeads(heads)
    mention_index = _MentionIndex(session)
    for entry in watch_entries(queries.stream_entries(session)):
        walk.check_entry(entry)
        if is_readable_entry(entry):
            outside_heads.check_entry(entry)
            mention_index.check_entry(entry)
    # Only the end of the walk shows all mismatched entries, among which one may have changed places with another.
    faults = [*walk.faults, *_find_moved_or_altered(walk)]
    faults += _check_head(session, walk)
    if walk.last_unkeyed and not walk.has_keyed_start:
        faults.append(Fault(walk.last_unkeyed, "unkeyed"))
    faults += mention_index.list_faults() + outside_heads.list_faults(walk.next_seq - 1)
    return VerificationResult(walk.count, walk.keyed_from, sorted(faults, key=lambda fault: fault.seq))


def _find_moved_or_altered(walk: _ChainWalk) -> Iterator[Fault]:
    """Name each mismatched entry: it was moved if it agrees with its hash at another number, else it was altered."""
    entries = walk.mismatched
    hashes = {entry.hash for entry in entries} | {entry.previous_hash for entry in entries}
    seqs = sorted({entry.seq + step for entry in entries for step in (-1, 0, 1)})
    for entry in entries:
        candidate_seqs = seqs if len(entries) <= _MAX_MOVED_CANDIDATES else ()
        original_seq = next((seq for seq in candidate_seqs if _matches_at(walk, entry, seq, hashes)), None)
        if original_seq != entry.seq:
            yield Fault(entry.seq, "moved", original_seq) if original_seq else Fault(entry.seq, "altered")


def _matches_at(walk: _ChainWalk, entry: _MismatchedEntry, seq: int, hashes: Iterable[bytes]) -> bool:
    canonical_bytes = canonical_content(seq, *entry.content)
    # At a keyed number a plain hash would be no proof, for it needs no key.
    must_be_keyed = walk.keyed_from is not None and max(seq, entry.seq) >= walk.keyed_from
    return any(
        has_keyed_hash(walk.digests, previous_hash, canonical_bytes, entry.content[0], entry.hash)
        or (not must_be_keyed and entry.hash == plain_hash(previous_hash, canonical_bytes))
        for previous_hash in hashes
    )


def _check_head(session: Session, walk: _ChainWalk) -> list[Fault]:
    head = session.execute(select(JournalHead.seq, JournalHead.hash).where(JournalHead.id == 1)).one_or_none()
    last_seq = walk.next_seq - 1
    if head is None or not isinstance(head.seq, int):  # SQLite keeps a text in a column of numbers too
        return [Fault(last_seq, "head")]
    if head.seq > last_seq:
        return [Fault(head.seq, "cut")]
    return [Fault(last_seq, "head")] if head.seq < last_seq or head.hash != walk.previous_hash else []


class _OutsideHeads:
    """Heads that were kept outside, compared with the entries of a walk."""

    def __init__(self, heads: Sequence[ChainHead]) -> None:
        self._hashes_by_seq: dict[int, set[str]] = {}
        # A release of before the first entry holds the hash of no entry at all.
        self._unnumbered_hashes = {head.hash for head in heads if head.seq is None and head.hash != GENESIS_HASH.hex()}
        for head in heads:
            if head.seq:
                self._hashes_by_seq.setdefault(head.seq, set()).add(head.hash)
        self._faults: list[Fault] = []

    def check_entry(self, entry: Row[Any]) -> None:
        self._unnumbered_hashes.discard(entry.hash.hex())
        if self._hashes_by_seq.pop(entry.seq, {entry.hash.hex()}) != {entry.hash.hex()}:
            self._faults.append(Fault(entry.seq, "outside"))

    def list_faults(self, last_seq: int) -> list[Fault]:
        missing_entries = [Fault(seq, "beyond", last_seq) for seq in self._hashes_by_seq if seq > last_seq]
        return [
            *self._faults,
            *missing_entries,
            *(Fault(last_seq, "unknown", hash=value) for value in sorted(self._unnumbered_hashes)),
        ]


class _MentionIndex:
    """The index by record. It is read in step with the entries, so that it need not fit into memory."""

    def __init__(self, session: Session) -> None:
        mentions = session.execute(
            select(JournalMention.seq, JournalMention.record_id)
            .order_by(JournalMention.seq)
            .execution_options(yield_per=1000)
        )
        self._groups = groupby(mentions, key=lambda mention: mention.seq)
        self._next_group: tuple[int, set[str]] | None = None
        self._differing_seqs: list[int] = []
        self._read_next_group()

    def _read_next_group(self) -> None:
        group = next(self._groups, None)
        self._next_group = (group[0], {mention.record_id for mention in group[1]}) if group else None

    def check_entry(self, entry: Row[Any]) -> None:
        while self._next_group and self._next_group[0] < entry.seq:
            self._differing_seqs.append(self._next_group[0])
            self._read_next_group()
        indexed: set[str] = set()
        if self._next_group and self._next_group[0] == entry.seq:
            indexed = self._next_group[1]
            self._read_next_group()
        if indexed != list_mentioned_ids(entry.subject_id, entry.detail):
            self._differing_seqs.append(entry.seq)

    def list_faults(self) -> list[Fault]:
        while self._next_group:  # mentions of entries after the last one
            self._differing_seqs.append(self._next_group[0])
            self._read_next_group()
        return [Fault(seq, "index") for seq in self._differing_seqs]


def is_readable_entry(entry: EntryRow) -> bool:
    """Return whether each value has its column's type. SQLite takes any value in any column."""
    texts = (entry.actor, entry.action, entry.subject, entry.detail, entry.subject_id or "")
    return entry.at is not None and isinstance(entry.hash, bytes) and all(isinstance(value, str) for value in texts)


def list_mentioned_ids(subject_id: str | None, detail: str) -> set[str]:
    """Return the ids that an entry mentions: its subject, and each UUID among the values of its detail."""
    return {*_UUID.findall(detail), *([subject_id] if subject_id is not None else [])}
