"""The list from which an entity works: its order in memory, its filters, its search, and what is done from it."""
