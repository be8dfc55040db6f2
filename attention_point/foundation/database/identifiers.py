"""UUIDv7 (RFC 9562 §5.7): ids that sort by time and cannot be guessed."""

import os
import time
from uuid import UUID

_VERSION = 0x7 << 76
_VARIANT = 0b10 << 62


def new_id() -> UUID:
    """A new UUIDv7: 48 bits of Unix milliseconds, 74 bits of randomness."""
    return id_at(time.time_ns() // 1_000_000)


def id_at(milliseconds: int) -> UUID:
    """A UUIDv7 of a given moment, in Unix milliseconds."""
    chance = int.from_bytes(os.urandom(10))
    high = (chance >> 62) & 0xFFF
    low = chance & ((1 << 62) - 1)
    return UUID(int=(milliseconds << 80) | _VERSION | (high << 64) | _VARIANT | low)
