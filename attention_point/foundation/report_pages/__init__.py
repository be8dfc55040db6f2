"""What all pages and files of figures share: the wording of reports, their parts on a page, charts and downloads."""

from attention_point.foundation.report_pages.page_parts import (
    PagePart,
    draw_chart,
    find_charts,
    get_file_format,
    prepare_files,
    send_chart,
    send_download,
    split_into_parts,
)
from attention_point.foundation.report_pages.wording import (
    build_cell_formatter,
    build_report_wording,
    describe_chart,
    get_watermark,
)

__all__ = [
    "PagePart",
    "build_cell_formatter",
    "build_report_wording",
    "describe_chart",
    "draw_chart",
    "find_charts",
    "get_file_format",
    "get_watermark",
    "prepare_files",
    "send_chart",
    "send_download",
    "split_into_parts",
]
