"""The page of the trend of a row, and the file of all released months."""

from flask import Blueprint, render_template, request
from werkzeug.wrappers import Response

from attention_point.foundation import journal
from attention_point.foundation.access import requires
from attention_point.foundation.language import gettext as _
from attention_point.foundation.paperwork import SUPPRESSED
from attention_point.foundation.report_pages import build_cell_formatter, draw_chart, send_download
from attention_point.foundation.web import current_actor, current_settings, db_session
from attention_point.statistics.open_data import public_files
from attention_point.statistics.periods import trend
from attention_point.statistics.periods.forms import build_trend_form
from attention_point.statistics.releases.content import ReleaseContent

blueprint = Blueprint("trends", __name__, url_prefix="/statistics")


@blueprint.get("/trends")
@requires("statistics.view")
def show_trend() -> str:
    """Show one row of one table over all released months, quarters or years."""
    contents, choice = _load_choice()
    if choice is None:
        return render_template("statistics/trends.html", choice=None, kind=trend.parse_kind(request.args))
    return render_template(
        "statistics/trends.html",
        choice=choice,
        form=build_trend_form(choice),
        chart=trend.build_chart(choice, contents),
        figures=trend.build_table(choice, contents),
        suppressed=SUPPRESSED,
        format_cell=build_cell_formatter(),
    )


@blueprint.get("/trends/chart.svg")
@requires("statistics.view")
def show_chart() -> Response:
    """Send the chart of a choice."""
    contents, choice = _load_choice()
    return draw_chart(trend.build_chart(choice, contents) if choice else None)


@blueprint.get("/series.csv")
@requires("statistics.export")
def download_series() -> Response:
    """Send the figures of all released months as one file. The journal says who took it before it leaves."""
    content = public_files.read_series(db_session(), current_settings())
    journal.record(db_session(), current_actor(), "statistics.export", "tally", format="csv")
    return send_download(content, "text/csv", f"{_('figures-all-months')}.csv")


def _load_choice() -> tuple[list[ReleaseContent], trend.TrendChoice | None]:
    kind = trend.parse_kind(request.args)
    contents = trend.load_released(db_session(), kind)
    return contents, trend.parse_choice(request.args, kind, contents[-1]) if contents else None
