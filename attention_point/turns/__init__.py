"""Turns: who waits, who is called to which desk, and how long it takes."""
