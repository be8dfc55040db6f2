"""Formats of dates, numbers and amounts, in the point's time zone and the language in use (Unicode CLDR, by Babel)."""

from datetime import date, datetime, timedelta
from decimal import Decimal

from babel import Locale, dates, numbers

from attention_point.dates import DateSpan, Period, parse_partial_date
from attention_point.foundation import clock
from attention_point.foundation.clock import TIME_ZONE
from attention_point.foundation.language.catalogues import current_language, gettext, ngettext

# Colombia writes 1.234,5; other Spanish, and so the locale ``es`` alone, writes thousands in another way.
_LOCALES = {"es": "es_CO", "en": "en_US"}
# CLDR writes 9/08/2017 for Colombia; papers and people write 09/08/2017, as the form asks for it.
_DATE_PATTERNS = {("es", "short"): "dd/MM/y", ("es", "medium"): "dd/MM/y"}

# After so many days, months are enough.
_MOST_DAYS_COUNTED = 60


def current_locale() -> Locale:
    """Returns Babel's locale of the language in use."""
    return Locale.parse(_LOCALES[current_language()])


def format_date(value: date, style: str = "long") -> str:
    """Formats a day, or the day of a moment at the point. ``style`` is Babel's: short, medium, long or full."""
    if isinstance(value, datetime):
        value = value.astimezone(TIME_ZONE).date()
    pattern = _DATE_PATTERNS.get((current_language(), style), style)
    return dates.format_date(value, pattern, locale=current_locale())


def format_date_span(span: DateSpan, style: str = "long") -> str:
    """Formats a date that is known in part: a day, a month with its year, a year, or two days with a dash between."""
    earliest, latest = span
    if span.is_one_day:
        return format_date(earliest, style)
    if parse_partial_date(f"{earliest.year:04d}") == span:
        return str(earliest.year)
    if parse_partial_date(earliest.isoformat()[:7]) == span:
        return format_month(earliest)
    return f"{format_date(earliest, style)} – {format_date(latest, style)}"


def format_datetime(value: datetime) -> str:
    """Formats a moment on the point's wall clock: day, hour and minute."""
    return f"{format_date(value, 'medium')}, {format_time(value)}"


def format_time(value: datetime) -> str:
    """Formats the hour and minute of a moment on the point's wall clock."""
    return dates.format_time(value, "short", tzinfo=TIME_ZONE, locale=current_locale())


def format_time_ago(value: datetime) -> str:
    """Says how long ago a moment was, such as "3 days ago". A moment to come is said to be now."""
    days = (clock.today() - clock.local_day(value)).days
    # Days of the wall clock, as people count them; CLDR would say "a week" of anything from seven to thirteen days.
    if 0 < days < _MOST_DAYS_COUNTED:
        return ngettext("%(num)s day ago", "%(num)s days ago", days, num=days)
    seconds = (value - clock.now()).total_seconds()
    if seconds > -60:
        return gettext("Just now")
    span = timedelta(seconds=seconds)
    text = dates.format_timedelta(span, threshold=1, add_direction=True, locale=current_locale())
    return text[:1].upper() + text[1:]


def format_month(value: date) -> str:
    """Formats the month and the year of a day."""
    return dates.format_skeleton("yMMMM", value, locale=current_locale())


def format_period(period: Period) -> str:
    """Formats a month, a quarter or a year: "September 2017", "July–September 2017", "2017"."""
    if period.kind == "year":
        return period.code
    last_month = format_month(period.last_day)
    # Named by its months: an ordinal would need an article in each Spanish sentence that names a period.
    return last_month if period.kind == "month" else f"{format_date(period.first_day, 'MMMM')}–{last_month}"


def format_number(value: int | float | Decimal) -> str:
    """Formats a number with the separators of the language."""
    # Both languages write these alike, and pages and papers of figures hold thousands of them.
    if type(value) is int and 0 <= value < 1000:
        return str(value)
    return numbers.format_decimal(value, locale=current_locale())


def format_percent(value: float) -> str:
    """Formats a share, with at most one decimal: 0.25 becomes 25 %."""
    return numbers.format_percent(value, "#,##0.#%", locale=current_locale())


def format_amount(value: int | Decimal, currency: str = "COP") -> str:
    """Formats an amount of money: ``$ 1.814.249.000`` in Spanish. Cents are shown only if there are any."""
    # CLDR gives the peso two decimals, which nobody in Colombia writes; with its own pattern Babel needs
    # ``currency_digits=False`` to obey.
    pattern = "¤ #,##0" if value == int(value) else "¤ #,##0.00"
    text = numbers.format_currency(value, currency, pattern, locale=current_locale(), currency_digits=False)
    # Babel puts a space that does not break; amounts are also copied, searched and compared, as people type them.
    return text.replace("\xa0", " ")
