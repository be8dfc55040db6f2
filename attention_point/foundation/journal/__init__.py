"""The journal: an entry for every write, every reading of a person and every export.

The entries are a chain of keyed hashes, so that tampering shows (docs/decisions/0018-a-keyed-journal.md).
"""

from attention_point.foundation.journal.chain import (
    add_pending_entries,
    lock_head,
    pop_pending_entries,
    record,
    record_shown,
    write_pending_entries,
)
from attention_point.foundation.journal.models import JournalEntry, JournalHead

__all__ = [
    "JournalEntry",
    "JournalHead",
    "add_pending_entries",
    "lock_head",
    "pop_pending_entries",
    "record",
    "record_shown",
    "write_pending_entries",
]
