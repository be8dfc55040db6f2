"""The office's pages of the calls: those of every register, the board, the success rate, the deadlines."""

from functools import partial
from uuid import UUID

from flask import Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue as Reply

from attention_point.foundation import clock
from attention_point.foundation.errors import Conflict
from attention_point.foundation.language import current_language
from attention_point.foundation.language import gettext as _
from attention_point.foundation.paperwork import draw_chart_svg
from attention_point.foundation.web import current_actor, db_session
from attention_point.foundation.web.forms import read_posted_fields
from attention_point.foundation.web.pagination import parse_row_number
from attention_point.registers.calls import queries, reports, rules, services
from attention_point.registers.calls.bulletin import views
from attention_point.registers.calls.forms import MoveForm, list_move_targets
from attention_point.registers.calls.register import CALLS, CODE_LISTS, MONITORING, PROPOSALS, RECIPIENTS
from attention_point.registers.shared.pages.forms import build_form
from attention_point.registers.shared.pages.rendering import build_address, render_page
from attention_point.registers.shared.pages.views import build_blueprint, process_form
from attention_point.registers.shared.records.queries import count_index_values, get_record
from attention_point.registers.shared.records.services import CHANGED_MEANWHILE, add_record
from attention_point.registers.shared.schema.formatting import format_money
from attention_point.registers.shared.schema.schema import Register


def list_proposals(register: Register, record: UUID) -> Reply:
    """Show the proposals to a call."""
    row = get_record(db_session(), register, record)
    return render_page(register, "proposals", row=row, proposals=queries.list_proposals_of_call(db_session(), row))


def add_proposal(_register: Register, record: UUID) -> Reply:
    """Show the form of a proposal to a call, or add it."""
    call = get_record(db_session(), CALLS, record)
    form = build_form(PROPOSALS, {"call": call.name} if request.method != "POST" else None)
    save_values = partial(add_record, db_session(), current_actor(), PROPOSALS)
    return process_form(PROPOSALS, form, save_values, None, _("Add a proposal to %(name)s", name=call.name))


def show_board(register: Register) -> Reply:
    """Show the proposals by phase, of all years or of the year in the address."""
    year = request.args.get("year", type=parse_row_number)
    return render_page(
        register,
        "board",
        columns=queries.list_board_columns(db_session(), year),
        stage_label=lambda stage: CODE_LISTS["stages"].label_for_code(stage, current_language()),
        move_targets=list_move_targets(),
        determine_target=_determine_target,
        cards_per_column=queries.CARDS_PER_COLUMN,
        year=str(year or ""),
        years=count_index_values(db_session(), register, "year"),
    )


def _determine_target(data: dict[str, str]) -> str:
    return data.get("result") or rules.determine_stage(data)


def move_proposal(register: Register, record: UUID) -> Reply:
    """Move a proposal to another column."""
    form = MoveForm()
    try:
        services.move_proposal(db_session(), current_actor(), record, form.read_version(), form.target.data or "")
    except Conflict:
        raise Conflict(_(CHANGED_MEANWHILE)) from None  # the card has no form that could show the differences
    flash(_("Moved: %(name)s.", name=get_record(db_session(), register, record).name), "success")
    # Back to the board as it was filtered.
    year = read_posted_fields().get("year", "")
    return redirect(build_address(register, "show_board", **({"year": year} if year.isdecimal() else {})), 303)


def show_success_rate(register: Register) -> Reply:
    """Show the success rate by year, as a chart and a table."""
    years = queries.list_year_figures(db_session())
    table = reports.build_success_table(years)
    return render_page(register, "success", years=years, table_=table, chart=reports.build_success_chart(years))


def draw_success_chart(_register: Register) -> Reply:
    """Draw the chart of the success rate."""
    chart = reports.build_success_chart(queries.list_year_figures(db_session()))
    return Response(draw_chart_svg(chart, reports.build_value_words()), mimetype="image/svg+xml")


def download_deadlines(_register: Register) -> Reply:
    """Send what closes and what is due, for a calendar program."""
    content = reports.build_deadlines_feed(queries.list_deadlines(db_session()))
    headers = {"Content-Disposition": f"attachment; filename=calls-{clock.today()}.ics"}
    return Response(content, mimetype="text/calendar", headers=headers)


def list_open_calls(register: Register) -> Reply:
    """Show the open calls, the first to close first."""
    return render_page(
        register,
        "coming",
        calls=queries.list_open_calls(db_session(), clock.today()),
        today_=clock.today(),
        find_last_day=queries.find_last_day,
        feed=url_for("calls.download_deadlines"),
    )


calls_blueprint = build_blueprint(
    CALLS,
    ("/coming", "GET", "view", list_open_calls),
    ("/deadlines.ics", "GET", "view", download_deadlines),
    ("/<uuid:record>/proposals", "GET", "view", list_proposals),
    ("/<uuid:record>/proposals/new", "GET POST", "edit", add_proposal),
    ("/<uuid:record>/answers", "GET", "view", views.list_answers),
    ("/bulletins", "GET", "view", views.list_bulletins),
    ("/bulletins/prepare", "POST", "edit", views.draft_bulletin),
    ("/bulletins/<uuid:record>", "GET", "view", views.show_bulletin),
    ("/bulletins/<uuid:record>/send", "POST", "edit", views.send_bulletin),
    ("/bulletins/<uuid:record>/bulletin.pdf", "GET", "export", views.download_bulletin),
)
proposals_blueprint = build_blueprint(
    PROPOSALS,
    ("/board", "GET", "view", show_board),
    ("/<uuid:record>/move", "POST", "edit", move_proposal),
    ("/success", "GET", "view", show_success_rate),
    ("/success.svg", "GET", "view", draw_success_chart),
)
recipients_blueprint = build_blueprint(RECIPIENTS)
monitoring_blueprint = build_blueprint(MONITORING)


@calls_blueprint.context_processor
@proposals_blueprint.context_processor
def _add_template_functions() -> dict[str, object]:
    """Add what the pages of these registers compute from a record."""
    return {
        "matching_contribution": rules.compute_matching_contribution,
        "format_money": format_money,
        "lists": {name: CODE_LISTS[name] for name in ("results", "proposal_states")},
    }
