"""The audit that a period must pass before it is released.

This package imports nothing at its top: HiGHS and NumPy take a third of a second to load.
"""
