"""The pages of the agreements: those of every register, and the page of deadlines."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from flask.typing import ResponseReturnValue as Reply

from attention_point.foundation import clock
from attention_point.foundation.web import db_session
from attention_point.registers.agreements import queries, rules
from attention_point.registers.agreements.register import AGREEMENTS, MEANS, SIDES
from attention_point.registers.shared.pages.rendering import render_page
from attention_point.registers.shared.pages.views import build_blueprint
from attention_point.registers.shared.schema.formatting import format_money
from attention_point.registers.shared.schema.schema import Register

# Deadlines shown above the list of agreements, and on the page of deadlines.
DEADLINES_ON_LIST, DEADLINES_ON_PAGE = 5, 100


def show_deadlines(register: Register) -> Reply:
    """The near and past deadlines, the earliest first."""
    deadlines = _list_near_deadlines(DEADLINES_ON_PAGE)
    return render_page(register, "deadlines", deadlines=deadlines, limit=DEADLINES_ON_PAGE)


def _list_near_deadlines(limit: int) -> list[queries.NearDeadline]:
    # One more than the page shows, by which the template sees that there are more.
    return queries.list_near_deadlines(db_session(), clock.today(), limit + 1)


def _count_days_left(data: Mapping[str, Any]) -> dict[str, int]:
    """The days left to each milestone that is not reached, by its name; of two with one name, to the earlier."""
    today, deadlines = clock.today(), rules.list_deadlines(data)
    # Reversed, because of two equal keys of a dict the last one stays.
    return {item.milestone: (item.day - today).days for item in reversed(deadlines) if item.milestone}


def _format_total(total: rules.ContributionTotal) -> str:
    return format_money({"amount": str(total.amount), "currency": total.currency, "mark": total.qualifier})


def _build_template_context() -> dict[str, Any]:
    # Functions, not values: every page of the register gets them, and only some pages need what they read.
    return {
        "list_nearest_deadlines": partial(_list_near_deadlines, DEADLINES_ON_LIST),
        "deadlines_on_list": DEADLINES_ON_LIST,
        "count_days_left": _count_days_left,
        "sum_by_side": rules.sum_by_side,
        "sum_all_sides": rules.sum_all_sides,
        "format_total": _format_total,
        "sides": SIDES,
        "means": MEANS,
    }


blueprint = build_blueprint(AGREEMENTS, ("/deadlines", "GET", "view", show_deadlines))
blueprint.context_processor(_build_template_context)
