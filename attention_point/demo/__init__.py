"""Invented people that walk through the real door."""
