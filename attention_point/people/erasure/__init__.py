"""Erasing people: the data key destroyed, every row about them emptied, a tombstone and a minimal note left."""
