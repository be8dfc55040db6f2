"""QR codes, drawn as one path."""

import re
from collections.abc import Iterable, Iterator

import segno
from reportlab.pdfgen.canvas import Canvas

from attention_point.foundation.paperwork.look import INK

# ISO/IEC 18004 asks for four empty modules around the code.
_QUIET = 4
_DARK = re.compile(b"\x01+")


# Any of the eight masks can be read; choosing the best one would cost more than the whole page around the code.
_MASK = 3


def draw_code(canvas: Canvas, payload: str, x: float, y: float, side: float) -> None:
    """Draws the code with its quiet zone into a square of ``side`` points whose lower left corner is at x, y."""
    matrix = segno.make_qr(payload, error="m", mask=_MASK).matrix
    size = len(matrix) + 2 * _QUIET
    canvas.saveState()
    canvas.translate(x, y)
    canvas.scale(side / size, side / size)
    canvas.setFillColor(INK)
    runs = (f"{start} {size - 1 - row} {length} 1 re" for row, start, length in _runs(matrix))
    canvas.addLiteral("\n".join([*runs, "f"]))
    canvas.restoreState()


def _runs(matrix: Iterable[bytes | bytearray]) -> Iterator[tuple[int, int, int]]:
    """Neighbouring dark modules as (row, first column, length), counted from the quiet zone's corner."""
    for row, modules in enumerate(matrix, _QUIET):
        for run in _DARK.finditer(bytes(modules)):
            yield row, run.start() + _QUIET, run.end() - run.start()
