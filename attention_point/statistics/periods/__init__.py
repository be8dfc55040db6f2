"""Figures over time: the series of all released months, the trend of a row, and the quarters and years."""
