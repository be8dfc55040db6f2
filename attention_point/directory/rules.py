"""Dates of the directory. A span is its first and its last day, both included; no last day means no end."""

from datetime import date

STALE_DAYS = 180
"""Contact data that nobody confirmed for so many days is asked for again. A choice of the office, not of a law."""

TO_CONFIRM, STALE, CONFIRMED = "to-confirm", "stale", "confirmed"
PAST, CURRENT, FUTURE = "past", "current", "future"

Span = tuple[date, date | None]


def in_force(valid_from: date, valid_to: date | None, on: date) -> bool:
    """Whether a day lies within a span."""
    return standing(valid_from, valid_to, on) == CURRENT


def standing(valid_from: date, valid_to: date | None, on: date) -> str:
    """Where a span stands seen from a day: PAST, CURRENT or FUTURE."""
    if on < valid_from:
        return FUTURE
    return PAST if valid_to is not None and valid_to < on else CURRENT


def overlap(spans: list[Span]) -> Span | None:
    """The days that lie within every one of the spans, or None when there is no such day."""
    first = max(span[0] for span in spans)
    last = min((span[1] for span in spans if span[1] is not None), default=None)
    return None if last is not None and last < first else (first, last)


def confirmation(confirmed_on: date | None, today: date) -> str:
    """How far contact data can be relied on: TO_CONFIRM, STALE or CONFIRMED."""
    if confirmed_on is None:
        return TO_CONFIRM
    return STALE if (today - confirmed_on).days >= STALE_DAYS else CONFIRMED
