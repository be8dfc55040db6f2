"""The filters of the monitor: months, a point and an entity. They stand in the address of the page."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from attention_point.dates import first_of_month, first_of_next_month, format_month_code, parse_month_code
from attention_point.foundation.errors import FieldError, Invalid
from attention_point.foundation.language import format_month
from attention_point.foundation.language import gettext as _

DEFAULT_MONTHS, MAX_MONTHS = 3, 24


@dataclass(frozen=True, slots=True)
class Filters:
    """Valid filters. ``months`` are first days, oldest first; ``point`` and ``entity`` are None for all."""

    months: tuple[date, ...]
    point: str | None = None
    entity: str | None = None

    @property
    def query_arguments(self) -> dict[str, str]:
        """The filters as an address gives them."""
        arguments = {"first": format_month_code(self.months[0]), "last": format_month_code(self.months[-1])}
        chosen = {"point": self.point, "entity": self.entity}
        return arguments | {name: code for name, code in chosen.items() if code}


def parse_filters(
    arguments: Mapping[str, str], points: Mapping[str, str], entities: Mapping[str, str], today: date
) -> Filters:
    """Parse the filters of an address; what is left out is the last three months of all. Raises Invalid."""
    errors: list[FieldError] = []
    this_month = first_of_month(today)
    last_month = _parse_month(arguments, "last", this_month, errors)
    first_month = _parse_month(arguments, "first", _go_back(last_month, DEFAULT_MONTHS - 1), errors)
    months = _list_months(first_month, last_month)
    if not errors and first_month > last_month:
        errors.append(FieldError("last", _("The last month is before the first one.")))
    elif not errors and last_month > this_month:
        errors.append(FieldError("last", _("This month has not begun yet, so there are no figures.")))
    elif not errors and len(months) > MAX_MONTHS:
        errors.append(FieldError("first", _("Choose at most two years.")))
    for name, choices in (("point", points), ("entity", entities)):
        if arguments.get(name) and arguments[name] not in choices:
            errors.append(FieldError(name, _("Choose one from the list.")))
    if errors:
        raise Invalid(_("These filters cannot be used."), tuple(errors))
    return Filters(months, arguments.get("point") or None, arguments.get("entity") or None)


def list_month_choices(today: date, *chosen_months: date) -> list[tuple[str, str]]:
    """The months of the last years as codes with their words, newest first, and those that are chosen."""
    months = {_go_back(today, count) for count in range(3 * 12)} | set(chosen_months)
    return [(format_month_code(month), format_month(month)) for month in sorted(months, reverse=True)]


def _parse_month(arguments: Mapping[str, str], name: str, default: date, errors: list[FieldError]) -> date:
    try:
        return parse_month_code(arguments[name]) if arguments.get(name) else default
    except ValueError:
        errors.append(FieldError(name, _("This is not a month. Write the year and the month, for example 2017-09.")))
        return default


def _go_back(day: date, month_count: int) -> date:
    month = first_of_month(day)
    for _month in range(month_count):
        # The calendar has no month before its first one.
        month = first_of_month(month - timedelta(days=1)) if month > date.min else month
    return month


def _list_months(first: date, last: date) -> tuple[date, ...]:
    # One more than the greatest number is enough to refuse them: an address may name the year 1.
    months: list[date] = []
    while first <= last and len(months) <= MAX_MONTHS:
        months.append(first)
        first = first_of_next_month(first)
    return tuple(months)
