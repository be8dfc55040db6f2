"""The pages of the events: those of every register, a calendar by month, the countries, calendar feeds."""

from calendar import Calendar
from datetime import date, timedelta

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue as Reply

from attention_point.foundation import clock
from attention_point.foundation.access import public
from attention_point.foundation.language import current, format_month
from attention_point.foundation.web import actor, db
from attention_point.registers.events import queries
from attention_point.registers.events.documents import feed
from attention_point.registers.events.register import EVENTS
from attention_point.registers.shared.codes import COUNTRIES
from attention_point.registers.shared.dates import due_between
from attention_point.registers.shared.describe import Register
from attention_point.registers.shared.forms import readable_month
from attention_point.registers.shared.queries import counts
from attention_point.registers.shared.rendering import show_page, wanted_of
from attention_point.registers.shared.rules import span
from attention_point.registers.shared.views import pages

DUE_BEFORE, DUE_AFTER = timedelta(days=366), timedelta(days=5 * 366)
"""How far back and forward the feed tells what is due."""


def calendar(register: Register) -> Reply:
    """The events of a month: those of a day on their days, the others beneath."""
    month = readable_month(request.args.get("month", "")) or clock.today().isoformat()[:7]
    first, last = span(month)
    rows = queries.of_month(db(), month)
    days = queries.by_day(rows, first, last)
    return show_page(
        register,
        "calendar",
        month=format_month(first),
        first=first,
        weeks=Calendar().monthdatescalendar(first.year, first.month),
        days=days,
        due=queries.due_by_day(due_between(db(), first, last, actor().permissions)),
        loose=[row for row in rows if not any(row in each for each in days.values())],
        before=_month(first, -1),
        after=_month(first, 1),
    )


def _month(first: date, step: int) -> str:
    number = first.year * 12 + first.month - 1 + step
    return f"{number // 12}-{number % 12 + 1:02d}"


def countries(register: Register) -> Reply:
    """The countries that the events name, with how many events each has; the address narrows them as the list."""
    wanted = wanted_of(register, request.args)
    rows = [
        (code, COUNTRIES.label(code, current()), number) for code, number in counts(db(), register, "countries", wanted)
    ]
    year = wanted.marks.get("year", "")
    return show_page(register, "countries", rows=rows, year=year, years=counts(db(), register, "year"))


def own_feed(_register: Register) -> Reply:
    """Every dated event for whoever is signed in, and what is due in the registers that they may see."""
    today = clock.today()
    due = due_between(db(), today - DUE_BEFORE, today + DUE_AFTER, actor().permissions)
    return _calendar(feed(queries.dated(db(), public_only=False), due))


PUBLIC = Blueprint("public_events", __name__, url_prefix="/calendar")
"""A calendar program can neither sign in nor send a token, and an address with a secret in it is passed on. So the feed
is open to everybody and holds only what the office marked for the public calendar: name, dates, place, state."""


@PUBLIC.get("/events.ics")
@public
def public_feed() -> Reply:
    """The events marked for the public calendar."""
    return _calendar(feed(queries.dated(db(), public_only=True)))


def _calendar(content: bytes) -> Response:
    return Response(
        content, mimetype="text/calendar", headers={"Content-Disposition": "attachment; filename=events.ics"}
    )


blueprint = pages(
    EVENTS,
    ("/calendar", "GET", "view", calendar),
    ("/countries", "GET", "view", countries),
    ("/calendar.ics", "GET", "view", own_feed),
)
