"""The pages of turns."""
