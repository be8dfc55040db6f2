"""The pages of the events: those of every register, the calendar of a month, the countries, calendar feeds."""

from calendar import Calendar
from datetime import timedelta

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue as Reply

from attention_point.dates import first_of_next_month, format_month_code
from attention_point.foundation import clock
from attention_point.foundation.access import public
from attention_point.foundation.language import current_language, format_month
from attention_point.foundation.web import current_actor, db_session
from attention_point.registers.events import queries
from attention_point.registers.events.calendar_feed import build_calendar_feed
from attention_point.registers.events.register import EVENTS
from attention_point.registers.shared.code_lists import COUNTRIES
from attention_point.registers.shared.pages.forms import parse_month
from attention_point.registers.shared.pages.rendering import read_record_filter, render_page
from attention_point.registers.shared.pages.views import build_blueprint
from attention_point.registers.shared.records.due_dates import list_due_dates
from attention_point.registers.shared.records.queries import count_index_values
from attention_point.registers.shared.rules import parse_day_span
from attention_point.registers.shared.schema.schema import Register

# A calendar program reads the feed again and again; five years ahead reach the end of most agreements.
FEED_PAST, FEED_FUTURE = timedelta(days=366), timedelta(days=5 * 366)
"""How far back and ahead the feed lists what is due."""
ENTRIES_PER_DAY, UNDATED_ENTRIES = 8, 50
"""The most entries of a day of the calendar, and of those without a day below it; the list shows the others."""


def show_calendar(register: Register) -> Reply:
    """Show the events of a month: on their days, or below the table if their day is not known."""
    month = parse_month(request.args.get("month", "")) or format_month_code(clock.today())
    first_day, last_day = parse_day_span(month)
    # One more than the page shows, by which it sees that there are more.
    rows = queries.list_events_of_month(db_session(), month, queries.MAX_EVENTS + 1)
    shown_rows = rows[: queries.MAX_EVENTS]
    days = queries.group_events_by_day(shown_rows, first_day, last_day)
    dated_ids = {row.id for day_events in days.values() for row in day_events}
    due_dates = list_due_dates(db_session(), first_day, last_day, current_actor().permissions)
    return render_page(
        register,
        "calendar",
        month=format_month(first_day),
        month_code=month,
        first_day=first_day,
        weeks=Calendar().monthdatescalendar(first_day.year, first_day.month),
        days=days,
        due_dates=queries.group_due_dates_by_day(due_date for due_date in due_dates if due_date.is_day_known),
        undated_due_dates=[due_date for due_date in due_dates if not due_date.is_day_known],
        undated_events=[row for row in shown_rows if row.id not in dated_ids],
        is_cut=len(rows) > queries.MAX_EVENTS,
        max_events=queries.MAX_EVENTS,
        entries_per_day=ENTRIES_PER_DAY,
        undated_entries=UNDATED_ENTRIES,
        previous_month=format_month_code(first_day - timedelta(days=1)),
        next_month=format_month_code(first_of_next_month(first_day)),
    )


def list_countries(register: Register) -> Reply:
    """Show the countries of the events with their numbers of events; the address holds the filter of the list."""
    record_filter = read_record_filter(register, request.args)
    rows = [
        (code, COUNTRIES.label_for_code(code, current_language()), number)
        for code, number in count_index_values(db_session(), register, "countries", record_filter)
    ]
    year = record_filter.index_values.get("year", "")
    return render_page(
        register, "countries", rows=rows, year=year, years=count_index_values(db_session(), register, "year")
    )


def download_calendar(_register: Register) -> Reply:
    """Send every event with a day, and what is due in the registers that the reader may see."""
    today = clock.today()
    due_dates = list_due_dates(db_session(), today - FEED_PAST, today + FEED_FUTURE, current_actor().permissions)
    return _send_calendar(build_calendar_feed(queries.list_dated_events(db_session(), public_only=False), due_dates))


public_blueprint = Blueprint("public_events", __name__, url_prefix="/calendar")
# A calendar program can neither sign in nor send a token, and an address with a secret in it gets passed on. So the
# feed is open to everybody and holds only what the office marked for the public calendar: name, dates, place, state.


@public_blueprint.get("/events.ics")
@public
def download_public_calendar() -> Reply:
    """Send the events marked for the public calendar."""
    return _send_calendar(build_calendar_feed(queries.list_dated_events(db_session(), public_only=True)))


def _send_calendar(content: bytes) -> Response:
    return Response(
        content, mimetype="text/calendar", headers={"Content-Disposition": "attachment; filename=events.ics"}
    )


events_blueprint = build_blueprint(
    EVENTS,
    ("/calendar", "GET", "view", show_calendar),
    ("/countries", "GET", "view", list_countries),
    ("/calendar.ics", "GET", "view", download_calendar),
)
