"""What a cell of a table is called: a code for each dimension, ``*`` for all codes together. Plain Python."""

CellCodes = tuple[str, ...]
TOTAL_CODE = "*"
OTHER_CODE = "other"  # the row of everything that a fixed list of rows does not name
MERGE_SEPARATOR = "/"  # joined the codes of merged rows in months released by the old method
