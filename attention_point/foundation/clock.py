"""The time. Stored in UTC with its zone; read and counted in the point's zone."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("America/Bogota")
_pretended: ContextVar[datetime | None] = ContextVar("pretended", default=None)


def now() -> datetime:
    """This moment, in UTC."""
    return _pretended.get() or datetime.now(UTC)


@contextmanager
def pretending(moment: datetime) -> Iterator[None]:
    """Let it be another moment in this block: invented people came on invented days."""
    token = _pretended.set(moment.astimezone(UTC))
    try:
        yield
    finally:
        _pretended.reset(token)


def local(moment: datetime) -> datetime:
    """The same moment on the point's wall clock."""
    return moment.astimezone(ZONE)


def local_day(moment: datetime) -> date:
    """The point's calendar day of a moment; at the calendar's two ends, where it may have none, the day as written."""
    try:
        return moment.astimezone(ZONE).date()
    except OverflowError:
        return moment.date()


def today() -> date:
    """The point's calendar day now."""
    return local_day(now())
