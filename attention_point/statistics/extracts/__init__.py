"""De-identified rows for research: the log of who received which, the rows and their files."""
