"""A month's tables out of the tallies, protected, as page, CSV and PDF."""
