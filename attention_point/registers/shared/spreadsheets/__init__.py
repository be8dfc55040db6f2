"""Import and export of registers as spreadsheets."""
