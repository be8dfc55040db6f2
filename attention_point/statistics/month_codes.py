"""Reads the month, and the version of a month, that an address or a command names."""

from datetime import date

from attention_point.dates import Period, parse_month_code, parse_period_code
from attention_point.foundation import clock
from attention_point.foundation.errors import NotFound
from attention_point.foundation.language import format_period
from attention_point.foundation.language import gettext as _


def parse_begun_month(code: str) -> date:
    """Return the first day of the month that a code names. Raises NotFound for no month, and for one to come."""
    try:
        first_day = parse_month_code(code)
    except ValueError:
        raise NotFound(_("This is not a month. Write the year and the month, for example 2017-09.")) from None
    if first_day > clock.today():
        raise NotFound(_("This month has not begun yet, so there are no figures."))
    return first_day


def parse_begun_period(code: str) -> Period:
    """Return the month, quarter or year that a code names. Raises NotFound for another code, and for one to come."""
    try:
        period = parse_period_code(code)
    except ValueError:
        raise NotFound(_("This is no month, quarter or year. Write it as 2017-09, as 2017-Q3 or as 2017.")) from None
    if period.first_day > clock.today():
        raise NotFound(_("%(period)s has not begun yet, so there are no figures.", period=format_period(period)))
    return period


def parse_version(text: str) -> int | None:
    """Return the number of a version; None for a text that is no such number."""
    # The column is a small integer: PostgreSQL answers a greater number with an error of the server.
    is_number = text.isascii() and text.isdecimal() and len(text) < 5
    return int(text) if is_number else None
