"""Ids of rows: UUIDv7 (RFC 9562 §5.7). They sort by time, and nobody can guess one."""

import os
import time
from uuid import UUID

_VERSION = 0x7 << 76
_VARIANT = 0b10 << 62


def new_id() -> UUID:
    """Return a new UUIDv7: 48 bits of Unix milliseconds and 74 random bits."""
    return build_id_at(time.time_ns() // 1_000_000)


def build_id_at(milliseconds: int, random_bits: int | None = None) -> UUID:
    """Return a UUIDv7 of a given moment, in Unix milliseconds; of random bits, or of 80 bits that are given."""
    if random_bits is None:
        random_bits = int.from_bytes(os.urandom(10))
    # Twelve random bits stand between version and variant, 62 behind the variant; six of the eighty are not used.
    high = (random_bits >> 62) & 0xFFF
    low = random_bits & ((1 << 62) - 1)
    return UUID(int=(milliseconds << 80) | _VERSION | (high << 64) | _VARIANT | low)
