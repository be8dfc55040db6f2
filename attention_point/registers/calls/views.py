"""The office's pages of the calls: those of every register, the board, the success rate, the deadlines."""

from uuid import UUID

from flask import Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue as Reply

from attention_point.foundation import clock
from attention_point.foundation.language import current
from attention_point.foundation.language import gettext as _
from attention_point.foundation.paperwork import chart_svg
from attention_point.foundation.refusals import Conflict, Invalid
from attention_point.foundation.web import actor, db
from attention_point.foundation.web.forms import posted
from attention_point.foundation.web.listing import number_of
from attention_point.registers.calls import bulletin_views, documents, queries, rules, services
from attention_point.registers.calls.forms import MoveForm, targets
from attention_point.registers.calls.register import CALLS, LISTS, MONITORING, PROPOSALS, RECIPIENTS
from attention_point.registers.shared.describe import Register
from attention_point.registers.shared.forms import form_for, place, typed, version_of
from attention_point.registers.shared.queries import counts, get, organisation_names
from attention_point.registers.shared.rendering import address, show_page
from attention_point.registers.shared.services import add as add_record
from attention_point.registers.shared.views import pages
from attention_point.registers.shared.wording import money_words


def proposals_of(register: Register, record: UUID) -> Reply:
    """The proposals to a call, and the way to add one."""
    row = get(db(), register, record)
    return show_page(register, "proposals", row=row, proposals=queries.proposals_of(db(), row))


def add_for(register: Register, record: UUID) -> Reply:
    """Add a proposal to a call."""
    call = get(db(), register, record)
    form = form_for(PROPOSALS, {"call": call.name} if request.method != "POST" else None)
    status = 200
    if request.method == "POST":
        try:
            made = add_record(db(), actor(), PROPOSALS, typed(PROPOSALS, form))
        except Invalid as refusal:
            place(form, refusal.fields)
            status = refusal.status
        else:
            flash(_("Saved."), "success")
            return redirect(address(PROPOSALS, "record", record=made), 303)
    suggested, heading = organisation_names(db()), _("Add a proposal to %(name)s", name=call.name)
    values = {"form": form, "conflict": None, "row": None, "suggested": suggested, "heading": heading}
    return show_page(PROPOSALS, "form", **values), status


def board(register: Register) -> Reply:
    """The proposals by phase, of all years or of that of the address."""
    year = request.args.get("year", type=number_of)
    return show_page(
        register,
        "board",
        columns=queries.board(db(), year),
        stage_label=lambda stage: LISTS["stages"].label(stage, current()),
        targets=targets(),
        target_of=_target_of,
        cards=queries.CARDS,
        year=str(year or ""),
        years=counts(db(), register, "year"),
    )


def _target_of(data: dict[str, str]) -> str:
    return data.get("result") or rules.stage_of(data)


def move(register: Register, record: UUID) -> Reply:
    """Put a proposal in another column."""
    form = MoveForm()
    try:
        services.move(db(), actor(), record, version_of(form), form.target.data or "")
    except Conflict:
        raise Conflict(_("Somebody changed this record while you were looking at it. Look at it again.")) from None
    flash(_("Moved: %(name)s.", name=get(db(), register, record).name), "success")
    year = posted().get("year", "")
    return redirect(address(register, "board", **({"year": year} if year.isdecimal() else {})), 303)


def success(register: Register) -> Reply:
    """The success rate by year, as a chart beside its table."""
    years = queries.years(db())
    table = documents.success_table(years)
    return show_page(register, "success", years=years, table_=table, chart=documents.success_chart(years))


def success_picture(_register: Register) -> Reply:
    """The chart of the success rate."""
    chart = documents.success_chart(queries.years(db()))
    return Response(chart_svg(chart, documents.words()), mimetype="image/svg+xml")


def deadlines(_register: Register) -> Reply:
    """What closes and what is due, for a calendar program."""
    content = documents.deadlines_feed(queries.deadlines(db()))
    headers = {"Content-Disposition": f"attachment; filename=calls-{clock.today()}.ics"}
    return Response(content, mimetype="text/calendar", headers=headers)


def coming(register: Register) -> Reply:
    """The calls that are open, the first to close first, and their bulletins."""
    return show_page(
        register,
        "coming",
        calls=queries.open_calls(db(), clock.today()),
        today_=clock.today(),
        closes_on=queries.closes_on,
        feed=url_for("calls.deadlines"),
    )


calls = pages(
    CALLS,
    ("/coming", "GET", "view", coming),
    ("/deadlines.ics", "GET", "view", deadlines),
    ("/<uuid:record>/proposals", "GET", "view", proposals_of),
    ("/<uuid:record>/proposals/new", "GET POST", "edit", add_for),
    ("/<uuid:record>/answers", "GET", "view", bulletin_views.answers),
    ("/bulletins", "GET", "view", bulletin_views.bulletins),
    ("/bulletins/prepare", "POST", "edit", bulletin_views.prepare),
    ("/bulletins/<uuid:record>", "GET", "view", bulletin_views.bulletin),
    ("/bulletins/<uuid:record>/send", "POST", "edit", bulletin_views.send),
    ("/bulletins/<uuid:record>/bulletin.pdf", "GET", "export", bulletin_views.paper),
)
proposals = pages(
    PROPOSALS,
    ("/board", "GET", "view", board),
    ("/<uuid:record>/move", "POST", "edit", move),
    ("/success", "GET", "view", success),
    ("/success.svg", "GET", "view", success_picture),
)
recipients = pages(RECIPIENTS)
monitoring = pages(MONITORING)


@calls.context_processor
@proposals.context_processor
def _computed() -> dict[str, object]:
    """What the pages of these registers compute from a record."""
    return {
        "matching": rules.matching,
        "money_words": money_words,
        "lists": {name: LISTS[name] for name in ("results", "proposal_states")},
    }
