"""The hours of a week in words: all days with the same hours together."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import time
from itertools import groupby

from babel.dates import get_day_names
from babel.lists import format_list

from attention_point.directory.snapshot import OpeningHours
from attention_point.foundation.language import current_language
from attention_point.foundation.language import gettext as _

_Spans = tuple[tuple[time, time], ...]


def describe_week(openings: Iterable[OpeningHours]) -> Iterator[str]:
    """One part for all days with the same hours: "lunes a viernes, 8:00 a 12:00 y 14:00 a 17:00"."""
    spans_by_day: dict[int, _Spans] = {
        weekday: tuple((opening.opens_at, opening.closes_at) for opening in day_openings)
        for weekday, day_openings in groupby(openings, key=lambda opening: opening.weekday)
    }
    days_by_spans: dict[_Spans, list[int]] = {}
    for weekday, spans in spans_by_day.items():
        days_by_spans.setdefault(spans, []).append(weekday)
    for spans, weekdays in days_by_spans.items():
        times = [_("%(first)s to %(last)s", first=f"{first:%-H:%M}", last=f"{last:%-H:%M}") for first, last in spans]
        yield f"{_describe_weekdays(weekdays)}, {format_list(times, locale=current_language())}"


def _describe_weekdays(weekdays: Sequence[int]) -> str:
    """Days in words, three or more in a row as a span."""
    # Babel counts from Monday, which it calls 0. In a Spanish sentence a day has a small letter.
    day_names = get_day_names(locale=current_language())
    labels = [day_names[weekday - 1] for weekday in weekdays]
    if len(weekdays) > 2 and weekdays[-1] - weekdays[0] == len(weekdays) - 1:
        return _("%(first)s to %(last)s", first=labels[0], last=labels[-1])
    return format_list(labels, locale=current_language())
