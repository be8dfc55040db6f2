"""When a place is open: the week in words, and whether it is open on a day."""

from datetime import date

from attention_point.directory.snapshot import OpeningHours, PlaceRow
from attention_point.directory.validation.week_words import describe_week
from attention_point.foundation.language import N_, current_language
from attention_point.foundation.language import gettext as _
from attention_point.foundation.workdays import list_holidays

_HOLIDAY_WORDS = {"closed": N_("closed on public holidays"), "open": N_("also on public holidays")}


def describe_hours(place: PlaceRow) -> str:
    """The hours of a place in words of the reader's language, or an empty text where nobody knows them."""
    language = current_language()
    parts = [*describe_week(place.hours)]
    if place.hours_note:
        parts.append(place.hours_note[language])
    if parts and place.holidays:
        parts.append(_(_HOLIDAY_WORDS[place.holidays]))
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
