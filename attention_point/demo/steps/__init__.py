"""The steps of a demonstration, in the order of its days."""
