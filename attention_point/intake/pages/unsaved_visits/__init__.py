"""Visits that are not saved yet: the form, the check page, and what is kept of them meanwhile."""
