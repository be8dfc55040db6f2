"""The time. Stored in UTC with its zone; read and counted in the point's zone."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("America/Bogota")


def now() -> datetime:
    """This moment, in UTC."""
    return datetime.now(UTC)


def local(moment: datetime) -> datetime:
    """The same moment on the point's wall clock."""
    return moment.astimezone(ZONE)


def local_day(moment: datetime) -> date:
    """The point's calendar day of a moment."""
    return moment.astimezone(ZONE).date()


def today() -> date:
    """The point's calendar day now."""
    return local_day(now())
