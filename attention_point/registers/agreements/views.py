"""The pages of the agreements: those of every register, and what is waited for."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from flask.typing import ResponseReturnValue as Reply

from attention_point.foundation import clock
from attention_point.foundation.web import db
from attention_point.registers.agreements import queries, rules
from attention_point.registers.agreements.register import AGREEMENTS, MEANS, SIDES
from attention_point.registers.shared.describe import Register
from attention_point.registers.shared.rendering import show_page
from attention_point.registers.shared.views import pages
from attention_point.registers.shared.wording import money_words

NEAREST, MOST = 5, 100
"""Days shown on the list, and on the page of deadlines."""


def deadlines(register: Register) -> Reply:
    """What is waited for, the earliest first."""
    return show_page(register, "deadlines", near=_coming(MOST), most=MOST)


def _coming(most: int) -> list[queries.Coming]:
    """One more than is shown, which tells that there are more."""
    return queries.coming(db(), clock.today(), most + 1)


def _waiting_of(data: Mapping[str, Any]) -> dict[str, int]:
    """The days left to each milestone that is waited for, by its name."""
    today = clock.today()
    return {each.milestone: (each.day - today).days for each in reversed(rules.deadlines(data)) if each.milestone}


def _total_words(total: rules.Total) -> str:
    return money_words({"amount": str(total.amount), "currency": total.currency, "mark": total.mark})


def _own_words() -> dict[str, Any]:
    """What the templates of this register ask for, read only by those that do."""
    return {
        "nearest": partial(_coming, NEAREST),
        "most_nearest": NEAREST,
        "waiting_of": _waiting_of,
        "by_side": rules.by_side,
        "in_all": rules.in_all,
        "total_words": _total_words,
        "sides": SIDES,
        "means": MEANS,
    }


blueprint = pages(AGREEMENTS, ("/deadlines", "GET", "view", deadlines))
blueprint.context_processor(_own_words)
