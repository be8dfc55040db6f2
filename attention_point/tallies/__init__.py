"""Counts kept as things happen: (day, point, table, cell) → count, in the transaction that records the thing."""
