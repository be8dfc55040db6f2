"""Where the numbers of the dashboard lead: to the lists behind them, for whoever may see those."""

from typing import Any

from flask import current_app, url_for

from attention_point.foundation.access import Actor
from attention_point.statistics.dashboard.filters import Filters
from attention_point.statistics.dashboard.trend import get_monday


def build_list_addresses(actor: Actor, filters: Filters) -> dict[str, str]:
    """Return the addresses of lists by the key of a measure or the id of a table."""
    addresses: dict[str, str] = {}
    point: dict[str, Any] = {"point": filters.point} if filters.point else {}
    if actor.may("visits.view") and _is_there("desk.list_visits"):
        today = filters.last_day.isoformat()
        month: dict[str, Any] = {**point, "first": filters.month.isoformat(), "last": today}
        whole_month = url_for("desk.list_visits", **month)
        addresses |= {key: whole_month for key in ("month", "people", "sex-age", "population", "municipality", "needs")}
        addresses["today"] = url_for("desk.list_visits", day=today, **point)
        first_of_week = get_monday(filters.last_day).isoformat()
        addresses["week"] = url_for("desk.list_visits", **{**month, "first": first_of_week})
        addresses["unanswered"] = url_for("desk.list_visits", state="waiting", **month)
        addresses["referrals"] = addresses["outcomes"] = url_for("desk.list_visits", state="referred", **month)
    if actor.may("referrals.view") and _is_there("referrals.list_referrals"):
        addresses["open-now"] = url_for("referrals.list_referrals")
    if actor.may("turns.waits") and _is_there("turn_waits.show_waits"):
        days: dict[str, Any] = {"first": filters.month.isoformat(), "last": filters.last_day.isoformat()}
        addresses["waits"] = url_for("turn_waits.show_waits", **point, **days)
    return addresses


def _is_there(endpoint: str) -> bool:
    # An application may be composed without the desk.
    return endpoint in current_app.view_functions
