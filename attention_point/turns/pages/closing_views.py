"""The end of the day: every turn that has not ended is closed, and what the people said is destroyed."""

from collections import Counter

from flask import flash, render_template, request
from werkzeug.wrappers import Response

from attention_point.foundation import clock
from attention_point.foundation.access import requires
from attention_point.foundation.language import gettext as _
from attention_point.foundation.language import ngettext
from attention_point.foundation.web import current_actor, db_session
from attention_point.foundation.web.transactions import read_session
from attention_point.turns import queries, rules, services
from attention_point.turns.pages.turn_blueprint import blueprint, choose_point, lead_to_queue


@blueprint.get("/closing")
@requires("turns.configure")
def show_day_closing() -> str:
    """Show what is still open today, before the day is closed."""
    point = choose_point(read_session())
    turns = queries.list_turns(read_session(), point.code, clock.today()) if point else []
    counts = Counter(turn.state for turn in turns if turn.state not in rules.ENDED)
    labels = [
        (rules.WAITING, _("Waiting")),
        (rules.CALLED, _("Called")),
        (rules.STARTED, _("Being attended")),
        (rules.ABSENT, _("Called and not here")),
    ]
    rows = [(label, counts[state]) for state, label in labels if counts[state]]
    return render_template("turns/day_closing.html", point=point, rows=rows, total=counts.total())


@blueprint.post("/closing")
@requires("turns.configure")
def close_day() -> Response:
    """Close the day of the point."""
    point = choose_point(db_session())
    if point and not request.form.get("_resumed"):
        count = services.close_day(db_session(), current_actor(), point.code, clock.today())
        message = ngettext("The day is closed: %(num)s turn ended.", "The day is closed: %(num)s turns ended.", count)
        flash(message if count else _("No turn is open."), "success")
    return lead_to_queue()
