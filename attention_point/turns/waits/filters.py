"""The filters of the page of waits: a period and a point. They stand in the address of the page."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from attention_point.foundation.errors import FieldError, Invalid
from attention_point.foundation.language import gettext as _

DEFAULT_DAYS, MAX_DAYS = 7, 366


@dataclass(frozen=True, slots=True)
class Filters:
    """Valid filters. The days are from ``first`` to ``last``, both among them."""

    point: str
    first: date
    last: date

    @property
    def query_arguments(self) -> dict[str, str]:
        """The filters as an address gives them."""
        return {"point": self.point, "first": self.first.isoformat(), "last": self.last.isoformat()}


def choose_filters(
    point: str | None, first: str | None, last: str | None, points: Mapping[str, str], today: date
) -> Filters:
    """Check filters; what is left out is the first point and the last week. Days are ``YYYY-MM-DD``. Raises Invalid."""
    errors: list[FieldError] = []
    if not points or point not in (None, "", *points):
        errors.append(FieldError("point", _("There is no point with this code. Choose one from the list.")))
    # The first day depends on the last, so that a reader who types one of them sees the week before it.
    last_day = _parse_day("last", last, today, errors)
    # The first week of the calendar has no week before it.
    week = timedelta(days=min(DEFAULT_DAYS, last_day.toordinal()) - 1)
    first_day = _parse_day("first", first, last_day - week, errors)
    if not errors and first_day > last_day:
        errors.append(FieldError("last", _("The last day is before the first day.")))
    if not errors and first_day > today:
        errors.append(FieldError("first", _("This day has not begun yet, so there are no figures.")))
    if not errors and (last_day - first_day).days >= MAX_DAYS:
        errors.append(FieldError("first", _("Choose a year at most.")))
    if errors:
        raise Invalid(_("These filters cannot be used."), tuple(errors))
    return Filters(point or next(iter(points)), first_day, last_day)


def _parse_day(field: str, text: str | None, default: date, errors: list[FieldError]) -> date:
    if not text:
        return default
    try:
        return date.fromisoformat(text)
    except ValueError:
        errors.append(FieldError(field, _("This is not a day. Write day, month and year, for example 17/03/2026.")))
        return default
