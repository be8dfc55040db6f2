"""What every register stands on: its description, and what follows from it."""
