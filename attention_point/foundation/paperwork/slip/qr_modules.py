"""The dark and light squares (modules) of a QR code (ISO/IEC 18004), for paper and for the screen."""

from itertools import groupby

import segno

# The standard asks for four empty modules around the code.
_QUIET_MODULES = 4
# A reader decodes each of the eight masks. To let segno choose the best one takes as long as the rest of the slip.
_MASK = 3


def build_svg_path(payload: str) -> tuple[int, str]:
    """The side in modules, quiet zone included, and the dark modules as the ``d`` of an SVG path, to be drawn as lines
    of one module's width: half as long on the wire as outlines.
    """
    size, rectangles = list_dark_rectangles(payload)
    path = []
    for row, runs in groupby(rectangles, key=lambda rectangle: rectangle[1]):
        end = 0
        for column, _row, length in runs:
            path.append(f"{f'm{column - end} 0' if end else f'M{column} {row}.5'}h{length}")
            end = column + length
    return size, "".join(path)


def list_dark_rectangles(payload: str) -> tuple[int, list[tuple[int, int, int]]]:
    """The side in modules and, for each run of dark modules, its column, its row from the top and its length."""
    matrix = segno.make_qr(payload, error="m", mask=_MASK).matrix
    rectangles = []
    for row, modules in enumerate(matrix, _QUIET_MODULES):
        column = _QUIET_MODULES
        # Dark neighbours in a row are one rectangle, so that there are half as many to write.
        for is_dark, run in groupby(modules):
            length = len(list(run))
            if is_dark:
                rectangles.append((column, row, length))
            column += length
    return len(matrix) + 2 * _QUIET_MODULES, rectangles
