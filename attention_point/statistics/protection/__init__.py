"""The protection of small counts in the tables of a month.

This package imports nothing at its top: the solver takes a third of a second to load.
"""
