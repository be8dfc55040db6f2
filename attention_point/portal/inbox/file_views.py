"""An entity's list as a workbook and as a page for paper."""

from flask import render_template, request, url_for
from werkzeug.wrappers import Response

from attention_point.directory import queries as directory_queries
from attention_point.foundation import clock, journal
from attention_point.foundation.access import requires
from attention_point.foundation.language import gettext as _
from attention_point.foundation.report_pages import get_watermark, send_download
from attention_point.foundation.web import current_actor, current_settings, db_session
from attention_point.foundation.worker import run_in_worker
from attention_point.portal import queries
from attention_point.portal.inbox import chips, reports
from attention_point.portal.inbox.list_values import build_list_values, name_endpoint
from attention_point.portal.inbox.order.entries import ANSWERED
from attention_point.portal.inbox.order.filters import read_filter
from attention_point.portal.portal_blueprint import blueprint

XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PRINTED_ROWS = 500


@blueprint.get("/portal/list.xlsx")
@requires("portal.use")
def download_list() -> Response:
    """Send the list of a filter as a workbook that says what it is. The journal names who took it, and of whom."""
    session, actor = db_session(), current_actor()
    entity, restricted = queries.require_own_entity(actor), request.args.get("restricted") == "1"
    inbox_filter = read_filter(request.args, restricted=restricted)
    arguments = inbox_filter.arguments
    drawn = run_in_worker(session, current_settings(), reports.draw_workbook, entity, arguments, restricted)
    journal.record(
        session,
        actor,
        "referral.export",
        "entity",
        entity,
        format="xlsx",
        found=list(drawn.referral_ids),
    )
    day = clock.today().isoformat()
    name = _("confidential-referrals-%(day)s", day=day) if restricted else _("referrals-%(day)s", day=day)
    return send_download(drawn.content, XLSX_TYPE, f"{name}.xlsx")


@blueprint.get("/portal/print")
@requires("portal.use")
def print_list() -> str:
    """Show the list of a filter as a page for paper."""
    session, actor = db_session(), current_actor()
    entity, restricted = queries.require_own_entity(actor), request.args.get("restricted") == "1"
    inbox_filter = read_filter(request.args, restricted=restricted)
    printed = reports.read_list(session, entity, inbox_filter.arguments, restricted=restricted, most=PRINTED_ROWS)
    queries.record_list(session, actor, printed.disclosures)
    return render_template(
        "portal/print.html",
        printed=printed,
        tab_label=_(chips.TAB_LABELS[inbox_filter.tab]),
        is_answered_tab=inbox_filter.tab == ANSWERED,
        restricted=restricted,
        entity=directory_queries.get_entities_by_code(session).get(entity),
        now=clock.now(),
        back_url=url_for(name_endpoint(restricted=restricted), **inbox_filter.arguments),
        watermark=get_watermark(current_settings()),
        **build_list_values(session, entity),
    )
