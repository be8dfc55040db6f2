"""The pages of the priority of turns."""
