"""The time. Moments are stored in UTC; days are counted in the point's time zone."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

TIME_ZONE = ZoneInfo("America/Bogota")
_CALENDAR_BEGIN = datetime.min.replace(tzinfo=UTC) + timedelta(days=1)
_CALENDAR_END = datetime.max.replace(tzinfo=UTC) - timedelta(days=1)
_overridden_now: ContextVar[datetime | None] = ContextVar("pretended", default=None)


def now() -> datetime:
    """Return this moment in UTC."""
    return _overridden_now.get() or datetime.now(UTC)


@contextmanager
def override_now(moment: datetime) -> Iterator[None]:
    """Let ``now`` return another moment within this block: the demonstration invents visits of past days."""
    token = _overridden_now.set(moment.astimezone(UTC))
    try:
        yield
    finally:
        _overridden_now.reset(token)


def to_local_time(moment: datetime) -> datetime:
    """Return the same moment in the point's time zone."""
    return moment.astimezone(TIME_ZONE)


def keep_in_calendar(moment: datetime) -> datetime:
    """Return a moment that somebody sent, or the nearest one that has a day in every time zone."""
    return min(max(moment, _CALENDAR_BEGIN), _CALENDAR_END)


def local_day(moment: datetime) -> date:
    """Return the point's calendar day of a moment."""
    try:
        return moment.astimezone(TIME_ZONE).date()
    except OverflowError:  # at the two ends of the calendar the point's zone may have no such day
        return moment.date()


def start_of_day(day: date) -> datetime:
    """Return the first moment of one of the point's calendar days, in UTC."""
    return datetime.combine(day, time.min, TIME_ZONE).astimezone(UTC)


def today() -> date:
    """Return the point's calendar day now."""
    return local_day(now())
