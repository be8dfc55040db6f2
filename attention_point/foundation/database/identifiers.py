"""Ids of rows: UUIDv7 (RFC 9562 §5.7). They sort by time, and nobody can guess one."""

import os
import threading
import time
from uuid import UUID

_VERSION = 0x7 << 76
_VARIANT = 0b10 << 62
# Of the 74 bits the first is left for the steps, which are far too few in a millisecond to reach it.
_FIRST_BITS = (1 << 73) - 1
_lock = threading.Lock()
_latest = (0, 0)  # the milliseconds and random bits of this process's latest id


def new_id() -> UUID:
    """Return a new UUIDv7: 48 bits of Unix milliseconds and 73 random bits.

    Those that a process makes in one millisecond sort in the order in which they were made: each lies a random step of
    56 bits behind the one before (RFC 9562 §6.2, method 2), so that knowing one of them helps nobody to guess the next.
    """
    global _latest
    with _lock:
        milliseconds = time.time_ns() // 1_000_000
        before, bits = _latest
        if before == milliseconds:
            bits += 1 + int.from_bytes(os.urandom(7))
        else:
            bits = int.from_bytes(os.urandom(10)) & _FIRST_BITS
        _latest = milliseconds, bits
    return build_id_at(milliseconds, bits)


def build_id_at(milliseconds: int, random_bits: int | None = None) -> UUID:
    """Return a UUIDv7 of a given moment, in Unix milliseconds; of random bits, or of 80 bits that are given."""
    if random_bits is None:
        random_bits = int.from_bytes(os.urandom(10))
    # Twelve random bits stand between version and variant, 62 behind the variant; six of the eighty are not used.
    high = (random_bits >> 62) & 0xFFF
    low = random_bits & ((1 << 62) - 1)
    return UUID(int=(milliseconds << 80) | _VERSION | (high << 64) | _VARIANT | low)
