"""The monitor of the office and of the supervisor."""

from flask import Blueprint, url_for
from werkzeug.wrappers import Response

from attention_point.directory import queries as directory_queries
from attention_point.directory.privacy.restricted_entities import find_restricted_entities
from attention_point.foundation.access import requires
from attention_point.foundation.report_pages import send_chart
from attention_point.foundation.web import current_actor, db_session
from attention_point.referrals.monitor import pages

blueprint = Blueprint("referral_monitor", __name__, url_prefix="/referrals/monitor")


@blueprint.get("")
@requires("referrals.monitor")
def show_monitor() -> str | tuple[str, int]:
    """Show who waits at which entity, how soon entities answer, and what came of the referrals."""
    hidden_entities = _find_hidden_entities()
    entities = pages.list_entity_names(db_session(), hidden_entities)
    return pages.render_monitor(db_session(), "referrals/monitor.html", entities, hidden_entities, _find_address)


@blueprint.get("/charts/<string(maxlength=60):chart>.svg")
@requires("referrals.monitor")
def show_chart(chart: str) -> Response:
    """Send one chart of a choice."""
    hidden_entities = _find_hidden_entities()
    entities = pages.list_entity_names(db_session(), hidden_entities)
    filters = pages.read_filters(db_session(), entities)
    return send_chart(pages.read_report(db_session(), filters, entities, hidden_entities, _find_address), chart)


@blueprint.get("/figures.xlsx")
@requires("referrals.monitor")
def download_workbook() -> Response:
    """Send the figures of a choice as a workbook."""
    hidden_entities = _find_hidden_entities()
    entities = pages.list_entity_names(db_session(), hidden_entities)
    return pages.send_workbook(db_session(), entities, hidden_entities, lambda _entity, _kind: None)


def _find_hidden_entities() -> frozenset[str]:
    """The entities of which this reader sees no figures alone: they would say what people came for."""
    return frozenset() if current_actor().may("restricted.view") else find_restricted_entities(db_session())


def _find_address(entity: str, kind: str) -> str | None:
    """The desk's list behind a number of what is open. It shows no confidential ones, and one point's alone."""
    # The list would show fewer than the number where there are several points, or the entity's are confidential.
    has_list = current_actor().may("referrals.view") and len(directory_queries.list_points(db_session())) == 1
    if not has_list or kind == "ended" or entity in {"", *find_restricted_entities(db_session())}:
        return None
    return url_for("referrals.list_referrals", entity=entity, state=kind)
