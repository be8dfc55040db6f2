"""Invented families and what they say at the point."""
