"""The states of a capture, and which times of a tablet can be true. Plain Python."""

from datetime import datetime, timedelta

RECORDED, REVIEW, REFUSED, DISCARDED, DAMAGED = "recorded", "review", "refused", "discarded", "damaged"
WAITING_STATES = (REVIEW, REFUSED, DAMAGED)
"""The states in which a capture waits for a person."""
# How far a tablet's clock may be wrong without being doubted: as far as a draft may lie in the future.
CLOCK_TOLERANCE = timedelta(days=1)
SMALLEST_SIZE = 4096
"""Bytes. What is kept of a capture is padded to this size or a multiple by two, so that a size tells little."""
RECEIPT_SIZE = 1024
KEY_LIFETIME = timedelta(days=90)
"""After so long a point gets a new key. The old ones go on opening what was sealed to them."""
MAXIMUM_SEQUENCE = 2**53
MAXIMUM_WAITING = 2000
"""Captures of one device that may wait for a person: whoever stole it must not fill the disk of everybody."""
WAITING_RETRY_SECONDS = 600


def is_possible_time(moment: datetime, earliest: datetime, received_at: datetime) -> bool:
    """Whether something can have been captured at a moment: not before its key was made, not after it was received."""
    return earliest - CLOCK_TOLERANCE <= moment <= received_at + CLOCK_TOLERANCE


def find_padded_size(length: int, smallest_size: int) -> int:
    """The size to which a content of so many bytes is padded: the smallest one, twice it, four times it …"""
    return max(smallest_size, 1 << (max(length, 1) - 1).bit_length())


def describe_receipt_state(state: str) -> str:
    """The state of a capture as its receipt says it: ``recorded``, ``review``, ``refused`` or ``discarded``."""
    return state if state in {RECORDED, REVIEW, DISCARDED} else REFUSED
