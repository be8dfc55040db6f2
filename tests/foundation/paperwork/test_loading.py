"""Libraries that draw and write papers are loaded when the first paper is written, not when a process starts."""

import os
import subprocess
import sys

IMPORT = """
import sys
from attention_point.foundation import paperwork
from attention_point.foundation.paperwork import csv, report, wording
columns = (paperwork.Column("name", "Nombre"),)
table = paperwork.Table("t", "T", columns, (("Ana",),))
paperwork.write_csv(table)
print(sorted({"reportlab", "PIL", "docx", "lxml", "xlsxwriter", "segno"} & set(sys.modules)))
words = paperwork.ReportWording("%(page)s", "", "", str, str, str)
chart = paperwork.Chart("c", "C", "bar", ("a",), (paperwork.Series("s", (1,)),))
paperwork.draw_chart_svg(chart, words)
print("reportlab" in sys.modules, "docx" in sys.modules, "xlsxwriter" in sys.modules)
"""


def test_importing_paperwork_loads_no_library_of_papers() -> None:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([sys.executable, "-c", IMPORT], env=environment, check=True, capture_output=True, text=True)
    assert done.stdout.splitlines() == ["[]", "True False False"]
