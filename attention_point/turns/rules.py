"""The life of a turn, its codes, and the moment at which it counts as given. Plain Python."""

from datetime import datetime
from types import MappingProxyType
from typing import NamedTuple

WAITING, CALLED, STARTED, FINISHED, ABSENT, CLOSED = "waiting", "called", "started", "finished", "absent", "closed"
TURN_STATES = (WAITING, CALLED, STARTED, FINISHED, ABSENT, CLOSED)
AT_A_DESK = frozenset({CALLED, STARTED})
"""The states in which a desk has the turn; nobody else may call it then."""
SHOWN_WHEN_CALLED = frozenset({CALLED, STARTED, FINISHED, ABSENT})
"""The states in which the room's screen shows a turn among the latest calls."""
ENDED = frozenset({FINISHED, CLOSED})
"""The states that a turn never leaves. What the visitor said is destroyed when a turn reaches one of them."""

CALL, RECALL, MARK_ABSENT, RETURN, TRANSFER, START, FINISH, CLOSE = (
    *("call", "recall", "absent", "return", "transfer", "start", "finish", "close"),
)
STEPS: MappingProxyType[str, tuple[frozenset[str], str]] = MappingProxyType(
    {
        CALL: (frozenset({WAITING, ABSENT}), CALLED),
        RECALL: (frozenset({CALLED}), CALLED),
        MARK_ABSENT: (frozenset({CALLED}), ABSENT),
        RETURN: (frozenset({ABSENT}), WAITING),
        TRANSFER: (frozenset({WAITING, CALLED, STARTED}), WAITING),
        START: (frozenset({CALLED}), STARTED),
        # Whoever forgot to start it finishes it all the same.
        FINISH: (frozenset({CALLED, STARTED}), FINISHED),
        CLOSE: (frozenset({WAITING, CALLED, STARTED, ABSENT}), CLOSED),
    }
)
"""Each action: the states from which it leads, and the state to which it leads."""
REPEATABLE = frozenset({CALL, MARK_ABSENT, START, FINISH, CLOSE})
"""Actions that change nothing when they are sent a second time: a second tap, or a reply that was lost."""

CHANNELS = ("kiosk", "door", "api", "offline")
CLOSING_REASONS = ("left_over", "absent", "left", "information", "given_twice", "other")
"""Why a turn was closed without having been served; ``left_over`` and ``absent`` are those of the end of the day."""
PREFERENTIAL_REASONS = ("small_children", "pregnant", "disability", "older_adult", "other")
VISITOR_REASONS = PREFERENTIAL_REASONS[:-1]
"""The reasons that a visitor may choose at a kiosk. Anybody could claim "other", so only staff record it."""

OWN_LETTERS = "ABCDEFGHIJ"
"""Letters of the turns that the server numbers. The others are for devices that number turns without network."""
NUMBERS_A_LETTER = 999
LARGEST_COUNT = len(OWN_LETTERS) * NUMBERS_A_LETTER
MOST_WAITING = 600
"""So many turns wait in no real room. A device gives none beyond, so that the door still has codes for people if
somebody gives turns with a stolen tablet until it is revoked."""


class GivenMoment(NamedTuple):
    """When a turn was given, and whether a device said another time that cannot be true."""

    issued_at: datetime
    is_clock_wrong: bool


def build_code(count: int) -> str:
    """Return the code of the turn that is the count-th of its day: A-001 … A-999, B-001 …, J-999."""
    letter, number = divmod(count - 1, NUMBERS_A_LETTER)
    return f"{OWN_LETTERS[letter]}-{number + 1:03d}"


def is_legal_step(action: str, state: str) -> bool:
    """Tell whether an action may be done on a turn in a state."""
    return state in STEPS[action][0]


def choose_given_moment(device_time: datetime | None, received_at: datetime, day_of_device_time: bool) -> GivenMoment:
    """Choose the moment from which a turn waits.

    A device without network says when it gave the turn. It is believed if that was earlier on the day of the receipt
    (``day_of_device_time``). Otherwise its clock is wrong or the turn is of another day, and the receipt counts.
    """
    if device_time is None:
        return GivenMoment(received_at, False)
    if day_of_device_time and device_time <= received_at:
        return GivenMoment(device_time, False)
    return GivenMoment(received_at, True)
