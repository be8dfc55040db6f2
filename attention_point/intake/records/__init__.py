"""Reads of many sealed visits: for research and for the checks of the installation."""
