"""The filters of the dashboard: period, point, entity and grouping.

They are in the address of the page, so a reader can bookmark it and send it to somebody else.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy.orm import Session

from attention_point.dates import (
    first_of_month,
    first_of_next_month,
    format_month_code,
    last_of_month,
    parse_month_code,
)
from attention_point.directory import queries as directory_queries
from attention_point.directory.privacy.restricted_entities import find_restricted_entities
from attention_point.foundation.errors import FieldError, Invalid
from attention_point.foundation.language import N_, current_language, format_month
from attention_point.foundation.language import gettext as _
from attention_point.tallies import queries as tally_queries
from attention_point.tallies import range_queries

GROUPINGS: Mapping[str, str] = {"week": N_("Weeks"), "month": N_("Months")}


@dataclass(frozen=True, slots=True)
class Filters:
    """Valid filters. ``point`` and ``entity`` are None for all.

    ``last_day`` is today, or the last day of a month that is over. ``query_arguments`` are the
    filters as the address gives them.
    """

    month: date
    last_day: date
    is_current_month: bool
    point: str | None
    entity: str | None
    grouping: str
    query_arguments: Mapping[str, str]

    @property
    def counted_before(self) -> date | None:
        """The day from which on nothing is told by need or entity in the month that runs; None for one that is over.

        Whoever looks before and after a visit, and sees who comes, would read off the page what she came for: of what
        is confidential by what does not grow (decision 96).
        """
        return self.last_day if self.is_current_month else None


@dataclass(frozen=True, slots=True)
class Options:
    """The values that each filter may take, as codes with their labels.

    ``newest_month`` is the last one with counts, with which the page opens. ``restricted_entities`` receive people
    above all for restricted topics. A referral to one of them says why somebody came, so that they stand together.
    """

    # Handed in and not asked for: page, files and tests see the same day throughout a request, also at midnight.
    today: date
    first_month: date | None
    newest_month: date
    points: Mapping[str, str]
    entities: Mapping[str, str]
    restricted_entities: frozenset[str]


def collect_options(session: Session, today: date) -> Options:
    """Collect the values that the filters may take today."""
    first_counted_day, language = range_queries.find_first_counted_day(session), current_language()
    counted_months = tally_queries.list_recent_months(session, first_of_next_month(today), 1)
    restricted_entities = find_restricted_entities(session)
    entities = {
        row.code: row.short[language]
        for row in directory_queries.list_entities(session)
        # An entity that is chosen alone would show by whom restricted needs are served:
        # it stands only in the joint row.
        if row.receives_referrals and row.code not in restricted_entities
    }
    return Options(
        today,
        first_of_month(first_counted_day) if first_counted_day else None,
        counted_months[0] if counted_months else first_of_month(today),
        {row.code: row.name[language] for row in directory_queries.list_points(session)},
        dict(sorted(entities.items(), key=lambda item: item[1])),
        restricted_entities,
    )


def parse_filters(arguments: Mapping[str, str], options: Options) -> Filters:
    """Parse the filters of an address. Raises Invalid, which names each wrong field."""
    # Other arguments of an address are left alone, and an empty field of the form means no filter.
    values = {name: value for name in _CHECKS if (value := arguments.get(name, ""))}
    errors = [FieldError(name, message) for name, value in values.items() if (message := _CHECKS[name](value, options))]
    if errors:
        raise Invalid(_("These filters cannot be used."), tuple(errors))
    current_month = first_of_month(options.today)
    # On the first days of a month there is hardly anything to see: the page opens on the newest month with counts.
    month = parse_month_code(values["period"]) if "period" in values else options.newest_month
    return Filters(
        month,
        options.today if month == current_month else last_of_month(month),
        month == current_month,
        values.get("point"),
        values.get("entity"),
        values.get("grouping", "week"),
        values,
    )


def _check_period(period: str, options: Options) -> str | None:
    try:
        month = parse_month_code(period)
    except ValueError:
        return _("This is not a month. Write the year and the month, for example 2017-09.")
    return _("This month has not begun yet, so there are no figures.") if month > options.today else None


def _check_point(point: str, options: Options) -> str | None:
    return None if point in options.points else _("There is no point with this code. Choose one from the list.")


def _check_entity(entity: str, options: Options) -> str | None:
    if entity in options.restricted_entities:
        return _("The figures of this entity are shown only in the month's protected figures.")
    return None if entity in options.entities else _("There is no entity with this code. Choose one from the list.")


def _check_grouping(grouping: str, _options: Options) -> str | None:
    return None if grouping in GROUPINGS else _("Choose weeks or months.")


_CHECKS = {"period": _check_period, "point": _check_point, "entity": _check_entity, "grouping": _check_grouping}


def list_month_choices(options: Options) -> list[tuple[str, str]]:
    """List the months from this one back to the first with counts, as codes with their words, newest first."""
    choices = []
    month = first_of_month(options.today)
    while options.first_month and month >= options.first_month:
        choices.append((format_month_code(month), format_month(month)))
        month = first_of_month(month - timedelta(days=1))
    return choices


def find_neighbours(filters: Filters, options: Options) -> tuple[date | None, date | None]:
    """Return the month before and the month after the chosen one; None where there is nothing to see."""
    month_before = first_of_month(filters.month - timedelta(days=1))
    month_after = first_of_next_month(filters.month)
    has_earlier_counts = options.first_month is not None and month_before >= options.first_month
    return month_before if has_earlier_counts else None, month_after if month_after <= options.today else None
