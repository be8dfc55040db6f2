"""Days and moments as people type them here. What cannot be read comes back as it was typed, for its error to show."""

import re
from datetime import datetime

from attention_point.foundation import clock

# As papers write it: day, month, year.
_TYPED_DATE = re.compile(r"(\d{1,2})[/.\- ](\d{1,2})[/.\- ](\d{4})|(\d\d)(\d\d)(\d{4})", re.ASCII)
# As people write it: 8:30, 8.30, 830, 2:30 p. m., 8 am. An hour alone says neither morning nor afternoon.
_TYPED_TIME = re.compile(
    r"(?P<hour>\d{1,2})(?:[:.]?(?P<minute>\d\d))?\s*(?:(?P<half>[ap])\.?\s*m\.?)?", re.ASCII | re.IGNORECASE
)
NOON = 12


def parse_date(text: str | None) -> str | None:
    """A typed day as YYYY-MM-DD; another text as it is, None for a blank one."""
    text = (text or "").strip()
    match = _TYPED_DATE.fullmatch(text)
    if not match:
        return text or None
    day, month, year = filter(None, match.groups())
    return f"{year}-{int(month):02d}-{int(day):02d}"


def parse_local_time(day: str | None, time: str | None) -> str:
    """A typed day and time at the point, as ISO 8601; without a time, the beginning of the day."""
    text = f"{parse_date(day) or ''}T{_read_time((time or '').strip()) or '00:00'}"
    try:
        return datetime.fromisoformat(text).replace(tzinfo=clock.TIME_ZONE).isoformat()
    except ValueError:
        return text


def _read_time(text: str) -> str:
    match = _TYPED_TIME.fullmatch(text)
    if match is None or not (match["minute"] or match["half"]):
        return text
    hour, half_day = int(match["hour"]), (match["half"] or "").lower()
    if half_day and hour <= NOON:
        hour = hour % NOON + (NOON if half_day == "p" else 0)
    return f"{hour:02}:{match['minute'] or '00'}"
