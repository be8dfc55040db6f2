"""The journal: every write, every reading of a person, every export, in a chain of hashes that shows tampering."""

from attention_point.foundation.journal.chain import hold, record, write_kept
from attention_point.foundation.journal.models import JournalEntry, JournalHead

__all__ = ["JournalEntry", "JournalHead", "hold", "record", "write_kept"]
