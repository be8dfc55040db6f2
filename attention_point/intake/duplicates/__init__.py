"""Pairs of people who may be one: the pages of the decision, and what is counted anew after it."""
