"""The parts of a report on a page, its charts, and files to save."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from flask import request
from werkzeug.wrappers import Response

from attention_point.foundation.errors import NotFound
from attention_point.foundation.language import gettext as _
from attention_point.foundation.paperwork import Chart, Heading, Note, Paragraph, Report, Table, draw_chart_svg
from attention_point.foundation.report_pages.wording import build_report_wording
from attention_point.foundation.worker import CLIENT

F = TypeVar("F")


@dataclass(slots=True)
class PagePart:
    """The texts under one heading, and each table with the chart that stands before it, if there is one.

    ``anchor`` is the id of the heading, where the report gives one.
    """

    title: str
    anchor: str = ""
    texts: list[str] = field(default_factory=list)
    tables: list[tuple[Chart | None, Table]] = field(default_factory=list)


def split_into_parts(report: Report) -> list[PagePart]:
    """Split a report by its first-level headings. What stands before the first of them is in no part."""
    parts: list[PagePart] = []
    chart: Chart | None = None
    for block in report.blocks:
        if isinstance(block, Heading) and block.level == 1:
            # A page draws its own box for what stands before the first heading.
            parts.append(PagePart(block.text, block.anchor))
        elif isinstance(block, Chart):
            chart = block
        elif isinstance(block, Paragraph | Note) and parts:
            parts[-1].texts.append(block.text)
        elif isinstance(block, Table) and parts:
            parts[-1].tables.append((chart, block))
            chart = None
    return parts


def find_charts(report: Report) -> dict[str, Chart]:
    """Return the charts of a report by their ids."""
    return {block.id: block for block in report.blocks if isinstance(block, Chart)}


def send_chart(report: Report, chart_id: str) -> Response:
    """Send one chart of a report as SVG. Raises NotFound."""
    return draw_chart(find_charts(report).get(chart_id))


def draw_chart(chart: Chart | None) -> Response:
    """Send a chart as SVG. Raises NotFound where there is none."""
    if chart is None:
        raise NotFound(_("There is no such chart on this page."))
    return Response(draw_chart_svg(chart, build_report_wording()), mimetype="image/svg+xml")


def send_download(content: bytes, mimetype: str, file_name: str) -> Response:
    """Send bytes as a file to save."""
    headers = {"Content-Disposition": f'attachment; filename="{file_name}"'}
    return Response(content, mimetype=mimetype, headers=headers)


def prepare_files() -> None:
    """Start the worker that draws files, and return at once: it starts while the page that offers them is read."""
    # Under the server alone: a program or a test that takes one page needs no other process.
    if "waitress.client_disconnected" in request.environ:
        CLIENT.start_process()


def get_file_format(formats: Mapping[str, F], extension: str) -> F:
    """Return a format by the ending of a file's name. Raises NotFound for any other ending."""
    if extension not in formats:
        message = _(
            "There is no format “%(kind)s”. Choose one of these: %(list)s.",
            kind=extension[:20],
            list=", ".join(formats),
        )
        raise NotFound(message, code="unknown_format")
    return formats[extension]
