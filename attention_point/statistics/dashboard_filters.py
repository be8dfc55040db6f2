"""What a reader chose to see: period, point, entity, grouping; all of it in the address, so that it can be kept."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy.orm import Session
from wtforms import Form, SelectField, StringField

from attention_point.directory import queries as directory
from attention_point.foundation.language import N_, current, format_month
from attention_point.foundation.language import gettext as _
from attention_point.foundation.refusals import FieldError, Invalid
from attention_point.statistics.documents import MONTH, month_name
from attention_point.tallies import ranges
from attention_point.tallies.queries import next_month
from attention_point.tallies.rules import first_of_month

GROUPINGS: Mapping[str, str] = {"week": N_("Weeks"), "month": N_("Months")}


@dataclass(frozen=True, slots=True)
class Filters:
    """A valid choice. ``last_day`` is today, or the last day of a month that is over; None stands for all.

    ``address``: what the reader asked for, as it stands in the address; what was left open is not there.
    """

    month: date
    last_day: date
    running: bool
    point: str | None
    entity: str | None
    grouping: str
    address: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Offered:
    """What can be chosen: codes with their words.

    ``apart``: entities that are there above all for restricted topics. To say how many went to them says why people
    came, so they are in no live figure (DOMAIN M2); the month's protected figures have them.
    """

    today: date
    first_month: date | None
    points: Mapping[str, str]
    entities: Mapping[str, str]
    apart: frozenset[str]


def offered(session: Session, today: date) -> Offered:
    """What can be chosen today."""
    begun, language = ranges.first_day(session), current()
    apart = _apart(session)
    return Offered(
        today,
        first_of_month(begun) if begun else None,
        {row.code: row.name[language] for row in directory.points(session)},
        {
            row.code: row.short[language]
            for row in sorted(directory.entities(session), key=lambda row: row.short[language])
            if row.receives_referrals and row.code not in apart
        },
        apart,
    )


def _apart(session: Session) -> frozenset[str]:
    """Entities of whose services at least half are restricted, whenever they were offered."""
    services: dict[str, dict[str, bool]] = {}
    for service in directory.services_by_code(session).values():
        for offer in service.offers:
            services.setdefault(offer.entity, {})[service.code] = service.restricted
    return frozenset(code for code, of in services.items() if 2 * sum(of.values()) >= len(of))


def filters_of(arguments: Mapping[str, str], choice: Offered) -> Filters:
    """The choice in an address. Raises Invalid, which names each wrong field."""
    asked = {name: value for name in ("period", "point", "entity", "grouping") if (value := arguments.get(name, ""))}
    complaints = [
        FieldError(name, message)
        for name, check in (("period", _period), ("point", _point), ("entity", _entity), ("grouping", _grouping))
        if (message := check(asked.get(name), choice))
    ]
    if complaints:
        raise Invalid(_("What the address asks for cannot be shown."), tuple(complaints))
    month = _month(asked["period"]) if "period" in asked else first_of_month(choice.today)
    running = month == first_of_month(choice.today)
    return Filters(
        month,
        choice.today if running else next_month(month) - timedelta(days=1),
        running,
        asked.get("point"),
        asked.get("entity"),
        asked.get("grouping", "week"),
        asked,
    )


def _month(text: str) -> date:
    year, month = text.split("-")
    return date(int(year), int(month), 1)


def _period(asked: str | None, choice: Offered) -> str | None:
    if asked is None:
        return None
    if not MONTH.fullmatch(asked):
        return _("This is not a month. Write the year and the month, for example 2017-09.")
    return _("This month has not begun yet, so there are no figures.") if _month(asked) > choice.today else None


def _point(asked: str | None, choice: Offered) -> str | None:
    known = {None, *choice.points}
    return _("There is no point with this code. Choose one of the list.") if asked not in known else None


def _entity(asked: str | None, choice: Offered) -> str | None:
    if asked in choice.apart:
        return _("The figures of this entity are shown only in the month's protected figures.")
    known = {None, *choice.entities}
    return _("There is no entity with this code. Choose one of the list.") if asked not in known else None


def _grouping(asked: str | None, _choice: Offered) -> str | None:
    return _("Choose weeks or months.") if asked not in {None, *GROUPINGS} else None


class FilterForm(Form):
    """The choice as a form. What can be wrong in it is told by ``filters_of``."""

    period = StringField(N_("Period"))
    point = SelectField(N_("Attention point"), validate_choice=False)
    entity = SelectField(N_("Referrals of"), validate_choice=False)
    grouping = SelectField(N_("Trend by"), default="week", validate_choice=False)


def filter_form(arguments: Any, choice: Offered, complaints: tuple[FieldError, ...] = ()) -> FilterForm:
    """The form as the address fills it, with the complaints at their fields."""
    form = FilterForm(arguments)
    for field in form:
        field.label.text = _(field.label.text)
        field.errors = [each.message for each in complaints if each.field == field.name]
    form.point.choices = [("", _("All points")), *choice.points.items()]
    form.entity.choices = [("", _("All entities")), *choice.entities.items()]
    form.grouping.choices = [(code, _(label)) for code, label in GROUPINGS.items()]
    return form


def months(choice: Offered) -> list[tuple[str, str]]:
    """From this month back to the first with counts, as the address writes them and in words."""
    found = []
    month = first_of_month(choice.today)
    while choice.first_month and month >= choice.first_month:
        found.append((month_name(month), format_month(month)))
        month = first_of_month(month - timedelta(days=1))
    return found
