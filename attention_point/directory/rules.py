"""Rules of dates. A span has a first and a last day, both included; without a last day it has no end."""

from datetime import date

# After so many days contact data must be confirmed again. The office chose the number; no law names one.
STALE_DAYS = 180

TO_CONFIRM, STALE, CONFIRMED = "to-confirm", "stale", "confirmed"
PAST, CURRENT, FUTURE = "past", "current", "future"

Span = tuple[date, date | None]


def find_validity(valid_from: date, valid_to: date | None, day: date) -> str:
    """Whether a span is PAST, CURRENT or FUTURE on a day."""
    if day < valid_from:
        return FUTURE
    return PAST if valid_to is not None and valid_to < day else CURRENT


def intersect_spans(spans: list[Span]) -> Span | None:
    """The span of the days that lie within all of the spans, or None if there is no such day."""
    # The latest beginning and the earliest end.
    first_day = max(span[0] for span in spans)
    last_day = min((span[1] for span in spans if span[1] is not None), default=None)
    return None if last_day is not None and last_day < first_day else (first_day, last_day)


def find_confirmation_state(confirmed_on: date | None, today: date) -> str:
    """Whether contact data is TO_CONFIRM, STALE or CONFIRMED on a day."""
    if confirmed_on is None:
        return TO_CONFIRM
    return STALE if (today - confirmed_on).days >= STALE_DAYS else CONFIRMED
