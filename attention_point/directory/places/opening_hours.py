"""When a place is open: the week in words, and whether it is open on a day."""

from collections.abc import Iterator, Sequence
from datetime import date, time
from itertools import groupby

from babel.lists import format_list

from attention_point.directory.snapshot import OpeningHours, PlaceRow
from attention_point.foundation.language import N_, current_language
from attention_point.foundation.language import gettext as _
from attention_point.foundation.workdays import list_holidays

# Monday is 1, as ISO 8601 counts.
WEEKDAY_LABELS = {
    1: N_("Monday"),
    2: N_("Tuesday"),
    3: N_("Wednesday"),
    4: N_("Thursday"),
    5: N_("Friday"),
    6: N_("Saturday"),
    7: N_("Sunday"),
}
HOLIDAY_LABELS = {"closed": N_("closed on public holidays"), "open": N_("also on public holidays")}

_Spans = tuple[tuple[time, time], ...]


def describe_hours(place: PlaceRow) -> str:
    """The hours of a place in words of the reader's language, or an empty text where nobody knows them."""
    language = current_language()
    parts = [*_describe_week(place.hours)]
    if place.hours_note:
        parts.append(place.hours_note[language])
    if parts and place.holidays:
        parts.append(_(HOLIDAY_LABELS[place.holidays]))
    return "; ".join(parts)


def list_openings(place: PlaceRow, day: date) -> tuple[OpeningHours, ...] | None:
    """The openings of a place on a day, none if it is closed; None where nobody knows.

    On a public holiday (Ley 51 de 1983) a place is open only if its entry says so.
    """
    if not place.hours:
        return None
    if day in list_holidays(day.year) and place.holidays != "open":
        return None if place.holidays is None else ()
    return tuple(opening for opening in place.hours if opening.weekday == day.isoweekday())


def _describe_week(openings: Sequence[OpeningHours]) -> Iterator[str]:
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
    labels = [_(WEEKDAY_LABELS[weekday]) for weekday in weekdays]
    if len(weekdays) > 2 and weekdays[-1] - weekdays[0] == len(weekdays) - 1:
        return _("%(first)s to %(last)s", first=labels[0], last=labels[-1])
    return format_list(labels, locale=current_language())
