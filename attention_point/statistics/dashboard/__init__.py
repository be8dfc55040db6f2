"""The office's dashboard: its filters, its counts, and its tables and charts."""
