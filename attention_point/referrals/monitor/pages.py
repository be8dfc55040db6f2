"""What the pages of the monitor share: the office's and the supervisor's, and the page of an entity for itself."""

from collections.abc import Mapping
from typing import Any

from flask import render_template, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from attention_point.directory import queries as directory_queries
from attention_point.foundation import clock, journal
from attention_point.foundation.errors import Invalid
from attention_point.foundation.language import current_language
from attention_point.foundation.language import gettext as _
from attention_point.foundation.paperwork import Report, write_xlsx
from attention_point.foundation.report_pages import (
    build_cell_formatter,
    build_report_wording,
    send_download,
    split_into_parts,
)
from attention_point.foundation.web import current_actor
from attention_point.referrals.monitor.filters import Filters, parse_filters
from attention_point.referrals.monitor.forms import build_filter_form
from attention_point.referrals.monitor.queries import collect_monitor
from attention_point.referrals.monitor.tables import FindAddress, build_report

XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def list_point_names(session: Session) -> dict[str, str]:
    """The points by code, with their names in the language in use."""
    return {row.code: row.name[current_language()] for row in directory_queries.list_points(session)}


def list_entity_names(session: Session, hidden_entities: frozenset[str]) -> dict[str, str]:
    """The short names of the entities to which people are referred, without those that nobody may choose."""
    rows = directory_queries.list_entities(session)
    return {
        row.code: row.short[current_language()]
        for row in rows
        if row.receives_referrals and row.code not in hidden_entities
    }


def read_filters(session: Session, entities: Mapping[str, str]) -> Filters:
    """The filters of the page's address. Raises Invalid."""
    return parse_filters(request.args, list_point_names(session), entities, clock.today())


def read_report(
    session: Session,
    filters: Filters,
    entities: Mapping[str, str],
    hidden_entities: frozenset[str],
    find_address: FindAddress,
) -> Report:
    """Read the figures of a choice and build their report."""
    codes = [*entities, *sorted(hidden_entities)]
    points = list(list_point_names(session))
    monitor = collect_monitor(session, filters, codes, points, hidden_entities)
    for_entity = current_actor().entity is not None
    return build_report(monitor, entities, find_address, clock.now(), for_entity=for_entity)


def send_workbook(
    session: Session, entities: Mapping[str, str], hidden_entities: frozenset[str], find_address: FindAddress
) -> Response:
    """Send the figures of the address as a workbook. The journal names who took it. Raises Invalid."""
    filters = read_filters(session, entities)
    report = read_report(session, filters, entities, hidden_entities, find_address)
    arguments = filters.query_arguments
    period = f"{arguments['first']}/{arguments['last']}"
    entity = arguments.get("entity")
    journal.record(session, current_actor(), "referral.figures", "entity", entity, format="xlsx", period=period)
    name = _("referral-figures-%(first)s-%(last)s", first=arguments["first"], last=arguments["last"])
    return send_download(write_xlsx(report, build_report_wording()), XLSX_TYPE, f"{name}.xlsx")


def render_monitor(
    session: Session,
    template: str,
    entities: Mapping[str, str],
    hidden_entities: frozenset[str],
    find_address: FindAddress,
    **values: Any,
) -> str | tuple[str, int]:
    """Show the figures of the address, or the filters with what is wrong with them."""
    form = build_filter_form(request.args, list_point_names(session), entities, clock.today())
    try:
        filters = read_filters(session, entities)
    except Invalid as error:
        form.show_field_errors(error.field_errors)
        return render_template(template, form=form, parts=None, **values), error.status
    form.show_filters(filters)
    report = read_report(session, filters, entities, hidden_entities, find_address)
    return render_template(
        template,
        form=form,
        parts=split_into_parts(report),
        arguments=filters.query_arguments,
        format_cell=build_cell_formatter(),
        **values,
    )
