"""Pages of places, lines, proposals, reviews and maps of services."""
