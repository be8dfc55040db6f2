"""The monitor of an entity for itself: its own figures, confidential ones among them, and no other entity's."""

from flask import Blueprint, url_for
from werkzeug.wrappers import Response

from attention_point.directory import queries as directory_queries
from attention_point.foundation.access import requires
from attention_point.foundation.language import current_language
from attention_point.foundation.report_pages import send_chart
from attention_point.foundation.web import current_actor, db_session
from attention_point.portal.queries import require_own_entity
from attention_point.referrals.monitor import pages

blueprint = Blueprint("entity_monitor", __name__, url_prefix="/portal/monitor")
TAB_OF_KIND = {"waiting": "waiting", "accepted": "accepted", "ended": "answered"}


@blueprint.get("")
@requires("portal.use")
def show_monitor() -> str | tuple[str, int]:
    """Show how many people wait for the entity, how soon it answers, and what came of its referrals."""
    return pages.render_monitor(db_session(), "portal/monitor.html", _name_own_entity(), frozenset(), _find_address)


@blueprint.get("/charts/<string(maxlength=60):chart>.svg")
@requires("portal.use")
def show_chart(chart: str) -> Response:
    """Send one chart of a choice."""
    own_entity = _name_own_entity()
    filters = pages.read_filters(db_session(), own_entity)
    return send_chart(pages.read_report(db_session(), filters, own_entity, frozenset(), _find_address), chart)


@blueprint.get("/figures.xlsx")
@requires("portal.use")
def download_workbook() -> Response:
    """Send the figures of a choice as a workbook."""
    return pages.send_workbook(db_session(), _name_own_entity(), frozenset(), lambda _entity, _kind: None)


def _name_own_entity() -> dict[str, str]:
    code = require_own_entity(current_actor())
    entity = directory_queries.get_entities_by_code(db_session()).get(code)
    return {code: entity.short[current_language()] if entity else code}


def _find_address(_entity: str, kind: str) -> str:
    return url_for("portal.show_inbox", show=TAB_OF_KIND[kind])
