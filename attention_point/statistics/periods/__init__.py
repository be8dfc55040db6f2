"""Figures over time: the trend of any row over the released months, quarters and years."""
