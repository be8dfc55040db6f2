"""The slip that a visitor takes along."""
